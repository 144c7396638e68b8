//! Makes text from outside safe to show: no line breaks, no terminal control, no hidden direction.
//!
//! The encoding is reversible (a backslash is doubled), so nothing that was said is lost, except that
//! a text longer than [`MAX_CHARS`] is cut and ends in `…`.

use serde_json::{Map, Value};

use crate::display_text::is_hidden;

/// The longest value that is kept, in characters before encoding.
pub const MAX_CHARS: usize = 1024;

/// The most members or elements kept of one collection, and how deep collections may nest.
const MAX_MEMBERS: usize = 128;
const MAX_DEPTH: usize = 16;

/// Encodes one text: control, direction and invisible characters become `\u{…}`.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(4 * MAX_CHARS));
    for (n, c) in text.chars().enumerate() {
        if n == MAX_CHARS {
            out.push('…');
            break;
        }
        match c {
            '\\' => out.push_str("\\\\"),
            c if is_hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Encodes every text in a JSON value, names of members included.
pub(super) fn value(value: Value) -> Value {
    nested(value, 0)
}

fn nested(value: Value, depth: usize) -> Value {
    match value {
        Value::String(text) => Value::String(encode(&text)),
        Value::Array(_) | Value::Object(_) if depth == MAX_DEPTH => Value::String("…".to_owned()),
        Value::Array(items) => items
            .into_iter()
            .take(MAX_MEMBERS)
            .map(|v| nested(v, depth + 1))
            .collect(),
        Value::Object(members) => members
            .into_iter()
            .take(MAX_MEMBERS)
            .map(|(k, v)| (encode(&k), nested(v, depth + 1)))
            .collect::<Map<_, _>>()
            .into(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_is_doubled_so_that_an_encoding_cannot_be_forged() {
        assert_eq!(encode("\\u{a}"), "\\\\u{a}");
        assert_ne!(encode("\\u{a}"), encode("\n"));
    }

    #[test]
    fn a_long_value_is_cut_and_says_so() {
        let cut = encode(&"x".repeat(MAX_CHARS + 5));
        assert_eq!(cut.chars().count(), MAX_CHARS + 1);
        assert!(cut.ends_with('…'));
        assert!(!encode(&"x".repeat(MAX_CHARS)).ends_with('…'));
    }

    #[test]
    fn a_deep_or_wide_value_is_bounded() {
        let mut deep = Value::from(1);
        for _ in 0..100 {
            deep = Value::Array(vec![deep]);
        }
        assert!(value(deep).to_string().len() < 60);
        let wide = value(Value::Array(vec![Value::from(1); 1000]));
        assert_eq!(wide.as_array().map(Vec::len), Some(MAX_MEMBERS));
    }
}
