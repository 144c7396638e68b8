//! An issuer for the guard's tests: keys, tokens, a clock to set and a source of keys that counts.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{ES256, EdDSA, JwsSigner, PS256, RS256};
use serde_json::{Value, json};
use stepwell_guard::{Builder, Clock, FetchError, FetchedKeys, Guard, KeySource, Pending};

pub const ISSUER: &str = "https://id.example";
pub const API: &str = "https://api.example";
pub const NOW: i64 = 1_800_000_000;

#[derive(Debug, Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Answers with the keys last published, or fails when nothing is published.
#[derive(Debug, Clone, Default)]
pub struct Published {
    pub document: Arc<Mutex<Option<Value>>>,
    pub max_age: Arc<Mutex<Option<u64>>>,
    pub fetches: Arc<AtomicUsize>,
}

impl Published {
    pub fn publish(&self, keys: &[Jwk]) {
        let public: Vec<_> = keys.iter().map(public).collect();
        *self.document.lock().unwrap() = Some(json!({ "keys": public }));
    }

    pub fn withdraw(&self) {
        *self.document.lock().unwrap() = None;
    }

    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

impl KeySource for Published {
    fn fetch(&self) -> Pending<'_, Result<FetchedKeys, FetchError>> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let answer = match &*self.document.lock().unwrap() {
            Some(document) => Ok(FetchedKeys {
                document: document.to_string().into_bytes(),
                max_age: *self.max_age.lock().unwrap(),
            }),
            None => Err(FetchError::Http {
                url: ISSUER.into(),
                reason: "down".into(),
            }),
        };
        Box::pin(async { answer })
    }
}

pub fn key(alg: &str, kid: &str) -> Jwk {
    let mut jwk = match alg {
        "ES256" => Jwk::generate_ec_key(EcCurve::P256),
        "EdDSA" => Jwk::generate_ed_key(EdCurve::Ed25519),
        _ => Jwk::generate_rsa_key(2048),
    }
    .unwrap();
    jwk.set_key_id(kid);
    jwk.set_algorithm(alg);
    jwk.set_key_use("sig");
    jwk
}

/// The key as an issuer publishes it; josekit's own conversion drops `kid` and `alg`.
pub fn public(key: &Jwk) -> Value {
    let mut public = key.to_public_key().unwrap();
    public.set_key_id(key.key_id().unwrap());
    public.set_algorithm(key.algorithm().unwrap());
    Value::Object(public.as_ref().clone())
}

pub fn signer(alg: &str, jwk: &Jwk) -> Box<dyn JwsSigner> {
    let mut plain = jwk.clone();
    plain.set_parameter("alg", None).unwrap();
    match alg {
        "ES256" => Box::new(ES256.signer_from_jwk(&plain).unwrap()),
        "EdDSA" => Box::new(EdDSA.signer_from_jwk(&plain).unwrap()),
        "PS256" => Box::new(PS256.signer_from_jwk(&plain).unwrap()),
        _ => Box::new(RS256.signer_from_jwk(&plain).unwrap()),
    }
}

/// A compact JWS over exactly these texts, so that tests can say anything in them.
pub fn sign(header: &str, payload: &str, signer: &dyn JwsSigner) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let signature = signer.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// One issuer with one ES256 key `k1`, and a guard that trusts it.
pub struct Scene {
    pub key: Jwk,
    pub published: Published,
    pub clock: TestClock,
    pub guard: Guard,
}

pub fn scene() -> Scene {
    scene_with(|builder| builder)
}

pub fn scene_with(set: impl FnOnce(Builder) -> Builder) -> Scene {
    let key = key("ES256", "k1");
    let published = Published::default();
    published.publish(std::slice::from_ref(&key));
    let clock = TestClock(Arc::new(AtomicI64::new(NOW)));
    let builder = Guard::builder(ISSUER)
        .audience(API)
        .key_source(published.clone())
        .clock(clock.clone());
    let guard = set(builder).build().unwrap();
    Scene {
        key,
        published,
        clock,
        guard,
    }
}

/// The claims of a person who signed in with two kinds of proof a minute ago.
pub fn good_claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "alice", "aud": API, "client_id": "bank", "jti": "t1",
        "iat": NOW - 30, "exp": NOW + 270, "scope": "accounts transfer",
        "acr": "urn:stepwell:acr:mfa", "amr": ["pwd", "otp", "mfa"], "auth_time": NOW - 60,
    })
}

pub const HEADER: &str = r#"{"typ":"at+jwt","alg":"ES256","kid":"k1"}"#;

impl Scene {
    pub fn token(&self, claims: &Value) -> String {
        sign(HEADER, &claims.to_string(), &*signer("ES256", &self.key))
    }

    /// A token with the good claims, some of them changed; `null` takes one away.
    pub fn token_with(&self, changes: Value) -> String {
        self.token(&changed(changes))
    }

    pub fn token_with_header(&self, header: &str) -> String {
        sign(
            header,
            &good_claims().to_string(),
            &*signer("ES256", &self.key),
        )
    }
}

pub fn changed(changes: Value) -> Value {
    let mut claims = good_claims();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}
