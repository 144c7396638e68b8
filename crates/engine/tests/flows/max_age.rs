//! How old a proof may be, and what counts as doing it again.

use stepwell_core::time::Seconds;
use stepwell_engine::EngineError;
use stepwell_engine::authorize::Via;

use crate::support::{Stage, a_person, a_relying_party};

#[test]
fn a_proof_older_than_max_age_is_asked_for_again_and_its_time_is_told() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let first = bank.redeem(&stage, &browser.sign_in(&bank));
    stage.advance(61);
    let (answer, pages) = browser.complete(&bank, &[("max_age", "60")]);
    assert_eq!(pages, ["password"]);
    let second = bank.redeem(&stage, &answer);
    assert!(second.grounds().2 >= first.grounds().2 + 61);
    stage.advance(5);
    let (answer, pages) = browser.complete(&bank, &[("max_age", "10000")]);
    assert_eq!(pages, [""; 0]);
    assert_eq!(
        bank.redeem(&stage, &answer).grounds().2,
        second.grounds().2,
        "no prompt, no new time"
    );
}

#[test]
fn a_fresh_password_does_not_refresh_a_stale_code() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    let strong = bank
        .redeem(&stage, &browser.complete(&bank, &[("acr_values", "2")]).0)
        .grounds();
    stage.advance(1_000);
    // With no acr asked for, anything fresh will do.
    let (answer, pages) = browser.complete(&bank, &[("max_age", "300"), ("acr_values", "1")]);
    assert_eq!(pages.len(), 1);
    bank.redeem(&stage, &answer);
    stage.advance(400);
    browser.authorize(&bank, &[("acr_values", "1"), ("prompt", "login")]);
    browser.type_password();
    browser.follow();
    let answer = browser.authorize(&bank, &[("acr_values", "2")]).answer();
    assert!(
        bank.redeem(&stage, &answer).grounds().2 < stage.now().secs() - 300,
        "the code's time speaks"
    );
    assert!(strong.2 < stage.now().secs());
    assert_eq!(
        browser
            .complete(&bank, &[("acr_values", "2"), ("max_age", "300")])
            .1,
        ["totp"]
    );
}

#[test]
fn max_age_zero_and_prompt_login_want_a_proof_made_after_the_request() {
    for asked in [[("max_age", "0")], [("prompt", "login")]] {
        let stage = Stage::new();
        let bank = a_relying_party(&stage).create();
        let ada = a_person(&stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let first = bank.redeem(&stage, &browser.sign_in(&bank)).grounds();
        stage.advance(2);
        let (answer, pages) = browser.complete(&bank, &asked);
        assert_eq!(pages, ["password"], "{asked:?}");
        assert!(bank.redeem(&stage, &answer).grounds().2 > first.2);
    }
}

#[test]
fn max_age_one_is_honoured_after_two_seconds() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let first = bank.redeem(&stage, &browser.sign_in(&bank)).grounds();
    stage.advance(2);
    let (answer, pages) = browser.complete(&bank, &[("max_age", "1")]);
    assert_eq!(pages, ["password"]);
    assert!(bank.redeem(&stage, &answer).grounds().2 > first.2);
}

#[test]
fn a_proof_from_the_future_counts_as_stale_after_the_clock_was_set_back() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    stage.set_back(3_600);
    assert_eq!(
        browser
            .authorize(&bank, &[("prompt", "none")])
            .answer()
            .error(),
        "login_required"
    );
    // What a network did in the future leaves it no room at first, but for a moment only.
    let begun = browser.try_send(&bank.query(&[]), Via::Get);
    assert!(
        matches!(
            begun,
            Err(EngineError::TooMany {
                retry_after: Seconds(1)
            })
        ),
        "{begun:?}"
    );
    stage.advance(1);
    let (answer, pages) = browser.complete(&bank, &[]);
    assert_eq!(pages, ["password"]);
    let (_, _, auth_time) = bank.redeem(&stage, &answer).grounds();
    assert!(
        auth_time <= stage.now().secs(),
        "no time in the future is ever told"
    );
}

#[test]
fn a_clients_default_and_maximum_age_hold_without_being_asked_for() {
    let stage = Stage::new();
    let strict = a_relying_party(&stage)
        .named("Strict")
        .with(|new| new.maximum_auth_age = Some(stepwell_core::time::Seconds(60)))
        .create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&strict);
    stage.advance(61);
    assert_eq!(
        browser.complete(&strict, &[("max_age", "10000")]).1,
        ["password"]
    );
}
