//! What can go wrong in storage, as the rest of the house needs to tell it apart.

use diesel::result::{DatabaseErrorKind, Error};

/// Why a read or write did not happen. After an `Err` from a write nothing of it is stored.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, every connection is busy, or a transaction that several writers
    /// shared was lost: answer 503, try again later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Another transaction was in the way for too long (a lock or a deadlock): answer 503.
    #[error("the database was busy with another change: {0}")]
    Busy(String),
    /// The disk is full: answer 503 and say not ready.
    #[error("the database has no room left: {0}")]
    Full(String),
    /// Something that must be unique exists already.
    #[error("{0}")]
    Conflict(Unique),
    /// Something this refers to does not exist.
    #[error("this refers to something that does not exist: {0}")]
    Missing(String),
    /// What is stored cannot be read: the file is damaged or was written by something else.
    #[error("what is stored cannot be read: {0}")]
    Corrupt(String),
    /// A change was tried in [`crate::Db::read`].
    #[error("a change was tried inside a read; use Db::write")]
    ReadOnly,
    /// The database refused a statement for any other reason.
    #[error("the database refused a statement: {0}")]
    Refused(String),
}

/// What exists already.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unique {
    /// The username in its canonical form.
    #[error("the username is taken")]
    UserCanonical,
    /// A username that looks the same.
    #[error("a username that looks the same is taken")]
    UserSkeleton,
    /// The name that an authenticator goes by of its own, a passkey's credential id, with whomever it is.
    #[error("this passkey or security key is registered already, for this account or another")]
    CredentialExternal,
    /// Anything else: the table and column, or the name of the constraint.
    #[error("it exists already: {0}")]
    Other(String),
}

impl StoreError {
    /// Whether trying again later may help; the rest are faults or conflicts.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Busy(_) | Self::Full(_))
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::DatabaseError(kind, info) => {
                of_database(&kind, info.constraint_name(), info.message())
            }
            Error::DeserializationError(why) => Self::Corrupt(why.to_string()),
            Error::BrokenTransactionManager => {
                Self::Unavailable("the connection was lost".to_owned())
            }
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            other => Self::Refused(other.to_string()),
        }
    }
}

fn of_database(kind: &DatabaseErrorKind, constraint: Option<&str>, message: &str) -> StoreError {
    let text = message.to_owned();
    match kind {
        DatabaseErrorKind::UniqueViolation => StoreError::Conflict(unique(constraint, message)),
        DatabaseErrorKind::ForeignKeyViolation => StoreError::Missing(text),
        DatabaseErrorKind::ClosedConnection => StoreError::Unavailable(text),
        DatabaseErrorKind::SerializationFailure => StoreError::Busy(text),
        DatabaseErrorKind::ReadOnlyTransaction => StoreError::Unavailable(text),
        _ => of_message(text),
    }
}

/// PostgreSQL names the index, SQLite the columns.
fn unique(constraint: Option<&str>, message: &str) -> Unique {
    let named = constraint.unwrap_or(message);
    if named.contains("users_canonical_key") || named.contains("users.canonical") {
        Unique::UserCanonical
    } else if named.contains("users_skeleton_key") || named.contains("users.skeleton") {
        Unique::UserSkeleton
    } else if named.contains("credentials_external_key")
        || named.contains("credentials.external_id")
    {
        Unique::CredentialExternal
    } else {
        Unique::Other(
            named
                .trim_start_matches("UNIQUE constraint failed: ")
                .to_owned(),
        )
    }
}

/// diesel gives no code for these, so the text decides; an unknown text stays `Refused`.
fn of_message(text: String) -> StoreError {
    let has = |needle: &str| text.contains(needle);
    if has("database or disk is full")
        || has("No space left on device")
        || has("could not extend file")
    {
        StoreError::Full(text)
    } else if has("is locked") || has("deadlock detected") || has("lock timeout") {
        StoreError::Busy(text)
    } else if has("malformed") || has("file is not a database") {
        StoreError::Corrupt(text)
    } else if has("disk I/O error")
        || has("unable to open database file")
        || has("readonly database")
        || has("terminating connection")
        || has("shutting down")
        || has("starting up")
        || has("remaining connection slots")
        || has("too many clients")
    {
        StoreError::Unavailable(text)
    } else {
        StoreError::Refused(text)
    }
}
