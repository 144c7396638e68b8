//! Why a command failed, and the exit code that scripts may rely on.

use std::fmt;

use stepwell_engine::EngineError;
use stepwell_store::StoreError;

/// Exit codes. They are stable; `docs/cli.md` explains them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// Something went wrong.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// What was named does not exist.
    NotFound = 3,
    /// It exists already, or changed meanwhile.
    Conflict = 4,
    /// A database, Redis or an address cannot be used now.
    Unavailable = 5,
}

impl Code {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Unavailable => "unavailable",
        }
    }
}

/// A failed command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure.
    pub code: Code,
    /// Each a sentence: what is wrong and how to mend it.
    pub messages: Vec<String>,
}

impl Failure {
    /// One sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            messages: vec![message.into()],
        }
    }

    /// Something went wrong.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Code::Failed, message)
    }

    /// The command line or the configuration is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    /// A database, Redis or an address cannot be used now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, message)
    }

    /// For scripts.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({ "error": self.code.name(), "messages": self.messages })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.messages.join("\n"))
    }
}

impl std::error::Error for Failure {}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::failed(format!("the answer could not be written: {error}"))
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Unavailable(_) | EngineError::Busy | EngineError::TooMany { .. } => {
                Self::unavailable(error.to_string())
            }
            EngineError::Conflict(message) => Self::new(Code::Conflict, message),
            EngineError::NotFound(message) => Self::new(Code::NotFound, message),
            EngineError::Invalid(messages) => Self {
                code: Code::Usage,
                messages,
            },
            EngineError::OAuth(_) | EngineError::Broken(_) => Self::failed(error.to_string()),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::from(EngineError::from(error))
    }
}

impl From<crate::config::Problems> for Failure {
    fn from(problems: crate::config::Problems) -> Self {
        Self {
            code: Code::Usage,
            messages: problems.lines(),
        }
    }
}
