//! The record of what happened: appended in the write it belongs to, listed and verified.
//!
//! There is no function that changes or removes a record, and triggers refuse it to everybody else.

mod list;
mod verify;

use diesel::prelude::*;
use stepwell_core::audit::{Checkpoint, Event, Record};
use stepwell_core::time::Timestamp;

use crate::backend::{AnyConn, on_backend};
use crate::schema::{audit, audit_head};
use crate::update::update;
use crate::{StoreError, Tx};

pub use list::{Filter, list, of_person};
pub use verify::{Broken, Progress, Verified, verify};

/// The chain in one transaction. The head is locked when the first event is appended, last in a write, so
/// that writers on PostgreSQL wait for each other only for this and the commit. It is stored once, by
/// [`Self::close`].
#[derive(Default)]
pub(crate) struct Chain {
    /// Where the chain ends by what was appended here.
    head: Option<(i64, String)>,
}

impl Chain {
    /// Appends events. After an `Err` the chain ends where it did; what was inserted is for the caller to undo.
    pub(crate) fn append(&mut self, tx: &mut Tx<'_>, events: &[Event]) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let conn = tx.writer()?;
        let (mut seq, mut hash) = match &self.head {
            Some(head) => head.clone(),
            None => conn.lock_audit_head()?,
        };
        for event in events {
            let record = Record::seal(event, seq + 1, &hash);
            let insert = diesel::insert_into(audit::table).values((
                audit::seq.eq(record.seq),
                audit::at.eq(record.at.as_micros()),
                audit::event.eq(&record.event),
                audit::reference.eq(record.reference.as_deref()),
                audit::actor.eq(record.actor.as_deref()),
                audit::user_id.eq(record.user_id.as_deref()),
                audit::client_id.eq(record.client_id.as_deref()),
                audit::session_id.eq(record.session_id.as_deref()),
                audit::interaction_id.eq(record.interaction_id.as_deref()),
                audit::ip.eq(record.ip.as_deref()),
                audit::data.eq(&record.data),
                audit::prev.eq(&record.prev),
                audit::hash.eq(&record.hash),
            ));
            on_backend!(&mut *conn, conn => insert.execute(conn))?;
            (seq, hash) = (record.seq, record.hash);
        }
        self.head = Some((seq, hash));
        Ok(())
    }

    /// Stores where the chain ends. Nothing is appended after that.
    pub(crate) fn close(self, conn: &mut AnyConn) -> Result<(), StoreError> {
        let Some((seq, hash)) = self.head else {
            return Ok(());
        };
        let head = update!(
            audit_head::table,
            set (audit_head::seq.eq(seq), audit_head::hash.eq(&hash)),
            when audit_head::id.eq(1),
        );
        let moved = on_backend!(conn, conn => head.execute(conn))?;
        if moved == 1 {
            Ok(())
        } else {
            Err(StoreError::Corrupt(
                "the audit chain has no head".to_owned(),
            ))
        }
    }
}

/// Where the chain ends now. Keep it outside the database: a chain that was cut or rewritten together
/// with its head no longer contains it.
pub fn checkpoint(tx: &mut Tx<'_>) -> Result<Checkpoint, StoreError> {
    let head = audit_head::table
        .find(1)
        .select((audit_head::seq, audit_head::hash))
        .get_result::<(i64, String)>(tx.conn())
        .optional()?;
    let (seq, hash) =
        head.ok_or_else(|| StoreError::Corrupt("the audit chain has no head".to_owned()))?;
    Ok(Checkpoint { seq, hash })
}

/// A record as it is stored.
#[derive(Queryable)]
struct Row {
    seq: i64,
    at: i64,
    event: String,
    reference: Option<String>,
    actor: Option<String>,
    user_id: Option<String>,
    client_id: Option<String>,
    session_id: Option<String>,
    interaction_id: Option<String>,
    ip: Option<String>,
    data: String,
    prev: String,
    hash: String,
}

impl From<Row> for Record {
    fn from(row: Row) -> Self {
        Self {
            seq: row.seq,
            at: Timestamp::from_micros(row.at),
            event: row.event,
            reference: row.reference,
            actor: row.actor,
            user_id: row.user_id,
            client_id: row.client_id,
            session_id: row.session_id,
            interaction_id: row.interaction_id,
            ip: row.ip,
            data: row.data,
            prev: row.prev,
            hash: row.hash,
        }
    }
}
