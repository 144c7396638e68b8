//! Strict JSON: no member twice, no deep nesting, no oversize, no NUL.
//!
//! For anything that comes from outside as JSON: the `claims` parameter, payloads of client
//! assertions, key sets. Two readers that pick different ones of two equal members disagree about
//! what was signed, so such text is refused rather than read.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// How much JSON is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest text, in bytes.
    pub max_bytes: usize,
    /// Deepest nesting: `0` allows only a bare value, `1` one array or object, and so on.
    pub max_depth: usize,
}

/// Why a text was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Longer than allowed.
    #[error("the JSON is {0} bytes long; at most {1} are read")]
    TooLarge(usize, usize),
    /// Nested deeper than allowed.
    #[error("the JSON is nested deeper than {0} levels")]
    TooDeep(usize),
    /// A member name came twice in one object.
    #[error("the member '{0}' comes more than once in one object; each may come once")]
    Duplicate(String),
    /// A string holds U+0000.
    #[error("a string holds a NUL character")]
    Nul,
    /// Not JSON, or not of the expected shape.
    #[error("not valid JSON: {0}")]
    Malformed(String),
}

/// Reads one JSON value.
///
/// # Errors
/// As [`JsonError`] says; nothing is read in part.
pub fn parse(text: &[u8], limits: Limits) -> Result<Value, JsonError> {
    if text.len() > limits.max_bytes {
        return Err(JsonError::TooLarge(text.len(), limits.max_bytes));
    }
    let refusal = RefCell::new(None);
    let mut from = serde_json::Deserializer::from_slice(text);
    let strict = Strict {
        depth_left: limits.max_depth,
        max_depth: limits.max_depth,
        refusal: &refusal,
    };
    let read = strict
        .deserialize(&mut from)
        .and_then(|value| from.end().map(|()| value));
    read.map_err(|error| {
        refusal
            .take()
            .unwrap_or_else(|| JsonError::Malformed(error.to_string()))
    })
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    depth_left: usize,
    max_depth: usize,
    refusal: &'a RefCell<Option<JsonError>>,
}

impl Strict<'_> {
    fn refuse<E: serde::de::Error>(self, why: JsonError) -> E {
        let text = why.to_string();
        self.refusal.replace(Some(why));
        E::custom(text)
    }

    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth_left.checked_sub(1) {
            Some(depth_left) => Ok(Self { depth_left, ..self }),
            None => Err(self.refuse(JsonError::TooDeep(self.max_depth))),
        }
    }

    fn text<E: serde::de::Error>(self, text: String) -> Result<String, E> {
        if text.contains('\0') {
            Err(self.refuse(JsonError::Nul))
        } else {
            Ok(text)
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.text(value.to_owned()).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inside)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let name = self.text(name)?;
            if members.contains_key(&name) {
                return Err(self.refuse(JsonError::Duplicate(name)));
            }
            let value = map.next_value_seed(inside)?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const LIMITS: Limits = Limits {
        max_bytes: 200,
        max_depth: 3,
    };

    fn refused(text: &str) -> JsonError {
        parse(text.as_bytes(), LIMITS).unwrap_err()
    }

    #[test]
    fn ordinary_json_is_read_as_it_stands() {
        let text = r#" {"a": [1, -2, 2.5, true, null, "x\u00e9"], "b": {"c": {}}} "#;
        let expected = json!({"a": [1, -2, 2.5, true, null, "xé"], "b": {"c": {}}});
        assert_eq!(parse(text.as_bytes(), LIMITS), Ok(expected));
    }

    #[test]
    fn duplicate_members_are_refused_at_any_depth_and_however_they_are_escaped() {
        assert_eq!(
            refused(r#"{"a":1,"a":1}"#),
            JsonError::Duplicate("a".into())
        );
        assert_eq!(
            refused(r#"{"a":1,"\u0061":2}"#),
            JsonError::Duplicate("a".into())
        );
        assert_eq!(
            refused(r#"[{"b":{"x":null,"y":1,"x":2}}]"#),
            JsonError::Duplicate("x".into())
        );
        assert!(parse(br#"[{"a":1},{"a":1}]"#, LIMITS).is_ok());
    }

    #[test]
    fn deeply_nested_json_is_refused() {
        assert!(parse(b"[[[1]]]", LIMITS).is_ok());
        assert_eq!(refused("[[[[1]]]]"), JsonError::TooDeep(3));
        assert_eq!(refused(r#"{"a":{"b":{"c":{}}}}"#), JsonError::TooDeep(3));
        let bomb = "[".repeat(100_000);
        let wide = Limits {
            max_bytes: 1_000_000,
            max_depth: 8,
        };
        assert_eq!(parse(bomb.as_bytes(), wide), Err(JsonError::TooDeep(8)));
    }

    #[test]
    fn oversized_json_is_refused_before_it_is_read() {
        assert_eq!(refused(&"x".repeat(201)), JsonError::TooLarge(201, 200));
    }

    #[test]
    fn invalid_utf_8_nul_and_lone_surrogates_are_refused() {
        assert!(matches!(
            parse(b"\"\xff\"", LIMITS),
            Err(JsonError::Malformed(_))
        ));
        assert!(matches!(refused(r#""\ud800""#), JsonError::Malformed(_)));
        assert_eq!(refused("\"a\\u0000\""), JsonError::Nul);
        assert_eq!(refused("{\"a\\u0000\":1}"), JsonError::Nul);
    }

    #[test]
    fn text_that_is_not_json_or_goes_on_after_it_is_refused() {
        for bad in [
            "", "{", "{}x", "{} {}", "nul", "{'a':1}", "NaN", "[1,]", "01", "1e999",
        ] {
            assert!(matches!(refused(bad), JsonError::Malformed(_)), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_reads_as_the_plain_parser_reads_it(text in r#"[\[\]{}:,"a-c0-2\\ ]{0,24}"#) {
            if let Ok(value) = parse(text.as_bytes(), LIMITS) {
                prop_assert_eq!(value, serde_json::from_str::<Value>(&text).unwrap());
            }
        }
    }
}
