//! Who a client is: one way, the registered one, and no way to guess or replay it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use stepwell_core::client::{ApplicationType, AuthMethod, Client, GrantType, NewClient};
use stepwell_core::ids::ClientId;
use stepwell_core::oauth::{ErrorCode, OAuthError, Params};
use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use stepwell_engine::client_auth::presented::JWT_BEARER;
use stepwell_engine::tokens::Algorithm;
use stepwell_engine::{EngineError, Peer};
use stepwell_store::{StoreError, clients};

use super::jwt::KeyPair;
use crate::support::{Stage, a_person, a_relying_party, each_database, oauth_error};

pub(super) fn register(
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

pub(super) fn with_assertion(assertion: &str) -> Params {
    Params::from_pairs([
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ])
}

pub(super) fn authenticate(
    stage: &Stage,
    params: &Params,
    header: Option<&str>,
) -> Result<Arc<Client>, EngineError> {
    stage.tick();
    stage
        .engine
        .authenticate_client(&stage.call(), params, header)
}

pub(super) fn refusal(stage: &Stage, params: &Params, header: Option<&str>) -> OAuthError {
    oauth_error(authenticate(stage, params, header).unwrap_err())
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
fn a_client_that_is_switched_on_again_comes_in_with_the_secret_it_had() {
    each_database(|stage| {
        let (client, secret) = register(stage, "app", AuthMethod::ClientSecretBasic, None);
        let header = basic("app", secret.unwrap().expose());
        let comes_in = || authenticate(stage, &Params::default(), Some(&header)).is_ok();
        let switch = |on| stage.engine.switch_client(&stage.call(), &client.id, on);
        assert!(switch(false).unwrap() && !comes_in());
        assert!(!switch(false).unwrap(), "it is off already");
        assert!(switch(true).unwrap() && comes_in());
        let nobody = stage
            .engine
            .switch_client(&stage.call(), &ClientId::new("nobody"), false);
        assert!(matches!(nobody, Err(EngineError::NotFound(_))));
        let written = stage.database().texts(
            "SELECT event AS t FROM audit WHERE event IN ('client.disabled', 'client.enabled') ORDER BY seq",
        );
        assert_eq!(written, ["client.disabled", "client.enabled"]);
    });
}

#[test]
fn tokens_of_a_client_that_is_switched_off_are_not_live_until_it_is_on_again() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let (api, _) = register(stage, "api", AuthMethod::ClientSecretBasic, None);
        let api = Client {
            application_type: ApplicationType::Service,
            ..api
        };
        let ada = a_person(stage).with_password().create();
        let tokens = bank.redeem(stage, &stage.browser(&ada).sign_in(&bank));
        let token = &tokens.answer.access_token;
        let params = Params::from_pairs([("token", token.as_str())]);
        let live = || {
            let call = stage.call();
            let told = stage.engine.introspect(&call, &api, &params).unwrap();
            (told.active, stage.engine.userinfo(&call, token).is_ok())
        };
        assert_eq!(live(), (true, true));
        let switch = |on| {
            stage
                .engine
                .switch_client(&stage.call(), &bank.client.id, on)
        };
        switch(false).unwrap();
        assert_eq!(live(), (false, false));
        assert!(bank.refresh(stage, tokens.refresh_token()).is_err());
        switch(true).unwrap();
        assert_eq!(live(), (true, true));
        bank.refresh(stage, tokens.refresh_token()).unwrap();
    });
}

#[test]
fn a_secret_that_was_replaced_ends_at_once_or_when_it_was_said_to() {
    each_database(|stage| {
        let (client, first) = register(stage, "app", AuthMethod::ClientSecretBasic, None);
        let comes_in = |secret: &Secret| {
            let header = basic("app", secret.expose());
            authenticate(stage, &Params::default(), Some(&header)).is_ok()
        };
        let rotate = |old_for| {
            let rotated = stage
                .engine
                .rotate_client_secret(&stage.call(), &client.id, old_for);
            rotated.unwrap()
        };
        let first = first.unwrap();
        let second = rotate(Some(Seconds(3_600)));
        assert_eq!(second.old_until, Some(stage.now().plus(Seconds(3_600))));
        assert!(comes_in(&first) && comes_in(&second.secret));
        stage.advance(3_600);
        assert!(!comes_in(&first) && comes_in(&second.secret));
        let third = rotate(None);
        assert_eq!(third.old_until, None);
        assert!(!comes_in(&second.secret) && comes_in(&third.secret));

        let rotate = |id: &str, old_for| {
            stage
                .engine
                .rotate_client_secret(&stage.call(), &ClientId::new(id), old_for)
        };
        register(stage, "spa", AuthMethod::None, None);
        for (id, old_for) in [("spa", None), ("app", Some(Seconds(91 * 86_400)))] {
            assert!(matches!(rotate(id, old_for), Err(EngineError::Invalid(_))));
        }
        assert!(matches!(
            rotate("nobody", None),
            Err(EngineError::NotFound(_))
        ));
        assert!(stage.chain_is_whole());
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
        let wait = authenticate(&stage, &none, Some(header));
        assert!(matches!(wait, Err(EngineError::TooMany { .. })), "{wait:?}");
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
fn a_flood_of_made_up_clients_writes_nothing_and_holds_up_no_right_secret() {
    let stage = Stage::with(|settings| settings.limits.failures_per_network = 3);
    let (_, secret) = register(&stage, "app", AuthMethod::ClientSecretBasic, None);
    let none = Params::default();
    for n in 0..20 {
        let tried = authenticate(&stage, &none, Some(&basic(&format!("nobody-{n}"), "x")));
        assert_eq!(
            matches!(tried, Err(EngineError::TooMany { .. })),
            n >= 3,
            "{n}: {tried:?}"
        );
    }
    // Nor does a known client's name get more written, now that its network has nothing left.
    let tried = authenticate(&stage, &none, Some(&basic("app", "guess")));
    assert!(
        matches!(tried, Err(EngineError::TooMany { .. })),
        "{tried:?}"
    );
    assert!(stage.audited("client.authentication.failed").is_empty());
    let right = basic("app", secret.unwrap().expose());
    assert!(authenticate(&stage, &none, Some(&right)).is_ok());
}

#[test]
fn behind_a_network_without_failures_left_a_client_cannot_be_guessed_at_for_longer() {
    let stage = Stage::with(|settings| settings.limits.failures_per_network = 3);
    let (_, secret) = register(&stage, "app", AuthMethod::ClientSecretBasic, None);
    let none = Params::default();
    for n in 0..3 {
        let _ = authenticate(&stage, &none, Some(&basic(&format!("nobody-{n}"), "x")));
    }
    for _ in 0..3 {
        let _ = authenticate(&stage, &none, Some(&basic("app", "guess")));
    }
    let right = basic("app", secret.unwrap().expose());
    let tried = authenticate(&stage, &none, Some(&right));
    assert!(
        matches!(tried, Err(EngineError::TooMany { .. })),
        "{tried:?}"
    );
}
