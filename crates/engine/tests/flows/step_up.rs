//! Asking a signed-in person for more: only what is missing, and only for the request that needs it.

use stepwell_core::authn::AcrName;
use stepwell_core::time::Seconds;
use stepwell_engine::authorize::{Why, Wording};
use stepwell_engine::settings::ScopeSetting;

use crate::support::{Stage, a_person, a_relying_party, each_database};

#[test]
fn step_up_asks_for_one_code_and_keeps_the_passwords_evidence() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().with_totp().create();
        let mut browser = stage.browser(&ada);
        let before = bank.redeem(stage, &browser.sign_in(&bank));
        stage.advance(600);

        assert!(browser.authorize(&bank, &[("acr_values", "2")]).is_pages());
        let asked = browser.see_proof();
        assert_eq!(asked.method.as_str(), "totp");
        assert!(matches!(
            asked.wording,
            Wording::StepUp {
                why: Why::NotEnough,
                ..
            }
        ));
        let proven: Vec<_> = asked
            .proven
            .iter()
            .map(|p| (p.method.as_str(), p.ago))
            .collect();
        assert_eq!(proven, [("password", 600)]);
        assert!(asked.later.is_empty());
        browser.type_code();
        let coded_at = stage.now();
        let after = bank.redeem(stage, &browser.follow());

        let (acr, amr, auth_time) = before.grounds();
        assert_eq!(
            (acr.as_str(), amr),
            ("urn:stepwell:acr:basic", vec!["pwd".to_owned()])
        );
        let (new_acr, new_amr, new_auth_time) = after.grounds();
        assert_eq!(new_acr, "2", "answered in the words of the request");
        assert_eq!(new_amr, ["pwd", "otp", "mfa"]);
        assert_eq!(new_auth_time, coded_at.secs());
        assert!(new_auth_time >= auth_time + 600);
        assert_eq!(after.id["sub"], before.id["sub"]);
        assert_eq!(after.id["sid"], before.id["sid"], "it is the same session");
        assert_eq!(
            stage.database().count("SELECT count(*) AS n FROM evidence"),
            2
        );
    });
}

#[test]
fn a_second_request_within_max_age_is_granted_without_a_page() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    let asked = [("acr_values", "2"), ("max_age", "300")];
    let (answer, pages) = browser.complete(&bank, &asked);
    assert_eq!(pages, ["identify", "password", "totp"]);
    let first = bank.redeem(&stage, &answer).grounds();
    stage.advance(290);
    let (answer, pages) = browser.complete(&bank, &asked);
    assert_eq!(pages, [""; 0]);
    assert_eq!(bank.redeem(&stage, &answer).grounds(), first);
    stage.advance(20);
    assert_eq!(browser.complete(&bank, &asked).1, ["totp"]);
}

#[test]
fn after_a_step_up_the_old_grant_stays_old_for_ever() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().with_totp().create();
        let mut browser = stage.browser(&ada);
        let old = bank.redeem(stage, &browser.sign_in(&bank));
        stage.advance(60);
        let new = bank.redeem(stage, &browser.complete(&bank, &[("acr_values", "2")]).0);
        stage.advance(60);
        let refreshed = bank.refresh(stage, old.refresh_token()).unwrap();
        assert_eq!(refreshed.grounds(), old.grounds());
        assert_eq!(refreshed.id["auth_time"], old.id["auth_time"]);
        assert_eq!(
            bank.refresh(stage, new.refresh_token()).unwrap().grounds(),
            new.grounds()
        );
    });
}

#[test]
fn a_client_minimum_is_enforced_when_acr_values_were_stripped_on_the_way() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage)
        .with(|new| new.minimum_acr = Some("urn:stepwell:acr:mfa".into()))
        .create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let (answer, pages) = stage.browser(&ada).complete(&bank, &[]);
    assert_eq!(pages, ["identify", "password", "totp"]);
    assert_eq!(
        bank.redeem(&stage, &answer).grounds().0,
        "urn:stepwell:acr:mfa"
    );
}

#[test]
fn acr_values_below_the_client_minimum_do_not_lower_it() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage)
        .with(|new| new.minimum_acr = Some("2".into()))
        .create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let (answer, pages) = stage.browser(&ada).complete(&bank, &[("acr_values", "1")]);
    assert_eq!(pages, ["identify", "password", "totp"]);
    let (acr, amr, _) = bank.redeem(&stage, &answer).grounds();
    assert_eq!(acr, "1", "what was asked for and is true");
    assert_eq!(amr, ["pwd", "otp", "mfa"], "and what it took");
}

#[test]
fn a_scope_with_a_floor_asks_for_more_and_says_what_for() {
    let stage = Stage::with(|settings| {
        settings.scopes.push(ScopeSetting {
            name: "transfer".into(),
            description: Some("make transfers".into()),
            action: Some("make a transfer".into()),
            minimum_acr: Some(AcrName::new("urn:stepwell:acr:mfa")),
            max_age: Some(Seconds(300)),
        });
    });
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    assert_eq!(
        browser.complete(&bank, &[("scope", "openid balance")]).1,
        [""; 0]
    );
    let transfer = [("scope", "openid transfer")];
    browser.authorize(&bank, &transfer);
    match browser.see_proof().wording {
        Wording::StepUp { action, .. } => assert_eq!(action.as_deref(), Some("make a transfer")),
        other => panic!("{other:?}"),
    }
    browser.type_code().follow().code();
    stage.advance(301);
    assert_eq!(
        browser.complete(&bank, &transfer).1,
        ["totp"],
        "the floor has an age"
    );
}

#[test]
fn what_a_stronger_session_holds_is_not_told_to_those_who_asked_for_less() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.complete(&bank, &[("acr_values", "2")]);
    let answer = browser.authorize(&bank, &[("acr_values", "1 2")]).answer();
    assert_eq!(
        bank.redeem(&stage, &answer).grounds().0,
        "1",
        "the most preferred one that is true"
    );
    let answer = browser
        .authorize(&bank, &[("acr_values", "https://refeds.org/profile/mfa")])
        .answer();
    assert_eq!(
        bank.redeem(&stage, &answer).grounds().0,
        "https://refeds.org/profile/mfa"
    );
}
