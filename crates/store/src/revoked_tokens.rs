//! Access tokens revoked one by one (RFC 7009), kept until they would have expired.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use stepwell_core::time::Timestamp;

use crate::purge::purge;
use crate::schema::revoked_tokens;
use crate::{StoreError, Tx};

/// Revokes the token with this `jti`; `false` when it was revoked before.
pub fn insert(tx: &mut Tx<'_>, jti: &str, expires_at: Timestamp) -> Result<bool, StoreError> {
    let added = diesel::sql_query(
        "INSERT INTO revoked_tokens (jti, expires_at) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING",
    )
    .bind::<Text, _>(jti)
    .bind::<BigInt, _>(expires_at.as_micros())
    .execute(tx.writer()?)?;
    Ok(added == 1)
}

/// Removes at most `limit` entries of tokens that expired before `before`.
pub fn purge(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
    let old = revoked_tokens::expires_at.lt(before.as_micros());
    Ok(purge!(
        tx,
        revoked_tokens::table,
        revoked_tokens::jti,
        old,
        limit
    ))
}
