//! `private_key_jwt`: a client proves itself by a JWT it signed (RFC 7523 §3, OIDC Core §9).
//!
//! `sub` must be the client, so that a request object, which has none, is never an assertion. The
//! caller must hand [`Accepted`] to the replay cache, and refuse when that cache cannot answer.

use serde_json::{Map, Value};
use stepwell_core::ids::ClientId;
use stepwell_core::time::{Seconds, Timestamp};

use super::keys::ClientKeys;
use crate::tokens::JwtError;
use crate::tokens::jws::Unverified;

/// How far a client's clock may be off. FAPI 2.0 wants 10 seconds accepted and more than 60 refused;
/// halfway leaves room on both sides for the time that a request travels.
pub const LEEWAY: Seconds = Seconds(30);
/// An assertion lives at most this long.
pub const MAX_LIFETIME: Seconds = Seconds(3_600);
/// `jti` has at most this many bytes.
pub const MAX_JTI: usize = 256;

/// An assertion that verified; good for one use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Unique for the client; to be remembered until `until`.
    pub jti: String,
    /// From then on the assertion would be refused anyway.
    pub until: Timestamp,
}

/// Why an assertion was refused: to the client always `invalid_client`, with this as description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// Not a JWT signed by one of the client's keys.
    #[error("client_assertion: {0}")]
    Jwt(#[from] JwtError),
    /// `typ` names another kind of token.
    #[error("client_assertion has a typ that is neither JWT nor client-authentication+jwt")]
    Type,
    /// `iss` and `sub` must both be the client.
    #[error("client_assertion must have iss and sub, both the client_id")]
    Subject,
    /// Made for someone else.
    #[error("client_assertion must have aud: this issuer or its token endpoint")]
    Audience,
    /// A time is missing or no number.
    #[error("client_assertion must have exp, and exp, nbf and iat must be numbers of seconds")]
    Times,
    /// `exp` has passed.
    #[error(
        "client_assertion has expired; make a new one for each request, and check the client's clock"
    )]
    Expired,
    /// `nbf` or `iat` is in the future.
    #[error("client_assertion is not valid yet; check the client's clock")]
    NotYet,
    /// `exp` is too far away.
    #[error("client_assertion lives too long; set exp at most an hour ahead")]
    Lifetime,
    /// No usable `jti`.
    #[error("client_assertion must have a jti of 1 to {MAX_JTI} bytes, different each time")]
    Jti,
}

/// Whose assertion this claims to be, before anything is verified: its `sub`.
///
/// # Errors
/// It cannot be read, or has no usable `sub`.
pub fn claimed_client(assertion: &str) -> Result<ClientId, AssertionError> {
    let claims = Unverified::read(assertion)?.unverified_payload()?;
    let sub = claims.get("sub").and_then(Value::as_str);
    sub.filter(|sub| !sub.is_empty() && sub.len() <= 1024)
        .map(ClientId::new)
        .ok_or(AssertionError::Subject)
}

/// Verifies an assertion of `client` made for one of `audiences` (the issuer, the token endpoint).
///
/// # Errors
/// The rule that was broken.
pub fn verify(
    assertion: &str,
    client: &ClientId,
    keys: &ClientKeys,
    audiences: &[&str],
    now: Timestamp,
) -> Result<Accepted, AssertionError> {
    let read = Unverified::read(assertion)?;
    if read.typ.is_some() && !read.has_typ("JWT") && !read.has_typ("client-authentication+jwt") {
        return Err(AssertionError::Type);
    }
    let claims = keys.verify(&read)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(client.as_str()) || text("sub") != Some(client.as_str()) {
        return Err(AssertionError::Subject);
    }
    if !is_for(&claims, audiences) {
        return Err(AssertionError::Audience);
    }
    let until = times(&claims, now)?;
    let jti = text("jti")
        .filter(|jti| (1..=MAX_JTI).contains(&jti.len()))
        .ok_or(AssertionError::Jti)?;
    Ok(Accepted {
        jti: jti.to_owned(),
        until,
    })
}

fn is_for(claims: &Map<String, Value>, audiences: &[&str]) -> bool {
    let ours = |value: &Value| value.as_str().is_some_and(|text| audiences.contains(&text));
    match claims.get("aud") {
        Some(Value::Array(many)) => many.iter().any(ours),
        Some(one) => ours(one),
        None => false,
    }
}

/// Checks `exp`, `nbf` and `iat`, and says until when the assertion can be replayed.
fn times(claims: &Map<String, Value>, now: Timestamp) -> Result<Timestamp, AssertionError> {
    let read = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => seconds(value)
            .map(|secs| Some(Timestamp::from_secs(secs)))
            .ok_or(AssertionError::Times),
    };
    let until = read("exp")?.ok_or(AssertionError::Times)?.plus(LEEWAY);
    if until <= now {
        return Err(AssertionError::Expired);
    }
    if until > now.plus(MAX_LIFETIME).plus(LEEWAY).plus(LEEWAY) {
        return Err(AssertionError::Lifetime);
    }
    for name in ["nbf", "iat"] {
        if read(name)?.is_some_and(|at| at > now.plus(LEEWAY)) {
            return Err(AssertionError::NotYet);
        }
    }
    Ok(until)
}

/// A NumericDate (RFC 7519 §2): a fraction is allowed and dropped.
fn seconds(value: &Value) -> Option<i64> {
    let whole = || {
        let number = value.as_f64()?.floor();
        // Beyond this a double no longer names single seconds, and no date means it.
        (number.abs() < 9e15).then_some(number as i64)
    };
    value.as_i64().or_else(whole)
}

#[cfg(test)]
mod tests;
