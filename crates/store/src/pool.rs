//! Connection pools. A connection is not asked whether it still lives each time it is taken: that
//! costs a round trip a request. Only after one was lost are the others asked, once each.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
        Ok(Self { pool, manager })
    }

    /// Takes a connection that is believed to live.
    pub(crate) fn take(&self) -> Result<PooledConnection<Manager>, StoreError> {
        // Each round throws away one dead connection; there cannot be more than the pool holds.
        for _ in 0..=self.pool.max_size() {
            let mut slot = self.pool.get().map_err(|_| {
                StoreError::Unavailable("no connection became free in time".to_owned())
            })?;
            let losses = self.manager.losses.load(Ordering::Relaxed);
            if slot.losses_seen == losses {
                return Ok(slot);
            }
            match self.manager.is_valid(&mut slot) {
                Ok(()) => {
                    slot.losses_seen = losses;
                    return Ok(slot);
                }
                Err(_) => slot.lost = true,
            }
        }
        Err(StoreError::Unavailable(
            "every connection was lost".to_owned(),
        ))
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
