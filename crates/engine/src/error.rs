//! How a use case fails when it is not the request's fault, and the one enum that edges map to HTTP.

use std::fmt;

use stepwell_core::oauth::OAuthError;
use stepwell_core::time::Seconds;
use stepwell_store::StoreError;

use crate::limits::LimitsDown;

/// A use case could not be carried out.
#[derive(Debug)]
pub enum EngineError {
    /// The protocol's answer: an error of the OAuth table.
    OAuth(OAuthError),
    /// The database is away, full or busy; nothing was changed (spec §5 lines 117, 120).
    Unavailable(String),
    /// Too many password checks at once; come back in a second (spec §5 line 76).
    Busy,
    /// The network asked or failed too often: come back after this long (RFC 6585 §4).
    TooMany {
        /// How long to wait.
        retry_after: Seconds,
    },
    /// A clash with what is stored, with what to change.
    Conflict(String),
    /// There is no such thing.
    NotFound(String),
    /// The input breaks a rule; every problem is listed.
    Invalid(Vec<String>),
    /// Something that should hold does not: a bug or damaged data.
    Broken(String),
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OAuth(error) => write!(f, "{}: {}", error.code(), error.wire_description()),
            Self::Unavailable(why) => write!(f, "temporarily unavailable: {why}"),
            Self::Busy => {
                f.write_str("too many password checks are waiting; try again in a second")
            }
            Self::TooMany { retry_after } => write!(
                f,
                "too many attempts from this network; try again in {} s",
                retry_after.0
            ),
            Self::Conflict(what) | Self::NotFound(what) | Self::Broken(what) => f.write_str(what),
            Self::Invalid(problems) => f.write_str(&problems.join("; ")),
        }
    }
}

impl std::error::Error for EngineError {}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(what) => Self::Conflict(format!("{what}; choose another one")),
            error if error.is_temporary() => Self::Unavailable(error.to_string()),
            error => Self::Broken(error.to_string()),
        }
    }
}

impl From<LimitsDown> for EngineError {
    fn from(error: LimitsDown) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<OAuthError> for EngineError {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl EngineError {
    /// Damaged data, with what could not be read.
    pub(crate) fn broken(what: impl fmt::Display) -> Self {
        Self::Broken(what.to_string())
    }
}
