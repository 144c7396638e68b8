//! A database of its own for each test, on every backend.

use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::{PgConnection, SqliteConnection};
use stepwell_store::{DatabaseUrl, Db, Options, StoreError};
use tempfile::TempDir;

static SCHEMAS: AtomicU64 = AtomicU64::new(0);

pub(crate) type Done = Result<(), StoreError>;

/// One fresh, migrated database.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) url: DatabaseUrl,
    pub(crate) db: Db,
    _dir: Option<TempDir>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl Fresh {
    fn of(url: DatabaseUrl, dir: Option<TempDir>) -> Self {
        let db = Db::open(&url, &Options::default()).unwrap();
        db.migrate().unwrap();
        Self { url, db, _dir: dir }
    }

    fn sqlite() -> Self {
        let dir = TempDir::new().unwrap();
        Self::of(DatabaseUrl::sqlite(dir.path().join("test.db")), Some(dir))
    }

    fn postgres(server: &str) -> Self {
        Self::of(postgres_schema(server), None)
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.url, DatabaseUrl::Sqlite(_))
    }

    /// Another node on the same database.
    pub(crate) fn another_node(&self) -> Db {
        Db::open(&self.url, &Options::default()).unwrap()
    }

    /// What somebody with a database shell can do.
    pub(crate) fn shell(&self, sql: &str) -> QueryResult<()> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
                diesel::connection::SimpleConnection::batch_execute(
                    &mut conn,
                    "PRAGMA busy_timeout = 5000;",
                )?;
                diesel::connection::SimpleConnection::batch_execute(&mut conn, sql)
            }
            DatabaseUrl::Postgres(url) => {
                let mut conn = PgConnection::establish(url).unwrap();
                diesel::connection::SimpleConnection::batch_execute(&mut conn, sql)
            }
        }
    }

    /// A number that a query names `n`.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        let query = diesel::sql_query(sql);
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
                query.get_result::<Number>(&mut conn).unwrap().n
            }
            DatabaseUrl::Postgres(url) => {
                let mut conn = PgConnection::establish(url).unwrap();
                query.get_result::<Number>(&mut conn).unwrap().n
            }
        }
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let DatabaseUrl::Postgres(url) = &self.url {
            let name = url.rsplit("%3D").next().unwrap_or_default();
            // A schema that is left behind harms nobody.
            let _ = self.shell(&format!("DROP SCHEMA IF EXISTS {name} CASCADE"));
        }
    }
}

/// A schema of its own on the server, as a URL.
pub(crate) fn postgres_schema(server: &str) -> DatabaseUrl {
    let name = format!(
        "store_{}_{}",
        std::process::id(),
        SCHEMAS.fetch_add(1, Ordering::Relaxed)
    );
    let mut conn = PgConnection::establish(server).unwrap();
    let sql = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
    diesel::connection::SimpleConnection::batch_execute(&mut conn, &sql).unwrap();
    let sign = if server.contains('?') { '&' } else { '?' };
    format!("{server}{sign}options=-csearch_path%3D{name}")
        .parse()
        .unwrap()
}

/// The PostgreSQL server for tests; `None` only when it was said that there shall be none.
pub(crate) fn postgres_server() -> Option<String> {
    if let Ok(url) = env::var("STEPWELL_TEST_POSTGRES") {
        return Some(url);
    }
    assert!(
        env::var("STEPWELL_TEST_SKIP_POSTGRES").is_ok_and(|v| v == "1"),
        "this test also runs on PostgreSQL: run ./test, which starts one, or set STEPWELL_TEST_POSTGRES \
         to the URL of a server, or STEPWELL_TEST_SKIP_POSTGRES=1 to test SQLite alone"
    );
    None
}

/// Runs one test on SQLite and on PostgreSQL.
pub(crate) fn each_database(test: impl Fn(&Fresh)) {
    test(&Fresh::sqlite());
    if let Some(server) = postgres_server() {
        test(&Fresh::postgres(&server));
    }
}

/// Options that give up soon.
pub(crate) fn impatient() -> Options {
    Options {
        connections: 2,
        wait: Duration::from_millis(200),
        ..Options::default()
    }
}
