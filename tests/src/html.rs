//! Enough reading of HTML for a scripted visitor: tags, attributes, forms, a refresh. It must not
//! grow into a parser; what needs a document tree is tested in the real browser.

/// A start tag or an end tag, with its attributes in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Lower-case element name.
    pub name: String,
    /// True for `</name>`.
    pub closing: bool,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute, unescaped; an attribute without a value is the empty string.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A form as it would be sent untouched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// Where it goes, as written (often relative).
    pub action: String,
    /// `get` or `post`, lower case.
    pub method: String,
    /// Names and values of its inputs (not of its buttons), in order.
    pub fields: Vec<(String, String)>,
    /// Its buttons.
    pub buttons: Vec<Button>,
}

/// A button that submits a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// The element's id, or empty.
    pub id: String,
    /// Name that is sent when this button is pressed, or empty.
    pub name: String,
    /// Value that is sent with the name.
    pub value: String,
}

impl Form {
    /// True when the form holds a button with this id.
    pub fn has_button(&self, id: &str) -> bool {
        self.buttons.iter().any(|button| button.id == id)
    }

    /// True when the form holds an input of this name.
    pub fn has_field(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }
}

/// All tags of a page, comments and text left out.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let end = end_of_tag(rest);
        if let Some(tag) = read_tag(&rest[..end]) {
            found.push(tag);
        }
        rest = rest.get(end + 1..).unwrap_or("");
    }
    found
}

/// All forms of a page, in order.
pub fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut open = false;
    for tag in tags(html) {
        match (tag.name.as_str(), tag.closing) {
            ("form", false) => {
                open = true;
                forms.push(Form {
                    action: tag.attribute("action").unwrap_or("").to_owned(),
                    method: tag.attribute("method").unwrap_or("get").to_lowercase(),
                    ..Form::default()
                });
            }
            ("form", true) => open = false,
            ("input", false) if open => add_input(forms.last_mut(), &tag),
            ("button", false) if open => add_button(forms.last_mut(), &tag),
            _ => {}
        }
    }
    forms
}

/// The address of `<meta http-equiv="refresh" content="0;url=…">`, if the page has one.
pub fn refresh(html: &str) -> Option<String> {
    tags(html)
        .iter()
        .filter(|tag| tag.name == "meta")
        .filter(|tag| {
            tag.attribute("http-equiv")
                .is_some_and(|value| value.eq_ignore_ascii_case("refresh"))
        })
        .find_map(|tag| {
            let content = tag.attribute("content")?;
            let (_, target) = content.split_once(';')?;
            let (key, address) = target.trim_start().split_once('=')?;
            key.trim().eq_ignore_ascii_case("url").then(|| {
                address
                    .trim()
                    .trim_matches(|quote| quote == '\'' || quote == '"')
                    .to_owned()
            })
        })
}

/// Turns character references back into characters.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let reference = rest.find(';').and_then(|end| {
            let character = character(&rest[1..end])?;
            Some((character, end))
        });
        match reference {
            Some((character, end)) => {
                plain.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn character(reference: &str) -> Option<char> {
    match reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let digits = reference.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

fn add_input(form: Option<&mut Form>, tag: &Tag) {
    let (Some(form), Some(name)) = (form, tag.attribute("name")) else {
        return;
    };
    let kind = tag.attribute("type").unwrap_or("text");
    if kind == "submit" {
        add_button(Some(form), tag);
        return;
    }
    let chosen = tag.attribute("checked").is_some();
    if matches!(kind, "checkbox" | "radio") && !chosen {
        return;
    }
    let value = tag.attribute("value").unwrap_or("").to_owned();
    form.fields.push((name.to_owned(), value));
}

fn add_button(form: Option<&mut Form>, tag: &Tag) {
    let (Some(form), "submit") = (form, tag.attribute("type").unwrap_or("submit")) else {
        return;
    };
    let text = |name| tag.attribute(name).unwrap_or("").to_owned();
    form.buttons.push(Button {
        id: text("id"),
        name: text("name"),
        value: text("value"),
    });
}

/// Where the tag's `>` is, quotes respected.
fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if character == '"' || character == '\'' => quote = Some(character),
            None if character == '>' => return at,
            None => {}
        }
    }
    text.len()
}

fn read_tag(inside: &str) -> Option<Tag> {
    let closing = inside.starts_with('/');
    let inside = inside.trim_start_matches('/').trim_end_matches('/');
    let end = inside
        .find(|c: char| c.is_ascii_whitespace())
        .unwrap_or(inside.len());
    let name = inside[..end].to_lowercase();
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        .then(|| Tag {
            name,
            closing,
            attributes: read_attributes(&inside[end..]),
        })
}

fn read_attributes(text: &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c == '=' || c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let name = rest[..end].to_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = read_value(after.trim_start());
        }
        attributes.push((name, unescape(value)));
        rest = rest.trim_start();
    }
    attributes
}

fn read_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    let end = text
        .find(|c: char| c.is_ascii_whitespace())
        .unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_it_would_be_sent() {
        let page = r#"<!-- <form> --><form method="POST" action="/i/a?x=1&amp;y=2">
            <input type=hidden name="csrf" value='a"b'><input name=username required>
            <input type="checkbox" name="trust" value="1">
            <button id="continue" name="decision" value="allow">Allow &gt;</button></form>"#;
        let forms = forms(page);
        assert_eq!(forms.len(), 1);
        assert_eq!(forms[0].action, "/i/a?x=1&y=2");
        assert_eq!(forms[0].method, "post");
        let fields = [("csrf", "a\"b"), ("username", "")];
        assert_eq!(
            forms[0].fields,
            fields.map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
        assert!(forms[0].has_button("continue"));
    }

    #[test]
    fn a_refresh_gives_its_address_unescaped() {
        let page =
            r#"<meta http-equiv="refresh" content="0;url=http://a.example/cb?code=1&amp;state=2">"#;
        assert_eq!(refresh(page).unwrap(), "http://a.example/cb?code=1&state=2");
    }

    #[test]
    fn an_unknown_reference_is_left_as_it_is() {
        assert_eq!(unescape("a & b &x; &#x27;&#65;"), "a & b &x; 'A");
    }
}
