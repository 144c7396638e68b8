//! The effective configuration for people and scripts: every key, its value and where it came from.
//! Secrets never leave through here.

use std::path::Path;

use serde::Serialize;
use serde_json::Value as Json;

use super::address;
use super::gather::Gathered;
use super::key::{KEYS, Key, Kind, Shown};
use super::node::{Entry, Node, Origin, Value};

/// One key's effective value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// `section.key`.
    pub key: &'static str,
    /// Its value; null where there is none.
    pub value: Json,
    /// `default`, `file` or `environment`.
    pub source: &'static str,
    /// The place in the file, or the name of the variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// Every key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dump {
    /// The file that was read.
    pub file: Option<String>,
    /// Every key in the documented order.
    pub keys: Vec<Line>,
}

impl Dump {
    pub(crate) fn of(gathered: &Gathered, file: Option<&Path>) -> Self {
        let file = file.map(|file| file.display().to_string());
        let keys = KEYS
            .iter()
            .map(|key| line(key, gathered.get(key.path), file.as_deref()))
            .collect();
        Self { file, keys }
    }

    /// One line a key: `issuer = "…"  # stepwell.toml:3:10`.
    pub fn text(&self) -> String {
        self.keys.iter().fold(String::new(), |mut text, line| {
            let place = line.place.as_deref().unwrap_or(line.source);
            match &line.value {
                Json::Null => text.push_str(&format!("# {} is not set\n", line.key)),
                value => text.push_str(&format!("{} = {}  # {place}\n", line.key, toml_of(value))),
            }
            text
        })
    }
}

fn line(key: &Key, node: Option<&Node>, file: Option<&str>) -> Line {
    let source = match node.map(|node| &node.origin) {
        None | Some(Origin::Default) => "default",
        Some(Origin::File { .. }) => "file",
        Some(Origin::Env(_) | Origin::EnvFile { .. }) => "environment",
    };
    let place = node
        .map(|node| &node.origin)
        .filter(|origin| **origin != Origin::Default);
    Line {
        key: key.path,
        value: node.map_or(Json::Null, |node| shown(key, node)),
        source,
        place: place.map(|origin| origin.shown(file)),
    }
}

fn shown(key: &Key, node: &Node) -> Json {
    match (key.shown, &node.value) {
        (Shown::Never, Value::List(items)) if items.is_empty() => Json::Array(Vec::new()),
        (Shown::Never, _) => "(hidden)".into(),
        (Shown::Url, Value::Text(text)) => address::without_password(text).into(),
        (_, Value::Text(text)) if matches!(key.kind, Kind::Count(..)) => text
            .parse::<u64>()
            .map_or_else(|_| text.clone().into(), Into::into),
        (_, Value::Text(text)) if key.kind == Kind::Bool => (text == "true").into(),
        (_, value) => plain(value),
    }
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Text(text) => text.clone().into(),
        Value::Integer(number) => (*number).into(),
        Value::Bool(flag) => (*flag).into(),
        Value::List(items) => items.iter().map(|item| plain(&item.value)).collect(),
        Value::Table(entries) => Json::Object(
            entries
                .iter()
                .map(|Entry { key, node, .. }| (key.clone(), plain(&node.value)))
                .collect(),
        ),
        Value::Other(kind) => (*kind).into(),
    }
}

/// A value as a TOML file would say it on one line.
fn toml_of(value: &Json) -> String {
    match value {
        Json::String(text) => toml::Value::String(text.clone()).to_string(),
        Json::Array(items) => format!(
            "[{}]",
            items.iter().map(toml_of).collect::<Vec<_>>().join(", ")
        ),
        Json::Object(table) => {
            let inner: Vec<String> = table
                .iter()
                .map(|(key, value)| format!("{key} = {}", toml_of(value)))
                .collect();
            if inner.is_empty() {
                "{}".to_owned()
            } else {
                format!("{{ {} }}", inner.join(", "))
            }
        }
        other => other.to_string(),
    }
}
