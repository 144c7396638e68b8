//! Messages that wait to be carried. A row is written with the change it tells of, and taken by one carrier at a
//! time; who takes it has until the lease is over to say what became of it.

use diesel::prelude::*;
use stepwell_core::ids::UserId;
use stepwell_core::time::Timestamp;

use crate::column::{Micros, OptText};
use crate::schema::outbox;
use crate::update::update;
use crate::{StoreError, Tx};

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Waiting {
    /// Its identity.
    pub id: String,
    /// Whom it is for, where that is somebody with an account.
    #[diesel(deserialize_as = OptText)]
    pub user_id: Option<UserId>,
    /// What it says and where it goes; never plain.
    pub sealed: String,
    /// How often it was tried.
    pub tries: i64,
    /// Not to be tried before.
    #[diesel(deserialize_as = Micros)]
    pub due_at: Timestamp,
    /// When it was written.
    #[diesel(deserialize_as = Micros)]
    pub created_at: Timestamp,
}

/// Leaves a message.
pub fn insert(tx: &mut Tx<'_>, new: &Waiting) -> Result<(), StoreError> {
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(&new.id),
            outbox::user_id.eq(new.user_id.as_ref().map(UserId::as_str)),
            outbox::sealed.eq(&new.sealed),
            outbox::tries.eq(new.tries),
            outbox::due_at.eq(new.due_at.as_micros()),
            outbox::created_at.eq(new.created_at.as_micros()),
        ))
        .execute(tx.writer()?)?;
    Ok(())
}

/// At most `limit` messages that are due, those due longest first.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Waiting>, StoreError> {
    Ok(outbox::table
        .filter(outbox::due_at.le(now.as_micros()))
        .order((outbox::due_at, outbox::id))
        .limit(limit)
        .load(tx.conn())?)
}

/// Takes a message for one try, as `seen` by [`due`]: nobody else gets it before `until`. `false` when somebody
/// was faster.
pub fn take(tx: &mut Tx<'_>, seen: &Waiting, until: Timestamp) -> Result<bool, StoreError> {
    let changed = update!(
        outbox::table,
        set (outbox::tries.eq(seen.tries + 1), outbox::due_at.eq(until.as_micros())),
        when outbox::id.eq(&seen.id).and(outbox::tries.eq(seen.tries)),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Puts a message that was taken off until later.
pub fn postpone(tx: &mut Tx<'_>, id: &str, until: Timestamp) -> Result<(), StoreError> {
    update!(
        outbox::table,
        set outbox::due_at.eq(until.as_micros()),
        when outbox::id.eq(id),
    )
    .execute(tx.writer()?)?;
    Ok(())
}

/// Removes a message that is done with; `false` when it was gone.
pub fn remove(tx: &mut Tx<'_>, id: &str) -> Result<bool, StoreError> {
    let gone = diesel::delete(outbox::table.find(id)).execute(tx.writer()?)?;
    Ok(gone == 1)
}

/// Every message, as (id, sealed): for sealing anew. Starts after the given id.
pub fn sealed(
    tx: &mut Tx<'_>,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(outbox::table
        .filter(outbox::id.gt(after))
        .order(outbox::id)
        .limit(limit)
        .select((outbox::id, outbox::sealed))
        .load(tx.conn())?)
}

/// Replaces what is sealed if it is still `old`.
pub fn replace_sealed(tx: &mut Tx<'_>, id: &str, old: &str, new: &str) -> Result<bool, StoreError> {
    let changed = update!(
        outbox::table,
        set outbox::sealed.eq(new),
        when outbox::id.eq(id).and(outbox::sealed.eq(old)),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}
