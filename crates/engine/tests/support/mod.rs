//! A stage for whole flows: an engine on a fresh database, people, relying parties and their browsers.
//!
//! Time stands still but for [`Stage::advance`] and one millisecond for each request of a browser;
//! randomness comes from a seed. Nothing here looks inside the engine: a browser sees what a browser sees.
//! Tests that need to know what is stored ask [`Stage::db`] or a database shell.
// Each test binary uses a part of it.
#![allow(clippy::unwrap_used, dead_code, unused_imports, unreachable_pub)]

mod answer;
mod browser;
mod database;
mod enrolling;
mod entropy;
mod hold;
mod key;
mod people;
mod postbox;
mod relying_party;
mod stage;

pub use answer::Answer;
pub use browser::{Browser, Outcome};
pub use database::{Database, each_database, postgres_server};
pub use enrolling::{SetUp, called, options};
pub use entropy::Seeded;
pub use hold::Hold;
pub use key::{Key, Model, Saying, b64};
pub use people::{Person, PersonToBe, a_person, claims_for_subject};
pub use postbox::{Message, Postbox};
pub use relying_party::{RelyingParty, Tokens, a_relying_party, claims_of, oauth_error};
pub use stage::{ISSUER, START, Stage};
