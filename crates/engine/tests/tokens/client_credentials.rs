//! A client acting for itself (RFC 6749 §4.4): no person in it anywhere, and nothing stored.

use serde_json::json;
use stepwell_core::client::{ApplicationType, GrantType, NewClient};
use stepwell_core::oauth::{ErrorCode, Scope};
use stepwell_core::time::Seconds;
use stepwell_engine::Peer;
use stepwell_engine::grants::Way;

use super::jwt::verified;
use crate::support::{ISSUER, RelyingParty, Stage, a_person, a_relying_party, oauth_error};

const API: &str = "https://api.example/";

fn service(stage: &Stage) -> RelyingParty {
    let new = NewClient {
        scope: Some(Scope::of(["reports", "metrics"])),
        resources: vec![API.into()],
        ..NewClient::new(ApplicationType::Service, "Robot")
    };
    let made = stage
        .engine
        .create_client(&stage.call(), None, new)
        .unwrap();
    RelyingParty {
        client: made.client,
        secret: made.secret,
    }
}

fn refusal(stage: &Stage, rp: &RelyingParty, extra: (&str, &str)) -> ErrorCode {
    let body = [("grant_type", "client_credentials"), extra];
    oauth_error(rp.token(stage, &body).unwrap_err()).code()
}

#[test]
fn a_clients_own_token_has_the_client_as_its_subject_and_nothing_of_a_person() {
    let stage = Stage::new();
    let robot = service(&stage);
    let answer = robot
        .token(&stage, &[("grant_type", "client_credentials")])
        .unwrap();
    assert!(answer.refresh_token.is_none() && answer.id_token.is_none());
    assert_eq!((answer.token_type, answer.expires_in), ("Bearer", 600));
    let (header, mut claims) = verified(&stage, &answer.access_token);
    assert_eq!(header["typ"], "at+jwt");
    let jti = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert!(
        !jti.as_str().unwrap().contains('.'),
        "no grant stands behind it"
    );
    let now = stage.now().secs();
    let id = robot.client.id.as_str();
    assert_eq!(
        claims,
        json!({
            "iss": ISSUER, "sub": id, "client_id": id, "aud": ISSUER,
            "iat": now, "exp": now + 600, "scope": "reports metrics",
        })
    );
}

fn basic(rp: &RelyingParty, secret: &str) -> String {
    use base64::Engine as _;
    let pair = format!("{}:{secret}", rp.client.id);
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
    format!("Basic {encoded}")
}

#[test]
fn a_network_that_guessed_too_often_is_not_let_in_at_once_either() {
    let stage = Stage::with(|settings| settings.limits.failures_per_network = 1);
    let robot = service(&stage);
    let params = robot.params(&[("grant_type", "client_credentials")]);
    let peer = Peer {
        ip: Some("192.0.2.9".parse().unwrap()),
        ..Peer::default()
    };
    let call = stage.call_from(&peer);
    let right = basic(&robot, robot.secret.as_ref().unwrap().expose());
    let at_once = || {
        stage
            .engine
            .authenticate_at_once(&call, &params, Some(&right))
    };
    assert!(at_once().is_some());
    let wrong = basic(&robot, "a guess");
    stage
        .engine
        .authenticate_client(&call, &params, Some(&wrong))
        .unwrap_err();
    assert!(at_once().is_none());
}

#[test]
fn it_asks_neither_database_nor_network_and_is_known_to() {
    let stage = Stage::new();
    let robot = service(&stage);
    let header = |secret: &str| basic(&robot, secret);
    let right = header(robot.secret.as_ref().unwrap().expose());
    let params = robot.params(&[("grant_type", "client_credentials")]);
    let at_once = |header: Option<&str>| {
        stage
            .engine
            .authenticate_at_once(&stage.call(), &params, header)
    };
    assert_eq!(at_once(Some(&right)).unwrap().id, robot.client.id);
    assert_eq!(stage.engine.token_way(&params), Way::AtOnce);
    // A wrong secret is audited, and a code is in the database.
    assert!(at_once(Some(&header("wrong"))).is_none());
    assert!(at_once(None).is_none());
    let code = robot.params(&[("grant_type", "authorization_code"), ("code", "x")]);
    assert_eq!(stage.engine.token_way(&code), Way::Apart);

    stage
        .database()
        .shell("ALTER TABLE clients RENAME TO clients_away");
    stage
        .database()
        .shell("ALTER TABLE grants RENAME TO grants_away");
    stage
        .database()
        .shell("ALTER TABLE audit RENAME TO audit_away");
    robot
        .token(&stage, &[("grant_type", "client_credentials")])
        .unwrap();
}

#[test]
fn scopes_that_speak_of_a_person_are_refused_and_never_given_unasked() {
    let stage = Stage::new();
    let both = Some(vec![
        GrantType::AuthorizationCode,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
    ]);
    let bank = a_relying_party(&stage)
        .with(|new| new.grant_types = both)
        .create();
    for personal in [
        "openid",
        "profile",
        "email",
        "offline_access",
        "balance openid",
    ] {
        assert_eq!(
            refusal(&stage, &bank, ("scope", personal)),
            ErrorCode::InvalidScope,
            "{personal}"
        );
    }
    let unasked = bank
        .token(&stage, &[("grant_type", "client_credentials")])
        .unwrap();
    assert_eq!(unasked.scope, "transfer balance");
    let asked = bank
        .token(
            &stage,
            &[("grant_type", "client_credentials"), ("scope", "balance")],
        )
        .unwrap();
    assert_eq!(asked.scope, "balance");
    // And it opens nothing of a person's.
    let error = oauth_error(
        stage
            .engine
            .userinfo(&stage.call(), &asked.access_token)
            .unwrap_err(),
    );
    assert_eq!(error.code(), ErrorCode::InsufficientScope);
}

#[test]
fn scope_resource_and_grant_beyond_the_registration_are_refused() {
    let stage = Stage::new();
    let robot = service(&stage);
    assert_eq!(
        refusal(&stage, &robot, ("scope", "reports admin")),
        ErrorCode::InvalidScope
    );
    assert_eq!(
        refusal(&stage, &robot, ("resource", "https://other.example/")),
        ErrorCode::InvalidTarget
    );
    let body = [("grant_type", "client_credentials"), ("resource", API)];
    let answer = robot.token(&stage, &body).unwrap();
    assert_eq!(crate::support::claims_of(&answer.access_token)["aud"], API);

    let bank = a_relying_party(&stage).create();
    assert_eq!(
        refusal(&stage, &bank, ("scope", "balance")),
        ErrorCode::UnauthorizedClient
    );
    let ada = a_person(&stage).with_password().create();
    assert!(
        stage
            .browser(&ada)
            .sign_in(&bank)
            .params
            .contains_key("code")
    );
}

#[test]
fn a_clients_own_lifetime_for_access_tokens_holds() {
    let stage = Stage::new();
    let new = NewClient {
        access_token_lifetime: Some(Seconds(60)),
        ..NewClient::new(ApplicationType::Service, "Robot")
    };
    let made = stage
        .engine
        .create_client(&stage.call(), None, new)
        .unwrap();
    let robot = RelyingParty {
        client: made.client,
        secret: made.secret,
    };
    let answer = robot
        .token(&stage, &[("grant_type", "client_credentials")])
        .unwrap();
    assert_eq!(answer.expires_in, 60);
    assert_eq!(answer.scope, "");
}
