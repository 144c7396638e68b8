//! Names: how they are found, and how little is told about those that are not.

use stepwell_engine::EngineError;
use stepwell_engine::admin::NewUser;
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::FactorView;
use stepwell_engine::passwords::HashGate;

use crate::support::{Person, Stage, a_person, a_relying_party};

/// Everything that signing in with a wrong password shows, until it has to wait.
fn told(stage: &Stage, person: &Person, asked: &[(&str, &str)]) -> Vec<String> {
    let bank = a_relying_party(stage).create();
    let mut browser = stage.browser(person).at_ip("203.0.113.1");
    browser.authorize(&bank, asked);
    browser.type_username();
    let mut told = Vec::new();
    for _ in 0..12 {
        let mut page = browser.see_proof();
        if let FactorView::Other {
            challenge: Some(show),
            ..
        } = &mut page.factor
        {
            // It differs each time, and so says nothing.
            show["options"]["challenge"] = "".into();
        }
        told.push(format!("{page:?}").replace(&person.username, "NAME"));
        told.push(format!("{:?}", browser.fails_with("password", "wrong")));
    }
    told
}

#[test]
fn an_unknown_name_sees_the_same_steps_texts_and_waits_as_any_known_one() {
    for asked in [
        &[][..],
        &[("acr_values", "2")],
        &[("acr_values", "2"), ("max_age", "60")],
    ] {
        let stage = Stage::with(|settings| settings.limits.failures_per_network = 10_000);
        let ada = a_person(&stage).with_password().with_totp().create();
        let bob = a_person(&stage).named("bob").with_password().create();
        let eve = a_person(&stage).named("eve").with_totp().create();
        let nobody = Person::nobody("nobody-here");
        let expected = told(&stage, &nobody, asked);
        assert!(expected.last().unwrap().contains("Wait"));
        for known in [&ada, &bob, &eve] {
            assert_eq!(
                told(&stage, known, asked),
                expected,
                "{} {asked:?}",
                known.username
            );
        }
        let locked = a_person(&stage).named("locked").with_password().create();
        locked.set_status(&stage, stepwell_core::user::Status::Locked);
        assert_eq!(told(&stage, &locked, asked), expected);
    }
}

#[test]
fn the_work_of_hashing_is_done_for_an_unknown_name_too() {
    let stage = Stage::new();
    let node = stage.another_node_hashing(HashGate::new(1, 0));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let eve = a_person(&stage).named("eve").with_totp().create();
    let nobody = Person::nobody("nobody-here");
    let _everything = node.gate.enter().unwrap();
    for person in [&ada, &eve, &nobody] {
        let mut browser = stage.browser(person).served_by(&node);
        browser.authorize(&bank, &[]);
        browser.type_username();
        let typed = Input::Prove {
            method: "password",
            secret: "wrong",
            credential: None,
            trust: false,
        };
        let busy = browser.try_submit(&typed);
        assert!(
            matches!(busy, Err(EngineError::Busy)),
            "{}: wanted to hash",
            person.username
        );
    }
}

#[test]
fn a_name_is_found_however_it_is_typed() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let zoe = a_person(&stage).named("Zoë").with_password().create();
    for typed in ["Zoë", "zoë", "ZOË", "  zoe\u{308} ", "ｚｏë"] {
        let as_typed = Person {
            username: typed.into(),
            ..zoe.clone()
        };
        let answer = stage.browser(&as_typed).sign_in(&bank);
        assert_eq!(
            bank.redeem(&stage, &answer).id["sub"],
            zoe.subject(),
            "{typed}"
        );
    }
}

#[test]
fn a_name_that_looks_like_another_cannot_be_registered_and_does_not_sign_in_as_it() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).named("paypal").with_password().create();
    for taken in ["paypal", "PayPal", "ｐａｙｐａｌ", "раураl", "pаypal"] {
        let new = NewUser {
            username: taken.into(),
            password: None,
            claims: Default::default(),
            totp_issuer: None,
            codes: Vec::new(),
        };
        let refused = stage.engine.create_user(&stage.call(), new).unwrap_err();
        assert!(
            matches!(refused, EngineError::Conflict(_) | EngineError::Invalid(_)),
            "{taken}: {refused:?}"
        );
    }
    let alike = Person {
        username: "раураl".into(),
        ..ada.clone()
    };
    let mut browser = stage.browser(&alike);
    browser.authorize(&bank, &[]);
    browser.type_username();
    assert_eq!(
        browser.fails_with("password", &ada.password),
        Trouble::WrongPassword
    );
}

#[test]
fn a_name_with_invisible_characters_is_refused_by_a_rule_and_not_by_who_exists() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    for typed in [
        "",
        "   ",
        "a\u{200b}da",
        "ada\u{202e}",
        "no\u{200b}body",
        "ada\0",
        &"x".repeat(1_000_000),
    ] {
        let answered = browser.submit(&Input::Identify { username: typed });
        assert!(
            matches!(answered, Answered::Again(Trouble::BadUsername)),
            "{answered:?}"
        );
    }
    assert_eq!(browser.page(), "identify");
}
