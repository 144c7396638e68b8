//! Guessing: codes that count once, budgets that outlive sessions and restarts, passwords that are slowed
//! down but never locked for good.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use stepwell_core::authn::Method;
use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use stepwell_engine::EngineError;
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::{FactorView, Via};
use stepwell_engine::courier::Happened;
use stepwell_engine::passwords::{HashGate, HashParams, Passwords};
use stepwell_engine::totp::TotpSecret;
use stepwell_store::{StoreError, credentials};

use crate::support::{
    Browser, Model, Person, Postbox, Seeded, Stage, a_person, a_relying_party, each_database,
};

/// A new session that is asked for a code.
fn at_the_code<'s>(stage: &'s Stage, person: &'s Person, ip: &str) -> Browser<'s> {
    let bank = a_relying_party(stage).create();
    let mut browser = stage.browser(person).at_ip(ip);
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.type_username().type_password();
    assert_eq!(browser.page(), "totp");
    browser
}

fn failures(browser: &mut Browser<'_>) -> i64 {
    match browser.see_proof().factor {
        FactorView::Totp(view) => view.failures,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_code_is_refused_the_second_time_within_its_step() {
    each_database(|stage| {
        let ada = a_person(stage).with_password().with_totp().create();
        let code = ada.code(stage.now());
        at_the_code(stage, &ada, "192.0.2.1")
            .type_code()
            .follow()
            .code();
        let mut again = at_the_code(stage, &ada, "192.0.2.2");
        assert_eq!(again.fails_with("totp", &code), Trouble::UsedCode);
        stage.advance(30);
        again.type_code().follow().code();
    });
}

#[test]
fn a_code_of_the_step_before_or_after_is_taken_and_none_further_off() {
    for (offset, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        let stage = Stage::new();
        let ada = a_person(&stage).with_password().with_totp().create();
        let mut browser = at_the_code(&stage, &ada, "192.0.2.1");
        let shown_at = stepwell_core::time::Timestamp::from_secs(stage.now().secs() + offset * 30);
        let code = ada.code(shown_at);
        let answered = browser.submit(&Input::Prove {
            method: "totp",
            secret: &code,
            credential: None,
            trust: false,
        });
        assert_eq!(
            matches!(answered, Answered::Continue { .. }),
            taken,
            "{offset}: {answered:?}"
        );
    }
}

#[test]
fn a_code_of_an_earlier_step_is_refused_once_a_later_one_was_used() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_password().with_totp().create();
    let earlier = ada.code(stage.now());
    stage.advance(30);
    at_the_code(&stage, &ada, "192.0.2.1").type_code();
    assert_eq!(
        at_the_code(&stage, &ada, "192.0.2.1").fails_with("totp", &earlier),
        Trouble::UsedCode
    );
}

#[test]
fn what_is_no_code_at_all_costs_nothing() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = at_the_code(&stage, &ada, "192.0.2.1");
    for typed in [
        "",
        "12345",
        "1234567",
        "abcdef",
        "１２３４５６",
        &"1".repeat(1_000_000),
    ] {
        assert!(matches!(
            browser.fails_with("totp", typed),
            Trouble::Malformed(_)
        ));
    }
    assert_eq!(failures(&mut browser), 0);
    let spaced = ada.code(stage.now());
    let spaced = format!(" {} {}", &spaced[..3], &spaced[3..]);
    let answered = browser.submit(&Input::Prove {
        method: "totp",
        secret: &spaced,
        credential: None,
        trust: false,
    });
    assert!(
        matches!(answered, Answered::Continue { .. }),
        "as apps show it"
    );
}

#[test]
fn guesses_over_many_sessions_and_networks_lock_the_factor_and_a_restart_does_not_open_it() {
    each_database(|stage| {
        let ada = a_person(stage).with_password().with_totp().create();
        for n in 1..=5 {
            let mut browser = at_the_code(stage, &ada, &format!("198.51.100.{n}"));
            let wrong = ada.wrong_code(stage.now());
            let trouble = browser.fails_with("totp", &wrong);
            assert_eq!(
                matches!(trouble, Trouble::Locked(_)),
                n == 5,
                "{n}: {trouble:?}"
            );
        }
        assert_eq!(stage.events("factor.locked"), ["factor.locked"]);
        let restarted = stage.another_node();
        for node in [stage, &restarted] {
            let mut browser = at_the_code(node, &ada, "203.0.113.9");
            match browser.see_proof().factor {
                FactorView::Totp(view) => assert!(view.locked_until.is_some()),
                other => panic!("{other:?}"),
            }
            let right = ada.code(stage.now());
            assert!(
                matches!(browser.fails_with("totp", &right), Trouble::Locked(_)),
                "even the right code"
            );
        }
        stage.advance(901);
        let mut browser = at_the_code(stage, &ada, "203.0.113.9");
        match browser.see_proof().factor {
            FactorView::Totp(view) => assert_eq!(view.locked_until, None, "it has rested"),
            other => panic!("{other:?}"),
        }
        browser.type_code().follow().code();
        let mut browser = at_the_code(stage, &ada, "203.0.113.9");
        assert_eq!(
            failures(&mut browser),
            0,
            "a right code gives the budget back"
        );
    });
}

#[test]
fn a_new_page_request_or_password_does_not_give_the_guesses_back() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_password().with_totp().create();
    for n in 0..4 {
        let mut browser = at_the_code(&stage, &ada, "192.0.2.1");
        assert_eq!(failures(&mut browser), n);
        assert_eq!(
            browser.fails_with("totp", &ada.wrong_code(stage.now())),
            Trouble::WrongCode
        );
        assert_eq!(failures(&mut browser), n + 1);
        browser.cancel();
    }
    let mut browser = at_the_code(&stage, &ada, "192.0.2.1");
    assert!(matches!(
        browser.fails_with("totp", &ada.wrong_code(stage.now())),
        Trouble::Locked(_)
    ));
}

#[test]
fn guessing_the_password_of_one_account_is_slowed_down_and_never_locks_it() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut wrong = 0;
    let wait = loop {
        let mut browser = stage.browser(&ada).at_ip(&format!("198.51.100.{wrong}"));
        browser.authorize(&bank, &[]);
        browser.type_username();
        match browser.fails_with("password", "a guess") {
            Trouble::WrongPassword => wrong += 1,
            Trouble::Wait(seconds) => break seconds,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(wrong, 10);
    assert!((1..=300).contains(&wait));
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username();
    assert!(
        matches!(
            browser.fails_with("password", &ada.password),
            Trouble::Wait(_)
        ),
        "right or wrong, the same"
    );
    assert_eq!(
        stage.events("login.throttled"),
        ["login.throttled"],
        "told once, not for each attempt"
    );
    stage.advance(wait);
    browser.type_password().follow().code();
}

#[test]
fn line_73_a_passkey_signs_in_while_passwords_for_the_account_have_to_wait() {
    let stage = Stage::with(|settings| settings.limits.password_per_account = 2);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut key = ada.passkey(&stage, Model::synced());
    for n in 0..3 {
        let mut guesser = stage.browser(&ada).at_ip(&format!("198.51.100.{n}"));
        guesser.authorize(&bank, &[]);
        guesser.type_username();
        let trouble = guesser.fails_with("password", "a guess");
        assert_eq!(matches!(trouble, Trouble::Wait(_)), n == 2, "{trouble:?}");
    }
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.use_passkey(&mut key).follow().code();
}

#[test]
fn line_51_whoever_s_app_rests_after_guesses_is_told() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let ada = a_person(&stage)
        .with_password()
        .with_totp()
        .with_mail()
        .create();
    for n in 1..=5 {
        let mut browser = at_the_code(&stage, &ada, &format!("198.51.100.{n}"));
        browser.fails_with("totp", &ada.wrong_code(stage.now()));
    }
    stage.engine.deliver_due(&stage.call(), 10).unwrap();
    let method = Method::totp();
    assert_eq!(postbox.notices(), [Happened::FactorLocked { method }]);
}

#[test]
fn guesses_made_at_once_draw_on_one_budget() {
    let stage = Stage::new();
    let node = stage.another_node_hashing(HashGate::new(1, 64));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browsers: Vec<Browser<'_>> = (0..32)
        .map(|_| stage.browser(&ada).served_by(&node))
        .collect();
    for browser in &mut browsers {
        browser.authorize(&bank, &[]);
        browser.type_username();
    }
    let turned_away = AtomicUsize::new(0);
    let looked_at = thread::scope(|scope| {
        let place = node.gate.enter().unwrap();
        let threads: Vec<_> = browsers
            .iter_mut()
            .map(|browser| {
                let turned_away = &turned_away;
                scope.spawn(move || {
                    let trouble = browser.fails_with("password", "a guess");
                    turned_away.fetch_add(
                        usize::from(trouble != Trouble::WrongPassword),
                        Ordering::SeqCst,
                    );
                    trouble
                })
            })
            .collect();
        // Nobody is answered before everybody has asked.
        while node.gate.load().1 + turned_away.load(Ordering::SeqCst) < 32 {
            thread::yield_now();
        }
        drop(place);
        let troubles = threads.into_iter().map(|t| t.join().unwrap());
        troubles
            .filter(|trouble| *trouble == Trouble::WrongPassword)
            .count()
    });
    assert_eq!(looked_at, 10);
}

#[test]
fn stuffing_many_accounts_is_slowed_down_by_network_and_an_ipv6_64_is_one_network() {
    let stage = Stage::with(|settings| settings.limits.failures_per_network = 6);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let nobodies: Vec<Person> = (0..6)
        .map(|n| Person::nobody(&format!("stuffed{n}")))
        .collect();
    for (n, nobody) in nobodies.iter().enumerate() {
        let mut browser = stage.browser(nobody).at_ip(&format!("2001:db8:1:2::{n:x}"));
        browser.authorize(&bank, &[]);
        assert_eq!(
            browser.type_username().fails_with("password", "leaked"),
            Trouble::WrongPassword
        );
    }
    let mut browser = stage.browser(&ada).at_ip("2001:db8:1:2:ffff::1");
    browser.authorize(&bank, &[]);
    assert!(matches!(
        browser.type_username().fails_with("password", "leaked"),
        Trouble::Wait(_)
    ));
    let mut elsewhere = stage.browser(&ada).at_ip("2001:db8:1:3::1");
    elsewhere.authorize(&bank, &[]);
    elsewhere.type_username().type_password().follow().code();
}

#[test]
fn a_password_hashed_at_another_cost_is_hashed_anew_once_it_was_right() {
    let stage = Stage::new();
    let dearer = HashParams {
        memory_kib: 16,
        iterations: 1,
        parallelism: 1,
    };
    let node = stage
        .another_node_with(|parts| {
            let gate = Arc::new(HashGate::new(1, 1));
            parts.passwords = Passwords::new(dearer, gate, &Seeded::new(11)).unwrap();
        })
        .unwrap();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let stored = || {
        stage
            .database()
            .texts("SELECT secret AS t FROM credentials")
    };
    assert!(stored()[0].contains("m=8,"));
    let mut browser = stage.browser(&ada).served_by(&node);
    browser.authorize(&bank, &[]);
    browser.type_username();
    browser.fails_with("password", "wrong");
    assert!(stored()[0].contains("m=8,"));
    browser.type_password().follow().code();
    assert!(stored()[0].contains("m=16,"));
    stage.browser(&ada).served_by(&node).sign_in(&bank).code();
    let events = stage.audited("factor.password.rehashed");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].user_id.as_deref(), Some(ada.subject()));
}

#[test]
fn right_passwords_cost_no_budget() {
    let stage = Stage::with(|settings| {
        settings.limits.failures_per_network = 3;
        settings.limits.password_per_account = 3;
        settings.limits.window = Seconds(3_600);
    });
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    for _ in 0..10 {
        stage.browser(&ada).sign_in(&bank).code();
    }
}

#[test]
fn a_megabyte_of_password_is_refused_before_it_is_hashed_and_costs_nothing() {
    let stage = Stage::new();
    let node = stage.another_node_hashing(HashGate::new(1, 0));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada).served_by(&node);
    browser.authorize(&bank, &[]);
    browser.type_username();
    {
        let _everything = node.gate.enter().unwrap();
        for _ in 0..20 {
            let trouble = browser.fails_with("password", &"x".repeat(1 << 20));
            assert!(matches!(trouble, Trouble::Malformed(_)), "{trouble:?}");
        }
        let padded = format!("{}{}", ada.password, " ".repeat(2_000));
        assert!(
            matches!(
                browser.fails_with("password", &padded),
                Trouble::Malformed(_)
            ),
            "never cut"
        );
    }
    browser.type_password().follow().code();
}

#[test]
fn a_flood_of_passwords_is_told_to_come_back_and_costs_nobody_their_budget() {
    let stage = Stage::with(|settings| settings.limits.password_per_account = 2);
    let node = stage.another_node_hashing(HashGate::new(1, 0));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada).served_by(&node);
    browser.authorize(&bank, &[]);
    browser.type_username();
    let typed = Input::Prove {
        method: "password",
        secret: &ada.password,
        credential: None,
        trust: false,
    };
    {
        let _everything = node.gate.enter().unwrap();
        for _ in 0..5 {
            assert!(matches!(browser.try_submit(&typed), Err(EngineError::Busy)));
        }
    }
    browser.type_password().follow().code();
}

/// When the authenticator that the page asks for may be tried again, in seconds from now.
fn rests_for(browser: &mut Browser<'_>, stage: &Stage) -> Option<i64> {
    match browser.see_proof().factor {
        FactorView::Totp(view) => view
            .locked_until
            .map(|until| until.since(stage.now()) / 1_000_000),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_wrong_code_after_a_rest_doubles_the_next_one_up_to_a_day() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_password().with_totp().create();
    for _ in 0..4 {
        at_the_code(&stage, &ada, "192.0.2.1").fails_with("totp", &ada.wrong_code(stage.now()));
    }
    for rest in [
        900, 1_800, 3_600, 7_200, 14_400, 28_800, 57_600, 86_400, 86_400,
    ] {
        let mut browser = at_the_code(&stage, &ada, "192.0.2.1");
        let trouble = browser.fails_with("totp", &ada.wrong_code(stage.now()));
        assert!(matches!(trouble, Trouble::Locked(_)), "{trouble:?}");
        let told = rests_for(&mut browser, &stage).unwrap();
        assert!((rest - 1..=rest).contains(&told), "{told} of {rest}");
        stage.advance(u64::try_from(rest).unwrap() + 1);
    }
    at_the_code(&stage, &ada, "192.0.2.1")
        .type_code()
        .follow()
        .code();
    let mut browser = at_the_code(&stage, &ada, "192.0.2.1");
    assert_eq!(
        browser.fails_with("totp", &ada.wrong_code(stage.now())),
        Trouble::WrongCode,
        "a right code gives the whole budget back"
    );
}

#[test]
fn a_hundred_wrong_codes_in_a_row_lock_an_authenticator_that_time_does_not_open() {
    each_database(|stage| {
        let ada = a_person(stage).with_password().with_totp().create();
        for n in 1..=100 {
            let mut browser = at_the_code(stage, &ada, "192.0.2.1");
            let trouble = browser.fails_with("totp", &ada.wrong_code(stage.now()));
            assert_eq!(matches!(trouble, Trouble::Locked(_)), n >= 5, "{n}");
            stage.advance(86_401);
        }
        stage.advance(400 * 86_400);
        let mut browser = at_the_code(stage, &ada, "192.0.2.1");
        let right = ada.code(stage.now());
        let trouble = browser.fails_with("totp", &right);
        assert_eq!(trouble, Trouble::Locked(credentials::FOR_GOOD));
        // An administrator does.
        let unlock = || {
            let lifted = stage
                .engine
                .unlock_account(&stage.call(), &ada.username, None)
                .unwrap();
            assert!(!lifted.account, "the account was open all the time");
            lifted.authenticators.len()
        };
        assert_eq!(unlock(), 1);
        assert_eq!(unlock(), 0);
        assert_eq!(stage.events("factor.unlocked"), ["factor.unlocked"]);
        at_the_code(stage, &ada, "192.0.2.1")
            .type_code()
            .follow()
            .code();
    });
}

#[test]
fn a_code_that_fits_none_of_several_authenticators_is_charged_to_each() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_password().with_totp().create();
    let second = another_authenticator(&stage, &ada);
    let mut wrong = (0..).map(|n| format!("{n:06}"));
    let wrong = wrong
        .find(|code| {
            let mine = ada.totp.as_ref().unwrap();
            mine.matching_step(code, stage.now()).is_none()
                && second.matching_step(code, stage.now()).is_none()
        })
        .unwrap();
    for n in 1..=5 {
        let mut browser = at_the_code(&stage, &ada, "192.0.2.1");
        let trouble = browser.fails_with("totp", &wrong);
        assert_eq!(matches!(trouble, Trouble::Locked(_)), n == 5, "{trouble:?}");
    }
    let all: Result<Vec<_>, StoreError> = stage
        .db()
        .read(|tx| credentials::live_of(tx, ada.id.as_ref().unwrap()));
    let counts: Vec<_> = all
        .unwrap()
        .into_iter()
        .filter(|c| c.method == Method::totp())
        .map(|c| (c.failures, c.is_locked(stage.now())))
        .collect();
    assert_eq!(counts, [(5, true), (5, true)]);
    let mut browser = at_the_code(&stage, &ada, "192.0.2.1");
    for right in [ada.code(stage.now()), second.code_at(stage.now())] {
        let trouble = browser.fails_with("totp", &right);
        assert!(matches!(trouble, Trouble::Locked(_)), "{trouble:?}");
    }
}

/// A second authenticator app of the same person.
fn another_authenticator(stage: &Stage, person: &Person) -> TotpSecret {
    let other = a_person(stage).named("other").with_totp().create();
    let (mine, theirs) = (person.id.clone().unwrap(), other.id.clone().unwrap());
    // The secret is sealed for its own id, so the row changes hands as it is.
    stage.database().shell(&format!(
        "UPDATE credentials SET user_id = '{mine}' WHERE user_id = '{theirs}'"
    ));
    other.totp.unwrap()
}

#[test]
fn a_network_may_begin_so_many_interactions_and_requests_without_a_page_cost_none() {
    let stage = Stage::with(|settings| settings.limits.interactions_per_network = 3);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut ours = stage.browser(&ada);
    ours.sign_in(&bank).code();
    for _ in 0..10 {
        ours.authorize(&bank, &[]).answer().code();
    }
    let stored = || {
        stage
            .database()
            .texts("SELECT id AS t FROM interactions")
            .len()
    };
    for _ in 0..2 {
        assert!(stage.browser(&ada).authorize(&bank, &[]).is_pages());
    }
    assert_eq!(stored(), 3);
    let raw = bank.query(&[]);
    for via in [Via::Get, Via::Post] {
        let begun = stage.browser(&ada).try_send(&raw, via);
        assert!(
            matches!(begun, Err(EngineError::TooMany { retry_after }) if retry_after.0 > 0),
            "{begun:?}"
        );
    }
    assert_eq!(stored(), 3);
    ours.authorize(&bank, &[]).answer().code();
    let mut elsewhere = stage.browser(&ada).at_ip("198.51.100.7");
    assert!(elsewhere.authorize(&bank, &[]).is_pages());
    stage.advance(300);
    assert!(stage.browser(&ada).authorize(&bank, &[]).is_pages());
}

#[test]
fn a_password_that_is_changed_while_it_waits_to_be_checked_no_longer_counts() {
    each_database(|stage| {
        let node = stage.another_node_hashing(HashGate::new(1, 8));
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut hers = stage.browser(&ada);
        hers.sign_in(&bank).code();
        let me = stage.engine.me(&stage.call(), &hers.cookies).unwrap();
        let mut thief = stage.browser(&ada).served_by(&node);
        thief.authorize(&bank, &[]);
        thief.type_username();
        let place = node.gate.enter().unwrap();
        let trouble = thread::scope(|scope| {
            let typing = scope.spawn(|| thief.fails_with("password", &ada.password));
            while node.gate.load().1 == 0 {
                thread::yield_now();
            }
            let new = Secret::new("quiet-harbour-lantern-58");
            let changed = stage
                .engine
                .change_password(&stage.call(), &me.unwrap(), &new);
            assert!(changed.unwrap().is_ok());
            drop(place);
            typing.join().unwrap()
        });
        assert_eq!(trouble, Trouble::TryAgain);
        assert_eq!(
            thief.fails_with("password", &ada.password),
            Trouble::WrongPassword
        );
    });
}
