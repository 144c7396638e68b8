//! Everything that happens to tokens, told as apps, resource servers and attackers live it: issued,
//! refreshed, introspected, revoked, stolen, raced for; on a clock that is moved by hand.
#![allow(clippy::unwrap_used)]

mod support;
mod tokens {
    mod assertion;
    mod claims;
    mod client_auth;
    mod client_credentials;
    mod code;
    mod failure;
    mod forgery;
    mod introspection;
    mod jwt;
    mod keys;
    mod lifetime;
    mod logout;
    mod metadata;
    mod outage;
    mod race;
    mod refresh;
    mod resource;
    mod revocation;
    mod sealing;
    mod session_end;
    mod userinfo;
}
