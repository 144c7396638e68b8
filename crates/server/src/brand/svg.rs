//! Whether an SVG is a picture and nothing more.
//!
//! It is shown by `<img>`, which runs nothing, and served with a policy that forbids everything; yet it can
//! be opened by its address. So only shapes, text, gradients and filters may be in it, and it may point at
//! nothing but its own parts.

use roxmltree::{Attribute, Document, Node, ParsingOptions};

const SVG: &str = "http://www.w3.org/2000/svg";
const MOST_NODES: u32 = 20_000;

/// What a picture is made of. Scripts, foreign content, links, pictures inside and animation, which can
/// change an address, are absent on purpose.
const ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "metadata",
    "style",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "textPath",
    "linearGradient",
    "radialGradient",
    "stop",
    "pattern",
    "clipPath",
    "mask",
    "marker",
    "filter",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
];

/// Checks that a document is a picture.
///
/// # Errors
/// What is in it that may not be, with its line.
pub(super) fn check(text: &str) -> Result<(), String> {
    // Without a document type there are no entities: none from elsewhere, none that multiply.
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => {
            "has a document type (<!DOCTYPE …>), which can bring in anything; remove that line"
                .to_owned()
        }
        roxmltree::Error::NodesLimitReached => {
            format!("has more than {MOST_NODES} parts; simplify it")
        }
        other => format!("is no SVG: {other}"),
    })?;
    let root = document.root_element();
    if !root.has_tag_name((SVG, "svg")) {
        return Err(format!(
            "is no SVG: its outermost element has to be <svg xmlns=\"{SVG}\">"
        ));
    }
    for node in document.descendants() {
        harmless(node).map_err(|what| {
            let line = document.text_pos_at(node.range().start).row;
            format!("has {what} in its line {line}; a logo is shapes only, save it as plain SVG")
        })?;
    }
    Ok(())
}

fn harmless(node: Node<'_, '_>) -> Result<(), String> {
    if node.is_pi() {
        return Err("a processing instruction (<?…?>)".to_owned());
    }
    if !node.is_element() {
        return Ok(());
    }
    let name = node.tag_name();
    if name.namespace() != Some(SVG) {
        return Err(format!("an element of another language, <{}>", name.name()));
    }
    if !ELEMENTS.contains(&name.name()) {
        return Err(format!(
            "an element that is not for pictures, <{}>",
            name.name()
        ));
    }
    if name.name() == "style" {
        let written = node.descendants().filter_map(|part| part.text());
        local_style(&written.collect::<String>())?;
    }
    node.attributes()
        .try_for_each(|attribute| plain(&attribute))
}

fn plain(attribute: &Attribute<'_, '_>) -> Result<(), String> {
    let (name, value) = (attribute.name(), attribute.value());
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("on") {
        return Err(format!("an event handler, {name}="));
    }
    if matches!(lower.as_str(), "href" | "src" | "base") && !value.trim_start().starts_with('#') {
        return Err(format!(
            "a reference to something outside, {name}={value:?}"
        ));
    }
    local_style(value)
}

/// Styles may paint with parts of the same picture (`url(#…)`), and load nothing.
fn local_style(style: &str) -> Result<(), String> {
    let lower = style.to_ascii_lowercase();
    // An escape could spell any of the words below in another way.
    for word in [
        "\\",
        "@import",
        "image-set",
        "image(",
        "src(",
        "expression(",
        "javascript:",
    ] {
        if lower.contains(word) {
            return Err(format!("a style that may load something, {word:?}"));
        }
    }
    let inside = |reference: &str| {
        let start = reference.trim_start().trim_start_matches(['"', '\'']);
        start.trim_start().starts_with('#')
    };
    // "url" as its own function, and as the end of a longer name, which is none that loads less.
    match lower.split("url(").skip(1).all(inside) {
        true => Ok(()),
        false => Err("a style that loads something, url(…)".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(inside: &str) -> String {
        format!(
            "<svg xmlns=\"{SVG}\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 9 9\">\n{inside}\n</svg>"
        )
    }

    #[test]
    fn pictures_are_let_through() {
        for good in [
            "<title>Acme</title><rect width='9' height='9' fill='#123'/>",
            "<defs><linearGradient id='a'><stop offset='0'/></linearGradient></defs><path fill='url(#a)' d='M0 0'/>",
            "<g style=\"fill: url('#a'); opacity: .5\"/><use xlink:href='#a'/><use href=' #a'/>",
            "<style>.a { fill: red } /* url(#x) */</style><path class='a' d='M0 0'/>",
            "<!-- drawn by hand --><text x='1'>Acme &amp; Co &lt;ok&gt;</text>",
            "<filter id='f'><feGaussianBlur stdDeviation='2'/></filter>",
        ] {
            assert_eq!(check(&with(good)), Ok(()), "{good}");
        }
        let declared = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
            with("<g/>")
        );
        assert_eq!(check(&declared), Ok(()));
    }

    #[test]
    fn whatever_runs_loads_or_leads_away_is_refused_with_its_line() {
        for (bad, why) in [
            ("<script>alert(1)</script>", "<script>"),
            ("<script href='#a'/>", "<script>"),
            (
                "<g xmlns:x='http://www.w3.org/1999/xhtml'><x:script>alert(1)</x:script></g>",
                "another language",
            ),
            (
                "<g xmlns:m='http://www.w3.org/1998/Math/MathML'><m:math/></g>",
                "another language",
            ),
            ("<foreignObject/>", "<foreignObject>"),
            ("<a href='#x'/>", "<a>"),
            ("<image href='data:image/png;base64,AA'/>", "<image>"),
            (
                "<animate attributeName='href' values='javascript:alert(1)'/>",
                "<animate>",
            ),
            ("<set attributeName='onload' to='alert(1)'/>", "<set>"),
            ("<iframe/>", "<iframe>"),
            ("<handler/>", "<handler>"),
            ("<rect onclick='alert(1)'/>", "onclick"),
            ("<rect ONLOAD='alert(1)'/>", "ONLOAD"),
            ("<rect xlink:onfocus='alert(1)'/>", "onfocus"),
            ("<use href='https://evil.example/a.svg#a'/>", "outside"),
            ("<use xlink:href='//evil.example/a.svg#a'/>", "outside"),
            ("<use href='data:image/svg+xml,x#a'/>", "outside"),
            ("<use href='JaVaScRiPt:alert(1)'/>", "outside"),
            ("<g xml:base='https://evil.example/'/>", "outside"),
            (
                "<rect fill='url(https://evil.example/a#b)'/>",
                "loads something",
            ),
            (
                "<rect style='fill: URL( \"//evil.example/a\" )'/>",
                "loads something",
            ),
            (
                "<rect style='background: u\\72l(//evil.example)'/>",
                "may load",
            ),
            (
                "<style>@import 'https://evil.example/a.css';</style>",
                "may load",
            ),
            (
                "<style>rect { background: image-set('//evil.example/a' 1x) }</style>",
                "may load",
            ),
            (
                "<style><![CDATA[a { fill: url(http://evil.example) }]]></style>",
                "loads something",
            ),
            (
                "<?xml-stylesheet href='https://evil.example/a.css'?>",
                "processing instruction",
            ),
        ] {
            let told = check(&with(bad)).expect_err(bad);
            assert!(told.contains(why), "{bad}: {told}");
            assert!(told.contains("line 2"), "{bad}: {told}");
        }
    }

    #[test]
    fn a_document_type_and_its_entities_are_refused() {
        let bomb = "<!DOCTYPE svg [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
        let told = check(&format!("{bomb}{}", with("<text>&b;</text>"))).expect_err("refused");
        assert!(told.contains("document type"), "{told}");
    }

    #[test]
    fn what_is_no_svg_is_refused() {
        for bad in [
            "",
            "<svg/>",
            "<html xmlns='http://www.w3.org/1999/xhtml'/>",
            "<svg xmlns='http://www.w3.org/2000/svg'>",
            "<svg xmlns='http://www.w3.org/2000/svg'/><svg xmlns='http://www.w3.org/2000/svg'/>",
            "plain text",
        ] {
            let told = check(bad).expect_err(bad);
            assert!(told.starts_with("is no SVG"), "{bad}: {told}");
        }
        let told = check(&with(&"<g/>".repeat(20_001))).expect_err("too many");
        assert!(told.contains("more than 20000 parts"), "{told}");
    }
}
