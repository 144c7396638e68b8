//! What these tests share: one running provider, a scriptable browser, plain HTTP, bare sockets.

pub(crate) mod http;
pub(crate) mod proxy;
pub(crate) mod raw;
pub(crate) mod tab;
pub(crate) mod world;

pub(crate) use http::{Got, sent_back};
pub(crate) use tab::Tab;
pub(crate) use world::{Person, World};

/// Acrs as they are shipped.
pub(crate) const BASIC: &str = "urn:stepwell:acr:basic";
pub(crate) const MFA: &str = "urn:stepwell:acr:mfa";
