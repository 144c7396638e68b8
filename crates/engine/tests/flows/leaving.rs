//! Ways out: cancelling, another way, coming back too late.

use std::thread;

use stepwell_engine::answer::{Answered, Input};
use stepwell_engine::authorize::{Left, StepView};

use crate::support::{Answer, Database, Hold, Stage, a_person, a_relying_party, postgres_server};

#[test]
fn cancelling_a_step_up_is_access_denied_and_the_session_stays() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    browser.authorize(&bank, &[("acr_values", "2")]);
    assert_eq!(browser.page(), "totp");
    assert_eq!(browser.cancel().follow().error(), "access_denied");
    let answer = browser.authorize(&bank, &[]).answer();
    assert_eq!(
        bank.redeem(&stage, &answer).grounds().0,
        "urn:stepwell:acr:basic"
    );
}

#[test]
fn after_cancelling_a_code_typed_in_another_tab_changes_nothing() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    browser.authorize(&bank, &[("acr_values", "2")]);
    let mut other = browser.another_tab();
    browser.cancel();
    other.type_code();
    assert_eq!(browser.follow().error(), "access_denied");
    assert_eq!(
        stage.database().count("SELECT count(*) AS n FROM evidence"),
        1
    );
}

#[test]
fn another_way_lists_what_leads_there_first_and_nothing_before_a_proof() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.type_username();
    let page = browser.see_proof();
    let others: Vec<_> = page.others.iter().map(|m| m.method.as_str()).collect();
    assert_eq!(
        (page.method.as_str(), others),
        ("password", vec!["passkey"]),
        "nobody learns what an account owns"
    );
    browser.type_password();
    let others = browser.see_proof().others;
    let told: Vec<_> = others
        .iter()
        .map(|m| (m.method.as_str(), m.reaches))
        .collect();
    assert_eq!(told, [("password", false)]);
}

#[test]
fn another_way_does_not_lead_to_a_method_that_is_not_enough() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.complete(&bank, &[("acr_values", "2")]);
    stage.advance(100);
    browser.authorize(&bank, &[("acr_values", "2"), ("max_age", "60")]);
    for other in ["password", "carrier-pigeon", "", "totp"] {
        browser.another_way(other);
        assert_eq!(browser.page(), "totp", "{other}");
    }
    assert_eq!(
        browser.fails_with("password", &ada.password),
        stepwell_engine::answer::Trouble::NotEnough
    );
}

#[test]
fn an_answered_interaction_answers_nothing_twice() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username().type_password();
    browser.follow().code();
    match browser.view() {
        Left::AlreadyDone { client } => assert_eq!(
            (client.name.as_str(), client.host.as_str()),
            ("Bank", "bank.example")
        ),
        other => panic!("{other:?}"),
    }
    for input in [
        Input::Cancel,
        Input::Consent { allow: true },
        Input::Switch,
        Input::Identify { username: "ada" },
    ] {
        match browser.submit(&input) {
            Answered::Not(left) => assert!(matches!(*left, Left::AlreadyDone { .. })),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(stage.database().count("SELECT count(*) AS n FROM codes"), 1);
}

#[test]
fn an_expired_interaction_says_so_and_takes_nothing() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username();
    stage.advance(1_800);
    assert!(matches!(browser.view(), Left::Expired));
    let typed = Input::Prove {
        method: "password",
        secret: &ada.password,
        credential: None,
        trust: false,
    };
    match browser.submit(&typed) {
        Answered::Not(left) => assert!(matches!(*left, Left::Expired)),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        stage.database().count("SELECT count(*) AS n FROM sessions"),
        0
    );
}

#[test]
fn an_interaction_that_never_was_is_expired_too() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    for id in ["", "x", "../../etc/passwd", &"x".repeat(10_000), "\0", "é"] {
        browser.go_to(&stepwell_core::ids::InteractionId::new(id));
        assert!(matches!(browser.view(), Left::Expired), "{id:?}");
    }
}

#[test]
fn opening_the_resume_address_without_finishing_shows_the_step_again() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "2")]);
    assert_eq!(browser.page(), "identify");
    browser.type_username();
    assert_eq!(browser.page(), "password");
    browser.another_way("passkey");
    assert_eq!(browser.page(), "passkey");
    browser.another_way("password");
    browser.type_password();
    for _ in 0..3 {
        assert_eq!(browser.page(), "totp");
    }
    assert_eq!(stage.database().count("SELECT count(*) AS n FROM codes"), 0);
}

#[test]
fn a_factor_that_is_not_asked_for_is_not_taken() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    // Nobody was named yet: the form is let pass, and the page asks again.
    browser.type_password();
    assert!(matches!(browser.see(), StepView::Identify { .. }));
    browser.type_username();
    let code = ada.code(stage.now());
    for method in ["totp", "security-key", ""] {
        assert_eq!(
            browser.fails_with(method, &code),
            stepwell_engine::answer::Trouble::NotEnough
        );
    }
    assert_eq!(
        stage.database().count("SELECT count(*) AS n FROM evidence"),
        0
    );
}

/// What a page that is about to be answered comes to, when something else is said in another tab first.
fn while_it_is_answered(input: &Input<'_>) -> Option<(Left, Vec<String>)> {
    let server = postgres_server()?;
    let stage = Stage::on(Database::postgres(&server), |_| {});
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username().type_password();
    let mut other = browser.another_tab();
    // It has been decided that a code is issued, and the write that does it has to wait.
    let hold = Hold::of(&stage, "UPDATE sessions SET ended_at = ended_at")?;
    let left = thread::scope(|scope| {
        let answering = scope.spawn(|| browser.view());
        hold.until_held_up(1);
        other.goes_on(input);
        hold.let_go();
        answering.join().unwrap()
    });
    Some((left, stage.events("grant.")))
}

#[test]
fn who_cancels_just_before_the_code_is_issued_gives_none() {
    let Some((left, issued)) = while_it_is_answered(&Input::Cancel) else {
        return;
    };
    match left {
        Left::Leave { to, .. } => assert_eq!(Answer::of(&to).error(), "access_denied"),
        other => panic!("{other:?}"),
    }
    assert!(issued.is_empty());
}

#[test]
fn who_says_not_you_just_before_the_code_is_issued_is_asked_for_a_name() {
    let Some((left, issued)) = while_it_is_answered(&Input::Switch) else {
        return;
    };
    match left {
        Left::Page(page) => assert!(matches!(page.step, StepView::Identify { .. })),
        other => panic!("{other:?}"),
    }
    assert!(issued.is_empty());
}
