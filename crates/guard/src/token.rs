//! One compact JWS, taken apart under bounds. Nothing here is trusted until the signature, which
//! the key set checks, and the claims, which the guard checks, have been verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::algorithm::Algorithm;
use crate::json;

/// The longest access token that is looked at, in bytes.
pub(crate) const LONGEST: usize = 16 * 1024;

/// A parsed, unverified token.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: String,
    pub(crate) signed: &'a [u8],
    pub(crate) signature: Vec<u8>,
    payload: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Takes a compact token apart; the error says which rule it breaks.
    pub(crate) fn parse(text: &'a str, allowed: &[Algorithm]) -> Result<Token<'a>, String> {
        if text.len() > LONGEST {
            return Err(format!("The access token is longer than {LONGEST} bytes"));
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err("The access token is not a signed JWT in three parts".into());
        };
        let signed = &text.as_bytes()[..header.len() + 1 + payload.len()];
        let header = json::object(&decode(header, "header")?).map_err(|_| {
            "The header of the access token is not a JSON object with unique members".to_owned()
        })?;
        let (algorithm, kid) = read_header(&header, allowed)?;
        Ok(Token {
            algorithm,
            kid,
            signed,
            signature: decode(signature, "signature")?,
            payload: decode(payload, "payload")?,
        })
    }

    /// The payload's members. Call it only once the signature has been verified.
    pub(crate) fn members(&self) -> Result<Map<String, Value>, String> {
        json::object(&self.payload).map_err(|_| {
            "The payload of the access token is not a JSON object with unique members".to_owned()
        })
    }
}

/// `jku`, `x5u`, `x5c` and `jwk` are deliberately not read: keys come from the issuer alone.
fn read_header(
    header: &Map<String, Value>,
    allowed: &[Algorithm],
) -> Result<(Algorithm, String), String> {
    let typ = header
        .get("typ")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !typ.eq_ignore_ascii_case("at+jwt") && !typ.eq_ignore_ascii_case("application/at+jwt") {
        return Err("The token's typ is not at+jwt; an ID token is not an access token".into());
    }
    let algorithm = header
        .get("alg")
        .and_then(Value::as_str)
        .and_then(Algorithm::from_name)
        .filter(|algorithm| allowed.contains(algorithm))
        .ok_or("The token's signature algorithm is not accepted here")?;
    if header.contains_key("crit") {
        return Err("The token has a critical header that is not understood here".into());
    }
    match header.get("kid") {
        Some(Value::String(kid)) if !kid.is_empty() && kid.len() <= 256 => {
            Ok((algorithm, kid.clone()))
        }
        _ => Err("The token's header names no key (kid)".into()),
    }
}

fn decode(part: &str, name: &str) -> Result<Vec<u8>, String> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| format!("The {name} of the access token is not base64url"))
}
