//! The migrations, built into the binary and run under a lock in one transaction.

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use crate::StoreError;
use crate::backend::AnyConn;

const TREE: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Applies what is missing and names it. The caller has begun a write, and commits it.
pub(crate) fn run(conn: &mut AnyConn) -> Result<Vec<String>, StoreError> {
    let names = pending(conn)?;
    if !names.is_empty() {
        conn.run_migrations(TREE).map_err(refused)?;
        conn.guard_audit()?;
    }
    Ok(names)
}

/// Names what is missing. Makes the table that remembers migrations, so this needs a write too.
pub(crate) fn pending(conn: &mut AnyConn) -> Result<Vec<String>, StoreError> {
    conn.lock_migrations()?;
    conn.pending_migrations(TREE).map_err(refused)
}

fn refused(why: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Refused(format!("migration: {why}"))
}
