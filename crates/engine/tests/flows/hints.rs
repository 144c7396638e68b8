//! Requests that are about one person only: `id_token_hint` and the `sub` claim.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use stepwell_engine::answer::Input;
use stepwell_engine::authorize::StepView;

use crate::support::{
    Answer, Browser, RelyingParty, Stage, a_person, a_relying_party, claims_for_subject,
};

fn id_token(stage: &Stage, rp: &RelyingParty, answer: &Answer) -> String {
    rp.redeem(stage, answer).answer.id_token.unwrap()
}

fn error(browser: &mut Browser<'_>, rp: &RelyingParty, hint: &str) -> String {
    browser
        .authorize(rp, &[("id_token_hint", hint)])
        .answer()
        .error()
        .to_owned()
}

#[test]
fn a_hint_for_the_signed_in_person_is_answered_even_when_it_has_expired() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let hint = id_token(&stage, &bank, &browser.sign_in(&bank));
    stage.advance(2 * 86_400);
    browser
        .authorize(&bank, &[("id_token_hint", &hint), ("prompt", "none")])
        .answer()
        .code();
}

#[test]
fn a_forged_foreign_or_unsigned_hint_is_an_error_and_no_code() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let shop = a_relying_party(&stage).named("Shop").create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let hint = id_token(&stage, &bank, &browser.sign_in(&bank));
    let parts: Vec<&str> = hint.split('.').collect();
    let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut claims = crate::support::claims_of(&hint);
    let unsigned = format!(
        "{}.{}.",
        encode(json!({ "alg": "none", "typ": "JWT" })),
        parts[1]
    );
    claims["iss"] = json!("https://evil.example");
    let foreign = format!("{}.{}.{}", parts[0], encode(claims), parts[2]);
    let altered = format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86));
    for bad in [
        unsigned.as_str(),
        &foreign,
        &altered,
        "not-a-token",
        "..",
        "a.b.c",
    ] {
        assert_eq!(error(&mut browser, &bank, bad), "invalid_request", "{bad}");
    }
    assert_eq!(
        error(&mut browser, &shop, &hint),
        "invalid_request",
        "another app's token"
    );
    let access = bank
        .redeem(&stage, &browser.authorize(&bank, &[]).answer())
        .answer
        .access_token;
    assert_eq!(
        error(&mut browser, &bank, &access),
        "invalid_request",
        "an access token is no ID token"
    );
}

#[test]
fn a_hint_for_somebody_else_is_never_answered_for_the_one_who_is_signed_in() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let bob = a_person(&stage).named("bob").with_password().create();
    let hint = id_token(&stage, &bank, &stage.browser(&bob).sign_in(&bank));
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let silent = [("id_token_hint", hint.as_str()), ("prompt", "none")];
    assert_eq!(
        browser.authorize(&bank, &silent).answer().error(),
        "login_required"
    );
    let claimed = claims_for_subject(bob.subject());
    let silent = [("claims", claimed.as_str()), ("prompt", "none")];
    assert_eq!(
        browser.authorize(&bank, &silent).answer().error(),
        "login_required"
    );
    // With pages, only bob can go on; whose hint it is stays untold.
    browser.authorize(&bank, &[("id_token_hint", &hint)]);
    assert!(matches!(browser.see(), StepView::Identify { prefill, .. } if prefill.is_empty()));
    browser.type_username();
    assert_eq!(browser.follow().error(), "login_required", "ada is not bob");
    browser.authorize(&bank, &[("id_token_hint", &hint)]);
    let mut browser = browser.handed_to(&bob);
    let answer = browser.type_username().type_password().follow();
    assert_eq!(bank.redeem(&stage, &answer).id["sub"], bob.subject());
}

#[test]
fn a_step_up_completed_as_another_account_is_refused_and_keeps_the_session() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let bob = a_person(&stage)
        .named("bob")
        .with_password()
        .with_totp()
        .create();
    let mut browser = stage.browser(&ada);
    let hint = id_token(&stage, &bank, &browser.sign_in(&bank));
    browser.authorize(&bank, &[("id_token_hint", &hint), ("acr_values", "2")]);
    assert_eq!(browser.page(), "totp");
    let bobs_code = bob.code(stage.now());
    assert_eq!(
        browser.fails_with("totp", &bobs_code),
        stepwell_engine::answer::Trouble::WrongCode
    );
    browser.switch();
    assert_eq!(
        browser.page(),
        "totp",
        "who it is about was settled by the app"
    );
    browser.submit(&Input::Identify { username: "bob" });
    assert_eq!(browser.page(), "totp");
    assert_eq!(stage.events("session.ended"), [""; 0]);
    let answer = browser.type_code().follow();
    assert_eq!(bank.redeem(&stage, &answer).id["sub"], ada.subject());
}

#[test]
fn a_person_who_signs_in_as_somebody_else_gets_a_session_of_their_own() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let bob = a_person(&stage)
        .named("bob")
        .with_password()
        .with_totp()
        .create();
    let mut browser = stage.browser(&ada);
    let adas = bank.redeem(&stage, &browser.sign_in(&bank));
    browser.authorize(&bank, &[("acr_values", "2")]);
    let mut browser = browser.handed_to(&bob);
    browser.switch().type_username();
    assert_eq!(
        browser.page(),
        "password",
        "ada's password proves nothing about bob"
    );
    browser.another_way("password");
    let answer = browser.type_password().type_code().follow();
    let bobs = bank.redeem(&stage, &answer);
    assert_eq!(bobs.id["sub"], bob.subject());
    assert_ne!(bobs.id["sid"], adas.id["sid"]);
    assert_eq!(stage.events("session.ended"), ["session.ended"]);
    assert!(
        bank.refresh(&stage, adas.refresh_token()).is_err(),
        "what was to end with ada's session did"
    );
}

#[test]
fn a_hint_and_a_claim_for_different_people_can_be_met_by_nobody() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let hint = id_token(&stage, &bank, &browser.sign_in(&bank));
    let claimed = claims_for_subject("somebody-else");
    let both = [
        ("id_token_hint", hint.as_str()),
        ("claims", claimed.as_str()),
    ];
    assert_eq!(
        browser.authorize(&bank, &both).answer().error(),
        "login_required"
    );
}

#[test]
fn a_subject_in_a_request_tells_nobody_whose_it_is_or_whether_it_exists() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let eve = a_person(&stage).named("eve").with_password().create();
    for sub in [ada.subject(), "nobody-s-subject"] {
        let claimed = claims_for_subject(sub);
        let mut browser = stage.browser(&eve);
        assert!(browser.authorize(&bank, &[("claims", &claimed)]).is_pages());
        assert!(matches!(browser.see(), StepView::Identify { prefill, .. } if prefill.is_empty()));
        browser.type_username();
        assert_eq!(browser.see_proof().username, "eve");
        browser.type_password();
        assert_eq!(browser.follow().error(), "login_required");
    }
}

#[test]
fn what_one_person_allowed_is_not_carried_over_to_the_next() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).asking_consent().create();
    let ada = a_person(&stage).with_password().create();
    let bob = a_person(&stage).named("bob").with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username().type_password();
    browser.see_consent();
    browser.submit(&Input::Consent { allow: true });
    let mut browser = browser.handed_to(&bob);
    browser.type_username().type_password();
    assert_eq!(browser.see_consent().username, "bob");
}
