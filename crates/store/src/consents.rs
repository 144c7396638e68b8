//! What a person agreed to, per client.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text as SqlText};
use stepwell_core::ids::{ClientId, UserId};
use stepwell_core::time::Timestamp;

use crate::column::{Micros, OptMicros, Text};
use crate::schema::consents;
use crate::update::update;
use crate::{StoreError, Tx};

/// One person's consent to one client.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Consent {
    /// Who agreed.
    #[diesel(deserialize_as = Text)]
    pub user_id: UserId,
    /// To which client.
    #[diesel(deserialize_as = Text)]
    pub client_id: ClientId,
    /// The scopes agreed to, separated by spaces.
    pub scopes: String,
    /// When.
    #[diesel(deserialize_as = Micros)]
    pub granted_at: Timestamp,
    /// When it was taken back.
    #[diesel(deserialize_as = OptMicros)]
    pub revoked_at: Option<Timestamp>,
}

/// Stores a consent in place of any earlier one. Two at once do not conflict: the later one stays.
pub fn upsert(
    tx: &mut Tx<'_>,
    user: &UserId,
    client: &ClientId,
    scopes: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::sql_query(
        "INSERT INTO consents (user_id, client_id, scopes, granted_at, revoked_at) \
         VALUES ($1, $2, $3, $4, NULL) ON CONFLICT (user_id, client_id) DO UPDATE \
         SET scopes = excluded.scopes, granted_at = excluded.granted_at, revoked_at = NULL",
    )
    .bind::<SqlText, _>(user.as_str())
    .bind::<SqlText, _>(client.as_str())
    .bind::<SqlText, _>(scopes)
    .bind::<BigInt, _>(now.as_micros())
    .execute(tx.writer()?)?;
    Ok(())
}

/// The consent that stands, if any; one that was taken back does not.
pub fn find(
    tx: &mut Tx<'_>,
    user: &UserId,
    client: &ClientId,
) -> Result<Option<Consent>, StoreError> {
    Ok(consents::table
        .filter(
            consents::user_id
                .eq(user.as_str())
                .and(consents::client_id.eq(client.as_str()))
                .and(consents::revoked_at.is_null()),
        )
        .get_result(tx.conn())
        .optional()?)
}

/// Every consent of a person that stands.
pub fn of(tx: &mut Tx<'_>, user: &UserId) -> Result<Vec<Consent>, StoreError> {
    Ok(consents::table
        .filter(
            consents::user_id
                .eq(user.as_str())
                .and(consents::revoked_at.is_null()),
        )
        .order(consents::client_id)
        .load(tx.conn())?)
}

/// Takes a consent back; `false` when none stood.
pub fn revoke(
    tx: &mut Tx<'_>,
    user: &UserId,
    client: &ClientId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = update!(
        consents::table,
        set consents::revoked_at.eq(Some(now.as_micros())),
        when consents::user_id
            .eq(user.as_str())
            .and(consents::client_id.eq(client.as_str()))
            .and(consents::revoked_at.is_null()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}
