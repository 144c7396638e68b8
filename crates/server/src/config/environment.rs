//! Values from `STEPWELL__SECTION__KEY` variables, and from the files that their `_FILE` variants name.

use std::path::{Path, PathBuf};

use super::key::{KEYS, Key, Kind, PREFIX};
use super::node::{Node, Origin, Value};
use super::problem::Problem;
use super::{file, suggest};
use crate::whole_file;

/// A secret read from a file is no longer than this.
const LONGEST_FILE: u64 = 64 * 1024;

/// Reads every variable that begins with the prefix.
pub(crate) fn read(variables: &[(String, String)]) -> (Vec<(&'static Key, Node)>, Vec<Problem>) {
    let (mut found, mut problems) = (Vec::<(&'static Key, Node)>::new(), Vec::new());
    for (name, text) in variables
        .iter()
        .filter(|(name, _)| name.starts_with(PREFIX))
    {
        match one(name, text) {
            Ok((key, node)) => {
                if let Some((_, other)) = found.iter().find(|(taken, _)| taken.path == key.path) {
                    let other = other.origin.shown(None);
                    let message = format!("{} is given twice, also by {other}; keep one", key.path);
                    problems.push(Problem {
                        origin: node.origin,
                        message,
                    });
                } else {
                    found.push((key, node));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    (found, problems)
}

fn one(name: &str, text: &str) -> Result<(&'static Key, Node), Problem> {
    if let Some(key) = KEYS.iter().find(|key| key.variable() == name) {
        return Ok((key, typed(key, text, &Origin::Env(name.to_owned()))?));
    }
    let Some(key) = KEYS
        .iter()
        .find(|key| key.secret() && format!("{}_FILE", key.variable()) == name)
    else {
        let known: Vec<String> = KEYS.iter().map(Key::variable).collect();
        let hint = suggest::hint(name, known.iter().map(String::as_str));
        return Err(Problem {
            origin: Origin::Env(name.to_owned()),
            message: format!("there is no such key{hint}"),
        });
    };
    let origin = Origin::EnvFile {
        name: name.to_owned(),
        file: PathBuf::from(text),
    };
    let read = contents(text).map_err(|message| Problem {
        origin: origin.clone(),
        message,
    })?;
    Ok((key, typed(key, &read, &origin)?))
}

/// The text of a small file without the newline at its end.
pub(crate) fn contents(path: &str) -> Result<String, String> {
    let text = whole_file::text(Path::new(path), LONGEST_FILE)?;
    Ok(whole_file::line(&text).to_owned())
}

/// A text without types as a value of the key's kind, as far as its shape goes.
pub(crate) fn typed(key: &Key, text: &str, origin: &Origin) -> Result<Node, Problem> {
    let node = |value| Node {
        value,
        origin: origin.clone(),
    };
    match key.kind {
        Kind::Tables => file::parse_value(text, origin),
        Kind::List | Kind::Files if text.trim_start().starts_with('[') => {
            file::parse_value(text, origin)
        }
        Kind::List | Kind::Files => {
            let items = text
                .split([',', '\n'])
                .map(str::trim)
                .filter(|item| !item.is_empty());
            Ok(node(Value::List(
                items
                    .map(|item| node(Value::Text(item.to_owned())))
                    .collect(),
            )))
        }
        _ => Ok(node(Value::Text(text.to_owned()))),
    }
}
