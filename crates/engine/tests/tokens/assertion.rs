//! `private_key_jwt`: assertions that count once, and everything that is none.

use std::sync::Arc;

use serde_json::json;
use stepwell_core::client::{ApplicationType, AuthMethod, NewClient};
use stepwell_core::ids::ClientId;
use stepwell_core::oauth::ErrorCode;
use stepwell_core::time::Timestamp;
use stepwell_engine::EngineError;
use stepwell_engine::limits::{LimitKey, Limits, LimitsDown, Rule, Verdict};
use stepwell_engine::tokens::Algorithm;
use stepwell_store::clients;

use super::client_auth::{authenticate, refusal, register, with_assertion};
use super::jwt::{KeyPair, assertion_claims, unsigned, with_signature};
use crate::support::{Stage, a_relying_party};

fn assert_refused(stage: &Stage, assertion: &str) {
    let error = refusal(stage, &with_assertion(assertion), None);
    assert_eq!(error.code(), ErrorCode::InvalidClient, "{error}");
    assert_eq!(error.status(), 401);
}

#[test]
fn an_assertion_by_a_registered_key_of_any_algorithm_authenticates() {
    let stage = Stage::new();
    for alg in Algorithm::ALL {
        let keys = KeyPair::new(alg);
        let (client, _) = register(
            &stage,
            &format!("app-{alg}"),
            AuthMethod::PrivateKeyJwt,
            Some(&keys),
        );
        let jwt = keys.assertion(&client.id, "one", stage.now());
        assert_eq!(
            authenticate(&stage, &with_assertion(&jwt), None)
                .unwrap()
                .id,
            client.id
        );
        let stranger = KeyPair::new(alg);
        let header = json!({ "alg": alg.as_str(), "kid": keys.kid() });
        assert_refused(
            &stage,
            &stranger.sign(&header, &assertion_claims(&client.id, "two", stage.now())),
        );
    }
}

#[test]
fn an_assertion_works_once() {
    let stage = Stage::new();
    let keys = KeyPair::new(Algorithm::Es256);
    let (client, _) = register(&stage, "app", AuthMethod::PrivateKeyJwt, Some(&keys));
    let (twin, _) = register(&stage, "twin", AuthMethod::PrivateKeyJwt, Some(&keys));
    let jwt = keys.assertion(&client.id, "one", stage.now());
    assert!(authenticate(&stage, &with_assertion(&jwt), None).is_ok());
    let again = refusal(&stage, &with_assertion(&jwt), None);
    assert_eq!(again.code(), ErrorCode::InvalidClient);
    assert!(again.description().contains("used before"), "{again}");
    // The same jti in another assertion is the same jti; another client's is another one.
    stage.advance(20);
    assert_refused(&stage, &keys.assertion(&client.id, "one", stage.now()));
    let other = keys.assertion(&twin.id, "one", stage.now());
    assert!(authenticate(&stage, &with_assertion(&other), None).is_ok());
    assert!(
        authenticate(
            &stage,
            &with_assertion(&keys.assertion(&client.id, "two", stage.now())),
            None
        )
        .is_ok()
    );
    // As long as it would verify, and beyond that it has expired.
    stage.advance(89);
    assert_refused(&stage, &jwt);
}

#[test]
fn a_request_object_is_no_assertion() {
    let stage = Stage::new();
    let keys = KeyPair::new(Algorithm::Es256);
    let (client, _) = register(&stage, "app", AuthMethod::PrivateKeyJwt, Some(&keys));
    let mut claims = assertion_claims(&client.id, "one", stage.now());
    claims.as_object_mut().unwrap().remove("sub");
    let header = json!({ "alg": "ES256", "kid": keys.kid() });
    assert_refused(&stage, &keys.sign(&header, &claims));
    // Nor by its own type, even if it has a sub.
    let typed = json!({ "alg": "ES256", "kid": keys.kid(), "typ": "oauth-authz-req+jwt" });
    assert_refused(
        &stage,
        &keys.sign(&typed, &assertion_claims(&client.id, "two", stage.now())),
    );
    let foreign = json!({ "aud": "https://other.example", "jti": "three" });
    let mut claims = assertion_claims(&client.id, "three", stage.now());
    claims
        .as_object_mut()
        .unwrap()
        .extend(foreign.as_object().unwrap().clone());
    assert_refused(&stage, &keys.sign(&header, &claims));
    let fine = keys.sign(&header, &assertion_claims(&client.id, "four", stage.now()));
    assert!(authenticate(&stage, &with_assertion(&fine), None).is_ok());
}

#[test]
fn an_assertion_whose_header_brings_its_own_trust_is_refused() {
    let stage = Stage::new();
    let keys = KeyPair::new(Algorithm::Rs256);
    let (client, _) = register(&stage, "app", AuthMethod::PrivateKeyJwt, Some(&keys));
    let claims = |jti: &str| assertion_claims(&client.id, jti, stage.now());
    // No signature at all.
    for alg in ["none", "None", "nOnE", ""] {
        let text = unsigned(&json!({ "alg": alg, "kid": keys.kid() }), &claims(alg));
        assert_refused(&stage, &with_signature(&text, b""));
    }
    // The public key as a shared secret.
    let text = unsigned(
        &json!({ "alg": "HS256", "kid": keys.kid() }),
        &claims("hmac"),
    );
    for secret in super::forgery::as_secrets(&keys.public) {
        assert_refused(
            &stage,
            &with_signature(&text, &super::forgery::hmac(&secret, &text)),
        );
    }
    // An algorithm the key is not registered for.
    assert_refused(
        &stage,
        &keys.sign(&json!({ "alg": "PS256", "kid": keys.kid() }), &claims("ps")),
    );
    // A key of the sender's own, inside or by address.
    let stranger = KeyPair::new(Algorithm::Rs256);
    for extra in [
        json!({ "jwk": stranger.public }),
        json!({ "jku": "https://attacker.example/keys" }),
        json!({ "x5u": "https://attacker.example/cert" }),
    ] {
        let mut header = json!({ "alg": "RS256", "kid": stranger.kid() });
        header
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        assert_refused(&stage, &stranger.sign(&header, &claims("own")));
        header["kid"] = json!(keys.kid());
        assert_refused(&stage, &stranger.sign(&header, &claims("own")));
    }
    // Well signed, but with an extension nobody here understands.
    let critical = json!({ "alg": "RS256", "kid": keys.kid(), "crit": ["exp"], "exp": 1 });
    assert_refused(&stage, &keys.sign(&critical, &claims("crit")));
    let fine = keys.assertion(&client.id, "fine", stage.now());
    assert!(authenticate(&stage, &with_assertion(&fine), None).is_ok());
}

/// Shared memory that is away.
#[derive(Debug)]
struct Away;

impl Limits for Away {
    fn hit(&self, _: &LimitKey, _: &Rule, _: Timestamp) -> Result<Verdict, LimitsDown> {
        Err(LimitsDown)
    }
    fn peek(&self, _: &LimitKey, _: &Rule, _: Timestamp) -> Result<Verdict, LimitsDown> {
        Ok(Verdict::Allowed { remaining: 1 })
    }
    fn refund(&self, _: &LimitKey, _: &Rule, _: Timestamp) -> Result<(), LimitsDown> {
        Err(LimitsDown)
    }
    fn clear(&self, _: &LimitKey) -> Result<(), LimitsDown> {
        Err(LimitsDown)
    }
    fn first_use(&self, _: &LimitKey, _: Timestamp, _: Timestamp) -> Result<bool, LimitsDown> {
        Err(LimitsDown)
    }
}

#[test]
fn without_the_memory_of_used_assertions_none_is_taken() {
    let stage = Stage::new();
    let keys = KeyPair::new(Algorithm::Es256);
    let (client, _) = register(&stage, "app", AuthMethod::PrivateKeyJwt, Some(&keys));
    let away = stage
        .another_node_with(|parts| parts.limits = Arc::new(Away))
        .unwrap();
    let jwt = keys.assertion(&client.id, "one", stage.now());
    let refused = authenticate(&away, &with_assertion(&jwt), None);
    assert!(
        matches!(refused, Err(EngineError::Unavailable(_))),
        "{refused:?}"
    );
    // It was not used up by that.
    assert!(authenticate(&stage, &with_assertion(&jwt), None).is_ok());
}

#[test]
fn a_client_whose_keys_cannot_be_used_is_refused_and_harms_nobody() {
    let stage = Stage::new();
    let unusable = json!({ "keys": [{ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" }] });
    let mut new = NewClient::new(ApplicationType::Service, "Broken");
    new.jwks = Some(unusable.clone());
    let refused = stage.engine.create_client(&stage.call(), None, new);
    assert!(
        matches!(refused, Err(EngineError::Invalid(_))),
        "{refused:?}"
    );
    assert_eq!(stage.events("client.created"), [""; 0]);

    // One that was stored by an earlier version keeps nobody else out.
    let bank = a_relying_party(&stage).create();
    let mut broken = bank.client.clone();
    broken.id = ClientId::new("broken");
    broken.jwks = Some(unusable);
    let text = serde_json::to_string(&broken).unwrap();
    let id = broken.id.clone();
    stage
        .db()
        .write(|tx| {
            clients::insert(tx, &id, &text, stage.now())?;
            clients::insert(tx, &ClientId::new("nonsense"), "{", stage.now())
        })
        .unwrap();
    stage.engine.refresh().unwrap();
    assert!(stage.engine.find_client(&bank.client.id).is_ok());
    assert!(stage.another_node_with(|_| {}).is_ok());
}
