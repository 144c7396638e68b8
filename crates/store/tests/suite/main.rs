//! What storage promises, told once and held to on both databases.
#![allow(clippy::unwrap_used)]

mod audit_chain;
mod contention;
mod nouns;
mod opening;
mod samples;
mod single_use;
mod support;
