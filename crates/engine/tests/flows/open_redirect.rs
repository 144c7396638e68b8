//! Clients that nobody vouches for cannot use errors to send people on unseen (RFC 9700 §4.11).

use stepwell_engine::authorize::Via;

use crate::support::{Outcome, Stage, a_person, a_relying_party};

fn shown(outcome: Outcome) -> (String, String) {
    match outcome {
        Outcome::Interstitial(client, answer) => (client, answer.error().to_owned()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_error_for_an_unverified_client_is_shown_before_anybody_is_sent_on() {
    let stage = Stage::new();
    let evil = a_relying_party(&stage)
        .named("Evil")
        .with(|new| new.verified = false)
        .create();
    let ada = a_person(&stage).with_password().create();
    for (asked, error) in [
        (("prompt", "none"), "login_required"),
        (("acr_values", "phrh"), "unmet_authentication_requirements"),
        (("scope", "admin"), "invalid_scope"),
        (("max_age", "-1"), "invalid_request"),
    ] {
        let mut browser = stage.browser(&ada);
        let expected = ("Evil".to_owned(), error.to_owned());
        assert_eq!(
            shown(browser.authorize(&evil, &[asked])),
            expected,
            "{asked:?}"
        );
        let posted = browser.send(&evil.query(&[asked]), Via::Post);
        assert_eq!(shown(posted), expected, "by a form: {asked:?}");
    }
}

#[test]
fn a_verified_client_and_a_signed_in_person_are_spared_that_page() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let young = a_relying_party(&stage)
        .named("Young")
        .with(|new| new.verified = false)
        .create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let unmet = [("acr_values", "phrh")];
    assert_eq!(
        browser.authorize(&bank, &unmet).answer().error(),
        "unmet_authentication_requirements"
    );
    browser.sign_in(&young);
    assert_eq!(
        browser.authorize(&young, &unmet).answer().error(),
        "unmet_authentication_requirements"
    );
}

#[test]
fn an_unknown_client_or_address_gets_an_error_page_and_sends_nobody_anywhere() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    for odd in [
        ("client_id", "nobody"),
        ("redirect_uri", "https://bank.example/cb/../x"),
        ("redirect_uri", "https://evil.example/cb"),
        ("response_mode", "fragment"),
    ] {
        assert!(
            matches!(browser.authorize(&bank, &[odd]), Outcome::ErrorPage(_)),
            "{odd:?}"
        );
    }
    assert!(matches!(
        browser.send("client_id=%ff%fe", Via::Get),
        Outcome::ErrorPage(_)
    ));
}
