//! Whole flows, told as a person, an app and an attacker live them: from an authorization request to the
//! tokens, on a clock that is moved by hand.
#![allow(clippy::unwrap_used)]

mod support;
#[path = "flows/mod.rs"]
mod themes;
