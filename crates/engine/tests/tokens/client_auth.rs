//! Who a client is: one way, the registered one, and no way to guess or replay it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use stepwell_core::client::{ApplicationType, AuthMethod, Client, GrantType, NewClient};
use stepwell_core::ids::ClientId;
use stepwell_core::oauth::{ErrorCode, OAuthError, Params};
use stepwell_core::secret::Secret;
use stepwell_core::time::Timestamp;
use stepwell_engine::client_auth::presented::JWT_BEARER;
use stepwell_engine::limits::{LimitKey, Limits, LimitsDown, Rule, Verdict};
use stepwell_engine::tokens::Algorithm;
use stepwell_engine::{EngineError, Peer};
use stepwell_store::{StoreError, clients};

use super::jwt::{KeyPair, assertion_claims, unsigned, with_signature};
use crate::support::{Stage, each_database, oauth_error};

fn register(
    stage: &Stage,
    id: &str,
    method: AuthMethod,
    keys: Option<&KeyPair>,
) -> (Client, Option<Secret>) {
    let public = method == AuthMethod::None;
    let new = NewClient {
        auth_method: Some(method),
        jwks: keys.map(KeyPair::jwks),
        redirect_uris: vec!["https://app.example/cb".into()],
        grant_types: (!public)
            .then(|| vec![GrantType::AuthorizationCode, GrantType::ClientCredentials]),
        ..NewClient::new(ApplicationType::Web, id)
    };
    let made = stage
        .engine
        .create_client(&stage.call(), Some(ClientId::new(id)), new)
        .unwrap();
    (made.client, made.secret)
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn with_assertion(assertion: &str) -> Params {
    Params::from_pairs([
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ])
}

fn authenticate(
    stage: &Stage,
    params: &Params,
    header: Option<&str>,
) -> Result<Arc<Client>, EngineError> {
    stage.tick();
    stage
        .engine
        .authenticate_client(&stage.call(), params, header)
}

fn refusal(stage: &Stage, params: &Params, header: Option<&str>) -> OAuthError {
    oauth_error(authenticate(stage, params, header).unwrap_err())
}

fn assert_refused(stage: &Stage, assertion: &str) {
    let error = refusal(stage, &with_assertion(assertion), None);
    assert_eq!(error.code(), ErrorCode::InvalidClient, "{error}");
    assert_eq!(error.status(), 401);
}

#[test]
fn a_client_authenticates_in_the_one_way_it_is_registered_for() {
    let stage = Stage::new();
    let keys = KeyPair::new(Algorithm::Es256);
    let methods = [
        AuthMethod::ClientSecretBasic,
        AuthMethod::ClientSecretPost,
        AuthMethod::PrivateKeyJwt,
        AuthMethod::None,
    ];
    let none = Params::default();
    for registered in methods {
        let id = registered.as_str();
        let own_keys = (registered == AuthMethod::PrivateKeyJwt).then_some(&keys);
        let (client, secret) = register(&stage, id, registered, own_keys);
        let secret = secret.map_or("guess".to_owned(), |s| s.expose().to_owned());
        let jwt = keys.assertion(&client.id, &format!("jti-{id}"), stage.now());
        let tries = [
            (
                AuthMethod::ClientSecretBasic,
                none.clone(),
                Some(basic(id, &secret)),
            ),
            (
                AuthMethod::ClientSecretPost,
                Params::from_pairs([("client_id", id), ("client_secret", &secret)]),
                None,
            ),
            (AuthMethod::PrivateKeyJwt, with_assertion(&jwt), None),
            (
                AuthMethod::None,
                Params::from_pairs([("client_id", id)]),
                None,
            ),
        ];
        for (method, params, header) in tries {
            let outcome = authenticate(&stage, &params, header.as_deref());
            if method == registered {
                assert_eq!(outcome.unwrap().id, client.id);
            } else {
                let error = oauth_error(outcome.unwrap_err());
                assert_eq!(error.code(), ErrorCode::InvalidClient);
                assert!(error.description().contains(registered.as_str()), "{error}");
            }
        }
    }
}

#[test]
fn two_ways_at_once_or_none_are_refused() {
    let stage = Stage::new();
    let (_, secret) = register(&stage, "app", AuthMethod::ClientSecretBasic, None);
    let secret = secret.unwrap();
    let header = basic("app", secret.expose());
    let twice = Params::from_pairs([("client_secret", secret.expose())]);
    assert_eq!(
        refusal(&stage, &twice, Some(&header)).code(),
        ErrorCode::InvalidRequest
    );
    let none = Params::default();
    assert_eq!(
        refusal(&stage, &none, None).code(),
        ErrorCode::InvalidClient
    );
    assert_eq!(
        refusal(&stage, &none, Some("Basic !!!")).code(),
        ErrorCode::InvalidClient
    );
    let other = Params::from_pairs([("client_id", "other")]);
    assert_eq!(
        refusal(&stage, &other, Some(&header)).code(),
        ErrorCode::InvalidRequest
    );
}

#[test]
fn an_unknown_and_a_switched_off_client_fail_alike() {
    each_database(|stage| {
        let (client, secret) = register(stage, "app", AuthMethod::ClientSecretBasic, None);
        let header = basic("app", secret.unwrap().expose());
        assert!(authenticate(stage, &Params::default(), Some(&header)).is_ok());
        let unknown = refusal(stage, &Params::default(), Some(&basic("nobody", "x")));
        let off: Result<bool, StoreError> = stage
            .db()
            .write(|tx| clients::disable(tx, &client.id, stage.now()));
        assert!(off.unwrap());
        assert!(stage.engine.refresh().unwrap());
        let refused = refusal(stage, &Params::default(), Some(&header));
        assert_eq!(refused, unknown);
        assert_eq!(refused.code(), ErrorCode::InvalidClient);
    });
}

#[test]
fn guessing_a_secret_is_slowed_down_for_that_client_and_network_and_written_down() {
    let stage = Stage::with(|settings| settings.limits.failures_per_network = 3);
    let (_, secret) = register(&stage, "app", AuthMethod::ClientSecretBasic, None);
    let (_, other) = register(&stage, "other", AuthMethod::ClientSecretBasic, None);
    let right = basic("app", secret.as_ref().unwrap().expose());
    let none = Params::default();
    for _ in 0..3 {
        let wrong = refusal(&stage, &none, Some(&basic("app", "guess")));
        assert_eq!(wrong.code(), ErrorCode::InvalidClient);
        assert!(!wrong.description().contains("too many"), "{wrong}");
    }
    let failed = stage.audited("client.authentication.failed");
    assert_eq!(failed.len(), 3);
    assert!(
        failed
            .iter()
            .all(|r| r.ip.as_deref() == Some("192.0.2.1") && !r.data.contains("guess"))
    );

    // Now not even the right one is looked at, and nothing more is written.
    for header in [&basic("app", "guess"), &right] {
        let wait = refusal(&stage, &none, Some(header));
        assert!(wait.description().contains("too many"), "{wait}");
    }
    assert_eq!(stage.audited("client.authentication.failed").len(), 3);

    // Others are not held up by it.
    assert!(
        authenticate(
            &stage,
            &none,
            Some(&basic("other", other.unwrap().expose()))
        )
        .is_ok()
    );
    let elsewhere = Peer {
        ip: Some(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7))),
        ..Peer::default()
    };
    let call = stage.call_from(&elsewhere);
    assert!(
        stage
            .engine
            .authenticate_client(&call, &none, Some(&right))
            .is_ok()
    );
    stage.advance(300);
    assert!(authenticate(&stage, &none, Some(&right)).is_ok());
}

#[test]
fn a_client_secret_is_stored_as_its_hash_only() {
    let stage = Stage::new();
    let (_, secret) = register(&stage, "app", AuthMethod::ClientSecretPost, None);
    let secret = secret.unwrap();
    let stored = stage.database().texts("SELECT json AS t FROM clients");
    assert!(stored.iter().all(|json| !json.contains(secret.expose())));
    // And the hash is no secret.
    let client = stage.engine.find_client(&ClientId::new("app")).unwrap();
    let hash = client.secret_hashes[0].as_str();
    let params = Params::from_pairs([("client_id", "app"), ("client_secret", hash)]);
    assert_eq!(
        refusal(&stage, &params, None).code(),
        ErrorCode::InvalidClient
    );
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
