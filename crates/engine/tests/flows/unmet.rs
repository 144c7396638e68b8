//! What can never be met: said at once, or after sign-in, and never answered with less.

use serde_json::json;
use stepwell_core::client::AcrValuesMode;
use stepwell_engine::authorize::Left;

use crate::support::{Answer, Stage, a_person, a_relying_party};

const UNMET: &str = "unmet_authentication_requirements";

fn nothing_is_set_up_on_demand() -> Stage {
    Stage::with(|settings| settings.enrolment.on_demand = false)
}

fn essential(values: &[&str]) -> String {
    json!({ "id_token": { "acr": { "essential": true, "values": values } } }).to_string()
}

#[test]
fn an_acr_that_no_method_here_reaches_is_unmet_before_any_page() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    let claims = essential(&["phrh"]);
    for asked in [
        ("acr_values", "phrh"),
        ("acr_values", "never-heard-of"),
        ("claims", claims.as_str()),
    ] {
        assert_eq!(
            browser.authorize(&bank, &[asked]).answer().error(),
            UNMET,
            "{asked:?}"
        );
    }
    assert_eq!(
        stage
            .database()
            .count("SELECT count(*) AS n FROM interactions"),
        0
    );
    // One of several will do.
    assert!(
        browser
            .authorize(&bank, &[("acr_values", "phrh 2")])
            .is_pages()
    );
}

#[test]
fn an_acr_that_differs_by_case_space_or_encoding_does_not_match() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    for odd in [
        "URN:STEPWELL:ACR:MFA",
        "urn:stepwell:acr:mfa\u{a0}",
        "urn%3Astepwell%3Aacr%3Amfa",
        "2.0",
        "\u{ff12}",
    ] {
        let answer = browser.authorize(&bank, &[("acr_values", odd)]).answer();
        assert_ne!(answer.error(), "", "{odd}");
        assert_eq!(
            stage
                .database()
                .count("SELECT count(*) AS n FROM interactions"),
            0,
            "{odd}"
        );
    }
}

#[test]
fn an_acr_that_the_person_cannot_reach_is_unmet_after_signing_in_and_never_answered_with_less() {
    let claims = essential(&["urn:stepwell:acr:mfa"]);
    for asked in [("acr_values", "2"), ("claims", claims.as_str())] {
        let stage = nothing_is_set_up_on_demand();
        let bank = a_relying_party(&stage).create();
        let ada = a_person(&stage).with_password().create();
        let mut browser = stage.browser(&ada);
        browser.authorize(&bank, &[asked]);
        browser.type_username();
        assert_eq!(
            browser.page(),
            "password",
            "what ada lacks is told to ada only"
        );
        browser.type_password();
        match browser.view() {
            Left::Leave { to, stop, .. } => {
                assert!(stop, "the person is told first");
                assert_eq!(Answer::of(&to).error(), UNMET);
            }
            other => panic!("{other:?}"),
        }
        // Back, and again, and the request once more.
        assert!(matches!(browser.view(), Left::AlreadyDone { .. }));
        assert_eq!(browser.authorize(&bank, &[asked]).told(), UNMET);
        let silent = browser.authorize(&bank, &[asked, ("prompt", "none")]);
        assert_eq!(silent.answer().error(), UNMET, "no page may be shown");
        assert_eq!(
            stage.database().count("SELECT count(*) AS n FROM codes"),
            0,
            "no code at the lower acr"
        );
        assert_eq!(stage.events("stepup.unmet").len(), 3);
        browser.authorize(&bank, &[]).answer().code();
    }
}

#[test]
fn a_voluntary_client_gets_the_best_there_is() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage)
        .with(|new| new.acr_values_mode = AcrValuesMode::Voluntary)
        .create();
    let ada = a_person(&stage).with_password().create();
    let bob = a_person(&stage)
        .named("bob")
        .with_password()
        .with_totp()
        .create();
    let asked = [("acr_values", "2")];
    let (answer, pages) = stage.browser(&ada).complete(&bank, &asked);
    assert_eq!(pages, ["identify", "password"]);
    assert_eq!(
        bank.redeem(&stage, &answer).grounds().0,
        "urn:stepwell:acr:basic",
        "what is true"
    );
    let (answer, pages) = stage.browser(&bob).complete(&bank, &asked);
    assert_eq!(pages, ["identify", "password", "totp"], "who can, is asked");
    assert_eq!(bank.redeem(&stage, &answer).grounds().0, "2");
}

#[test]
fn a_minimum_binds_a_voluntary_client_too() {
    let stage = nothing_is_set_up_on_demand();
    let bank = a_relying_party(&stage)
        .with(|new| {
            new.acr_values_mode = AcrValuesMode::Voluntary;
            new.minimum_acr = Some("2".into());
        })
        .create();
    let ada = a_person(&stage).with_password().create();
    assert_eq!(stage.browser(&ada).complete(&bank, &[]).0.error(), UNMET);
}
