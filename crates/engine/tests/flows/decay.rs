//! Acrs that do not last: age limits within a predicate, lifetimes, and what tokens make of them.

use stepwell_core::authn::{Acr, AcrName, Catalog, Predicate, Renew};
use stepwell_core::client::RefreshPolicy;
use stepwell_core::time::Seconds;
use stepwell_engine::Settings;

use crate::support::{Stage, a_person, a_relying_party, oauth_error};

fn add(
    settings: &mut Settings,
    name: &str,
    within: Option<u64>,
    lifetime: Option<u64>,
    renew: Renew,
) {
    let mut acrs: Vec<Acr> = settings.catalog.iter().cloned().collect();
    acrs.push(Acr {
        name: AcrName::new(name),
        aliases: Vec::new(),
        requires: Predicate::Kinds {
            count: 2,
            within: within.map(Seconds),
            settled: None,
        },
        lifetime: lifetime.map(Seconds),
        renew,
    });
    settings.catalog = Catalog::new(acrs);
}

#[test]
fn an_acr_whose_proofs_must_be_young_is_told_while_they_are_and_not_after() {
    let stage = Stage::with(|settings| add(settings, "mfa-5m", Some(300), None, Renew::All));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    let (answer, pages) = browser.complete(&bank, &[("acr_values", "mfa-5m")]);
    assert_eq!(pages, ["identify", "password", "totp"]);
    let tokens = bank.redeem(&stage, &answer);
    assert_eq!(tokens.grounds().0, "mfa-5m");
    assert!(
        tokens.answer.expires_in <= 300,
        "no access token outlives the acr it carries"
    );
    let other = a_relying_party(&stage).named("Shop").create();
    let answer = browser.authorize(&other, &[]).answer();
    assert_eq!(other.redeem(&stage, &answer).grounds().0, "mfa-5m");
    stage.advance(301);
    let answer = browser.authorize(&other, &[]).answer();
    assert_eq!(
        other.redeem(&stage, &answer).grounds().0,
        "urn:stepwell:acr:mfa",
        "another app reads what is left"
    );
    assert_eq!(
        browser.complete(&bank, &[("acr_values", "mfa-5m")]).1,
        ["password", "totp"]
    );
}

#[test]
fn an_acr_with_a_lifetime_needs_only_its_strongest_proof_again() {
    let stage =
        Stage::with(|settings| add(settings, "payments", None, Some(300), Renew::Strongest));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    let asked = [("acr_values", "payments")];
    browser.complete(&bank, &asked);
    stage.advance(200);
    assert_eq!(browser.complete(&bank, &asked).1, [""; 0]);
    stage.advance(200);
    assert_eq!(browser.complete(&bank, &asked).1, ["totp"]);
}

#[test]
fn a_refresh_after_the_acrs_lifetime_is_refused_and_says_what_to_do() {
    let stage =
        Stage::with(|settings| add(settings, "payments", None, Some(300), Renew::Strongest));
    let bank = a_relying_party(&stage)
        .with(|new| new.refresh_policy = RefreshPolicy::RefuseAfterLifetime)
        .create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let answer = stage
        .browser(&ada)
        .complete(&bank, &[("acr_values", "payments")])
        .0;
    let tokens = bank.redeem(&stage, &answer);
    stage.advance(200);
    let next = bank.refresh(&stage, tokens.refresh_token()).unwrap();
    assert!(next.answer.expires_in <= 100);
    stage.advance(200);
    let error = oauth_error(bank.refresh(&stage, next.refresh_token()).unwrap_err());
    assert_eq!(error.code().as_str(), "invalid_grant");
    assert!(
        error.description().contains("authorization endpoint"),
        "{}",
        error.description()
    );
}

#[test]
fn a_session_that_was_not_used_for_long_asks_to_sign_in_again() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    for _ in 0..3 {
        stage.advance(6 * 86_400);
        assert_eq!(browser.complete(&bank, &[]).1, [""; 0], "using it keeps it");
    }
    stage.advance(7 * 86_400 + 1);
    assert_eq!(browser.complete(&bank, &[]).1, ["identify", "password"]);
    for _ in 0..4 {
        stage.advance(6 * 86_400);
        assert_eq!(browser.complete(&bank, &[]).1, [""; 0]);
    }
    stage.advance(6 * 86_400);
    assert_eq!(
        browser.complete(&bank, &[]).1,
        ["identify", "password"],
        "but not beyond its life"
    );
}
