//! A client's registered public keys, parsed once per registration.

use serde_json::{Map, Value};

use crate::tokens::jose::VerifyingKey;
use crate::tokens::jws::Unverified;
use crate::tokens::{Algorithm, JwtError};

/// A key set has at most this many keys.
const MAX_KEYS: usize = 32;
/// A token without `kid` is tried against at most this many keys.
const MAX_TRIES: usize = 8;

/// Why a client's key set was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientKeysError {
    /// Not a JWK set.
    #[error(
        "jwks is not a JSON object with an array `keys` of at most {MAX_KEYS} keys (RFC 7517 section 5)"
    )]
    Shape,
    /// A private or symmetric key was registered.
    #[error(
        "jwks holds a private or symmetric key; register only the public key, and replace this one, it is no longer secret"
    )]
    Private,
    /// Two keys share a `kid`.
    #[error("two keys of jwks have the same kid")]
    Twice,
    /// No key can be used.
    #[error("jwks has no key for ES256, RS256, PS256 or EdDSA: {0}")]
    Unusable(String),
}

#[derive(Debug)]
struct ClientKey {
    kid: Option<String>,
    verifier: VerifyingKey,
}

/// The verifiers made from a client's JWK set.
#[derive(Debug)]
pub struct ClientKeys(Vec<ClientKey>);

impl ClientKeys {
    /// Parses a JWK set, read strictly before. Keys for encryption or of other algorithms are passed
    /// over.
    ///
    /// # Errors
    /// When it is no key set, holds a private key, or no key that can be used.
    pub fn parse(jwks: &Value) -> Result<Self, ClientKeysError> {
        let keys = jwks
            .get("keys")
            .and_then(Value::as_array)
            .ok_or(ClientKeysError::Shape)?;
        if keys.len() > MAX_KEYS {
            return Err(ClientKeysError::Shape);
        }
        let mut parsed: Vec<ClientKey> = Vec::new();
        let mut kids: Vec<&str> = Vec::new();
        let mut why = "it is empty".to_owned();
        for key in keys {
            let key = key.as_object().ok_or(ClientKeysError::Shape)?;
            if key.contains_key("d") || key.contains_key("k") {
                return Err(ClientKeysError::Private);
            }
            let kid = key.get("kid").and_then(Value::as_str);
            if let Some(kid) = kid {
                if kids.contains(&kid) {
                    return Err(ClientKeysError::Twice);
                }
                kids.push(kid);
            }
            let mut plain = key.clone();
            // Already weighed in `algorithms_of`, and the library knows fewer names.
            plain.remove("alg");
            for alg in algorithms_of(key) {
                match VerifyingKey::parse(alg, &plain) {
                    Ok(verifier) => parsed.push(ClientKey {
                        kid: kid.map(str::to_owned),
                        verifier,
                    }),
                    Err(error) => why = error.to_string(),
                }
            }
        }
        if parsed.is_empty() {
            Err(ClientKeysError::Unusable(why))
        } else {
            Ok(Self(parsed))
        }
    }

    /// Verifies with the key that the token's `kid` names, or without `kid` with each key for its
    /// algorithm.
    pub(super) fn verify(&self, token: &Unverified<'_>) -> Result<Map<String, Value>, JwtError> {
        let candidates = self
            .0
            .iter()
            .filter(|key| key.verifier.alg() == token.alg)
            .filter(|key| token.kid.is_none() || key.kid == token.kid)
            .take(MAX_TRIES);
        let mut outcome = Err(JwtError::UnknownKey);
        for key in candidates {
            outcome = token.verify(&key.verifier);
            if outcome != Err(JwtError::Signature) {
                break;
            }
        }
        outcome
    }
}

/// What a key may verify: its `alg` when it names one, otherwise all that fit its type.
fn algorithms_of(key: &Map<String, Value>) -> Vec<Algorithm> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    if text("use").is_some_and(|usage| usage != "sig") {
        return vec![];
    }
    let fitting: &[Algorithm] = match (text("kty"), text("crv")) {
        (Some("EC"), Some("P-256")) => &[Algorithm::Es256],
        (Some("RSA"), _) => &[Algorithm::Rs256, Algorithm::Ps256],
        (Some("OKP"), Some("Ed25519")) => &[Algorithm::EdDsa],
        _ => &[],
    };
    fitting
        .iter()
        .copied()
        .filter(|alg| {
            key.get("alg").is_none() || text("alg").and_then(|n| n.parse().ok()) == Some(*alg)
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::tokens::jose;
    use serde_json::json;

    fn set(keys: Vec<Value>) -> Value {
        json!({ "keys": keys })
    }

    fn public(alg: Algorithm) -> Map<String, Value> {
        jose::generate(alg).unwrap().1
    }

    #[test]
    fn a_private_or_symmetric_key_is_refused_at_registration() {
        let private: Value =
            serde_json::from_str(&jose::generate(Algorithm::Es256).unwrap().0).unwrap();
        assert_eq!(
            ClientKeys::parse(&set(vec![private])).unwrap_err(),
            ClientKeysError::Private
        );
        let symmetric = json!({"kty":"oct","k":"c2VjcmV0"});
        assert_eq!(
            ClientKeys::parse(&set(vec![symmetric])).unwrap_err(),
            ClientKeysError::Private
        );
    }

    #[test]
    fn two_keys_of_one_name_are_refused() {
        let key = public(Algorithm::Es256);
        assert_eq!(
            ClientKeys::parse(&set(vec![key.clone().into(), key.into()])).unwrap_err(),
            ClientKeysError::Twice
        );
    }

    #[test]
    fn an_rsa_key_without_alg_serves_both_rsa_algorithms() {
        let mut key = public(Algorithm::Rs256);
        assert_eq!(
            ClientKeys::parse(&set(vec![key.clone().into()]))
                .unwrap()
                .0
                .len(),
            1
        );
        key.remove("alg");
        assert_eq!(
            ClientKeys::parse(&set(vec![key.into()])).unwrap().0.len(),
            2
        );
    }

    #[test]
    fn a_set_without_a_usable_key_says_which_algorithms_there_are() {
        let mut encryption = public(Algorithm::Es256);
        encryption.insert("use".into(), "enc".into());
        for keys in [
            vec![],
            vec![encryption.into()],
            vec![json!({"kty":"EC","crv":"P-521"})],
        ] {
            let error = ClientKeys::parse(&set(keys)).unwrap_err();
            assert!(
                error.to_string().contains("ES256, RS256, PS256 or EdDSA"),
                "{error}"
            );
        }
        for set in [
            json!(null),
            json!([]),
            json!({}),
            json!({"keys": {}}),
            json!({"keys": [1]}),
            json!({"keys": vec![1; 33]}),
        ] {
            assert_eq!(
                ClientKeys::parse(&set).unwrap_err(),
                ClientKeysError::Shape,
                "{set}"
            );
        }
    }
}
