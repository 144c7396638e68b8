//! The `prompt` parameter (OIDC Core §3.1.2.1).

use stepwell_engine::answer::Input;
use stepwell_engine::authorize::{StepView, Why, Wording};

use crate::support::{Stage, a_person, a_relying_party};

#[test]
fn prompt_none_answers_a_signed_in_person_and_shows_nothing_to_anybody_else() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let silent = [("prompt", "none")];
    assert_eq!(
        browser.authorize(&bank, &silent).answer().error(),
        "login_required"
    );
    browser.sign_in(&bank);
    browser.authorize(&bank, &silent).answer().code();
}

#[test]
fn prompt_none_with_a_stale_session_is_login_required_and_leaves_no_interaction() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let before = stage
        .database()
        .count("SELECT count(*) AS n FROM interactions");
    stage.advance(100);
    for more in [("max_age", "60"), ("acr_values", "2"), ("max_age", "0")] {
        let answer = browser
            .authorize(&bank, &[("prompt", "none"), more])
            .answer();
        assert_eq!(answer.error(), "login_required", "{more:?}");
    }
    assert_eq!(
        stage
            .database()
            .count("SELECT count(*) AS n FROM interactions"),
        before
    );
}

#[test]
fn prompt_none_for_what_can_never_be_met_says_so() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let answer = browser
        .authorize(&bank, &[("prompt", "none"), ("acr_values", "2")])
        .answer();
    assert_eq!(
        answer.error(),
        "unmet_authentication_requirements",
        "ada has no second kind"
    );
}

#[test]
fn prompt_none_with_anything_else_is_a_mistake_of_the_app() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    for prompt in [
        "none login",
        "login none",
        "none consent",
        "none select_account",
    ] {
        assert_eq!(
            browser
                .authorize(&bank, &[("prompt", prompt)])
                .answer()
                .error(),
            "invalid_request"
        );
    }
}

#[test]
fn prompt_login_asks_again_and_says_why() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    browser.authorize(&bank, &[("prompt", "login")]);
    let asked = browser.see_proof();
    assert_eq!(
        (asked.method.as_str(), asked.username.as_str()),
        ("password", "ada")
    );
    assert!(matches!(
        asked.wording,
        Wording::StepUp {
            why: Why::Again,
            ..
        }
    ));
}

#[test]
fn prompt_select_account_lets_the_person_keep_or_change_the_account() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let bob = a_person(&stage).named("bob").with_password().create();
    let mut browser = stage.browser(&ada);
    let choose = [("prompt", "select_account")];
    assert_eq!(
        browser.complete(&bank, &choose).1,
        ["identify", "password"],
        "nobody to choose from yet"
    );
    assert_eq!(browser.complete(&bank, &choose).1, ["account"]);
    browser.authorize(&bank, &choose);
    match browser.see() {
        StepView::ChooseAccount(accounts) => assert_eq!(accounts[0].username, "ada"),
        other => panic!("{other:?}"),
    }
    let mut browser = browser.handed_to(&bob);
    browser.submit(&Input::Account { account: None });
    assert_eq!(browser.page(), "identify");
    let answer = browser.type_username().type_password().follow();
    assert_eq!(bank.redeem(&stage, &answer).id["sub"], bob.subject());
}

#[test]
fn an_account_chosen_on_a_page_that_is_out_of_date_is_asked_for_again() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let bob = a_person(&stage).named("bob").with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    browser.authorize(&bank, &[("prompt", "select_account")]);
    assert_eq!(browser.page(), "account");
    // Meanwhile bob signs in, in another tab.
    let mut other = browser.another_tab().handed_to(&bob);
    other.authorize(&bank, &[("prompt", "login")]);
    other.switch().type_username().type_password().follow();
    browser.cookies = other.cookies.clone();
    browser.submit(&Input::Account {
        account: Some(ada.subject()),
    });
    assert_eq!(
        browser.page(),
        "account",
        "ada was chosen, and bob is signed in"
    );
    assert_eq!(stage.database().count("SELECT count(*) AS n FROM codes"), 2);
}

#[test]
fn prompt_consent_asks_even_those_who_consented_before() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    for _ in 0..2 {
        assert_eq!(
            browser.complete(&bank, &[("prompt", "consent")]).1,
            ["consent"]
        );
    }
}
