//! An issuer's published keys, each parsed once into a verifier and kept.
//! Keys that cannot sign what we accept are passed over; a set without any other is an error.

use std::collections::HashMap;

use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsVerifier, PS256, RS256};
use serde_json::Value;

use crate::algorithm::Algorithm;

/// The most keys taken from one document.
const MOST_KEYS: usize = 100;

/// A parsed key, bound to the one algorithm it is used with (RFC 8725 §3.1).
type Verifier = (Algorithm, Box<dyn JwsVerifier>);

/// Verifiers by key id.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    by_kid: HashMap<String, Vec<Verifier>>,
    /// As they were read, to tell whether another document says something else.
    published: Vec<Value>,
}

impl KeySet {
    /// Reads a JWK Set (RFC 7517 §5).
    pub(crate) fn parse(document: &[u8]) -> Result<KeySet, String> {
        let document: Value = serde_json::from_slice(document)
            .map_err(|error| format!("the JWK set is not JSON: {error}"))?;
        let keys = document
            .get("keys")
            .and_then(Value::as_array)
            .ok_or("the JWK set has no array 'keys'")?;
        let mut set = KeySet {
            published: keys.clone(),
            ..KeySet::default()
        };
        for key in keys.iter().take(MOST_KEYS) {
            let Some(jwk) = key
                .as_object()
                .cloned()
                .and_then(|map| Jwk::from_map(map).ok())
            else {
                continue;
            };
            let Some(kid) = jwk.key_id().map(str::to_owned) else {
                continue;
            };
            if let Some(verifier) = verifier(&jwk) {
                set.by_kid.entry(kid).or_default().push(verifier);
            }
        }
        if set.by_kid.is_empty() {
            return Err("the JWK set has no key that is usable here".to_owned());
        }
        Ok(set)
    }

    pub(crate) fn contains(&self, kid: &str) -> bool {
        self.by_kid.contains_key(kid)
    }

    /// Whether both were published as the same keys.
    pub(crate) fn is_same(&self, other: &KeySet) -> bool {
        self.published == other.published
    }

    /// Whether a key of that id and algorithm made the signature.
    pub(crate) fn verifies(
        &self,
        kid: &str,
        algorithm: Algorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> bool {
        let candidates = self.by_kid.get(kid).map(Vec::as_slice).unwrap_or_default();
        // Both have signatures of one exact length (RFC 7518 §3.4, RFC 8032 §5.1.6).
        if matches!(algorithm, Algorithm::Es256 | Algorithm::EdDsa) && signature.len() != 64 {
            return false;
        }
        candidates.iter().any(|(made_for, verifier)| {
            *made_for == algorithm && verifier.verify(signed, signature).is_ok()
        })
    }
}

/// What verifies with this key. An RSA key serves PS256 only if its `alg` says so: without one it
/// is for RS256, which every issuer of such tokens knows (RFC 9068 §2.1), and for nothing else.
fn verifier(jwk: &Jwk) -> Option<Verifier> {
    match jwk.key_type() {
        "EC" => bound(Algorithm::Es256, ES256.verifier_from_jwk(jwk)),
        "RSA" if jwk.algorithm() == Some("PS256") => {
            bound(Algorithm::Ps256, PS256.verifier_from_jwk(jwk))
        }
        "RSA" => bound(Algorithm::Rs256, RS256.verifier_from_jwk(jwk)),
        "OKP" if jwk.curve() == Some("Ed25519") => {
            bound(Algorithm::EdDsa, EdDSA.verifier_from_jwk(jwk))
        }
        _ => None,
    }
}

fn bound<V: JwsVerifier + 'static, E>(
    algorithm: Algorithm,
    made: Result<V, E>,
) -> Option<Verifier> {
    Some((algorithm, Box::new(made.ok()?)))
}
