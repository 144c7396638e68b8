//! A fresh database for each test, on each kind that Stepwell supports. It must not fall back in
//! silence: a test that was meant for PostgreSQL fails where there is none, unless leaving it out
//! was asked for by name.
#![allow(clippy::print_stderr, reason = "a left-out database must be seen")]

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// Address of a PostgreSQL database whose role may create databases.
pub const POSTGRES: &str = "STEPWELL_TEST_POSTGRES";
/// Set to `1`: tests leave PostgreSQL out and say so.
pub const SKIP_POSTGRES: &str = "STEPWELL_TEST_SKIP_POSTGRES";
/// Address of a Redis server that tests may fill and flush.
pub const REDIS: &str = "STEPWELL_TEST_REDIS";
/// Set to `1`: tests leave Redis out and say so.
pub const SKIP_REDIS: &str = "STEPWELL_TEST_SKIP_REDIS";

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// An empty database that disappears with this value.
#[derive(Debug)]
pub struct Database {
    url: String,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    File(#[expect(dead_code, reason = "held so that the folder lives")] TempDir),
    Postgres { server: String, name: String },
}

impl Database {
    /// A SQLite file in a folder of its own.
    #[track_caller]
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self {
            url: format!("sqlite:{}", folder.path().join("stepwell.db").display()),
            kept: Kept::File(folder),
        }
    }

    /// A new database on the server that `STEPWELL_TEST_POSTGRES` names; `None` when tests were told
    /// to leave PostgreSQL out.
    #[track_caller]
    pub fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var(POSTGRES) else {
            if std::env::var(SKIP_POSTGRES).is_ok_and(|value| value == "1") {
                eprintln!("skipped on PostgreSQL, because {SKIP_POSTGRES}=1");
                return None;
            }
            panic!(
                "{POSTGRES} is not set. Run the tests with ./test at the root of the repository, \
                 which starts a private PostgreSQL, or set {POSTGRES}=postgres://… yourself; \
                 {SKIP_POSTGRES}=1 leaves PostgreSQL out."
            );
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("stepwell_test_{}_{number}", std::process::id());
        psql(
            &server,
            &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .and_then(|()| psql(&server, &format!("CREATE DATABASE {name}")))
        .unwrap_or_else(|problem| panic!("no test database could be made: {problem}"));
        let mut url = url::Url::parse(&server)
            .unwrap_or_else(|problem| panic!("{POSTGRES} is not a postgres:// URL: {problem}"));
        url.set_path(&name);
        Some(Self {
            url: url.into(),
            kept: Kept::Postgres { server, name },
        })
    }

    /// What goes into `database_url`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `SQLite` or `PostgreSQL`, for messages.
    pub fn kind(&self) -> &'static str {
        match self.kept {
            Kept::File(_) => "SQLite",
            Kept::Postgres { .. } => "PostgreSQL",
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Kept::Postgres { server, name } = &self.kept {
            // Best effort: a private server disappears as a whole anyway.
            let _ = psql(
                server,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            );
        }
    }
}

/// Runs `test` with an empty SQLite database and then with an empty PostgreSQL database.
#[track_caller]
pub fn each_database(test: impl Fn(Database)) {
    eprintln!("on SQLite");
    test(Database::sqlite());
    if let Some(database) = Database::postgres() {
        eprintln!("on PostgreSQL");
        test(database);
    }
}

/// The Redis address that tests may use; `None` when tests were told to leave Redis out.
#[track_caller]
pub fn redis_url() -> Option<String> {
    if let Ok(url) = std::env::var(REDIS) {
        return Some(url);
    }
    if std::env::var(SKIP_REDIS).is_ok_and(|value| value == "1") {
        eprintln!("skipped, because {SKIP_REDIS}=1");
        return None;
    }
    panic!(
        "{REDIS} is not set. Run the tests with ./test at the root of the repository, which \
         starts a private Redis, or set {REDIS}=redis://… yourself; {SKIP_REDIS}=1 leaves it out."
    )
}

fn psql(server: &str, statement: &str) -> Result<(), String> {
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"])
        .args(["--command", statement, server])
        .output()
        .map_err(|problem| {
            format!(
                "psql did not start ({problem}); install it with: apt-get install postgresql-client"
            )
        })?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}
