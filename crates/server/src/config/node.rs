//! Configured values before they are typed, each knowing where it was written.

use std::path::PathBuf;

/// Where a value comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Built in.
    #[default]
    Default,
    /// The configuration file; lines and columns count from one.
    File {
        /// Its line.
        line: usize,
        /// Its column, in characters.
        column: usize,
    },
    /// An environment variable.
    Env(String),
    /// A file that an environment variable names.
    EnvFile {
        /// The variable, which ends in `_FILE`.
        name: String,
        /// The file.
        file: PathBuf,
    },
}

impl Origin {
    /// For messages: `stepwell.toml:12:3`, `environment STEPWELL__ISSUER`, `default`.
    pub fn shown(&self, file: Option<&str>) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::File { line, column } => {
                format!("{}:{line}:{column}", file.unwrap_or("stepwell.toml"))
            }
            Self::Env(name) => format!("environment {name}"),
            Self::EnvFile { name, file } => format!("environment {name} ({})", file.display()),
        }
    }
}

/// A value with its origin. It may hold a secret, so it has no `Debug`.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// What TOML or the environment can say.
#[derive(Clone)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Bool(bool),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// A kind of value that no key takes: a float, a date.
    Other(&'static str),
}

/// One key of a table.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: Origin,
    pub(crate) node: Node,
}

impl Node {
    /// The kind of this value, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a text",
            Value::Integer(_) => "a number",
            Value::Bool(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Other(kind) => kind,
        }
    }

    /// Whether it was written without types: environment values and built-in defaults are texts.
    pub(crate) fn untyped(&self) -> bool {
        !matches!(self.origin, Origin::File { .. })
    }
}
