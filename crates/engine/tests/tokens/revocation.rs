//! Revocation (RFC 7009): a client gives back what is its own.

use stepwell_core::client::ApplicationType;
use stepwell_core::oauth::{ErrorCode, Params};

use crate::support::{
    RelyingParty, Stage, Tokens, a_person, a_relying_party, each_database, oauth_error,
};

fn is_active(stage: &Stage, rp: &RelyingParty, token: &str) -> bool {
    let params = Params::from_pairs([("token", token)]);
    stage
        .engine
        .introspect(&stage.call(), &rp.client, &params)
        .unwrap()
        .active
}

fn revoke(stage: &Stage, rp: &RelyingParty, token: &str) -> Result<(), ErrorCode> {
    let params = rp.params(&[("token", token)]);
    let client = rp.authenticate(stage, &params).unwrap();
    stage
        .engine
        .revoke(&stage.call(), &client, &params)
        .map_err(|error| oauth_error(error).code())
}

fn signed_in(stage: &Stage) -> (RelyingParty, Tokens) {
    let bank = a_relying_party(stage).create();
    let ada = a_person(stage).with_password().create();
    let tokens = bank.redeem(stage, &stage.browser(&ada).sign_in(&bank));
    (bank, tokens)
}

#[test]
fn a_refresh_token_takes_every_token_of_its_grant_along() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage);
        let next = bank.refresh(stage, first.refresh_token()).unwrap();
        revoke(stage, &bank, next.refresh_token()).unwrap();
        for token in [&first.answer.access_token, &next.answer.access_token] {
            assert!(!is_active(stage, &bank, token));
            assert!(stage.engine.userinfo(&stage.call(), token).is_err());
        }
        assert!(bank.refresh(stage, next.refresh_token()).is_err());
        let audited = stage.audited("token.revoked");
        assert_eq!(audited.len(), 1);
        assert_eq!(
            audited[0].client_id.as_deref(),
            Some(bank.client.id.as_str())
        );
        // Twice is no error, and no second event.
        revoke(stage, &bank, next.refresh_token()).unwrap();
        assert_eq!(stage.audited("token.revoked").len(), 1);
    });
}

#[test]
fn a_refresh_token_that_was_used_already_still_ends_its_grant() {
    let stage = Stage::new();
    let (bank, first) = signed_in(&stage);
    let next = bank.refresh(&stage, first.refresh_token()).unwrap();
    revoke(&stage, &bank, first.refresh_token()).unwrap();
    assert!(bank.refresh(&stage, next.refresh_token()).is_err());
}

#[test]
fn an_access_token_goes_alone() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage);
        revoke(stage, &bank, &first.answer.access_token).unwrap();
        revoke(stage, &bank, &first.answer.access_token).unwrap();
        assert!(!is_active(stage, &bank, &first.answer.access_token));
        assert!(
            stage
                .engine
                .userinfo(&stage.call(), &first.answer.access_token)
                .is_err()
        );
        let next = bank.refresh(stage, first.refresh_token()).unwrap();
        assert!(is_active(stage, &bank, &next.answer.access_token));
    });
}

#[test]
fn an_unknown_or_expired_token_is_no_error_and_a_missing_one_is() {
    let stage = Stage::new();
    let (bank, tokens) = signed_in(&stage);
    revoke(&stage, &bank, "never-issued").unwrap();
    revoke(&stage, &bank, tokens.answer.id_token.as_deref().unwrap()).unwrap();
    assert!(is_active(&stage, &bank, &tokens.answer.access_token));
    stage.advance(600);
    revoke(&stage, &bank, &tokens.answer.access_token).unwrap();
    assert_eq!(stage.events("token.revoked"), [""; 0]);
    let error = stage
        .engine
        .revoke(&stage.call(), &bank.client, &Params::default())
        .unwrap_err();
    assert_eq!(oauth_error(error).code(), ErrorCode::InvalidRequest);
}

#[test]
fn another_clients_token_is_refused_and_lives_on() {
    each_database(|stage| {
        let (bank, tokens) = signed_in(stage);
        let shop = a_relying_party(stage).named("Shop").create();
        for token in [&tokens.answer.access_token, tokens.refresh_token()] {
            assert_eq!(revoke(stage, &shop, token), Err(ErrorCode::InvalidGrant));
            assert!(is_active(stage, &bank, token));
        }
        assert_eq!(stage.events("token.revoked"), [""; 0]);
    });
}

#[test]
fn a_public_client_may_give_back_its_own() {
    let stage = Stage::new();
    let app = a_relying_party(&stage)
        .with(|new| new.application_type = ApplicationType::Spa)
        .create();
    let ada = a_person(&stage).with_password().create();
    let tokens = app.redeem(&stage, &stage.browser(&ada).sign_in(&app));
    revoke(&stage, &app, tokens.refresh_token()).unwrap();
    assert!(app.refresh(&stage, tokens.refresh_token()).is_err());
    assert!(
        stage
            .engine
            .userinfo(&stage.call(), &tokens.answer.access_token)
            .is_err()
    );
}
