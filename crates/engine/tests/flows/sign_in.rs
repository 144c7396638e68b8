//! Signing in from the first link to the tokens.

use stepwell_engine::authorize::{StepView, Wording};

use crate::support::{ISSUER, Stage, a_person, a_relying_party, each_database};

#[test]
fn a_sign_in_asks_name_and_password_and_ends_with_tokens_that_say_so() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().with_totp().create();
        let mut browser = stage.browser(&ada);
        assert!(browser.authorize(&bank, &[]).is_pages());
        assert_eq!(browser.page(), "identify");
        browser.type_username();
        let asked = browser.see_proof();
        assert_eq!(
            (asked.method.as_str(), asked.username.as_str()),
            ("password", "ada")
        );
        assert!(matches!(asked.wording, Wording::SignIn) && asked.may_switch);
        browser.type_password();
        let proved_at = stage.now();
        stage.advance(3);
        let answer = browser.follow();
        assert_eq!(answer.to, "https://bank.example/cb");
        let tokens = bank.redeem(stage, &answer);
        let (acr, amr, auth_time) = tokens.grounds();
        assert_eq!(
            (acr.as_str(), auth_time),
            ("urn:stepwell:acr:basic", proved_at.secs())
        );
        assert_eq!(amr, ["pwd"]);
        assert_eq!(tokens.id["sub"], ada.subject());
        assert_eq!(tokens.id["iss"], ISSUER);
        assert_eq!(tokens.id["aud"], bank.client.id.as_str());
        assert_eq!(tokens.id["nonce"], "some-nonce");
        assert_eq!(tokens.access["client_id"], bank.client.id.as_str());
        assert_eq!(stage.events("login."), ["login.passed"]);
        assert_eq!(stage.events("stepup."), [""; 0]);
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn a_second_request_of_a_signed_in_person_is_answered_without_a_page() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let shop = a_relying_party(&stage).named("Shop").create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let first = bank.redeem(&stage, &browser.sign_in(&bank));
    stage.advance(3_600);
    let answer = browser.authorize(&shop, &[]).answer();
    assert_eq!(answer.to, "https://shop.example/cb");
    assert_eq!(shop.redeem(&stage, &answer).grounds(), first.grounds());
}

#[test]
fn a_login_hint_is_filled_in_and_decides_nothing() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    for hint in ["ada", "nobody-here", "<script>alert(1)</script>"] {
        let mut browser = stage.browser(&ada);
        browser.authorize(&bank, &[("login_hint", hint)]);
        match browser.see() {
            StepView::Identify { prefill, .. } => assert_eq!(prefill, hint),
            other => panic!("{other:?}"),
        }
    }
}
