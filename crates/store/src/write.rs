//! One change in one transaction: its work, its audit events, COMMIT.

use std::mem;

use r2d2::PooledConnection;

use crate::audit::Chain;
use crate::pool::{Connections, Manager};
use crate::{StoreError, Tx};

/// A transaction that may write, on a connection of its own.
pub(crate) struct Begun {
    pub(crate) slot: PooledConnection<Manager>,
    chain: Chain,
}

/// Takes a connection and begins a transaction on it.
pub(crate) fn begin(pool: &Connections) -> Result<Begun, StoreError> {
    let mut slot = pool.take()?;
    if let Err(why) = slot.conn.begin_write() {
        pool.look_after(&mut slot);
        return Err(why.into());
    }
    Ok(Begun {
        slot,
        chain: Chain::default(),
    })
}

impl Begun {
    /// The work, then its events into the chain. Neither commits nor undoes.
    pub(crate) fn run<T, E>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let mut tx = Tx::new(&mut self.slot.conn, true);
        let value = work(&mut tx)?;
        let events = tx.take_events();
        self.chain.append(&mut tx, &events)?;
        Ok(value)
    }

    /// Stores all of it, or nothing.
    pub(crate) fn commit(mut self, pool: &Connections) -> Result<(), StoreError> {
        let conn = &mut self.slot.conn;
        let chain = mem::take(&mut self.chain);
        let done = chain.close(conn).and_then(|()| Ok(conn.commit()?));
        if done.is_err() {
            pool.look_after(&mut self.slot);
        }
        done
    }
}

/// The whole of it on a connection of its own.
pub(crate) fn alone<T, E>(
    pool: &Connections,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<StoreError>,
{
    let mut begun = begin(pool)?;
    match begun.run(work) {
        Ok(value) => {
            begun.commit(pool)?;
            Ok(value)
        }
        Err(why) => {
            // Where this fails the connection is thrown away, and the database undoes the rest.
            let _ = begun.slot.conn.rollback();
            pool.look_after(&mut begun.slot);
            Err(why)
        }
    }
}
