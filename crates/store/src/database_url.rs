//! Which database: read once from configuration, so that nothing else looks at URL schemes.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// `sqlite:PATH` or `postgres://…`. Neither `Debug` nor `Display` shows a password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of the embedded database.
    Sqlite(PathBuf),
    /// A PostgreSQL server, as libpq reads its URL.
    Postgres(String),
}

/// Why a text names no database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADatabaseUrl {
    /// Neither of the two schemes.
    #[error(
        "database_url must begin with sqlite: or postgres://; write for example sqlite:/var/lib/stepwell/stepwell.db"
    )]
    Scheme,
    /// SQLite without a file, or one that every connection would have for itself.
    #[error(
        "database_url sqlite: needs the path of a file; a database in memory is not shared between connections"
    )]
    NoFile,
}

impl DatabaseUrl {
    /// A database in this file.
    pub fn sqlite(path: impl AsRef<Path>) -> Self {
        Self::Sqlite(path.as_ref().to_path_buf())
    }
}

impl FromStr for DatabaseUrl {
    type Err = NotADatabaseUrl;

    fn from_str(text: &str) -> Result<Self, NotADatabaseUrl> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text
            .strip_prefix("sqlite:")
            .ok_or(NotADatabaseUrl::Scheme)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        // SQLite would read a name that begins so as something other than a file.
        if path.is_empty()
            || path.starts_with(':')
            || path.starts_with("file:")
            || path.contains('\0')
        {
            return Err(NotADatabaseUrl::NoFile);
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", ""));
                let rest = rest.split('?').next().unwrap_or_default();
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                write!(f, "{scheme}://{host}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_with_or_without_slashes() {
        for text in ["sqlite:/a/b.db", "sqlite:///a/b.db"] {
            assert_eq!(text.parse(), Ok(DatabaseUrl::sqlite("/a/b.db")));
        }
        assert_eq!("sqlite:b.db".parse(), Ok(DatabaseUrl::sqlite("b.db")));
    }

    #[test]
    fn what_is_no_file_and_no_server_is_refused() {
        for bad in [
            "sqlite:",
            "sqlite::memory:",
            "sqlite:file:x?mode=memory",
            "sqlite://",
        ] {
            assert_eq!(
                bad.parse::<DatabaseUrl>(),
                Err(NotADatabaseUrl::NoFile),
                "{bad}"
            );
        }
        for bad in [
            "",
            "stepwell.db",
            "mysql://h/d",
            "host=localhost",
            "Sqlite:x",
        ] {
            assert_eq!(
                bad.parse::<DatabaseUrl>(),
                Err(NotADatabaseUrl::Scheme),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        for text in [
            "postgres://u:hunter2@h:5432/d?sslmode=require",
            "postgres://h/d?password=hunter2",
        ] {
            let shown = text.parse::<DatabaseUrl>().map(|u| format!("{u} {u:?}"));
            assert!(
                shown
                    .as_ref()
                    .is_ok_and(|s| !s.contains("hunter2") && s.contains("/d")),
                "{shown:?}"
            );
        }
    }
}
