//! Connection pools. A connection is not asked whether it still lives each time it is taken: that
//! costs a round trip a request. Only after one was lost are the others asked, once each.
//!
//! Waiting for a connection is worth it once: after a wait in vain nobody waits until one was had again,
//! because the pool goes on opening them by itself (it tries at least twice in [`Connect::wait`]).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use r2d2::{HandleError, ManageConnection, Pool, PooledConnection};

use crate::StoreError;
use crate::backend::{AnyConn, Connect};

/// A pooled connection with what is known of its health.
pub(crate) struct Slot {
    pub(crate) conn: AnyConn,
    /// The number of losses known when it was last seen alive.
    losses_seen: u64,
    lost: bool,
}

/// Opens connections to the one database that was named (diesel's own way tries every backend).
#[derive(Clone, Debug)]
pub(crate) struct Manager {
    connect: Connect,
    losses: Arc<AtomicU64>,
}

impl ManageConnection for Manager {
    type Connection = Slot;
    type Error = StoreError;

    fn connect(&self) -> Result<Slot, StoreError> {
        let losses_seen = self.losses.load(Ordering::Relaxed);
        Ok(Slot {
            conn: self.connect.open()?,
            losses_seen,
            lost: false,
        })
    }

    fn is_valid(&self, slot: &mut Slot) -> Result<(), StoreError> {
        Ok(slot.conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, slot: &mut Slot) -> bool {
        slot.lost || slot.conn.is_broken()
    }
}

/// Connections of one kind.
#[derive(Clone)]
pub(crate) struct Connections {
    pool: Pool<Manager>,
    manager: Manager,
    /// Whether the latest wait for a connection was in vain.
    vain: Arc<AtomicBool>,
    /// How many wait for a connection now.
    waiting: Arc<AtomicU32>,
}

impl Connections {
    /// A pool of at most `size`, opened as they are needed. The first is opened now, so that a wrong
    /// address is told at once.
    pub(crate) fn open(connect: Connect, size: u32) -> Result<Self, StoreError> {
        let wait = connect.wait;
        let manager = Manager {
            connect,
            losses: Arc::default(),
        };
        drop(manager.connect()?);
        let pool = Pool::builder()
            .max_size(size.max(1))
            .min_idle(Some(1))
            .max_lifetime(None)
            .idle_timeout(None)
            .test_on_check_out(false)
            .connection_timeout(wait.max(Duration::from_millis(1)))
            .error_handler(Box::new(Warn))
            .build(manager.clone())
            .map_err(|why| StoreError::Unavailable(why.to_string()))?;
        Ok(Self {
            pool,
            manager,
            vain: Arc::default(),
            waiting: Arc::default(),
        })
    }

    /// Takes a connection that is believed to live.
    pub(crate) fn take(&self) -> Result<PooledConnection<Manager>, StoreError> {
        // Each round throws away one dead connection; there cannot be more than the pool holds.
        for _ in 0..=self.pool.max_size() {
            let mut slot = match self.pool.try_get() {
                Some(slot) => slot,
                None => self.wait()?,
            };
            let losses = self.manager.losses.load(Ordering::Relaxed);
            if slot.losses_seen != losses && self.manager.is_valid(&mut slot).is_err() {
                slot.lost = true;
                continue;
            }
            slot.losses_seen = losses;
            self.vain.store(false, Ordering::Relaxed);
            return Ok(slot);
        }
        Err(StoreError::Unavailable(
            "every connection was lost".to_owned(),
        ))
    }

    /// Waits for a connection, where that may help. While none is open at all, no more wait than there could be
    /// connections: a database that is away must not hold every thread of the server.
    fn wait(&self) -> Result<PooledConnection<Manager>, StoreError> {
        if self.vain.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable(
                "there is still no connection after one was waited for in vain".to_owned(),
            ));
        }
        let others = self.waiting.fetch_add(1, Ordering::Relaxed);
        let found = if self.pool.state().connections == 0 && others >= self.pool.max_size() {
            Err("there is no connection, and others wait for one already")
        } else {
            self.pool.get().map_err(|_| {
                self.vain.store(true, Ordering::Relaxed);
                "no connection became free in time"
            })
        };
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        found.map_err(|why| StoreError::Unavailable(why.to_owned()))
    }

    /// Whether a connection could be taken without waiting; somebody else may take it first.
    pub(crate) fn has_free(&self) -> bool {
        self.pool.state().idle_connections > 0
    }

    /// After a failure a connection is asked whether it lives; a dead one makes all others suspect.
    pub(crate) fn look_after(&self, slot: &mut Slot) {
        if slot.conn.is_broken() || self.manager.is_valid(slot).is_err() {
            slot.lost = true;
            self.manager.losses.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections")
            .field("state", &self.pool.state())
            .finish()
    }
}

/// Reports what the pool meets while it opens connections by itself.
#[derive(Debug)]
struct Warn;

impl HandleError<StoreError> for Warn {
    fn handle_error(&self, error: StoreError) {
        tracing::warn!(%error, "a database connection could not be opened");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[allow(
    clippy::disallowed_methods,
    reason = "what is tested is how long a thread really waits"
)]
mod tests {
    use std::time::Instant;

    use tempfile::TempDir;

    use super::*;
    use crate::{DatabaseUrl, Synchronous};

    const WAIT: Duration = Duration::from_millis(800);

    fn open(folder: &TempDir, size: u32) -> Connections {
        let connect = Connect {
            url: DatabaseUrl::sqlite(folder.path().join("base/x.db")),
            synchronous: Synchronous::Full,
            wait: WAIT,
            read_only: false,
        };
        Connections::open(connect, size).unwrap()
    }

    /// A folder with the database's own folder in it, which a test may take away.
    fn folder() -> TempDir {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("base")).unwrap();
        folder
    }

    /// Takes the database away, with every connection to it.
    fn take_away(pool: &Connections, folder: &TempDir) {
        std::fs::rename(folder.path().join("base"), folder.path().join("away")).unwrap();
        while let Some(mut slot) = pool.pool.try_get() {
            slot.lost = true;
            pool.manager.losses.fetch_add(1, Ordering::Relaxed);
        }
        assert_eq!(pool.pool.state().connections, 0);
    }

    fn timed(pool: &Connections) -> (bool, Duration) {
        let begun = Instant::now();
        let had = pool.take().is_ok();
        (had, begun.elapsed())
    }

    #[test]
    fn a_database_that_is_away_is_waited_for_once_and_found_again_by_itself() {
        let folder = folder();
        let pool = open(&folder, 4);
        take_away(&pool, &folder);
        let (had, took) = timed(&pool);
        assert!(
            !had && took >= WAIT,
            "the first wait is a whole one: {took:?}"
        );
        for _ in 0..50 {
            let (had, took) = timed(&pool);
            assert!(!had && took < WAIT, "{took:?}");
        }
        std::fs::rename(folder.path().join("away"), folder.path().join("base")).unwrap();
        let begun = Instant::now();
        while pool.take().is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "never found again"
            );
            std::thread::yield_now();
        }
        // And then a wait is worth it again.
        let held: Vec<_> = (0..4).map(|_| pool.take().unwrap()).collect();
        let (had, took) = timed(&pool);
        assert!(!had && took >= WAIT, "{took:?}");
        drop(held);
        assert!(pool.take().is_ok());
    }

    #[test]
    fn no_more_wait_for_an_absent_database_than_it_has_connections() {
        let folder = folder();
        let pool = open(&folder, 2);
        take_away(&pool, &folder);
        let mut took: Vec<Duration> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..12).map(|_| scope.spawn(|| timed(&pool))).collect();
            let answers = threads.into_iter().map(|thread| thread.join().unwrap());
            answers
                .map(|(had, took)| {
                    assert!(!had);
                    took
                })
                .collect()
        });
        took.sort();
        let waited = took.iter().filter(|took| **took >= WAIT).count();
        assert!((1..=2).contains(&waited), "{took:?}");
    }

    #[test]
    fn who_waits_for_a_busy_connection_gets_it_however_many_there_are() {
        let folder = folder();
        let pool = open(&folder, 1);
        let held = pool.take().unwrap();
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..12).map(|_| scope.spawn(|| timed(&pool).0)).collect();
            while pool.waiting.load(Ordering::Relaxed) < 12 {
                std::thread::yield_now();
            }
            drop(held);
            for thread in threads {
                assert!(thread.join().unwrap());
            }
        });
    }
}
