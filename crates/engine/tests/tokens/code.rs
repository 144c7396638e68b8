//! Codes: redeemed once, by their own client, with everything right; and what thieves get.

use stepwell_core::oauth::ErrorCode;
use stepwell_core::oauth::Params;
use stepwell_core::oauth::pkce::Challenge;
use stepwell_core::user::Status;

use crate::support::{
    Answer, RelyingParty, Stage, a_person, a_relying_party, each_database, oauth_error,
};

fn refusal(stage: &Stage, rp: &RelyingParty, body: &[(&str, &str)]) -> (ErrorCode, String) {
    let error = oauth_error(rp.token(stage, body).unwrap_err());
    (error.code(), error.description().to_owned())
}

fn assert_invalid_grant(stage: &Stage, rp: &RelyingParty, body: &[(&str, &str)]) {
    let (code, text) = refusal(stage, rp, body);
    assert_eq!(code, ErrorCode::InvalidGrant, "{text}");
}

/// Replaces a parameter; an empty value leaves it out.
fn altered<'a>(
    rp: &'a RelyingParty,
    answer: &'a Answer,
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut body = rp.redeeming(answer);
    body.retain(|(known, _)| *known != name);
    if !value.is_empty() {
        body.push((name, value));
    }
    body
}

fn is_active(stage: &Stage, rp: &RelyingParty, token: &str) -> bool {
    let params = rp.params(&[("token", token)]);
    let client = rp.authenticate(stage, &params).unwrap();
    stage
        .engine
        .introspect(&stage.call(), &client, &params)
        .unwrap()
        .active
}

#[test]
fn a_code_redeemed_twice_is_refused_and_what_was_issued_for_it_is_revoked() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let answer = stage.browser(&ada).sign_in(&bank);
        let tokens = bank.redeem(stage, &answer);
        assert!(is_active(stage, &bank, &tokens.answer.access_token));
        assert_eq!(stage.events("token."), ["token.issued"]);

        assert_invalid_grant(stage, &bank, &bank.redeeming(&answer));
        assert!(!is_active(stage, &bank, &tokens.answer.access_token));
        assert!(!is_active(stage, &bank, tokens.refresh_token()));
        assert!(
            stage
                .engine
                .userinfo(&stage.call(), &tokens.answer.access_token)
                .is_err()
        );
        let refused = oauth_error(bank.refresh(stage, tokens.refresh_token()).unwrap_err());
        assert_eq!(refused.code(), ErrorCode::InvalidGrant);
        assert_eq!(
            stage.events("token."),
            ["token.issued", "token.reuse_detected"]
        );

        // A third time there is nothing left to revoke, and nothing more to tell.
        assert_invalid_grant(stage, &bank, &bank.redeeming(&answer));
        assert_eq!(stage.events("token.").len(), 2);
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn a_replay_with_anything_wrong_revokes_nothing() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let shop = a_relying_party(stage).named("Shop").create();
        let ada = a_person(stage).with_password().create();
        let answer = stage.browser(&ada).sign_in(&bank);
        let tokens = bank.redeem(stage, &answer);
        let verifier = "another-verifier-of-at-least-forty-three-characters";
        assert_invalid_grant(
            stage,
            &bank,
            &altered(&bank, &answer, "code_verifier", verifier),
        );
        assert_invalid_grant(stage, &bank, &altered(&bank, &answer, "code_verifier", ""));
        let elsewhere = altered(&bank, &answer, "redirect_uri", "https://bank.example/other");
        assert_invalid_grant(stage, &bank, &elsewhere);
        assert_invalid_grant(stage, &shop, &bank.redeeming(&answer));
        assert!(is_active(stage, &bank, &tokens.answer.access_token));
        assert!(bank.refresh(stage, tokens.refresh_token()).is_ok());
        assert_eq!(stage.events("token.reuse"), [""; 0]);
    });
}

#[test]
fn another_client_or_redirect_uri_is_refused_and_costs_the_rightful_client_nothing() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let shop = a_relying_party(stage).named("Shop").create();
        let ada = a_person(stage).with_password().create();
        let answer = stage.browser(&ada).sign_in(&bank);
        assert_invalid_grant(stage, &shop, &bank.redeeming(&answer));
        for uri in [
            "https://bank.example/cb/",
            "https://bank.example/cb?x=1",
            "https://shop.example/cb",
            "",
        ] {
            assert_invalid_grant(stage, &bank, &altered(&bank, &answer, "redirect_uri", uri));
        }
        bank.redeem(stage, &answer);
    });
}

#[test]
fn a_verifier_for_a_code_asked_without_challenge_is_refused() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    let answer = stage.browser(&ada).complete(&bank, &bare).0;
    assert_invalid_grant(&stage, &bank, &bank.redeeming(&answer));
    assert!(
        bank.token(&stage, &altered(&bank, &answer, "code_verifier", ""))
            .is_ok()
    );
}

#[test]
fn a_challenge_without_its_verifier_is_refused_even_from_a_confidential_client() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let answer = stage.browser(&ada).sign_in(&bank);
    assert_invalid_grant(&stage, &bank, &altered(&bank, &answer, "code_verifier", ""));
    let challenge = Challenge::of("a-verifier-of-at-least-forty-three-characters");
    assert_invalid_grant(
        &stage,
        &bank,
        &altered(&bank, &answer, "code_verifier", challenge.as_str()),
    );
    bank.redeem(&stage, &answer);
}

#[test]
fn a_verifier_too_short_or_too_long_is_refused_though_its_hash_fits() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    for (length, fine) in [(42, false), (43, true), (128, true), (129, false)] {
        let verifier = "v".repeat(length);
        let challenge = Challenge::of(&verifier);
        let asked = [("code_challenge", challenge.as_str())];
        let answer = browser.complete(&bank, &asked).0;
        let body = altered(&bank, &answer, "code_verifier", &verifier);
        assert_eq!(bank.token(&stage, &body).is_ok(), fine, "{length}");
    }
}

#[test]
fn a_code_lives_for_a_minute() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let (early, late) = (browser.sign_in(&bank), browser.sign_in(&bank));
        stage.advance(59);
        bank.redeem(stage, &early);
        stage.advance(1);
        let (code, text) = refusal(stage, &bank, &bank.redeeming(&late));
        assert_eq!(code, ErrorCode::InvalidGrant);
        assert!(text.contains("expired"), "{text}");
    });
}

#[test]
fn what_the_token_endpoint_cannot_read_is_told_by_its_name() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let answer = stage.browser(&ada).sign_in(&bank);
    let body = |grant| altered(&bank, &answer, "grant_type", grant);
    assert_eq!(
        refusal(&stage, &bank, &body("")).0,
        ErrorCode::InvalidRequest
    );
    for unknown in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        assert_eq!(
            refusal(&stage, &bank, &body(unknown)).0,
            ErrorCode::UnsupportedGrantType
        );
    }
    assert_eq!(
        refusal(&stage, &bank, &body("client_credentials")).0,
        ErrorCode::UnauthorizedClient
    );
    let (code, text) = refusal(&stage, &bank, &altered(&bank, &answer, "code", ""));
    assert_eq!(code, ErrorCode::InvalidRequest);
    assert!(text.contains("'code'"), "{text}");
    assert_invalid_grant(
        &stage,
        &bank,
        &altered(&bank, &answer, "code", "never-issued"),
    );
    bank.redeem(&stage, &answer);
}

#[test]
fn a_person_locked_or_signed_out_meanwhile_gets_no_tokens() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let answer = browser.sign_in(&bank);
        ada.set_status(stage, Status::Locked);
        assert_invalid_grant(stage, &bank, &bank.redeeming(&answer));
        ada.set_status(stage, Status::Active);
        stage
            .engine
            .logout_confirmed(&stage.call(), &Params::default(), &browser.cookies)
            .unwrap();
        assert_invalid_grant(stage, &bank, &bank.redeeming(&answer));
        assert_eq!(stage.events("token."), [""; 0]);
    });
}

#[test]
fn a_client_without_the_refresh_grant_gets_no_refresh_token() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage)
        .with(|new| {
            new.grant_types = Some(vec![stepwell_core::client::GrantType::AuthorizationCode])
        })
        .create();
    let ada = a_person(&stage).with_password().create();
    let answer = stage
        .browser(&ada)
        .complete(&bank, &[("scope", "openid offline_access")])
        .0;
    let tokens = bank.redeem(&stage, &answer);
    assert!(tokens.answer.refresh_token.is_none());
    assert_eq!(tokens.answer.scope, "openid");
}

#[test]
fn an_answer_with_tokens_never_prints_them() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let tokens = bank.redeem(&stage, &stage.browser(&ada).sign_in(&bank));
    let printed = format!("{:?}", tokens.answer);
    assert!(!printed.contains(&tokens.answer.access_token), "{printed}");
    assert!(!printed.contains(tokens.refresh_token()), "{printed}");
}

#[test]
fn a_used_code_gives_a_thief_away_long_after_its_minute() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let answer = stage.browser(&ada).sign_in(&bank);
        let tokens = bank.redeem(stage, &answer);
        stage.advance(600);
        let (code, text) = refusal(stage, &bank, &bank.redeeming(&answer));
        assert_eq!(code, ErrorCode::InvalidGrant);
        assert!(text.contains("used before"), "{text}");
        assert!(!is_active(stage, &bank, tokens.refresh_token()));
        let detected = stage.audited("token.reuse_detected");
        let whose: Vec<_> = detected.iter().map(|r| r.user_id.as_deref()).collect();
        assert_eq!(whose, [Some(ada.subject())]);
    });
}
