//! The provider asks for itself: account pages behind the same hub.

use stepwell_core::authn::Method;
use stepwell_engine::EngineError;
use stepwell_engine::answer::{Answered, Input};
use stepwell_engine::authorize::{Left, StepView, Wording};
use stepwell_engine::here::{Need, Place, Wish};

use crate::support::{Outcome, Stage, a_person, a_relying_party, each_database};

#[test]
fn a_visitor_signs_in_on_the_usual_pages_and_arrives_without_a_code() {
    each_database(|stage| {
        let ada = a_person(stage).with_password().with_totp().create();
        let mut browser = stage.browser(&ada);
        assert!(!browser.opens(Need::SignIn, Place::Activity));
        assert_eq!(browser.page(), "identify");
        browser.type_username();
        assert_eq!(browser.page(), "password");
        browser.type_password();
        assert_eq!(browser.home(), Place::Activity);
        assert!(matches!(browser.view(), Left::AlreadyDone { .. }));
        assert!(browser.opens(Need::SignIn, Place::Activity));
        for table in ["codes", "grants", "consents"] {
            let n = stage
                .database()
                .count(&format!("SELECT count(*) AS n FROM {table}"));
            assert_eq!(n, 0, "{table}");
        }
        let passed = stage.audited("login.passed").pop().unwrap();
        assert_eq!(passed.client_id.as_deref(), Some("stepwell:account"));
    });
}

#[test]
fn a_change_needs_the_most_that_the_person_can_prove_freshly() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    assert!(browser.opens(Need::SignIn, Place::Security));
    assert!(!browser.opens(Need::Change, Place::Security));
    let asked = browser.see_proof();
    assert_eq!(asked.method.as_str(), "totp");
    assert!(!asked.may_switch, "the session's person, or nobody");
    assert!(matches!(asked.wording, Wording::StepUp { .. }));
    browser.type_code();
    assert_eq!(browser.home(), Place::Security);
    assert!(browser.opens(Need::Change, Place::Security));

    // Every part of it has to be fresh: here the password is too old first.
    stage.advance(299);
    assert!(browser.opens(Need::SignIn, Place::Account));
    stage.advance(2);
    assert!(!browser.opens(Need::Change, Place::Security));
    assert_eq!(browser.page(), "password");
    browser.type_password();
    assert_eq!(browser.page(), "totp");
    browser.type_code();
    assert_eq!(browser.home(), Place::Security);
    assert!(browser.opens(Need::Change, Place::Security));
}

#[test]
fn whoever_has_a_password_alone_changes_things_by_it() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    assert!(browser.opens(Need::Change, Place::Password));
    stage.advance(301);
    assert!(!browser.opens(Need::Change, Place::Password));
    assert_eq!(browser.page(), "password");
    browser.type_password();
    assert_eq!(browser.home(), Place::Password);
}

#[test]
fn an_authenticator_is_set_up_for_its_own_sake() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    assert!(!browser.opens(Need::Enrol(Method::totp()), Place::Security));
    assert_eq!(browser.page(), "totp", "first what is there");
    browser.type_code();
    assert_eq!(browser.page(), "set up totp");
    browser.set_up_app();
    assert_eq!(browser.home(), Place::Security);
    let count = "SELECT count(*) AS n FROM credentials WHERE method = 'totp'";
    assert_eq!(stage.database().count(count), 2);
    // Coming back sets up another one, and not the same again; there are codes by now.
    assert!(!browser.opens(Need::Enrol(Method::totp()), Place::Security));
    assert_eq!(browser.page(), "set up totp");
    browser.set_up_app_alone();
    assert_eq!(browser.home(), Place::Security);
}

#[test]
fn what_cannot_be_set_up_here_is_not_begun() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_password().create();
    let browser = stage.browser(&ada);
    for method in ["password", "no-such-thing"] {
        let wish = Wish {
            need: Need::Enrol(Method::new(method)),
            return_to: Place::Security,
        };
        let refused = stage
            .engine
            .account_gate(&stage.call(), &browser.cookies, &wish);
        assert!(matches!(refused, Err(EngineError::NotFound(_))), "{method}");
    }
}

#[test]
fn a_change_is_completed_as_the_same_person_or_not_at_all() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let bob = a_person(&stage).named("bob").with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    assert!(!browser.opens(Need::Change, Place::Security));
    for input in [
        Input::Switch,
        Input::Identify { username: "bob" },
        Input::Account { account: None },
    ] {
        let answered = browser.submit(&input);
        assert!(
            matches!(answered, Answered::Continue { session: None, .. }),
            "{answered:?}"
        );
        assert_eq!(browser.page(), "totp", "{input:?} changes nothing");
    }
    let at = browser.interaction();
    // Bob signs in in another tab of the same browser: the page is not his.
    let mut tab = browser.another_tab().handed_to(&bob);
    tab.authorize(&bank, &[("prompt", "login")]);
    tab.switch().type_username().type_password();
    tab.follow().code();
    tab.go_to(&at);
    assert!(matches!(tab.see(), StepView::Identify { .. }));
    tab.type_username().type_password();
    assert!(
        !matches!(tab.view(), Left::Page(_)),
        "it ends; nobody else goes on with it"
    );
    assert!(tab.opens(Need::Change, Place::Security), "bob's own");
}

#[test]
fn leaving_ends_where_nothing_asks_again() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    assert!(!browser.opens(Need::SignIn, Place::Security));
    browser.cancel();
    assert_eq!(browser.home(), Place::Start);
    browser.sign_in(&bank);
    assert!(!browser.opens(Need::Change, Place::Security));
    browser.cancel();
    assert_eq!(browser.home(), Place::Account);
    assert!(!browser.opens(Need::Change, Place::Security), "still asked");
}

#[test]
fn no_client_can_ask_under_the_providers_name() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let begun = browser.authorize(&bank, &[("client_id", "stepwell:account")]);
    assert!(matches!(begun, Outcome::ErrorPage(_)), "{begun:?}");
}

#[test]
fn an_interaction_of_ours_belongs_to_its_browser() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    assert!(!browser.opens(Need::SignIn, Place::Account));
    let at = browser.interaction();
    let mut other = stage.browser(&ada);
    assert!(!other.opens(Need::SignIn, Place::Account));
    other.go_to(&at);
    assert!(matches!(other.view(), Left::OtherBrowser));
}
