//! TOML text to nodes with their lines. Knows nothing of which keys exist.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::{Entry, Node, Origin, Value};
use super::problem::Problem;

/// Parses a file. What could be read is given back beside what could not.
pub(crate) fn parse(text: &str) -> (Vec<Entry>, Vec<Problem>) {
    let lines = Lines::of(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    let problems = errors
        .iter()
        .map(|error| Problem {
            origin: lines.at(&error.span().unwrap_or(0..0)),
            message: format!("this is not TOML: {}", error.message()),
        })
        .collect();
    (entries(table.get_ref(), &|span| lines.at(span)), problems)
}

/// Parses one value as it would stand after `key =`, every part of it with the same origin.
pub(crate) fn parse_value(text: &str, origin: &Origin) -> Result<Node, Problem> {
    let line = format!("value = {text}");
    let (table, errors) = DeTable::parse_recoverable(&line);
    let bad = |message: String| Problem {
        origin: origin.clone(),
        message,
    };
    if let Some(error) = errors.first() {
        return Err(bad(format!(
            "this is not a TOML value: {}",
            error.message()
        )));
    }
    let mut found = entries(table.get_ref(), &|_| origin.clone());
    match found.pop() {
        Some(entry) if found.is_empty() => Ok(entry.node),
        _ => Err(bad("this is not one TOML value".to_owned())),
    }
}

type Place<'a> = &'a dyn Fn(&Range<usize>) -> Origin;

fn entries(table: &DeTable<'_>, place: Place<'_>) -> Vec<Entry> {
    let mut found: Vec<(usize, Entry)> = table
        .iter()
        .map(|(key, value)| {
            let entry = Entry {
                key: key.get_ref().clone().into_owned(),
                at: place(&key.span()),
                node: node(value, place),
            };
            (key.span().start, entry)
        })
        .collect();
    found.sort_by_key(|(start, _)| *start);
    found.into_iter().map(|(_, entry)| entry).collect()
}

fn node(value: &Spanned<DeValue<'_>>, place: Place<'_>) -> Node {
    let origin = place(&value.span());
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other("a number that is too large"), Value::Integer),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, place)).collect()),
        DeValue::Table(table) => Value::Table(entries(table, place)),
        DeValue::Float(_) => Value::Other("a number with a fraction"),
        DeValue::Datetime(_) => Value::Other("a date"),
    };
    Node { value, origin }
}

/// Byte offsets to lines and columns.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    fn at(&self, span: &Range<usize>) -> Origin {
        let line = self
            .starts
            .partition_point(|start| *start <= span.start)
            .max(1);
        let before = self
            .text
            .get(self.starts[line - 1]..span.start)
            .unwrap_or_default();
        Origin::File {
            line,
            column: before.chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_value_knows_its_line_and_column() {
        let (found, problems) = parse("a = 1\n\n[\"späť\"]\n  b = \"x\"\n");
        assert!(problems.is_empty());
        assert_eq!(found[0].at, Origin::File { line: 1, column: 1 });
        assert_eq!(found[0].node.origin, Origin::File { line: 1, column: 5 });
        let Value::Table(inner) = &found[1].node.value else {
            panic!("a table")
        };
        assert_eq!(inner[0].at, Origin::File { line: 4, column: 3 });
    }

    #[test]
    fn broken_toml_is_told_with_its_line() {
        let (_, problems) = parse("issuer = \"x\"\nlisten = = 3\n");
        assert!(
            matches!(problems[0].origin, Origin::File { line: 2, .. }),
            "{problems:?}"
        );
    }
}
