//! Userinfo (OIDC Core §5.3): what the scope says, about the person the token says.

use serde_json::{Value, json};
use stepwell_core::ids::UserId;
use stepwell_core::oauth::{ErrorCode, Scope};
use stepwell_core::user::Status;
use stepwell_store::users;

use crate::support::{
    Browser, Person, RelyingParty, Stage, a_person, a_relying_party, each_database, oauth_error,
};

fn everything(stage: &Stage) -> (RelyingParty, Person) {
    let all = Scope::of(["openid", "profile", "email", "address", "phone", "balance"]);
    let bank = a_relying_party(stage)
        .with(|new| new.scope = Some(all))
        .create();
    let ada = a_person(stage)
        .with_password()
        .with_claim("name", "Ada Lovelace")
        .with_claim("birthdate", "1815-12-10")
        .with_claim("email", "ada@example.org")
        .with_claim("email_verified", true)
        .with_claim("address", json!({ "locality": "London" }))
        .with_claim("phone_number", "+44 1")
        .with_claim("phone_number_verified", false)
        .with_claim("shoe_size", 36)
        .create();
    (bank, ada)
}

fn told(
    stage: &Stage,
    browser: &mut Browser<'_>,
    rp: &RelyingParty,
    asked: &[(&str, &str)],
) -> Value {
    let tokens = rp.redeem(stage, &browser.complete(rp, asked).0);
    Value::Object(
        stage
            .engine
            .userinfo(&stage.call(), &tokens.answer.access_token)
            .unwrap(),
    )
}

#[test]
fn every_standard_scope_tells_its_claims_and_no_others() {
    each_database(|stage| {
        let made = stage.now().secs();
        let (bank, ada) = everything(stage);
        stage.advance(60);
        let mut browser = stage.browser(&ada);
        let sub = ada.subject();
        for (scope, expected) in [
            ("openid", json!({ "sub": sub })),
            ("openid balance", json!({ "sub": sub })),
            (
                "openid profile",
                json!({
                    "sub": sub, "name": "Ada Lovelace", "birthdate": "1815-12-10", "updated_at": made,
                }),
            ),
            (
                "openid email",
                json!({ "sub": sub, "email": "ada@example.org", "email_verified": true }),
            ),
            (
                "openid address",
                json!({ "sub": sub, "address": { "locality": "London" } }),
            ),
            (
                "openid phone",
                json!({ "sub": sub, "phone_number": "+44 1", "phone_number_verified": false }),
            ),
        ] {
            assert_eq!(
                told(stage, &mut browser, &bank, &[("scope", scope)]),
                expected,
                "{scope}"
            );
        }
    });
}

#[test]
fn updated_at_moves_with_what_is_told_and_not_with_a_lock() {
    let stage = Stage::new();
    let (bank, ada) = everything(&stage);
    stage.advance(60);
    let changed = stage.now();
    let claims = json!({ "name": "Ada King" }).as_object().unwrap().clone();
    let id = UserId::new(ada.subject());
    let done = stage
        .db()
        .write(|tx| users::update_claims(tx, &id, &claims, changed));
    assert!(done.unwrap());
    stage.advance(60);
    ada.set_status(&stage, Status::Locked);
    ada.set_status(&stage, Status::Active);
    let asked = [("scope", "openid profile")];
    let told = told(&stage, &mut stage.browser(&ada), &bank, &asked);
    assert_eq!(told["name"], "Ada King");
    assert_eq!(told["updated_at"], changed.secs());
}

#[test]
fn the_claims_parameter_adds_to_the_scope_as_far_as_the_client_is_registered() {
    let stage = Stage::new();
    let (_, ada) = everything(&stage);
    let bank = a_relying_party(&stage).named("Other").create();
    let asked =
        json!({ "birthdate": { "essential": true }, "phone_number": null, "shoe_size": null });
    let claims = json!({ "userinfo": asked }).to_string();
    let asked = [("scope", "openid email"), ("claims", &claims)];
    let told = told(&stage, &mut stage.browser(&ada), &bank, &asked);
    let sub = ada.subject();
    assert_eq!(
        told,
        json!({ "sub": sub, "email": "ada@example.org", "email_verified": true, "birthdate": "1815-12-10" })
    );
}

#[test]
fn a_token_that_was_narrowed_tells_less() {
    let stage = Stage::new();
    let (bank, ada) = everything(&stage);
    let answer = stage
        .browser(&ada)
        .complete(&bank, &[("scope", "openid email profile")])
        .0;
    let tokens = bank.redeem(&stage, &answer);
    let body = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh_token()),
        ("scope", "openid email"),
    ];
    let narrow = bank.token(&stage, &body).unwrap();
    let told = stage
        .engine
        .userinfo(&stage.call(), &narrow.access_token)
        .unwrap();
    assert!(told.contains_key("email") && !told.contains_key("name"));
}

#[test]
fn without_openid_the_scope_does_not_reach() {
    let stage = Stage::new();
    let (bank, ada) = everything(&stage);
    let tokens = bank.redeem(
        &stage,
        &stage.browser(&ada).complete(&bank, &[("scope", "email")]).0,
    );
    let error = oauth_error(
        stage
            .engine
            .userinfo(&stage.call(), &tokens.answer.access_token)
            .unwrap_err(),
    );
    assert_eq!(
        (error.code(), error.status()),
        (ErrorCode::InsufficientScope, 403)
    );
}

#[test]
fn nothing_is_told_of_a_locked_person() {
    each_database(|stage| {
        let (bank, ada) = everything(stage);
        let tokens = bank.redeem(stage, &stage.browser(&ada).sign_in(&bank));
        assert!(
            stage
                .engine
                .userinfo(&stage.call(), &tokens.answer.access_token)
                .is_ok()
        );
        ada.set_status(stage, Status::Locked);
        let refused = stage
            .engine
            .userinfo(&stage.call(), &tokens.answer.access_token);
        assert_eq!(
            oauth_error(refused.unwrap_err()).code(),
            ErrorCode::InvalidToken
        );
    });
}

#[test]
fn an_expired_token_is_invalid() {
    let stage = Stage::new();
    let (bank, ada) = everything(&stage);
    let tokens = bank.redeem(&stage, &stage.browser(&ada).sign_in(&bank));
    stage.advance(599);
    assert!(
        stage
            .engine
            .userinfo(&stage.call(), &tokens.answer.access_token)
            .is_ok()
    );
    stage.advance(1);
    let error = oauth_error(
        stage
            .engine
            .userinfo(&stage.call(), &tokens.answer.access_token)
            .unwrap_err(),
    );
    assert_eq!(
        (error.code(), error.status()),
        (ErrorCode::InvalidToken, 401)
    );
}

#[test]
fn a_token_for_a_resource_alone_is_refused_and_one_that_names_none_tells() {
    const API: &str = "https://api.example/";
    let stage = Stage::new();
    let bank = a_relying_party(&stage)
        .with(|new| new.resources = vec![API.into()])
        .create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let mut tokens = |narrow: &[(&'static str, &'static str)]| {
        let answer = browser.complete(&bank, &[("resource", API)]).0;
        let mut body = bank.redeeming(&answer);
        body.extend(narrow);
        bank.token(&stage, &body).unwrap().access_token
    };
    let told = |token: &str| stage.engine.userinfo(&stage.call(), token);
    let both = tokens(&[]);
    let aud = &crate::support::claims_of(&both)["aud"];
    assert_eq!(*aud, json!([API, crate::support::ISSUER]));
    assert_eq!(told(&both).unwrap()["sub"], ada.subject());
    let alone = tokens(&[("resource", API)]);
    assert_eq!(crate::support::claims_of(&alone)["aud"], API);
    let refused = oauth_error(told(&alone).unwrap_err());
    assert_eq!(refused.code(), ErrorCode::InvalidToken);
}
