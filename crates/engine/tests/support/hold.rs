//! A lock that is held on PostgreSQL from outside, so that writes meet just where a test wants them to. On SQLite
//! writers take turns anyway.

use std::cell::RefCell;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use stepwell_store::DatabaseUrl;

use super::Stage;

/// Whoever waits for this connection, directly or behind somebody who does.
const HELD_UP: &str = "WITH RECURSIVE held(pid) AS (SELECT pg_backend_pid() UNION \
     SELECT a.pid FROM pg_stat_activity a JOIN held h ON h.pid = ANY(pg_blocking_pids(a.pid))) \
     SELECT count(*) - 1 AS n FROM held";

/// See the module.
pub struct Hold(RefCell<PgConnection>);

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl Hold {
    /// Takes what the statement takes, until it is let go; none on SQLite.
    pub fn of(stage: &Stage, sql: &str) -> Option<Self> {
        let DatabaseUrl::Postgres(url) = &stage.database().url else {
            return None;
        };
        let mut conn = PgConnection::establish(url).unwrap();
        conn.batch_execute(&format!("BEGIN; {sql}")).unwrap();
        Some(Self(RefCell::new(conn)))
    }

    /// Waits until so many are held up.
    pub fn until_held_up(&self, many: i64) {
        self.until(|held_up| held_up >= many);
    }

    /// Waits until it is as asked, given how many are held up.
    pub fn until(&self, done: impl Fn(i64) -> bool) {
        let mut conn = self.0.borrow_mut();
        let came = (0..2_000).any(|_| {
            let held_up = diesel::sql_query(HELD_UP).get_result::<Number>(&mut *conn);
            done(held_up.unwrap().n) || {
                thread::sleep(Duration::from_millis(2));
                false
            }
        });
        assert!(came, "nobody came to where the lock is held");
    }

    /// Lets everybody go on.
    pub fn let_go(&self) {
        self.0.borrow_mut().batch_execute("COMMIT").unwrap();
    }
}
