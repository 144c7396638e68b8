//! Introspection (RFC 7662): the truth to those it concerns, and silence to all others.

use serde_json::{Value, json};
use stepwell_core::client::{ApplicationType, NewClient};
use stepwell_core::oauth::{ErrorCode, Params};
use stepwell_core::user::Status;

use crate::support::{
    ISSUER, RelyingParty, Stage, Tokens, a_person, a_relying_party, each_database, oauth_error,
};

const API: &str = "https://api.example/";

fn told(stage: &Stage, rp: &RelyingParty, token: &str) -> Value {
    let params = rp.params(&[("token", token)]);
    let client = rp.authenticate(stage, &params).unwrap();
    serde_json::to_value(
        stage
            .engine
            .introspect(&stage.call(), &client, &params)
            .unwrap(),
    )
    .unwrap()
}

fn silence() -> Value {
    json!({ "active": false })
}

fn api(stage: &Stage) -> RelyingParty {
    let new = NewClient::new(ApplicationType::Service, "API");
    let made = stage
        .engine
        .create_client(&stage.call(), None, new)
        .unwrap();
    RelyingParty {
        client: made.client,
        secret: made.secret,
    }
}

fn stepped_up(stage: &Stage) -> (RelyingParty, Tokens) {
    let bank = a_relying_party(stage)
        .with(|new| new.resources = vec![API.into()])
        .create();
    let ada = a_person(stage).with_password().with_totp().create();
    let asked = [
        ("acr_values", "2"),
        ("resource", API),
        ("scope", "openid transfer"),
    ];
    let answer = stage.browser(&ada).complete(&bank, &asked).0;
    let tokens = bank.redeem(stage, &answer);
    (bank, tokens)
}

#[test]
fn a_resource_server_learns_what_was_proven_and_when() {
    each_database(|stage| {
        let (bank, tokens) = stepped_up(stage);
        let api = api(stage);
        let (acr, amr, auth_time) = tokens.grounds();
        assert_eq!(acr, "2", "answered by the alias it was asked by");
        let access = &tokens.access;
        let expected = json!({
            "active": true, "iss": ISSUER, "sub": access["sub"], "aud": [API, ISSUER],
            "client_id": bank.client.id.as_str(), "exp": access["exp"], "iat": access["iat"],
            "jti": access["jti"], "scope": "openid transfer", "token_type": "Bearer",
            "acr": acr, "amr": amr, "auth_time": auth_time,
        });
        assert_eq!(told(stage, &api, &tokens.answer.access_token), expected);
        assert_eq!(told(stage, &bank, &tokens.answer.access_token), expected);
    });
}

#[test]
fn a_client_learns_about_its_own_refresh_token_and_nobody_else_does() {
    each_database(|stage| {
        let (bank, tokens) = stepped_up(stage);
        let about = told(stage, &bank, tokens.refresh_token());
        assert_eq!(about["active"], true);
        assert_eq!(
            (&about["acr"], &about["auth_time"]),
            (&tokens.access["acr"], &tokens.access["auth_time"])
        );
        assert!(about.get("token_type").is_none(), "it is no bearer token");
        assert_eq!(told(stage, &api(stage), tokens.refresh_token()), silence());
        bank.refresh(stage, tokens.refresh_token()).unwrap();
        assert_eq!(told(stage, &bank, tokens.refresh_token()), silence());
    });
}

#[test]
fn another_web_client_learns_nothing_even_if_it_may_ask_tokens_for_the_same_resource() {
    each_database(|stage| {
        let (_, tokens) = stepped_up(stage);
        let shop = a_relying_party(stage)
            .named("Shop")
            .with(|new| new.resources = vec![API.into()])
            .create();
        assert_eq!(told(stage, &shop, &tokens.answer.access_token), silence());
        assert_eq!(told(stage, &shop, tokens.refresh_token()), silence());
    });
}

#[test]
fn unknown_expired_and_revoked_tokens_are_inactive_without_a_reason() {
    each_database(|stage| {
        let (bank, tokens) = stepped_up(stage);
        for unknown in ["x", "a.b.c", &"z".repeat(5_000)] {
            assert_eq!(told(stage, &bank, unknown), silence());
        }
        let next = bank.refresh(stage, tokens.refresh_token()).unwrap();
        let params = bank.params(&[("token", &tokens.answer.access_token)]);
        stage
            .engine
            .revoke(&stage.call(), &bank.client, &params)
            .unwrap();
        assert_eq!(told(stage, &bank, &tokens.answer.access_token), silence());
        assert_eq!(
            told(stage, &bank, &next.answer.access_token)["active"],
            true
        );
        stage.advance(599);
        assert_eq!(
            told(stage, &bank, &next.answer.access_token)["active"],
            true
        );
        stage.advance(1);
        assert_eq!(told(stage, &bank, &next.answer.access_token), silence());
        stage.advance(14 * 86_400);
        assert_eq!(told(stage, &bank, next.refresh_token()), silence());
    });
}

#[test]
fn the_tokens_of_a_locked_person_are_inactive() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let tokens = bank.redeem(stage, &stage.browser(&ada).sign_in(&bank));
        assert_eq!(
            told(stage, &bank, &tokens.answer.access_token)["active"],
            true
        );
        ada.set_status(stage, Status::Locked);
        assert_eq!(told(stage, &bank, &tokens.answer.access_token), silence());
        assert_eq!(told(stage, &bank, tokens.refresh_token()), silence());
    });
}

#[test]
fn a_public_client_may_not_ask_and_a_token_must_be_named() {
    let stage = Stage::new();
    let (bank, tokens) = stepped_up(&stage);
    let app = a_relying_party(&stage)
        .named("App")
        .with(|new| new.application_type = ApplicationType::Spa)
        .create();
    let params = app.params(&[("token", &tokens.answer.access_token)]);
    let client = app.authenticate(&stage, &params).unwrap();
    let error = oauth_error(
        stage
            .engine
            .introspect(&stage.call(), &client, &params)
            .unwrap_err(),
    );
    assert_eq!(error.code(), ErrorCode::UnauthorizedClient);
    let none = Params::default();
    let error = oauth_error(
        stage
            .engine
            .introspect(&stage.call(), &bank.client, &none)
            .unwrap_err(),
    );
    assert_eq!(error.code(), ErrorCode::InvalidRequest);
}

#[test]
fn a_clients_own_token_is_told_of_without_a_person_until_it_is_given_back() {
    each_database(|stage| {
        let robot = api(stage);
        let answer = robot
            .token(stage, &[("grant_type", "client_credentials")])
            .unwrap();
        let about = told(stage, &robot, &answer.access_token);
        assert_eq!(
            (&about["active"], &about["sub"]),
            (&json!(true), &json!(robot.client.id.as_str()))
        );
        for absent in ["acr", "amr", "auth_time", "scope"] {
            assert!(about.get(absent).is_none(), "{absent}");
        }
        let params = robot.params(&[("token", &answer.access_token)]);
        stage
            .engine
            .revoke(&stage.call(), &robot.client, &params)
            .unwrap();
        assert_eq!(told(stage, &robot, &answer.access_token), silence());
    });
}
