//! Storage: SQLite or PostgreSQL behind one [`Db`], and the only crate that names diesel.
//!
//! ```text
//! db.read(|tx| users::find(tx, &id))
//! db.write(|tx| { codes::burn(tx, &hash, now)?; tx.audit(event); Ok(()) })
//! ```
//!
//! A file per noun holds plain functions on `&mut Tx`. Four habits keep them right on both databases:
//!
//! - **The condition is in the UPDATE.** Whoever gets `true` from a single-use function has won, and
//!   nobody else has. Never read, decide and then write unconditionally.
//! - **Audit goes with the change.** `tx.audit(event)` is appended to the hash chain just before
//!   COMMIT; where that fails the change is rolled back.
//! - **A write that met an error is over.** PostgreSQL refuses every later statement of it, so hand
//!   the error out; do not catch a [`StoreError`] inside a write.
//! - **One query text for both.** Only `backend` knows which database it is.
//!
//! There is no clock here, nothing is decided here, and no plain secret is ever stored.

mod backend;
mod column;
mod database_url;
mod db;
mod error;
mod group;
mod migrations;
mod pool;
mod purge;
mod schema;
mod tx;
mod update;
mod write;

pub mod audit;
pub mod clients;
pub mod codes;
pub mod consents;
pub mod credentials;
pub mod devices;
pub mod evidence;
pub mod grants;
pub mod interactions;
pub mod keys;
pub mod links;
pub mod outbox;
pub mod refresh_tokens;
pub mod revisions;
pub mod revoked_tokens;
pub mod secrets;
pub mod sessions;
pub mod token_status;
pub mod users;

pub use database_url::{DatabaseUrl, NotADatabaseUrl};
pub use db::{Db, Options, Synchronous};
pub use error::{StoreError, Unique};
pub use tx::Tx;
