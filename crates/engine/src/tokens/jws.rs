//! Compact JWS (RFC 7515 §3.1), taken apart strictly and put together.
//!
//! A header can only say which of our keys to use: `jku`, `x5u`, `jwk` and `x5c` are never read. Any
//! `crit` is refused, as no extension is known here. Nothing is ever decompressed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::error::{JwtError, KeyError};
use super::jose::{SigningKey, VerifyingKey};
use super::strict;

/// The longest token that is looked at.
pub const MAX_BYTES: usize = 16 * 1024;

/// A token taken apart; nothing of it is believed yet.
#[derive(Debug)]
pub struct Unverified<'t> {
    /// `alg`, one of ours.
    pub alg: Algorithm,
    /// `kid`, when present.
    pub kid: Option<String>,
    /// `typ`, when present.
    pub typ: Option<String>,
    signed: &'t str,
    payload: &'t str,
    signature: &'t str,
}

impl<'t> Unverified<'t> {
    /// Takes a compact JWS apart and reads its header.
    ///
    /// # Errors
    /// Too large, malformed, an algorithm that is not ours, or a `crit`.
    pub fn read(token: &'t str) -> Result<Self, JwtError> {
        if token.len() > MAX_BYTES {
            return Err(JwtError::TooLarge);
        }
        let (signed, signature) = token
            .rsplit_once('.')
            .ok_or(JwtError::Malformed("it has no parts"))?;
        let (header, payload) = signed
            .split_once('.')
            .ok_or(JwtError::Malformed("it has two parts instead of three"))?;
        let header = decode(header, "its header")?;
        let header = strict::object(&header)
            .map_err(|_| JwtError::Malformed("its header is not a strict JSON object"))?;
        // Before `alg`, so that an extension we do not know is named as such (RFC 7515 §4.1.11).
        if header.contains_key("crit") {
            return Err(JwtError::Critical);
        }
        // RFC 7797 changes what is signed; it only counts with `crit`, so without it is an error.
        if header.contains_key("b64") || header.contains_key("zip") {
            return Err(JwtError::Malformed(
                "its header asks for an encoding that is not supported",
            ));
        }
        let text = |name: &str| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(JwtError::Malformed("alg, kid and typ must be strings")),
        };
        let alg = text("alg")?
            .and_then(|name| name.parse().ok())
            .ok_or(JwtError::Algorithm)?;
        Ok(Self {
            alg,
            kid: text("kid")?,
            typ: text("typ")?,
            signed,
            payload,
            signature,
        })
    }

    /// Whether `typ` is `expected`, with or without `application/`, in any case (RFC 7515 §4.1.9).
    pub fn has_typ(&self, expected: &str) -> bool {
        self.typ.as_deref().is_some_and(|typ| {
            let bare = match typ.split_at_checked(12) {
                Some((prefix, rest)) if prefix.eq_ignore_ascii_case("application/") => rest,
                _ => typ,
            };
            bare.eq_ignore_ascii_case(expected)
        })
    }

    /// Checks the signature, then reads the payload.
    ///
    /// # Errors
    /// When the key is for another algorithm, the signature does not verify, or the payload is not a
    /// strict JSON object.
    pub fn verify(&self, key: &VerifyingKey) -> Result<Map<String, Value>, JwtError> {
        if key.alg() != self.alg {
            return Err(JwtError::Algorithm);
        }
        let signature = decode(self.signature, "its signature")?;
        if !key.verify(self.signed.as_bytes(), &signature) {
            return Err(JwtError::Signature);
        }
        self.unverified_payload()
    }

    /// The payload before any signature was checked: only for finding out whose keys to use.
    ///
    /// # Errors
    /// When it is not a strict JSON object.
    pub fn unverified_payload(&self) -> Result<Map<String, Value>, JwtError> {
        let payload = decode(self.payload, "its payload")?;
        strict::object(&payload)
            .map_err(|_| JwtError::Malformed("its payload is not a strict JSON object"))
    }
}

/// Signs `claims` into a compact JWS: claims are serialised once, straight into the signed bytes.
///
/// # Errors
/// When claims cannot be serialised or signing fails.
pub fn sign(
    key: &SigningKey,
    kid: &str,
    typ: &str,
    claims: &impl Serialize,
) -> Result<String, KeyError> {
    let header = serde_json::to_vec(&Header {
        alg: key.alg(),
        typ,
        kid,
    })
    .map_err(|error| KeyError::Signing(error.to_string()))?;
    let payload =
        serde_json::to_vec(claims).map_err(|error| KeyError::Signing(error.to_string()))?;
    let mut token = String::with_capacity((header.len() + payload.len() + 256) * 4 / 3 + 8);
    URL_SAFE_NO_PAD.encode_string(header, &mut token);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

#[derive(Serialize)]
struct Header<'a> {
    alg: Algorithm,
    typ: &'a str,
    kid: &'a str,
}

fn decode(part: &str, what: &'static str) -> Result<Vec<u8>, JwtError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| match what {
        "its header" => JwtError::Malformed("its header is not base64url without padding"),
        "its payload" => JwtError::Malformed("its payload is not base64url without padding"),
        _ => JwtError::Malformed("its signature is not base64url without padding"),
    })
}
