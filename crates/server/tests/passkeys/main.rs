//! Passkeys in a real browser against the real server: created, used by autofill and by the button, for a
//! sign-in and for a step-up.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;
mod flows;
