//! Setting an authenticator up in the middle of a request, and going on with that request.

use serde_json::Value;
use stepwell_core::audit::Record;
use stepwell_core::authn::{Acr, AcrName, Catalog, Method, Predicate, Renew};
use stepwell_core::client::AcrValuesMode;
use stepwell_core::time::Seconds;
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::Left;
use stepwell_engine::totp::TotpSecret;
use stepwell_store::{StoreError, credentials, sessions};

use crate::support::{Answer, Browser, Person, Stage, a_person, a_relying_party, each_database};

const MFA: [(&str, &str); 1] = [("acr_values", "2")];
const UNMET: &str = "unmet_authentication_requirements";

/// Live authenticators of a person, by method, oldest first.
fn owned(stage: &Stage, person: &Person) -> Vec<String> {
    let id = person.id.as_ref().unwrap();
    let found: Result<_, StoreError> = stage.db().read(|tx| credentials::live_of(tx, id));
    let methods = found.unwrap().into_iter();
    methods.map(|c| c.method.as_str().to_owned()).collect()
}

fn data(record: &Record) -> Value {
    serde_json::from_str(&record.data).unwrap()
}

fn code<'a>(answer: &'a str) -> Input<'a> {
    Input::SetUp {
        answer,
        label: "",
        lost: Vec::new(),
    }
}

/// A code of six digits that the app does not show now.
fn wrong(browser: &mut Browser<'_>, stage: &Stage) -> String {
    let app = browser.scan();
    let mut tries = (0..).map(|n| format!("{n:06}"));
    tries
        .find(|code| app.matching_step(code, stage.now()).is_none())
        .unwrap()
}

#[test]
fn whoever_owns_nothing_that_would_do_sets_it_up_and_the_same_request_goes_on() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let before = bank.redeem(stage, &browser.sign_in(&bank));
        stage.advance(60);

        assert!(browser.authorize(&bank, &MFA).is_pages());
        assert_eq!(browser.page(), "set up totp");
        let asked = browser.see_enrol();
        let proven: Vec<_> = asked.proven.iter().map(|p| p.method.as_str()).collect();
        assert_eq!(proven, ["password"], "it was proven a minute ago");
        browser.set_up_app_alone();
        let set_up_at = stage.now();
        browser.save_codes();
        let after = bank.redeem(stage, &browser.follow());

        let (acr, amr, auth_time) = after.grounds();
        assert_eq!(acr, "2");
        assert_eq!(amr, ["pwd", "otp", "mfa"]);
        assert_eq!(auth_time, set_up_at.secs(), "the first use counts");
        assert_eq!(after.id["sid"], before.id["sid"], "it is the same session");
        assert_eq!(owned(stage, &ada), ["password", "totp", "recovery"]);
        let enrolled = &stage.audited("factor.enrolled")[1];
        assert_eq!(data(enrolled)["method"], "totp");
        assert_eq!(enrolled.user_id.as_deref(), Some(ada.subject()));
        assert_eq!(
            stage.events("stepup."),
            [
                "stepup.required",
                "stepup.started",
                "stepup.advanced",
                "stepup.passed"
            ]
        );
        assert!(stage.chain_is_whole());

        // From now on it is asked for like any other.
        let mut elsewhere = stage.browser(&ada);
        elsewhere.authorize(&bank, &MFA);
        elsewhere.type_username().type_password();
        assert_eq!(elsewhere.page(), "totp");
    });
}

#[test]
fn a_first_sign_in_sets_up_what_it_needs_without_signing_in_twice() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    assert_eq!(browser.page(), "set up totp");
    browser.set_up_app();
    let (acr, amr, _) = bank.redeem(&stage, &browser.follow()).grounds();
    assert_eq!((acr.as_str(), amr.len()), ("2", 3));
}

#[test]
fn nothing_is_set_up_before_the_most_that_is_owned_was_proven_freshly() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    stage.advance(301);
    assert!(browser.authorize(&bank, &MFA).is_pages());
    assert_eq!(browser.page(), "password", "that was too long ago");
    assert!(matches!(
        browser.submit(&code("123456")),
        Answered::Continue { session: None, .. }
    ));
    assert_eq!(owned(&stage, &ada), ["password"]);
    browser.type_password();
    assert_eq!(browser.page(), "set up totp");

    let required = stage.audited("stepup.required").pop().unwrap();
    let required = data(&required);
    let reasons: Vec<&str> = required["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["reason"].as_str().unwrap())
        .collect();
    assert_eq!(
        reasons,
        ["not_proven", "not_owned", "enrolment_offered", "too_old"]
    );
}

#[test]
fn prompt_none_never_sets_anything_up() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let asked = [("acr_values", "2"), ("prompt", "none")];
    assert_eq!(browser.authorize(&bank, &asked).answer().error(), UNMET);
}

#[test]
fn a_voluntary_acr_is_not_worth_a_set_up() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage)
        .with(|new| new.acr_values_mode = AcrValuesMode::Voluntary)
        .create();
    let ada = a_person(&stage).with_password().create();
    let (answer, pages) = stage.browser(&ada).complete(&bank, &MFA);
    assert_eq!(pages, ["identify", "password"]);
    answer.code();
}

#[test]
fn a_method_that_policy_leaves_out_is_not_offered() {
    let stage = Stage::with(|settings| settings.enrolment.methods = Some(Vec::new()));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    assert_eq!(stage.browser(&ada).complete(&bank, &MFA).0.error(), UNMET);
}

#[test]
fn no_form_and_no_way_back_skips_a_set_up() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    let secret = browser.scan();
    let skips = [
        Input::Consent { allow: true },
        Input::AnotherWay { method: "password" },
        Input::Enrol { method: "" },
        Input::Enrol { method: "totp" },
        Input::Prove {
            method: "password",
            secret: &ada.password,
            credential: None,
            trust: false,
        },
        Input::Prove {
            method: "totp",
            secret: &secret.code_at(stage.now()),
            credential: None,
            trust: false,
        },
    ];
    for skip in &skips {
        let answered = browser.submit(skip);
        assert!(
            matches!(answered, Answered::Continue { session: None, .. }),
            "{skip:?}: {answered:?}"
        );
        assert_eq!(browser.page(), "set up totp", "{skip:?}");
    }
    for odd in ["password", "passkey", "no-such-thing"] {
        let answered = browser.submit(&Input::Enrol { method: odd });
        assert!(matches!(answered, Answered::Again(Trouble::NotEnough)));
    }
    // The same request in another tab asks the same.
    let mut tab = browser.another_tab();
    assert!(tab.authorize(&bank, &MFA).is_pages());
    assert_eq!(tab.page(), "set up totp");
    assert_eq!(stage.database().count("SELECT count(*) AS n FROM codes"), 0);
    // Leaving is the only other way out.
    browser.cancel();
    assert_eq!(browser.follow().error(), "access_denied");
    assert_eq!(owned(&stage, &ada), ["password"]);
    assert_eq!(stage.events("stepup.unmet"), [""; 0]);
}

#[test]
fn a_reload_shows_the_same_secret_and_the_database_never_holds_it() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    let secret = browser.scan();
    assert_eq!(browser.scan().as_bytes(), secret.as_bytes());
    let kept = "SELECT state AS t FROM interactions UNION ALL SELECT secret AS t FROM credentials";
    let holds = |secret: &TotpSecret| {
        let texts = stage.database().texts(kept);
        texts.iter().any(|t| t.contains(secret.base32().as_str()))
    };
    assert!(!holds(&secret));
    let started_over = browser.submit(&Input::Enrol { method: "totp" });
    assert!(matches!(started_over, Answered::Continue { .. }));
    assert_ne!(browser.scan().as_bytes(), secret.as_bytes(), "asked anew");
    let kept_now = browser.set_up_app();
    assert!(!holds(&kept_now));
}

#[test]
fn a_wrong_code_stores_nothing_and_guessing_is_slowed_down() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    let bad = wrong(&mut browser, &stage);
    for odd in ["", "12345", "abcdef", "1234567"] {
        let answered = browser.submit(&code(odd));
        assert!(
            matches!(answered, Answered::Again(Trouble::Malformed(_))),
            "{odd}: {answered:?}"
        );
    }
    for _ in 0..10 {
        let answered = browser.submit(&code(&bad));
        assert!(matches!(answered, Answered::Again(Trouble::WrongCode)));
    }
    let answered = browser.submit(&code(&bad));
    assert!(
        matches!(answered, Answered::Again(Trouble::Wait(_))),
        "{answered:?}"
    );
    assert_eq!(owned(&stage, &ada), ["password"]);
    assert_eq!(stage.events("factor.enrolment.failed").len(), 10);
    stage.advance(300);
    browser.set_up_app();
    browser.follow().code();
}

#[test]
fn the_code_that_set_it_up_counts_once() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    let app = browser.set_up_app_alone();
    let used = app.code_at(stage.now());
    browser.save_codes();
    browser.follow().code();
    browser.authorize(&bank, &[("acr_values", "2"), ("prompt", "login")]);
    assert_eq!(browser.page(), "totp");
    assert_eq!(browser.fails_with("totp", &used), Trouble::UsedCode);
}

#[test]
fn of_two_tabs_with_the_same_page_one_sets_it_up_and_the_other_goes_on() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut one = stage.browser(&ada);
    one.authorize(&bank, &MFA);
    one.type_username().type_password();
    let mut two = one.another_tab();
    let app = two.scan();
    assert_eq!(one.set_up_app_alone().as_bytes(), app.as_bytes());
    two.cookies = one.cookies.clone();
    let answered = two.submit(&code(&app.code_at(stage.now())));
    assert!(
        matches!(answered, Answered::Continue { session: None, .. }),
        "{answered:?}"
    );
    assert_eq!(owned(&stage, &ada), ["password", "totp"]);
    assert_eq!(two.save_codes().len(), 10);
    two.follow().code();
}

#[test]
fn of_two_requests_at_once_the_second_asks_for_what_the_first_set_up() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut one = stage.browser(&ada);
    one.sign_in(&bank);
    let mut two = one.another_tab();
    one.authorize(&bank, &[("acr_values", "2"), ("max_age", "0")]);
    two.authorize(&bank, &[("acr_values", "2"), ("max_age", "0")]);
    let theirs = two.scan();
    one.set_up_app();
    two.cookies = one.cookies.clone();
    let answered = two.submit(&code(&theirs.code_at(stage.now())));
    assert!(
        matches!(answered, Answered::Continue { session: None, .. }),
        "{answered:?}"
    );
    let mine = owned(&stage, &ada);
    assert_eq!(mine, ["password", "totp", "recovery"], "one, not two");
    two.follow().code();
}

#[test]
fn nobody_finishes_what_somebody_else_began() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let bob = a_person(&stage).named("bob").with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    let known_to_ada = browser.scan();

    let mut browser = browser.handed_to(&bob);
    browser.switch().type_username().type_password();
    let fresh = browser.scan();
    assert_ne!(fresh.as_bytes(), known_to_ada.as_bytes());
    let stale = known_to_ada.code_at(stage.now());
    let answered = browser.submit(&code(&stale));
    assert!(matches!(answered, Answered::Again(Trouble::WrongCode)));
    browser.set_up_app();
    assert_eq!(owned(&stage, &ada), ["password"]);
    assert_eq!(owned(&stage, &bob), ["password", "totp", "recovery"]);
}

#[test]
fn a_session_that_ended_meanwhile_sets_nothing_up() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    browser.authorize(&bank, &MFA);
    let app = browser.scan();
    let id = ada.id.as_ref().unwrap();
    let ended: Result<bool, StoreError> = stage.db().write(|tx| {
        let session = sessions::live_of(tx, id, stage.now())?.remove(0);
        sessions::end(tx, &session.id, stage.now())
    });
    assert!(ended.unwrap());
    let answered = browser.submit(&code(&app.code_at(stage.now())));
    assert!(
        matches!(answered, Answered::Continue { session: None, .. }),
        "{answered:?}"
    );
    assert_eq!(owned(&stage, &ada), ["password"]);
    assert_eq!(browser.page(), "identify");
}

#[test]
fn a_name_for_it_is_kept_and_one_that_hides_something_is_refused() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    let app = browser.scan();
    for bad in ["a\u{202e}b", "\u{200b}", &"x".repeat(61)] {
        let answer = app.code_at(stage.now());
        let input = Input::SetUp {
            answer: &answer,
            label: bad,
            lost: Vec::new(),
        };
        let answered = browser.submit(&input);
        assert!(
            matches!(answered, Answered::Again(Trouble::BadLabel)),
            "{bad:?}: {answered:?}"
        );
    }
    let answer = app.code_at(stage.now());
    browser.goes_on(&Input::SetUp {
        answer: &answer,
        label: "  Work phone ",
        lost: Vec::new(),
    });
    let id = ada.id.as_ref().unwrap();
    let mine: Result<_, StoreError> = stage.db().read(|tx| credentials::live_of(tx, id));
    let label = mine.unwrap().pop().unwrap().label;
    assert_eq!(label, "Work phone");
}

/// `vault` needs two kinds of proof by authenticators that are a day old.
fn with_a_vault() -> Stage {
    Stage::with(|settings| {
        let vault = Acr {
            name: AcrName::new("vault"),
            aliases: Vec::new(),
            requires: Predicate::Kinds {
                count: 2,
                within: None,
                settled: Some(Seconds(86_400)),
            },
            lifetime: None,
            renew: Renew::Strongest,
        };
        let shipped = settings.catalog.iter().cloned();
        settings.catalog = Catalog::new(shipped.chain([vault]).collect());
    })
}

#[test]
fn a_young_authenticator_is_barred_from_an_acr_until_it_is_old_enough() {
    let stage = with_a_vault();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    stage.advance(86_400);
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    let app = browser.set_up_app();
    browser.follow().code();

    // It is there, and does not count; and to set up another would not help.
    let vault = [("acr_values", "vault")];
    assert_eq!(browser.authorize(&bank, &vault).told(), UNMET);
    let unmet = stage.audited("stepup.unmet").pop().unwrap();
    let reasons = data(&unmet)["reasons"].as_array().unwrap().clone();
    let named = |name: &str| reasons.iter().any(|r: &Value| r["reason"] == name);
    assert!(named("too_young") && !named("not_owned"), "{reasons:?}");

    stage.advance(86_400);
    let ada = Person {
        totp: Some(app),
        ..ada.clone()
    };
    let mut browser = browser.handed_to(&ada);
    let (answer, pages) = browser.complete(&bank, &vault);
    assert_eq!(pages, ["totp"], "used again, now that it is old enough");
    assert_eq!(bank.redeem(&stage, &answer).grounds().0, "vault");
}

#[test]
fn an_acr_for_old_authenticators_alone_is_never_reached_by_a_set_up() {
    let stage = with_a_vault();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    stage.advance(86_400);
    let (answer, pages) = stage
        .browser(&ada)
        .complete(&bank, &[("acr_values", "vault")]);
    assert_eq!(pages, ["identify", "password"]);
    assert_eq!(answer.error(), UNMET);
}

#[test]
fn a_finished_request_is_not_finished_again_by_going_back() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    let app = browser.set_up_app();
    let Left::Leave { to, .. } = browser.view() else {
        panic!("not sent back");
    };
    Answer::of(&to).code();
    assert!(matches!(browser.view(), Left::AlreadyDone { .. }));
    let again = browser.submit(&code(&app.code_at(stage.now())));
    assert!(matches!(again, Answered::Not(left) if matches!(*left, Left::AlreadyDone { .. })));
    assert_eq!(owned(&stage, &ada), ["password", "totp", "recovery"]);
    assert!(stage.engine.enrollable().contains(&Method::totp()));
}
