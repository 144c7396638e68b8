//! Refresh tokens: each used once and followed by a successor (RFC 9700 §4.14.2), stored as hashes.

use diesel::prelude::*;
use stepwell_core::ids::{ClientId, GrantId};
use stepwell_core::secret::Hashed;
use stepwell_core::time::Timestamp;

use crate::backend::on_backend;
use crate::column::{Micros, OptMicros, Text};
use crate::grants::Grant;
use crate::purge::purge;
use crate::schema::{grants, refresh_tokens, sessions};
use crate::sessions::Session;
use crate::update::update;
use crate::{StoreError, Tx};

/// One refresh token. Its family is its grant: revoking the grant revokes them all.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct RefreshToken {
    /// The hash of the token.
    #[diesel(deserialize_as = Text)]
    pub hash: Hashed,
    /// The grant it draws from.
    #[diesel(deserialize_as = Text)]
    pub grant_id: GrantId,
    /// Who may use it.
    #[diesel(deserialize_as = Text)]
    pub client_id: ClientId,
    /// Its place in the family, counted from 0.
    pub generation: i64,
    /// When it was issued.
    #[diesel(deserialize_as = Micros)]
    pub created_at: Timestamp,
    /// Worthless from then on.
    #[diesel(deserialize_as = Micros)]
    pub expires_at: Timestamp,
    /// When it was exchanged for its successor.
    #[diesel(deserialize_as = OptMicros)]
    pub used_at: Option<Timestamp>,
}

/// Stores a new token.
///
/// # Errors
/// [`StoreError::Conflict`] when the same successor was stored before.
pub fn insert(tx: &mut Tx<'_>, new: &RefreshToken) -> Result<(), StoreError> {
    let insert = diesel::insert_into(refresh_tokens::table).values((
        refresh_tokens::hash.eq(new.hash.as_str()),
        refresh_tokens::grant_id.eq(new.grant_id.as_str()),
        refresh_tokens::client_id.eq(new.client_id.as_str()),
        refresh_tokens::generation.eq(new.generation),
        refresh_tokens::created_at.eq(new.created_at.as_micros()),
        refresh_tokens::expires_at.eq(new.expires_at.as_micros()),
        refresh_tokens::used_at.eq(new.used_at.map(Timestamp::as_micros)),
    ));
    on_backend!(tx.writer()?, conn => insert.execute(conn))?;
    Ok(())
}

/// The token with this hash, used or expired or not.
pub fn find(tx: &mut Tx<'_>, hash: &Hashed) -> Result<Option<RefreshToken>, StoreError> {
    Ok(refresh_tokens::table
        .find(hash.as_str())
        .get_result(tx.conn())
        .optional()?)
}

/// The same with its grant and the session that was made in, if that is still kept, in one query.
pub fn find_with_grant(
    tx: &mut Tx<'_>,
    hash: &Hashed,
) -> Result<Option<(RefreshToken, Grant, Option<Session>)>, StoreError> {
    let token = refresh_tokens::table
        .inner_join(grants::table.left_join(sessions::table))
        .filter(refresh_tokens::hash.eq(hash.as_str()))
        .select((
            refresh_tokens::all_columns,
            grants::all_columns,
            sessions::all_columns.nullable(),
        ));
    Ok(on_backend!(tx.conn(), conn => token.get_result(conn)).optional()?)
}

/// Uses the token up: `true` for exactly one caller, ever.
pub fn use_once(tx: &mut Tx<'_>, hash: &Hashed, now: Timestamp) -> Result<bool, StoreError> {
    let using = update!(
        refresh_tokens::table,
        set refresh_tokens::used_at.eq(Some(now.as_micros())),
        when refresh_tokens::hash
            .eq(hash.as_str())
            .and(refresh_tokens::used_at.is_null())
            .and(refresh_tokens::expires_at.gt(now.as_micros())),
    );
    let changed = on_backend!(tx.writer()?, conn => using.execute(conn))?;
    Ok(changed == 1)
}

/// Removes at most `limit` tokens that expired before `before`.
pub fn purge(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
    let old = refresh_tokens::expires_at.lt(before.as_micros());
    Ok(purge!(
        tx,
        refresh_tokens::table,
        refresh_tokens::hash,
        old,
        limit
    ))
}
