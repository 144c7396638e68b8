//! What the hub decides, as tables of sentences, as properties, and against an oracle written differently.
#![allow(clippy::unwrap_used, clippy::panic)]

mod oracle;
mod properties;
mod support;
mod tables;
