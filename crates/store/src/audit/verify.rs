//! Walking the chain from its beginning, to find the first place where somebody touched it.

use diesel::dsl::max;
use diesel::prelude::*;
use stepwell_core::audit::{Break, Checkpoint, GENESIS, Record};

use super::{Row, checkpoint};
use crate::schema::audit;
use crate::{StoreError, Tx};

const PAGE: i64 = 500;

/// How far the walk has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Records checked.
    pub done: i64,
    /// Records in the chain when the walk began.
    pub total: i64,
}

/// The first bad place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The record that is wrong or missing.
    pub seq: i64,
    /// In what way.
    pub why: Break,
}

/// What the walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every record follows the one before, up to this one.
    Whole(Checkpoint),
    /// The chain was touched.
    Broken(Broken),
}

/// Checks every record, against the head of the chain and, where given, a checkpoint kept elsewhere.
/// Reads page by page, so records may be appended meanwhile; they are left for the next walk.
///
/// # Errors
/// Only when the database cannot be read; a broken chain is an answer.
pub fn verify(
    tx: &mut Tx<'_>,
    kept: Option<&Checkpoint>,
    mut progress: impl FnMut(Progress),
) -> Result<Verified, StoreError> {
    // The last record is asked for before the head, so that a write in between is not mistaken for one
    // beyond it.
    let last = audit::table
        .select(max(audit::seq))
        .first::<Option<i64>>(tx.conn())?
        .unwrap_or(0);
    let head = checkpoint(tx)?;
    let broken = |seq, why| Ok(Verified::Broken(Broken { seq, why }));
    let mut before = Checkpoint {
        seq: 0,
        hash: GENESIS.to_owned(),
    };
    while before.seq < head.seq {
        let page = audit::table
            .filter(audit::seq.gt(before.seq).and(audit::seq.le(head.seq)))
            .order(audit::seq)
            .limit(PAGE)
            .load::<Row>(tx.conn())?;
        if page.is_empty() {
            return broken(before.seq + 1, Break::TailCut);
        }
        for record in page.into_iter().map(Record::from) {
            if let Err(why) = record.follows(&before) {
                return broken(before.seq + 1, why);
            }
            if kept.is_some_and(|kept| kept.seq == record.seq && kept.hash != record.hash) {
                return broken(record.seq, Break::NotTheCheckpoint);
            }
            before = Checkpoint {
                seq: record.seq,
                hash: record.hash,
            };
        }
        progress(Progress {
            done: before.seq,
            total: head.seq,
        });
    }
    if before.hash != head.hash {
        return broken(head.seq, Break::Edited);
    }
    if last > head.seq {
        return broken(head.seq + 1, Break::BeyondHead);
    }
    if let Some(kept) = kept.filter(|kept| kept.seq > head.seq) {
        return broken(kept.seq, Break::NotTheCheckpoint);
    }
    Ok(Verified::Whole(head))
}
