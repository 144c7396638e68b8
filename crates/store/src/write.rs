//! One change in one transaction: its work, its audit events, COMMIT.

use r2d2::PooledConnection;

use crate::backend::AnyConn;
use crate::pool::{Connections, Manager};
use crate::{StoreError, Tx, audit};

/// A connection for a write, with a transaction open on it.
pub(crate) type Begun = PooledConnection<Manager>;

/// Takes a connection and begins a transaction that may write.
pub(crate) fn begin(pool: &Connections) -> Result<Begun, StoreError> {
    let mut slot = pool.take()?;
    if let Err(why) = slot.conn.begin_write() {
        pool.look_after(&mut slot);
        return Err(why.into());
    }
    Ok(slot)
}

/// The work, then its events into the chain. Neither commits nor undoes.
pub(crate) fn run<T, E>(
    conn: &mut AnyConn,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<StoreError>,
{
    let mut tx = Tx::new(conn, true);
    let value = work(&mut tx)?;
    let events = tx.take_events();
    audit::append(&mut tx, &events)?;
    Ok(value)
}

/// Stores all of it, or nothing.
pub(crate) fn commit(pool: &Connections, slot: &mut Begun) -> Result<(), StoreError> {
    let done = slot.conn.commit();
    if done.is_err() {
        pool.look_after(slot);
    }
    Ok(done?)
}

/// The whole of it on a connection of its own.
pub(crate) fn alone<T, E>(
    pool: &Connections,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<StoreError>,
{
    let mut slot = begin(pool)?;
    match run(&mut slot.conn, work) {
        Ok(value) => {
            commit(pool, &mut slot)?;
            Ok(value)
        }
        Err(why) => {
            // Where this fails the connection is thrown away, and the database undoes the rest.
            let _ = slot.conn.rollback();
            pool.look_after(&mut slot);
            Err(why)
        }
    }
}
