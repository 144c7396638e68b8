//! One-time links, found by the hash of their secret.

use diesel::prelude::*;
use stepwell_core::ids::UserId;
use stepwell_core::secret::Hashed;
use stepwell_core::time::Timestamp;

use crate::column::{Micros, OptMicros, OptText, Text};
use crate::purge::purge;
use crate::schema::links;
use crate::update::update;
use crate::{StoreError, Tx};

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Link {
    /// The hash of its secret.
    #[diesel(deserialize_as = Text)]
    pub secret_hash: Hashed,
    /// What it is for.
    pub purpose: String,
    /// Whose account it is about; none before there is one.
    #[diesel(deserialize_as = OptText)]
    pub user_id: Option<UserId>,
    /// What its purpose needs besides, sealed.
    pub sealed: Option<String>,
    /// When it was made.
    #[diesel(deserialize_as = Micros)]
    pub created_at: Timestamp,
    /// Worthless from then on.
    #[diesel(deserialize_as = Micros)]
    pub expires_at: Timestamp,
    /// When it was used, or replaced by another.
    #[diesel(deserialize_as = OptMicros)]
    pub used_at: Option<Timestamp>,
}

/// Stores a new link.
pub fn insert(tx: &mut Tx<'_>, new: &Link) -> Result<(), StoreError> {
    diesel::insert_into(links::table)
        .values((
            links::secret_hash.eq(new.secret_hash.as_str()),
            links::purpose.eq(&new.purpose),
            links::user_id.eq(new.user_id.as_ref().map(UserId::as_str)),
            links::sealed.eq(new.sealed.as_deref()),
            links::created_at.eq(new.created_at.as_micros()),
            links::expires_at.eq(new.expires_at.as_micros()),
            links::used_at.eq(new.used_at.map(Timestamp::as_micros)),
        ))
        .execute(tx.writer()?)?;
    Ok(())
}

/// The link with this secret, if it may still be used.
pub fn find_live(
    tx: &mut Tx<'_>,
    hash: &Hashed,
    now: Timestamp,
) -> Result<Option<Link>, StoreError> {
    Ok(links::table
        .filter(
            links::secret_hash
                .eq(hash.as_str())
                .and(links::used_at.is_null())
                .and(links::expires_at.gt(now.as_micros())),
        )
        .get_result(tx.conn())
        .optional()?)
}

/// Uses a link up: `true` for exactly one caller, ever.
pub fn use_once(tx: &mut Tx<'_>, hash: &Hashed, now: Timestamp) -> Result<bool, StoreError> {
    let changed = update!(
        links::table,
        set links::used_at.eq(Some(now.as_micros())),
        when links::secret_hash
            .eq(hash.as_str())
            .and(links::used_at.is_null())
            .and(links::expires_at.gt(now.as_micros())),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Lets no earlier link about a person be used any more: a new one replaces them, and so does a new password.
pub fn withdraw_of(tx: &mut Tx<'_>, user: &UserId, now: Timestamp) -> Result<usize, StoreError> {
    Ok(update!(
        links::table,
        set links::used_at.eq(Some(now.as_micros())),
        when links::user_id.eq(user.as_str()).and(links::used_at.is_null()),
    )
    .execute(tx.writer()?)?)
}

/// Lets no earlier link of this purpose about a person be used any more: a new one replaces them.
pub fn withdraw_for(
    tx: &mut Tx<'_>,
    user: &UserId,
    purpose: &str,
    now: Timestamp,
) -> Result<usize, StoreError> {
    Ok(update!(
        links::table,
        set links::used_at.eq(Some(now.as_micros())),
        when links::user_id
            .eq(user.as_str())
            .and(links::purpose.eq(purpose))
            .and(links::used_at.is_null()),
    )
    .execute(tx.writer()?)?)
}

/// Every link that was not used and holds something sealed, as (hash, sealed): for sealing anew. Starts after the given
/// hash.
pub fn sealed(
    tx: &mut Tx<'_>,
    after: Option<&Hashed>,
    limit: i64,
) -> Result<Vec<(Hashed, String)>, StoreError> {
    let rows: Vec<(String, Option<String>)> = links::table
        .filter(
            links::secret_hash
                .gt(after.map_or("", Hashed::as_str))
                .and(links::used_at.is_null())
                .and(links::sealed.is_not_null()),
        )
        .order(links::secret_hash)
        .limit(limit)
        .select((links::secret_hash, links::sealed))
        .load(tx.conn())?;
    let found = rows
        .into_iter()
        .filter_map(|(hash, sealed)| Some((Hashed::from_stored(hash), sealed?)));
    Ok(found.collect())
}

/// Replaces what is sealed if it is still `old`.
pub fn replace_sealed(
    tx: &mut Tx<'_>,
    hash: &Hashed,
    old: &str,
    new: &str,
) -> Result<bool, StoreError> {
    let changed = update!(
        links::table,
        set links::sealed.eq(Some(new)),
        when links::secret_hash.eq(hash.as_str()).and(links::sealed.eq(Some(old))),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Removes at most `limit` links that expired before `before`.
pub fn purge(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
    let old = links::expires_at.lt(before.as_micros());
    Ok(purge!(tx, links::table, links::secret_hash, old, limit))
}
