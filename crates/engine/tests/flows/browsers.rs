//! Whose browser it is: sessions that rotate, interactions that belong to one browser, tabs that race.

use std::sync::Barrier;
use std::thread;

use stepwell_core::secret::Secret;
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::{Left, Via};

use crate::support::{Stage, a_person, a_relying_party, each_database};

fn exposed(secret: &Option<Secret>) -> String {
    secret.as_ref().unwrap().expose().to_owned()
}

#[test]
fn the_session_cookie_is_new_after_signing_in_and_after_each_proof() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    let planted = Secret::new("planted-by-an-attacker");
    browser.cookies.session = Some(planted.clone());
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.type_username().type_password();
    let first = exposed(&browser.cookies.session);
    assert_ne!(first, planted.expose());
    browser.type_code();
    let second = exposed(&browser.cookies.session);
    assert_ne!(second, first);
    browser.follow().code();
    for old in [planted.expose(), &first] {
        let mut thief = browser.another_tab();
        thief.cookies.session = Some(Secret::new(old));
        assert_eq!(
            thief
                .authorize(&bank, &[("prompt", "none")])
                .answer()
                .error(),
            "login_required"
        );
    }
    assert_eq!(
        stage.database().count("SELECT count(*) AS n FROM sessions"),
        1,
        "one session went on"
    );
}

#[test]
fn an_interaction_opened_in_another_browser_is_refused() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mallory = a_person(&stage).named("mallory").with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username();
    let mut other = stage.browser(&mallory);
    other.authorize(&bank, &[]);
    for mut thief in [stage.browser(&mallory), other] {
        thief.go_to(&browser.interaction());
        assert!(matches!(thief.view(), Left::OtherBrowser));
        match thief.submit(&Input::Identify {
            username: "mallory",
        }) {
            Answered::Not(left) => assert!(matches!(*left, Left::OtherBrowser)),
            other => panic!("{other:?}"),
        }
    }
    let answer = browser.type_password().follow();
    assert_eq!(bank.redeem(&stage, &answer).id["sub"], ada.subject());
}

#[test]
fn a_request_posted_from_another_site_belongs_to_the_browser_that_opens_its_page_first() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    assert!(browser.send(&bank.query(&[]), Via::Post).is_pages());
    let id = browser.interaction();
    let mut stranger = stage.browser(&ada);
    stranger.go_to(&id);
    assert!(
        matches!(stranger.submit(&Input::Cancel), Answered::Not(_)),
        "a form without a page is nobody's"
    );
    browser.follow().code();
    stranger.go_to(&id);
    assert!(matches!(stranger.view(), Left::OtherBrowser));
}

#[test]
fn a_browser_without_cookies_gets_one_with_the_first_page_of_a_posted_request() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.send(&bank.query(&[("response_mode", "form_post")]), Via::Post);
    assert!(browser.cookies.browser.is_none());
    assert_eq!(browser.page(), "identify");
    assert!(browser.cookies.browser.is_some());
    let answer = browser.type_username().type_password().follow();
    assert_eq!(bank.redeem(&stage, &answer).id["sub"], ada.subject());
}

#[test]
fn two_tabs_that_step_up_one_after_the_other_are_each_judged_on_their_own_proof() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut first = stage.browser(&ada);
    first.sign_in(&bank);
    let asked = [("acr_values", "2"), ("max_age", "0")];
    stage.advance(60);
    first.authorize(&bank, &asked);
    first.type_code();
    let one = bank.redeem(&stage, &first.follow());
    stage.advance(60);
    let mut second = first.another_tab();
    second.authorize(&bank, &asked);
    assert_eq!(
        second.page(),
        "totp",
        "what the first tab proved came before this request"
    );
    second.type_code();
    let two = bank.redeem(&stage, &second.follow());
    assert!(two.grounds().2 >= one.grounds().2 + 60);
}

#[test]
fn a_race_between_two_tabs_loses_nothing_and_the_loser_can_try_again() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().with_totp().create();
        let mut first = stage.browser(&ada);
        first.sign_in(&bank);
        for _ in 0..5 {
            stage.advance(60);
            let mut second = first.another_tab();
            first.authorize(&bank, &[("prompt", "login"), ("acr_values", "1")]);
            second.authorize(&bank, &[("prompt", "login"), ("acr_values", "1")]);
            let typed = Input::Prove {
                method: "password",
                secret: &ada.password,
                credential: None,
                trust: false,
            };
            let gate = Barrier::new(2);
            let answers: Vec<Answered> = thread::scope(|scope| {
                let tabs = [&mut first, &mut second];
                let threads = tabs.map(|tab| {
                    let (gate, typed) = (&gate, &typed);
                    scope.spawn(move || {
                        gate.wait();
                        tab.submit(typed)
                    })
                });
                threads.map(|t| t.join().unwrap()).into()
            });
            let won = |a: &Answered| {
                matches!(
                    a,
                    Answered::Continue {
                        session: Some(_),
                        ..
                    }
                )
            };
            assert_eq!(answers.iter().filter(|a| won(a)).count(), 1, "{answers:?}");
            // Cookies are the browser's, not the tab's.
            let cookies = if won(&answers[0]) {
                first.cookies.clone()
            } else {
                second.cookies.clone()
            };
            (first.cookies, second.cookies) = (cookies.clone(), cookies);
            for tab in [&mut first, &mut second] {
                // Both requests were there when the password was typed, so it answers both.
                let answer = tab.follow();
                assert_eq!(bank.redeem(stage, &answer).id["sub"], ada.subject());
            }
        }
        assert_eq!(
            stage
                .database()
                .count("SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL"),
            1
        );
        assert_eq!(
            stage.database().count("SELECT count(*) AS n FROM evidence"),
            6
        );
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn two_tabs_that_ask_for_the_answer_at_once_get_one_code_between_them() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        for round in 1..=5 {
            let mut browser = stage.browser(&ada);
            browser.authorize(&bank, &[]);
            browser.type_username().type_password();
            let mut tabs = [browser.another_tab(), browser];
            let gate = Barrier::new(2);
            let left: Vec<Left> = thread::scope(|scope| {
                let threads: Vec<_> = tabs
                    .iter_mut()
                    .map(|tab| {
                        let gate = &gate;
                        scope.spawn(move || {
                            gate.wait();
                            tab.view()
                        })
                    })
                    .collect();
                threads.into_iter().map(|t| t.join().unwrap()).collect()
            });
            let answered = left
                .iter()
                .filter(|l| matches!(l, Left::Leave { .. }))
                .count();
            let done = left
                .iter()
                .filter(|l| matches!(l, Left::AlreadyDone { .. }))
                .count();
            assert_eq!((answered, done), (1, 1), "{left:?}");
            assert_eq!(
                stage.database().count("SELECT count(*) AS n FROM codes"),
                round
            );
        }
    });
}

#[test]
fn the_same_code_typed_into_two_tabs_counts_once_and_a_new_one_goes_on() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut first = stage.browser(&ada);
    first.sign_in(&bank);
    first.authorize(&bank, &[("acr_values", "2")]);
    let code = ada.code(stage.now());
    let mut second = first.another_tab();
    first.type_code();
    let answer = first.follow();
    second.cookies = first.cookies.clone();
    second.authorize(&bank, &[("acr_values", "2"), ("max_age", "0")]);
    assert_eq!(second.fails_with("totp", &code), Trouble::UsedCode);
    stage.advance(30);
    second.type_code();
    second.follow().code();
    answer.code();
}
