//! JSON Web Tokens as outsiders see them: verified by the published keys alone, or put together by hand.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use stepwell_core::ids::ClientId;
use stepwell_core::time::Timestamp;
use stepwell_engine::tokens::jose::{SigningKey, VerifyingKey, generate};
use stepwell_engine::tokens::{Algorithm, PrivateJwk};

use crate::support::{ISSUER, Stage};

/// The keys that are published, by their `kid`.
pub(crate) fn published(stage: &Stage) -> Map<String, Value> {
    let set: Value = serde_json::from_slice(&stage.engine.jwks()).unwrap();
    let keys = set["keys"].as_array().unwrap();
    let by_kid: Map<String, Value> = keys
        .iter()
        .map(|key| (key["kid"].as_str().unwrap().to_owned(), key.clone()))
        .collect();
    assert_eq!(by_kid.len(), keys.len(), "every kid is its own");
    by_kid
}

/// The header of a token, nothing verified.
pub(crate) fn header_of(token: &str) -> Value {
    let text = URL_SAFE_NO_PAD
        .decode(token.split('.').next().unwrap())
        .unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// Header and claims of a token that a published key signed.
pub(crate) fn verified(stage: &Stage, token: &str) -> (Value, Value) {
    let header = header_of(token);
    let keys = published(stage);
    let key = &keys[header["kid"].as_str().unwrap()];
    assert_eq!(key["alg"], header["alg"]);
    let alg: Algorithm = header["alg"].as_str().unwrap().parse().unwrap();
    let verifier = VerifyingKey::parse(alg, key.as_object().unwrap()).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    assert!(verifier.verify(
        signed.as_bytes(),
        &URL_SAFE_NO_PAD.decode(signature).unwrap()
    ));
    (header, crate::support::claims_of(token))
}

/// Header and claims as the first two parts of a token.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// A token with whatever signature.
pub(crate) fn with_signature(unsigned: &str, signature: &[u8]) -> String {
    format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A key pair of somebody else.
#[derive(Debug)]
pub(crate) struct KeyPair {
    pub(crate) alg: Algorithm,
    signer: SigningKey,
    pub(crate) public: Map<String, Value>,
}

impl KeyPair {
    pub(crate) fn new(alg: Algorithm) -> Self {
        let (private, public) = generate(alg).unwrap();
        Self {
            alg,
            signer: SigningKey::parse(alg, &PrivateJwk(private)).unwrap(),
            public,
        }
    }

    pub(crate) fn kid(&self) -> &str {
        self.public["kid"].as_str().unwrap()
    }

    /// Signs this header and these claims, whatever they say.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let text = unsigned(header, claims);
        with_signature(&text, &self.signer.sign(text.as_bytes()).unwrap())
    }

    /// A well-formed client assertion with this `jti`.
    pub(crate) fn assertion(&self, client: &ClientId, jti: &str, now: Timestamp) -> String {
        let header = json!({ "alg": self.alg.as_str(), "kid": self.kid() });
        self.sign(&header, &assertion_claims(client, jti, now))
    }

    /// As a set with this one key.
    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": [self.public] })
    }
}

/// What a client assertion claims (RFC 7523 §3).
pub(crate) fn assertion_claims(client: &ClientId, jti: &str, now: Timestamp) -> Value {
    json!({
        "iss": client.as_str(),
        "sub": client.as_str(),
        "aud": ISSUER,
        "jti": jti,
        "iat": now.secs(),
        "exp": now.secs() + 60,
    })
}
