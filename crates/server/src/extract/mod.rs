//! What is taken from a request before a use case sees it: address, cookies, form, bearer token.
//!
//! Everything is bounded and strict; nothing here decides.

pub(crate) mod bearer;
pub(crate) mod body;
pub(crate) mod cookies;
pub(crate) mod form;
pub(crate) mod peer;
