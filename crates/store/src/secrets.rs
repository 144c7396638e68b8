//! The provider's own secrets by name, sealed: for example the key that refresh tokens derive from.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use stepwell_core::time::Timestamp;

use crate::schema::secrets;
use crate::update::update;
use crate::{StoreError, Tx, revisions};

/// The sealed secret of this name; `fresh` is stored when there is none. The first writer wins, and
/// every node gets what it stored.
pub fn get_or_insert(
    tx: &mut Tx<'_>,
    name: &str,
    fresh: &str,
    now: Timestamp,
) -> Result<String, StoreError> {
    let added = diesel::sql_query(
        "INSERT INTO secrets (name, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
    )
    .bind::<Text, _>(name)
    .bind::<Text, _>(fresh)
    .bind::<BigInt, _>(now.as_micros())
    .execute(tx.writer()?)?;
    if added == 1 {
        revisions::bump(tx, revisions::SECRETS)?;
        return Ok(fresh.to_owned());
    }
    Ok(secrets::table
        .find(name)
        .select(secrets::sealed)
        .get_result(tx.conn())?)
}

/// Every secret, as (name, sealed).
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, StoreError> {
    Ok(secrets::table
        .order(secrets::name)
        .select((secrets::name, secrets::sealed))
        .load(tx.conn())?)
}

/// Replaces a sealed secret if it is still `old`: for sealing anew.
pub fn replace(tx: &mut Tx<'_>, name: &str, old: &str, new: &str) -> Result<bool, StoreError> {
    let changed = update!(
        secrets::table,
        set secrets::sealed.eq(new),
        when secrets::name.eq(name).and(secrets::sealed.eq(old)),
    )
    .execute(tx.writer()?)?;
    revisions::bump(tx, revisions::SECRETS)?;
    Ok(changed == 1)
}
