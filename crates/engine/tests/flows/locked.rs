//! Accounts that an administrator locked.

use serde_json::{Value, json};
use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use stepwell_core::user::Status;
use stepwell_engine::EngineError;
use stepwell_engine::admin::{Locked, Unlocked};
use stepwell_engine::answer::Trouble;

use crate::support::{Postbox, Stage, a_person, a_relying_party, each_database, oauth_error};

fn lock(stage: &Stage, reason: Option<&str>) -> Locked {
    stage
        .engine
        .lock_account(&stage.command(), "ada", reason)
        .unwrap()
}

fn unlock(stage: &Stage) -> Unlocked {
    stage
        .engine
        .unlock_account(&stage.command(), "ada", None)
        .unwrap()
}

#[test]
fn the_session_of_a_locked_account_proves_nothing() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let tokens = bank.redeem(&stage, &browser.sign_in(&bank));
    ada.set_status(&stage, Status::Locked);
    assert_eq!(
        browser
            .authorize(&bank, &[("prompt", "none")])
            .answer()
            .error(),
        "login_required"
    );
    assert!(browser.authorize(&bank, &[]).is_pages());
    assert_eq!(browser.page(), "identify");
    browser.type_username();
    assert_eq!(
        browser.fails_with("password", &ada.password),
        Trouble::WrongPassword
    );
    assert!(bank.refresh(&stage, tokens.refresh_token()).is_err());
    assert_eq!(stage.events("login.locked"), ["login.locked"]);
    ada.set_status(&stage, Status::Active);
    browser.authorize(&bank, &[]).answer().code();
}

#[test]
fn a_code_issued_before_the_account_was_locked_is_worth_nothing() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let answer = stage.browser(&ada).sign_in(&bank);
    ada.set_status(&stage, Status::Locked);
    assert!(bank.token(&stage, &bank.redeeming(&answer)).is_err());
}

#[test]
fn an_account_locked_in_the_middle_of_a_sign_in_gets_no_further() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.type_username().type_password();
    assert_eq!(browser.page(), "totp");
    ada.set_status(&stage, Status::Locked);
    let code = ada.code(stage.now());
    assert_eq!(browser.fails_with("totp", &code), Trouble::NotEnough);
    assert_eq!(
        browser.page(),
        "password",
        "as for anybody whose name is not known"
    );
    assert_eq!(stage.database().count("SELECT count(*) AS n FROM codes"), 0);
}

#[test]
fn locking_an_account_ends_its_sessions_and_every_token_and_unlocking_brings_none_back() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let tokens = bank.redeem(stage, &browser.sign_in(&bank));
        let offline = [("scope", "openid offline_access"), ("prompt", "consent")];
        let (answer, _) = browser.complete(&bank, &offline);
        let kept = bank.redeem(stage, &answer);
        let unredeemed = browser.complete(&bank, &[]).0;

        let done = lock(stage, Some("lost laptop"));
        assert!(
            done.changed && done.sessions == 1 && done.grants > 0,
            "{done:?}"
        );
        assert!(!lock(stage, None).changed, "it is locked already");

        let ended = || {
            for token in [&tokens, &kept] {
                let refused = bank.refresh(stage, token.refresh_token()).unwrap_err();
                assert_eq!(oauth_error(refused).code().as_str(), "invalid_grant");
                let params = bank.params(&[("token", &token.answer.access_token)]);
                let told = stage
                    .engine
                    .introspect(&stage.call(), &bank.client, &params)
                    .unwrap();
                let told = serde_json::to_value(told).unwrap();
                assert_eq!(told, json!({ "active": false }));
            }
            let refused = bank.token(stage, &bank.redeeming(&unredeemed)).unwrap_err();
            assert_eq!(oauth_error(refused).code().as_str(), "invalid_grant");
            let here = stage.engine.me(&stage.call(), &browser.cookies).unwrap();
            assert!(here.is_none());
        };
        ended();
        assert!(unlock(stage).account);
        ended();
        stage.browser(&ada).sign_in(&bank);
    });
}

#[test]
fn a_locked_person_is_told_what_a_stranger_is_told_even_with_the_right_password() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    lock(&stage, None);
    let mut said = Vec::new();
    for person in [ada, crate::support::Person::nobody("stranger")] {
        let mut browser = stage.browser(&person);
        browser.authorize(&bank, &[]);
        browser.type_username();
        let page = format!("{:?}", browser.see_proof().method);
        said.push((page, browser.fails_with("password", &person.password)));
    }
    assert_eq!(said[0], said[1]);
    assert_eq!(said[0].1, Trouble::WrongPassword);
}

#[test]
fn no_link_of_a_locked_account_opens_and_none_is_made_or_mailed() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    a_person(&stage)
        .with_password()
        .with_claim("email", "ada@example.com")
        .with_claim("email_verified", true)
        .create();
    let made = || {
        stage
            .engine
            .link_for(&stage.call(), "ada", Seconds(86_400), None)
    };
    let url = made().unwrap().url;
    let secret = Secret::new(url.expose().rsplit('/').next().unwrap());
    let opens = || stage.engine.link(&stage.call(), &secret).unwrap().is_some();
    assert!(opens());
    lock(&stage, None);
    assert!(!opens());
    match made().unwrap_err() {
        EngineError::Invalid(rules) => assert!(rules[0].contains("user unlock"), "{rules:?}"),
        other => panic!("{other:?}"),
    }
    stage.engine.forgot_password(&stage.call(), "ada").unwrap();
    stage.engine.deliver_due(&stage.call(), 10).unwrap();
    assert!(postbox.links().is_empty());
    unlock(&stage);
    assert!(!opens(), "what was handed out before stays worthless");
}

#[test]
fn locking_and_unlocking_are_written_down_as_the_operators_with_the_reason() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    stage.browser(&ada).sign_in(&bank);
    lock(&stage, Some("  lost laptop "));
    unlock(&stage);
    assert!(!unlock(&stage).account, "it is open already");
    let written = [stage.audited("user.locked"), stage.audited("user.unlocked")].concat();
    assert_eq!(written.len(), 2);
    for record in written.iter().chain(&stage.audited("session.ended")) {
        assert_eq!(record.actor.as_deref(), Some("cli"), "{record:?}");
        assert_eq!(record.user_id.as_deref(), Some(ada.subject()));
    }
    let data: Value = serde_json::from_str(&written[0].data).unwrap();
    assert_eq!(
        (&data["reason"], &data["sessions"]),
        (&json!("lost laptop"), &json!(1))
    );
    let long = "x".repeat(201);
    for bad in ["", "a\u{202E}b", &long] {
        let refused = stage
            .engine
            .lock_account(&stage.command(), "ada", Some(bad))
            .unwrap_err();
        assert!(matches!(refused, EngineError::Invalid(_)), "{bad}");
    }
    assert!(stage.chain_is_whole());
}

#[test]
fn unlocking_lifts_the_lock_of_the_account_and_the_rest_of_its_authenticators_and_says_which() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.type_username().type_password();
    for _ in 0..5 {
        let wrong = ada.wrong_code(stage.now());
        browser.fails_with("totp", &wrong);
    }
    lock(&stage, None);
    let lifted = unlock(&stage);
    assert!(lifted.account);
    let methods: Vec<_> = lifted.authenticators.iter().map(|m| m.as_str()).collect();
    assert_eq!(methods, ["totp"]);
    let nothing = unlock(&stage);
    assert!(!nothing.account && nothing.authenticators.is_empty());
}
