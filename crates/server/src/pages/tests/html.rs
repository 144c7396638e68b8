//! A reader of our own markup, just strict enough for the tests: it knows tags, quoted attributes
//! and nesting, and panics on anything a template should not produce.

/// An opening tag.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attrs: Vec<(String, String)>,
    /// Index of the element it stands in.
    pub(super) parent: Option<usize>,
    /// The text directly inside, unescaped.
    pub(super) text: String,
}

const VOID: [&str; 8] = ["meta", "link", "input", "br", "img", "path", "rect", "hr"];

impl Tag {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attrs
            .iter()
            .find(|(attr, _)| attr == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }
}

/// All elements of a document, in order.
pub(super) fn parse(page: &str, html: &str) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let text = unescape(&rest[..at]);
        if let Some(&inside) = open.last() {
            tags[inside].text.push_str(&text);
        }
        rest = &rest[at + 1..];
        let end = end_of_tag(rest);
        let (body, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        if body.eq_ignore_ascii_case("!doctype html") {
            continue;
        }
        if let Some(name) = body.strip_prefix('/') {
            let inner = open
                .pop()
                .unwrap_or_else(|| panic!("{page}: stray </{name}>"));
            assert_eq!(tags[inner].name, name, "{page}: wrong nesting");
            continue;
        }
        let closed = body.ends_with('/');
        let tag = tag(body.trim_end_matches('/'), open.last().copied());
        let void = closed || VOID.contains(&tag.name.as_str());
        tags.push(tag);
        if !void {
            open.push(tags.len() - 1);
        }
    }
    assert!(
        open.is_empty(),
        "{page}: {} is never closed",
        tags[open[0]].name
    );
    tags
}

fn end_of_tag(rest: &str) -> usize {
    let mut quoted = false;
    let end = rest.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '>' && !quoted
    });
    end.map(|(at, _)| at).expect("a tag ends")
}

fn tag(body: &str, parent: Option<usize>) -> Tag {
    let (name, mut rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
    assert!(
        name.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()),
        "odd tag {name:?}"
    );
    let mut attrs = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let end = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let attr = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let (inside, after) = quoted.split_once('"').expect("a quote ends");
            (value, rest) = (unescape(inside), after);
        } else {
            assert!(!rest.starts_with('='), "unquoted attribute in <{body}>");
        }
        assert!(
            attrs.iter().all(|(other, _)| *other != attr),
            "{attr} twice in <{body}>"
        );
        attrs.push((attr, value));
    }
    Tag {
        name: name.to_owned(),
        attrs,
        parent,
        text: String::new(),
    }
}

/// Takes away one layer of escaping, and only one.
fn unescape(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (entity, after) = piece
            .split_once(';')
            .unwrap_or_else(|| panic!("a bare & in {text:?}"));
        out.push(match entity {
            "lt" | "#60" => '<',
            "gt" | "#62" => '>',
            "quot" | "#34" => '"',
            "#39" => '\'',
            "amp" | "#38" => '&',
            other => panic!("unknown entity {other}"),
        });
        out.push_str(after);
    }
    out
}
