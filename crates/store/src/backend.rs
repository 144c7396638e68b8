//! The two databases, and everything that differs between them. No other file matches on the backend.

use std::fs::OpenOptions;
use std::path::Path;
use std::thread;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use crate::db::Synchronous;
use crate::schema::audit_head;
use crate::{DatabaseUrl, StoreError};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Runs a query on the connection as what it is. Through [`AnyConn`] a statement is found again by its
/// text, which is put together at every call; this way by its type. Worth it where every request or every sign-in goes.
macro_rules! on_backend {
    ($any:expr, $conn:ident => $run:expr) => {
        match $any {
            $crate::backend::AnyConn::Postgres($conn) => $run,
            $crate::backend::AnyConn::Sqlite($conn) => $run,
        }
    };
}
pub(crate) use on_backend;

/// How a connection is opened.
#[derive(Clone, Debug)]
pub(crate) struct Connect {
    pub(crate) url: DatabaseUrl,
    pub(crate) synchronous: Synchronous,
    pub(crate) wait: Duration,
    /// Refuses changes (SQLite; a PostgreSQL pool serves both).
    pub(crate) read_only: bool,
}

impl Connect {
    /// Opens a connection to the database that was named, never to another.
    pub(crate) fn open(&self) -> Result<AnyConn, StoreError> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => self.open_sqlite(path).map(AnyConn::Sqlite),
            DatabaseUrl::Postgres(url) => self.open_postgres(url).map(AnyConn::Postgres),
        }
    }

    fn open_sqlite(&self, path: &Path) -> Result<SqliteConnection, StoreError> {
        create_private(path)?;
        let text = path
            .to_str()
            .ok_or_else(|| StoreError::Unavailable(format!("{} is not UTF-8", path.display())))?;
        // A relative name gets a `./`, so that SQLite never reads it as anything but a file.
        let text = if path.is_absolute() {
            text.to_owned()
        } else {
            format!("./{text}")
        };
        let mut conn = SqliteConnection::establish(&text).map_err(unavailable)?;
        conn.batch_execute(&format!("PRAGMA busy_timeout = {};", self.wait.as_millis()))?;
        enter_wal(&mut conn)?;
        let synchronous = match self.synchronous {
            Synchronous::Full => "FULL",
            Synchronous::Normal => "NORMAL",
        };
        conn.batch_execute(&format!(
            "PRAGMA foreign_keys = ON; PRAGMA synchronous = {synchronous}; PRAGMA temp_store = MEMORY; \
             PRAGMA query_only = {};",
            if self.read_only { "ON" } else { "OFF" }
        ))?;
        Ok(conn)
    }

    fn open_postgres(&self, url: &str) -> Result<PgConnection, StoreError> {
        let secs = self.wait.as_secs().max(2);
        let mut url = url.to_owned();
        for (key, value) in [
            ("connect_timeout", secs.to_string()),
            ("application_name", "stepwell".into()),
        ] {
            if !url.contains(&format!("{key}=")) {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.push_str(&format!("{key}={value}"));
            }
        }
        let mut conn = PgConnection::establish(&url).map_err(unavailable)?;
        conn.batch_execute(&format!(
            "SET client_min_messages = warning; SET lock_timeout = {}; \
             SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '60s';",
            self.wait.as_millis().max(1)
        ))?;
        Ok(conn)
    }
}

fn unavailable(why: ConnectionError) -> StoreError {
    StoreError::Unavailable(why.to_string())
}

/// Makes the file before SQLite does, readable by its owner alone; WAL files inherit that.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(why) => Err(StoreError::Unavailable(format!(
            "{}: {why}",
            path.display()
        ))),
    }
}

/// Entering WAL needs the file alone for a moment and does not always wait for it.
fn enter_wal(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        match conn
            .batch_execute("PRAGMA journal_mode = WAL;")
            .map_err(StoreError::from)
        {
            Err(StoreError::Busy(_)) if tries < 100 => {
                tries += 1;
                thread::sleep(Duration::from_millis(10));
            }
            done => return done,
        }
    }
}

impl AnyConn {
    /// Begins a transaction that may write. On SQLite it takes the write lock at once: taken later, it
    /// fails at once whenever somebody else wrote since the first read.
    pub(crate) fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn),
            Self::Sqlite(conn) => {
                AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
            }
        }
    }

    /// Begins a transaction that sees one instant of the database and cannot write.
    pub(crate) fn begin_snapshot(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(
                conn,
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            ),
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction(conn),
        }
    }

    /// Ends the innermost of transaction and savepoint, and keeps what was done in it.
    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::commit_transaction(conn),
            Self::Sqlite(conn) => AnsiTransactionManager::commit_transaction(conn),
        }
    }

    /// Undoes the innermost of transaction and savepoint.
    pub(crate) fn rollback(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn),
            Self::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn),
        }
    }

    /// Opens a savepoint within the transaction.
    pub(crate) fn begin_savepoint(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn),
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction(conn),
        }
    }

    /// Whether a transaction was left open or failed, so that the connection must not be used again.
    pub(crate) fn is_broken(&mut self) -> bool {
        match self {
            Self::Postgres(conn) => R2D2Connection::is_broken(conn),
            Self::Sqlite(conn) => R2D2Connection::is_broken(conn),
        }
    }

    /// Reads the head of the audit chain and keeps other writers from it until the end of the
    /// transaction. On SQLite the write lock does that already.
    pub(crate) fn lock_audit_head(&mut self) -> QueryResult<(i64, String)> {
        let head = audit_head::table
            .find(1)
            .select((audit_head::seq, audit_head::hash));
        match self {
            Self::Postgres(conn) => head.for_update().get_result(conn),
            Self::Sqlite(conn) => head.get_result(conn),
        }
    }

    /// Keeps other nodes from migrating until the end of the transaction. On SQLite the write lock
    /// does that already.
    pub(crate) fn lock_migrations(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => conn.batch_execute(
                "SET LOCAL lock_timeout = '120s'; SET LOCAL statement_timeout = 0; \
                 SELECT pg_advisory_xact_lock(6071427903152114)",
            ),
            Self::Sqlite(_) => Ok(()),
        }
    }

    pub(crate) fn run_migrations(
        &mut self,
        tree: EmbeddedMigrations,
    ) -> diesel::migration::Result<()> {
        match self {
            Self::Postgres(conn) => conn.run_pending_migrations(tree).map(drop),
            Self::Sqlite(conn) => conn.run_pending_migrations(tree).map(drop),
        }
    }

    pub(crate) fn pending_migrations(
        &mut self,
        tree: EmbeddedMigrations,
    ) -> diesel::migration::Result<Vec<String>> {
        fn names<DB: diesel::backend::Backend>(
            pending: Vec<Box<dyn diesel::migration::Migration<DB>>>,
        ) -> Vec<String> {
            pending.iter().map(|m| m.name().to_string()).collect()
        }
        match self {
            Self::Postgres(conn) => conn.pending_migrations(tree).map(names),
            Self::Sqlite(conn) => conn.pending_migrations(tree).map(names),
        }
    }

    /// Makes the triggers that keep the audit table append-only, where they are missing.
    pub(crate) fn guard_audit(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => conn.batch_execute(GUARD_POSTGRES),
            Self::Sqlite(conn) => conn.batch_execute(GUARD_SQLITE),
        }
    }
}

const GUARD_SQLITE: &str = "
CREATE TRIGGER IF NOT EXISTS audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit records are never changed'); END;
CREATE TRIGGER IF NOT EXISTS audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit records are never removed'); END;
CREATE TRIGGER IF NOT EXISTS audit_head_no_delete BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the head of the audit chain is never removed'); END;
";

const GUARD_POSTGRES: &str = "
CREATE OR REPLACE FUNCTION stepwell_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit records are never changed or removed'; END $$;
CREATE OR REPLACE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION stepwell_audit_guard();
CREATE OR REPLACE TRIGGER audit_head_no_delete BEFORE DELETE OR TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION stepwell_audit_guard();
";
