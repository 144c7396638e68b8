//! A JSON object as lines for people: `name: value`, and nothing for what is not there.

use serde_json::{Map, Value};

/// One line a member, in the order of the object.
pub(super) fn lines(object: &Map<String, Value>) -> String {
    let line = |(name, value): (&String, &Value)| Some(format!("{name}: {}", said(value)?));
    object
        .iter()
        .filter_map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A value as one would say it; none for nothing.
fn said(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            Some(items.join(" "))
        }
        Value::Object(members) if members.is_empty() => None,
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_there_is_a_line_each_and_what_is_not_is_none() {
        let object = json!({
            "a": "text", "b": ["x", "y"], "c": null, "d": [], "e": "", "f": false, "g": { "h": 1 }, "i": {},
        });
        assert_eq!(
            lines(object.as_object().unwrap()),
            "a: text\nb: x y\nf: false\ng: {\"h\":1}"
        );
    }
}
