//! File, environment and defaults laid over each other, every key checked against the list.

use std::collections::HashMap;
use std::path::Path;

use super::key::{KEYS, Key};
use super::node::{Entry, Node, Origin, Value};
use super::problem::Problem;
use super::{environment, file, files, suggest};

/// The winning value of every key that has one.
#[derive(Default)]
pub(crate) struct Gathered {
    values: HashMap<&'static str, Node>,
}

impl Gathered {
    pub(crate) fn get(&self, path: &str) -> Option<&Node> {
        self.values.get(path)
    }
}

/// Lays the environment over the file over the defaults. `folder` is that of the file.
pub(crate) fn gather(
    folder: &Path,
    text: Option<&str>,
    variables: &[(String, String)],
) -> (Gathered, Vec<Problem>) {
    let mut gathered = Gathered::default();
    let mut problems = Vec::new();
    for key in KEYS {
        match key
            .default
            .map(|text| environment::typed(key, text, &Origin::Default))
        {
            Some(Ok(node)) => drop(gathered.values.insert(key.path, node)),
            Some(Err(problem)) => problems.push(problem),
            None => {}
        }
    }
    if let Some(text) = text {
        let (entries, found) = file::parse(text);
        problems.extend(found);
        walk("", entries, folder, &mut gathered, &mut problems);
    }
    let (values, found) = environment::read(variables);
    problems.extend(found);
    gathered
        .values
        .extend(values.into_iter().map(|(key, node)| (key.path, node)));
    (gathered, problems)
}

fn walk(
    section: &str,
    entries: Vec<Entry>,
    folder: &Path,
    into: &mut Gathered,
    problems: &mut Vec<Problem>,
) {
    for mut entry in entries {
        let path = if section.is_empty() {
            entry.key.clone()
        } else {
            format!("{section}.{}", entry.key)
        };
        if let Some(key) = Key::find(&path) {
            files::rebase(key, &mut entry.node, folder);
            into.values.insert(key.path, entry.node);
        } else if !Key::is_section(&path) {
            problems.push(unknown(section, &entry));
        } else if let Value::Table(inner) = entry.node.value {
            walk(&path, inner, folder, into, problems);
        } else {
            let message = format!("{path:?} is a section: write [{path}] and its keys below");
            problems.push(Problem {
                origin: entry.at,
                message,
            });
        }
    }
}

/// Refuses a key, naming the neighbour, section or key elsewhere that was probably meant.
fn unknown(section: &str, entry: &Entry) -> Problem {
    let here: Vec<&str> = KEYS
        .iter()
        .filter_map(|key| {
            let rest = if section.is_empty() {
                key.path
            } else {
                key.path.strip_prefix(section)?.strip_prefix('.')?
            };
            rest.split('.').next()
        })
        .collect();
    let mut hint = suggest::hint(&entry.key, here);
    if hint.is_empty() {
        let elsewhere = KEYS
            .iter()
            .find(|key| key.path.rsplit('.').next() == Some(&entry.key));
        hint = elsewhere.map_or_else(String::new, |key| match key.path.split_once('.') {
            Some((section, _)) => format!("; it belongs below [{section}]"),
            None => "; it belongs above the first [section]".to_owned(),
        });
    }
    let place = if section.is_empty() {
        String::new()
    } else {
        format!(" in [{section}]")
    };
    Problem {
        origin: entry.at.clone(),
        message: format!("there is no key {:?}{place}{hint}", entry.key),
    }
}
