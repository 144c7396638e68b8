//! One read or one write: what the functions of every noun are given.

use std::fmt;

use stepwell_core::audit::Event;

use crate::StoreError;
use crate::backend::AnyConn;

/// A connection for the length of one [`crate::Db::read`] or [`crate::Db::write`].
pub struct Tx<'c> {
    conn: &'c mut AnyConn,
    writable: bool,
    events: Vec<Event>,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: &'c mut AnyConn, writable: bool) -> Self {
        Self {
            conn,
            writable,
            events: Vec::new(),
        }
    }

    /// Records what happened, in the same transaction as what changes. In a read this makes the whole
    /// read fail with [`StoreError::ReadOnly`], so that no event is ever dropped in silence.
    pub fn audit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// For queries that only look. A row is looked up by a key with `get_result`, not with `first`: that
    /// adds a bound LIMIT, for which SQLite prepares the statement anew at each call.
    pub(crate) fn conn(&mut self) -> &mut AnyConn {
        self.conn
    }

    /// For statements that change something.
    pub(crate) fn writer(&mut self) -> Result<&mut AnyConn, StoreError> {
        if self.writable {
            Ok(self.conn)
        } else {
            Err(StoreError::ReadOnly)
        }
    }

    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx")
            .field("writable", &self.writable)
            .field("events", &self.events.len())
            .finish()
    }
}
