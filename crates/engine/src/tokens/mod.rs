//! Tokens that are JSON Web Tokens: the keys that sign them, their claims, strict verification.
//!
//! One file, `jose`, names the JOSE library and parses each key once. Nothing here knows of grants,
//! sessions or the database: records come in, text comes out.

pub mod access;
pub mod algorithm;
pub mod claims;
pub mod error;
pub mod jose;
mod jwks;
pub mod jws;
pub mod keyring;
pub(crate) mod strict;
pub mod thumbprint;

pub use access::VerifiedAccess;
pub use algorithm::Algorithm;
pub use claims::{AccessClaims, Audience, IdClaims, UserClaims, left_half_hash};
pub use error::{JwtError, KeyError};
pub use jose::PrivateJwk;
pub use keyring::{Expect, Expiry, KeyRecord, KeyRing, KeyStatus};

/// `typ` of an access token (RFC 9068 §2.1).
pub const TYP_ACCESS: &str = "at+jwt";
/// `typ` of an ID token.
pub const TYP_ID: &str = "JWT";
