//! Registered clients: one JSON document each. Every change bumps the revision that nodes watch.

use diesel::prelude::*;
use stepwell_core::ids::ClientId;
use stepwell_core::time::Timestamp;

use crate::column::{Micros, OptMicros, Text};
use crate::schema::clients;
use crate::update::update;
use crate::{StoreError, Tx, revisions};

/// A stored registration. The document is `stepwell_core::client::Client`; storage does not read it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Registration {
    /// The `client_id`.
    #[diesel(deserialize_as = Text)]
    pub id: ClientId,
    /// The registration as JSON.
    pub json: String,
    /// When it was registered.
    #[diesel(deserialize_as = Micros)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[diesel(deserialize_as = Micros)]
    pub updated_at: Timestamp,
    /// When it was switched off.
    #[diesel(deserialize_as = OptMicros)]
    pub disabled_at: Option<Timestamp>,
}

/// Stores a new registration.
///
/// # Errors
/// [`StoreError::Conflict`] when the id is taken.
pub fn insert(
    tx: &mut Tx<'_>,
    id: &ClientId,
    json: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::insert_into(clients::table)
        .values((
            clients::id.eq(id.as_str()),
            clients::json.eq(json),
            clients::created_at.eq(now.as_micros()),
            clients::updated_at.eq(now.as_micros()),
        ))
        .execute(tx.writer()?)?;
    revisions::bump(tx, revisions::CLIENTS)
}

/// Replaces a registration that still is as it was read; `false` when somebody else changed it meanwhile.
pub fn replace(
    tx: &mut Tx<'_>,
    before: &Registration,
    json: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = update!(
        clients::table,
        set (clients::json.eq(json), clients::updated_at.eq(now.as_micros())),
        when clients::id.eq(before.id.as_str()).and(clients::json.eq(&before.json)),
    )
    .execute(tx.writer()?)?;
    revisions::bump(tx, revisions::CLIENTS)?;
    Ok(changed == 1)
}

/// Switches a client off; `false` when it was off or is not there.
pub fn disable(tx: &mut Tx<'_>, id: &ClientId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = update!(
        clients::table,
        set (clients::disabled_at.eq(Some(now.as_micros())), clients::updated_at.eq(now.as_micros())),
        when clients::id.eq(id.as_str()).and(clients::disabled_at.is_null()),
    )
    .execute(tx.writer()?)?;
    revisions::bump(tx, revisions::CLIENTS)?;
    Ok(changed == 1)
}

/// Switches a client on again; `false` when it was on or is not there.
pub fn enable(tx: &mut Tx<'_>, id: &ClientId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = update!(
        clients::table,
        set (clients::disabled_at.eq(None::<i64>), clients::updated_at.eq(now.as_micros())),
        when clients::id.eq(id.as_str()).and(clients::disabled_at.is_not_null()),
    )
    .execute(tx.writer()?)?;
    revisions::bump(tx, revisions::CLIENTS)?;
    Ok(changed == 1)
}

/// The registration with this id, switched off or not.
pub fn find(tx: &mut Tx<'_>, id: &ClientId) -> Result<Option<Registration>, StoreError> {
    Ok(clients::table
        .find(id.as_str())
        .get_result(tx.conn())
        .optional()?)
}

/// Every registration, switched off or not, by id: for the snapshot.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Registration>, StoreError> {
    Ok(clients::table.order(clients::id).load(tx.conn())?)
}
