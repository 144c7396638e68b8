//! What an outsider sees on the wire: the real server over real HTTP, line by line of the threat
//! catalogue (spec §5). It must not look inside; what is decided is tested in core and engine.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests read real clocks")]

mod account;
mod assertions;
mod authorize;
mod bearer;
mod brands;
mod clients;
mod codes;
mod cookies;
mod cors;
mod crash;
mod devices;
mod discovery;
mod encoding;
mod enrol;
mod flood;
mod form_post;
mod forms;
mod forwarding;
mod introspection;
mod languages;
mod links;
mod logout;
mod messages;
mod methods;
mod nodes;
mod operators;
mod outage;
mod pages;
mod redirects;
mod redis_tls;
mod refresh;
mod requirements;
mod sign_in;
mod stop;
mod support;
mod transport;
