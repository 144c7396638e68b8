//! A database of its own for each stage, and what somebody with a database shell can do to it.

use std::env;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, SqliteConnection};
use stepwell_store::keys::{self, Key};
use stepwell_store::{DatabaseUrl, Db, Options, StoreError, Synchronous};
use tempfile::TempDir;

use super::Stage;

static SCHEMAS: AtomicU64 = AtomicU64::new(0);

/// RSA keys take long to make, so all stages share the ones that the first engine made.
static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let stage = Stage::on(Database::empty_sqlite(), |_| {});
    stage.db().read(keys::all).unwrap()
});

/// A fresh, migrated database.
#[derive(Debug)]
pub struct Database {
    pub url: DatabaseUrl,
    _dir: Option<TempDir>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    t: String,
}

fn options() -> Options {
    Options {
        connections: 4,
        synchronous: Synchronous::Normal,
        ..Options::default()
    }
}

impl Database {
    fn of(url: DatabaseUrl, dir: Option<TempDir>) -> Self {
        let made = Self { url, _dir: dir };
        made.open().migrate().unwrap();
        made
    }

    fn empty_sqlite() -> Self {
        let dir = TempDir::new().unwrap();
        Self::of(DatabaseUrl::sqlite(dir.path().join("test.db")), Some(dir))
    }

    fn with_keys(self) -> Self {
        let done: Result<(), StoreError> = self
            .open()
            .write(|tx| KEYS.iter().try_for_each(|key| keys::insert(tx, key)));
        done.unwrap();
        self
    }

    /// A file of the embedded database.
    pub fn sqlite() -> Self {
        Self::empty_sqlite().with_keys()
    }

    /// A schema of its own on a PostgreSQL server.
    pub fn postgres(server: &str) -> Self {
        let name = format!(
            "engine_{}_{}",
            std::process::id(),
            SCHEMAS.fetch_add(1, Ordering::Relaxed)
        );
        let mut conn = PgConnection::establish(server).unwrap();
        conn.batch_execute(&format!(
            "DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"
        ))
        .unwrap();
        let sign = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{sign}options=-csearch_path%3D{name}")
            .parse()
            .unwrap();
        Self::of(url, None).with_keys()
    }

    /// Connections of a node.
    pub fn open(&self) -> Db {
        Db::open(&self.url, &options()).unwrap()
    }

    /// What somebody with a database shell can do.
    pub fn shell(&self, sql: &str) {
        match &self.url {
            DatabaseUrl::Sqlite(path) => sqlite(path).batch_execute(sql).unwrap(),
            DatabaseUrl::Postgres(url) => {
                PgConnection::establish(url)
                    .unwrap()
                    .batch_execute(sql)
                    .unwrap();
            }
        }
    }

    /// A number that a query names `n`.
    pub fn count(&self, sql: &str) -> i64 {
        let query = diesel::sql_query(sql);
        match &self.url {
            DatabaseUrl::Sqlite(path) => query.get_result::<Number>(&mut sqlite(path)).unwrap().n,
            DatabaseUrl::Postgres(url) => {
                query
                    .get_result::<Number>(&mut PgConnection::establish(url).unwrap())
                    .unwrap()
                    .n
            }
        }
    }

    /// Texts that a query names `t`.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let query = diesel::sql_query(sql);
        let lines = match &self.url {
            DatabaseUrl::Sqlite(path) => query.load::<Line>(&mut sqlite(path)).unwrap(),
            DatabaseUrl::Postgres(url) => query
                .load::<Line>(&mut PgConnection::establish(url).unwrap())
                .unwrap(),
        };
        lines.into_iter().map(|line| line.t).collect()
    }
}

fn sqlite(path: &std::path::Path) -> SqliteConnection {
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 5000;").unwrap();
    conn
}

impl Drop for Database {
    fn drop(&mut self) {
        if let DatabaseUrl::Postgres(url) = &self.url {
            let name = url.rsplit("%3D").next().unwrap_or_default();
            // A schema that is left behind harms nobody.
            if let Ok(mut conn) = PgConnection::establish(url) {
                let _ = conn.batch_execute(&format!("DROP SCHEMA IF EXISTS {name} CASCADE"));
            }
        }
    }
}

/// The PostgreSQL server for tests; `None` only when it was said that there shall be none.
pub fn postgres_server() -> Option<String> {
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

/// Runs one test on SQLite and on PostgreSQL. What the database has no part in needs SQLite only.
pub fn each_database(test: impl Fn(&Stage)) {
    test(&Stage::new());
    if let Some(server) = postgres_server() {
        test(&Stage::on(Database::postgres(&server), |_| {}));
    }
}
