//! One table of a list of tables (`[[acr]]`, `[[scope]]`, …), taken apart key by key.

use stepwell_core::time::Seconds;

use super::key::Kind;
use super::node::{Entry, Node, Origin, Value};
use super::problem::Problem;
use super::{read, suggest};

/// The keys of one table. Whatever is not taken by the end is unknown.
pub(crate) struct Fields<'p> {
    /// For messages: `[[acr]]`.
    name: &'static str,
    known: &'static [&'static str],
    entries: Vec<Entry>,
    pub(crate) origin: Origin,
    problems: &'p mut Vec<Problem>,
}

impl<'p> Fields<'p> {
    /// Opens a table that may have the `known` keys, and refuses any other.
    pub(crate) fn open(
        name: &'static str,
        known: &'static [&'static str],
        entries: Vec<Entry>,
        origin: Origin,
        problems: &'p mut Vec<Problem>,
    ) -> Self {
        let (entries, unknown): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|entry| known.contains(&entry.key.as_str()));
        for entry in unknown {
            let hint = suggest::hint(&entry.key, known.iter().copied());
            let message = format!("there is no key {:?} in {name}{hint}", entry.key);
            problems.push(Problem {
                origin: entry.at,
                message,
            });
        }
        Self {
            name,
            known,
            entries,
            origin,
            problems,
        }
    }

    /// Notes a problem with a key, or with the whole table where the key is missing.
    pub(crate) fn refuse(&mut self, key: &str, message: impl Into<String>) {
        let at = self.entries.iter().find(|entry| entry.key == key);
        let origin = at.map_or(&self.origin, |entry| &entry.node.origin).clone();
        self.problems.push(Problem {
            origin,
            message: message.into(),
        });
    }

    /// Notes a problem at a place inside a key's value.
    pub(crate) fn refuse_at(&mut self, origin: Origin, message: impl Into<String>) {
        self.problems.push(Problem {
            origin,
            message: message.into(),
        });
    }

    /// The value of a key as it stands.
    pub(crate) fn node(&self, key: &str) -> Option<&Node> {
        debug_assert!(
            self.known.contains(&key),
            "{key} is not among the keys of {}",
            self.name
        );
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.node)
    }

    fn take<T>(&mut self, key: &str, read: impl Fn(&Node) -> Result<T, String>) -> Option<T> {
        match read(self.node(key)?) {
            Ok(value) => Some(value),
            Err(message) => {
                let message = format!("{key} in {} {message}", self.name);
                self.refuse(key, message);
                None
            }
        }
    }

    /// A text of at most `most` characters.
    pub(crate) fn text(&mut self, key: &str, most: usize) -> Option<String> {
        self.take(key, |node| read::text(node, Kind::Text(most)))
    }

    /// A text that has to be there.
    pub(crate) fn required(&mut self, key: &str, most: usize) -> Option<String> {
        if self.node(key).is_none() {
            let message = format!("{} needs {key}", self.name);
            self.refuse(key, message);
        }
        self.text(key, most)
    }

    /// A length of time of at least `least` seconds and at most ten years.
    pub(crate) fn seconds(&mut self, key: &str, least: u64) -> Option<Seconds> {
        self.take(key, |node| read::duration(node, least, 3_660 * 86_400))
    }

    /// A list of texts, empty where the key is missing.
    pub(crate) fn texts(&mut self, key: &str, most: usize) -> Vec<String> {
        self.take(key, |node| match &node.value {
            Value::List(items) => items
                .iter()
                .map(|item| read::text(item, Kind::Text(most)))
                .collect(),
            _ => Err(format!("takes a list of texts, not {}", node.kind())),
        })
        .unwrap_or_default()
    }
}
