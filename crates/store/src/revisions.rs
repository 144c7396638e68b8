//! One number per cached snapshot. Whatever changes a snapshot's rows bumps it in the same write, and
//! nodes that see another number than theirs load the snapshot again.

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::schema::revisions;
use crate::{StoreError, Tx};

/// Registered clients.
pub const CLIENTS: &str = "clients";
/// Signing keys.
pub const KEYS: &str = "keys";
/// The provider's own secrets.
pub const SECRETS: &str = "secrets";

/// Makes the number grow.
pub fn bump(tx: &mut Tx<'_>, name: &str) -> Result<(), StoreError> {
    diesel::sql_query(
        "INSERT INTO revisions (name, revision) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET revision = revisions.revision + 1",
    )
    .bind::<Text, _>(name)
    .execute(tx.writer()?)?;
    Ok(())
}

/// Every number, by name: one small query to poll. Read it before the snapshot it stands for.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>, StoreError> {
    Ok(revisions::table.order(revisions::name).load(tx.conn())?)
}
