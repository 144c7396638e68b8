//! The JWK thumbprint (RFC 7638): a key's name computed from the key itself, used as `kid`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::error::KeyError;

/// The members that make a key what it is, by `kty` (RFC 7638 §3.2, RFC 8037 §2).
pub(super) fn required_members(kty: &str) -> Option<&'static [&'static str]> {
    match kty {
        "EC" => Some(&["crv", "kty", "x", "y"]),
        "RSA" => Some(&["e", "kty", "n"]),
        "OKP" => Some(&["crv", "kty", "x"]),
        _ => None,
    }
}

/// SHA-256 over the required members in lexicographic order, base64url.
///
/// # Errors
/// When one of them is missing, or the key is of a type we do not know.
pub fn thumbprint(jwk: &Map<String, Value>) -> Result<String, KeyError> {
    let read = || -> Option<Vec<u8>> {
        let names = required_members(jwk.get("kty")?.as_str()?)?;
        let members: BTreeMap<&str, &str> = names
            .iter()
            .map(|name| Some((*name, jwk.get(*name)?.as_str()?)))
            .collect::<Option<_>>()?;
        serde_json::to_vec(&members).ok()
    };
    let text = read()
        .ok_or_else(|| KeyError::Shape("a key lacks kty or one of its public members".into()))?;
    Ok(URL_SAFE_NO_PAD.encode(Sha256::digest(text)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rfc_key() -> Map<String, Value> {
        let key = serde_json::json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
            "alg": "RS256",
            "kid": "2011-04-29"
        });
        key.as_object().unwrap().clone()
    }

    #[test]
    fn the_example_of_rfc_7638_has_its_published_thumbprint() {
        assert_eq!(
            thumbprint(&rfc_key()).unwrap(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn a_key_without_its_members_or_of_an_unknown_type_has_none() {
        let mut key = rfc_key();
        key.remove("e");
        assert!(thumbprint(&key).is_err());
        key.insert("kty".into(), "oct".into());
        assert!(thumbprint(&key).is_err());
    }
}
