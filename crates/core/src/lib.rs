//! Words and decisions: what a person has proven, what a request needs, and what follows.
//!
//! No I/O, no async, no clock, no randomness of its own: everything comes in as a value.

pub mod audit;
pub mod authn;
pub mod client;
pub mod display_text;
pub mod entropy;
pub mod ids;
pub mod json;
pub mod oauth;
pub mod secret;
pub mod time;
pub mod user;
pub mod username;
