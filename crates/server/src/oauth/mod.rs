//! The protocol's endpoints: take a request apart, make one call, write the answer.
//!
//! No rule of the protocol is decided here; those are in core and engine.

pub(crate) mod authorize;
mod by_client;
pub(crate) mod cors;
pub(crate) mod discovery;
pub(crate) mod failure;
pub(crate) mod introspect;
pub(crate) mod logout;
pub(crate) mod revoke;
mod together;
pub(crate) mod token;
pub(crate) mod userinfo;

pub(crate) use together::Waiting;
