//! Accounts that an administrator locked.

use stepwell_core::user::Status;
use stepwell_engine::answer::Trouble;

use crate::support::{Stage, a_person, a_relying_party};

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
