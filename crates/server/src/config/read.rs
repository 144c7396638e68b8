//! Gathered values to typed ones. A value that breaks a rule is noted and its default stands in, so
//! that all problems are told at once.

use std::net::SocketAddr;

use stepwell_core::time::Seconds;

use super::gather::Gathered;
use super::key::{Key, Kind};
use super::node::{Entry, Node, Origin, Value};
use super::problem::Problem;
use super::suggest;

/// Reads keys by their path, collecting problems.
pub(crate) struct Reader {
    gathered: Gathered,
    pub(crate) problems: Vec<Problem>,
}

impl Reader {
    pub(crate) fn new(gathered: Gathered, problems: Vec<Problem>) -> Self {
        Self { gathered, problems }
    }

    /// Gives back what was gathered, and what was wrong with it.
    pub(crate) fn finish(self) -> (Gathered, Vec<Problem>) {
        (self.gathered, self.problems)
    }

    /// Notes a problem with the value of `path`.
    pub(crate) fn refuse(&mut self, path: &str, message: impl Into<String>) {
        let origin = self
            .gathered
            .get(path)
            .map(|node| node.origin.clone())
            .unwrap_or_default();
        self.problems.push(Problem {
            origin,
            message: message.into(),
        });
    }

    /// Whether there is a value at `path`, right or wrong.
    pub(crate) fn is_given(&self, path: &str) -> bool {
        self.gathered.get(path).is_some()
    }

    fn take<T>(
        &mut self,
        path: &str,
        read: impl Fn(&Node, Kind) -> Result<T, String>,
    ) -> Option<T> {
        let kind = Key::find(path)?.kind;
        let node = self.gathered.get(path)?;
        match read(node, kind) {
            Ok(value) => Some(value),
            Err(message) => {
                self.problems.push(Problem {
                    origin: node.origin.clone(),
                    message: format!("{path} {message}"),
                });
                None
            }
        }
    }

    /// A text, if there is one.
    pub(crate) fn text(&mut self, path: &str) -> Option<String> {
        self.take(path, text)
    }

    /// Whether the value of `path` stands in the environment.
    pub(crate) fn is_from_environment(&self, path: &str) -> bool {
        self.gathered
            .get(path)
            .is_some_and(|node| matches!(node.origin, Origin::Env(_) | Origin::EnvFile { .. }))
    }

    /// A length of time.
    pub(crate) fn seconds(&mut self, path: &str) -> Seconds {
        self.take(path, |node, kind| {
            let Kind::Duration(least, most) = kind else {
                return Err("is no duration".to_owned());
            };
            duration(node, least, most)
        })
        .unwrap_or_default()
    }

    /// A whole number.
    pub(crate) fn count(&mut self, path: &str) -> u32 {
        self.take(path, |node, kind| {
            let Kind::Count(least, most) = kind else {
                return Err("is no number".to_owned());
            };
            let number = match &node.value {
                Value::Integer(number) => u64::try_from(*number).ok(),
                Value::Text(text) if node.untyped() => text.trim().parse().ok(),
                _ => return Err(format!("takes a whole number, not {}", node.kind())),
            };
            let found = number.filter(|number| (least..=most).contains(number));
            found
                .and_then(|number| u32::try_from(number).ok())
                .ok_or_else(|| format!("takes a whole number from {least} to {most}"))
        })
        .unwrap_or_default()
    }

    /// `true` or `false`.
    pub(crate) fn bool(&mut self, path: &str) -> bool {
        self.take(path, |node, _| match &node.value {
            Value::Bool(flag) => Ok(*flag),
            Value::Text(text) if node.untyped() && text == "true" => Ok(true),
            Value::Text(text) if node.untyped() && text == "false" => Ok(false),
            _ => Err("takes true or false".to_owned()),
        })
        .unwrap_or_default()
    }

    /// `host:port`; `None` for `off`.
    pub(crate) fn address(&mut self, path: &str) -> Option<SocketAddr> {
        let text = self.text(path)?;
        let off = matches!(
            Key::find(path).map(|key| key.kind),
            Some(Kind::Address(true))
        );
        if off && text == "off" {
            return None;
        }
        match text.parse() {
            Ok(address) => Some(address),
            Err(_) => {
                let or_off = if off { ", or \"off\"" } else { "" };
                self.refuse(path, format!("{path} takes an address and a port such as \"127.0.0.1:7100\" or \"[::]:7100\"{or_off}"));
                None
            }
        }
    }

    /// A list of texts.
    pub(crate) fn list(&mut self, path: &str) -> Vec<(String, Origin)> {
        let nodes = self.take(path, |node, _| match &node.value {
            Value::List(items) => Ok(items.clone()),
            _ => Err(format!("takes a list of texts, not {}", node.kind())),
        });
        let mut found = Vec::new();
        for node in nodes.unwrap_or_default() {
            match node.value {
                Value::Text(text) => found.push((text, node.origin)),
                _ => self.problems.push(Problem {
                    message: format!("{path} takes a list of texts, not {}", node.kind()),
                    origin: node.origin,
                }),
            }
        }
        found
    }

    /// A list of tables, each with its origin.
    pub(crate) fn tables(&mut self, path: &str) -> Vec<(Vec<Entry>, Origin)> {
        let nodes = self.take(path, |node, _| match &node.value {
            Value::List(items) => Ok(items.clone()),
            _ => Err(format!("takes tables: write [[{path}]] above each")),
        });
        let mut found = Vec::new();
        for node in nodes.unwrap_or_default() {
            match node.value {
                Value::Table(entries) => found.push((entries, node.origin)),
                _ => self.problems.push(Problem {
                    message: format!("{path} takes tables: write [[{path}]] above each"),
                    origin: node.origin,
                }),
            }
        }
        found
    }
}

/// A text of a bounded length, or one of the choices.
pub(crate) fn text(node: &Node, kind: Kind) -> Result<String, String> {
    let Value::Text(text) = &node.value else {
        return Err(format!("takes a text in quotes, not {}", node.kind()));
    };
    match kind {
        Kind::Choice(choices) if !choices.contains(&text.as_str()) => {
            let hint = suggest::hint(text, choices.iter().copied());
            Err(format!("takes one of {}{hint}", choices.join(", ")))
        }
        Kind::Text(most) | Kind::File(most) if text.chars().count() > most => Err(format!(
            "has {} characters; it may have {most}",
            text.chars().count()
        )),
        _ if text.trim().is_empty() => Err("is empty; leave it out instead".to_owned()),
        _ if text.chars().any(char::is_control) => Err("contains a control character".to_owned()),
        _ => Ok(text.clone()),
    }
}

/// A length of time in bounds: `"5m"`, or a number of seconds.
pub(crate) fn duration(node: &Node, least: u64, most: u64) -> Result<Seconds, String> {
    let found = match &node.value {
        Value::Text(text) => {
            Seconds::parse(text).map_err(|message| format!("takes a duration: {message}"))?
        }
        Value::Integer(number) if *number >= 0 => Seconds(number.unsigned_abs()),
        _ => {
            return Err(format!(
                "takes a duration such as \"5m\", not {}",
                node.kind()
            ));
        }
    };
    if (least..=most).contains(&found.0) {
        Ok(found)
    } else {
        Err(format!(
            "takes a duration from {} to {}, not {found}",
            Seconds(least),
            Seconds(most)
        ))
    }
}
