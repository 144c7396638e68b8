//! Recovery codes: for whoever lost an authenticator, once each, and for nothing but a replacement (spec §5 lines
//! 67 and 68).

use stepwell_core::authn::{Method, Occasion};
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::Left;
use stepwell_engine::here::{Need, Place};
use stepwell_store::{StoreError, credentials};

use crate::support::{
    Browser, Model, Person, RelyingParty, Stage, a_person, a_relying_party, called, each_database,
};

const MFA: [(&str, &str); 1] = [("acr_values", "2")];

/// Ada, with an authenticator app and the codes that she saved for it.
fn ada_with_codes(stage: &Stage, bank: &RelyingParty) -> (Person, Vec<String>) {
    let ada = a_person(stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(bank, &MFA);
    browser.type_username().type_password();
    let app = browser.set_up_app_alone();
    let codes = browser.save_codes();
    browser.follow().code();
    let totp = Some(app);
    // The next code is another one.
    stage.advance(60);
    (Person { totp, ..ada }, codes)
}

/// A browser at the page that asks for a recovery code, after the password.
fn at_recovery<'s>(stage: &'s Stage, bank: &RelyingParty, who: &'s Person) -> Browser<'s> {
    let mut browser = stage.browser(who);
    browser.authorize(bank, &MFA);
    browser.type_username().type_password();
    assert_eq!(browser.page(), "totp");
    browser.another_way("recovery");
    assert_eq!(browser.page(), "recovery");
    browser
}

/// What the page offers to remove, and whether it is most likely lost.
fn lost(browser: &mut Browser<'_>) -> Vec<(String, bool)> {
    let told = browser.see_enrol().lost.into_iter();
    told.map(|lost| (called(&lost.one), lost.likely)).collect()
}

fn codes_left(browser: &mut Browser<'_>) -> Option<usize> {
    match browser.view() {
        Left::Page(page) => page.codes_left,
        other => panic!("no page: {other:?}"),
    }
}

#[test]
fn ten_codes_are_shown_once_and_only_their_hashes_are_kept() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        browser.authorize(&bank, &MFA);
        browser.type_username().type_password();
        browser.set_up_app_alone();
        assert_eq!(browser.page(), "set up recovery");
        assert_eq!(browser.see_enrol().occasion, Occasion::Spare);
        let codes = browser.see_codes();
        assert_eq!(browser.see_codes(), codes, "a reload shows the same");
        let mut once = codes.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), 10);
        for unticked in ["", "yes", "Saved"] {
            let answered = browser.submit(&Input::SetUp {
                answer: unticked,
                label: "",
                lost: Vec::new(),
            });
            assert!(
                matches!(
                    answered,
                    Answered::Again(Trouble::Malformed("codes-not-saved"))
                ),
                "{answered:?}"
            );
        }
        let kept = "SELECT secret AS t FROM credentials WHERE method = 'recovery'";
        assert_eq!(stage.database().texts(kept), [""; 0], "not before that");
        assert_eq!(browser.save_codes(), codes);
        browser.follow().code();
        let kept =
            "SELECT state AS t FROM interactions UNION ALL SELECT secret AS t FROM credentials";
        for text in stage.database().texts(kept) {
            let plain =
                |code: &String| text.contains(code) || text.contains(&code.replace('-', ""));
            assert!(!codes.iter().any(plain));
        }
    });
}

#[test]
fn whoever_lost_the_app_sets_up_a_new_one_and_the_request_goes_on() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let (ada, codes) = ada_with_codes(stage, &bank);
        let mut browser = at_recovery(stage, &bank, &ada);
        let typed = codes[3].to_lowercase().replace('-', " ");
        browser.type_recovery_code(&typed);

        assert_eq!(browser.page(), "set up totp");
        assert_eq!(codes_left(&mut browser), Some(9));
        let asked = browser.see_enrol();
        assert_eq!(asked.occasion, Occasion::Lost);
        let lost = lost(&mut browser);
        assert_eq!(lost, [("totp".to_owned(), true)]);
        let old = asked.lost[0].one.id.clone();
        let app = browser.scan();
        let code = app.code_at(stage.now());
        browser.goes_on(&Input::SetUp {
            answer: &code,
            label: "New phone",
            lost: vec![&old],
        });
        let grounds = bank.redeem(stage, &browser.follow()).grounds();
        assert_eq!(grounds.0, "2");
        assert_eq!(
            grounds.1,
            ["pwd", "otp", "mfa"],
            "the code is no method of it"
        );

        let id = ada.id.as_ref().unwrap();
        let mine: Result<_, StoreError> = stage.db().read(|tx| credentials::live_of(tx, id));
        let labels: Vec<_> = mine.unwrap().into_iter().map(|c| c.label).collect();
        assert_eq!(labels, ["Password", "Recovery codes", "New phone"]);
        assert_eq!(stage.events("factor.removed").len(), 1);
        // The lost one is worth nothing any more.
        let mut thief = stage.browser(&ada);
        thief.authorize(&bank, &MFA);
        thief.type_username().type_password();
        let lost = ada.code(stage.now());
        assert_eq!(thief.fails_with("totp", &lost), Trouble::WrongCode);
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn what_was_not_said_to_be_lost_stays() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let (ada, codes) = ada_with_codes(&stage, &bank);
    let mut browser = at_recovery(&stage, &bank, &ada);
    browser.type_recovery_code(&codes[0]);
    browser.set_up_app_alone();
    browser.follow().code();
    let count =
        "SELECT count(*) AS n FROM credentials WHERE method = 'totp' AND revoked_at IS NULL";
    assert_eq!(stage.database().count(count), 2);
    // Without a lost one, the box means nothing.
    let mut browser = browser.handed_to(&ada);
    browser.opens(Need::Enrol(Method::totp()), Place::Security);
    let code = browser.scan().code_at(stage.now());
    assert!(browser.see_enrol().lost.is_empty());
    let all = "SELECT id AS t FROM credentials WHERE method = 'totp'";
    let all = stage.database().texts(all);
    browser.goes_on(&Input::SetUp {
        answer: &code,
        label: "",
        lost: all.iter().map(String::as_str).collect(),
    });
    assert_eq!(stage.database().count(count), 3);
}

#[test]
fn whatever_may_be_lost_is_offered_whichever_is_set_up() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let (ada, codes) = ada_with_codes(stage, &bank);
        ada.passkey(stage, Model::synced());
        stage.advance(1);
        ada.security_key(stage, Model::touched());
        let mut before = stage.browser(&ada);
        before.authorize(&bank, &MFA);
        before.type_username();
        before.another_way("password").type_password();
        before.another_way("totp").type_code();
        let grant = bank.redeem(stage, &before.follow());
        stage.advance(400);

        let mut browser = stage.browser(&ada);
        browser.authorize(&bank, &MFA);
        browser.type_username();
        browser.another_way("password").type_password();
        browser.another_way("recovery");
        browser.type_recovery_code(&codes[0]);
        assert_eq!(browser.page(), "set up totp");
        let told = lost(&mut browser);
        let told: Vec<_> = told.iter().map(|(n, l)| (n.as_str(), *l)).collect();
        assert_eq!(
            told,
            [("totp", true), ("passkey", false), ("security-key", false)]
        );

        let ids: Vec<String> = stage.database().texts("SELECT id AS t FROM credentials");
        let all: Vec<&str> = ids.iter().map(String::as_str).collect();
        let code = browser.scan().code_at(stage.now());
        // Whatever the form says, the password and the codes stay.
        browser.goes_on(&Input::SetUp {
            answer: &code,
            label: "New phone",
            lost: all,
        });
        browser.follow().code();
        let id = ada.id.as_ref().unwrap();
        let mine: Result<_, StoreError> = stage.db().read(|tx| credentials::live_of(tx, id));
        let labels: Vec<_> = mine.unwrap().into_iter().map(|c| c.label).collect();
        assert_eq!(labels, ["Password", "Recovery codes", "New phone"]);
        assert_eq!(stage.events("factor.removed").len(), 3);
        assert!(
            bank.refresh(stage, grant.refresh_token()).is_err(),
            "it rested on the app"
        );
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn what_was_just_shown_is_not_lost() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let (ada, codes) = ada_with_codes(&stage, &bank);
    let mut key = ada.passkey(&stage, Model::synced());
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.use_passkey(&mut key);
    browser.follow().code();
    stage.advance(400);
    assert!(!browser.opens(Need::Enrol(Method::totp()), Place::Security));
    browser.another_way("recovery");
    browser.type_recovery_code(&codes[0]);
    browser.another_way("passkey").use_passkey(&mut key);
    assert_eq!(browser.page(), "set up totp");
    let told = lost(&mut browser);
    assert_eq!(told, [("totp".to_owned(), true)]);
    let ids: Vec<String> = stage.database().texts("SELECT id AS t FROM credentials");
    let code = browser.scan().code_at(stage.now());
    browser.goes_on(&Input::SetUp {
        answer: &code,
        label: "",
        lost: ids.iter().map(String::as_str).collect(),
    });
    assert_eq!(browser.home(), Place::Security);
    let removed = "SELECT method AS t FROM credentials WHERE revoked_at IS NOT NULL";
    assert_eq!(stage.database().texts(removed), ["totp"]);
}

#[test]
fn a_code_counts_once_in_whatever_browser() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let (ada, codes) = ada_with_codes(&stage, &bank);
    let mut one = at_recovery(&stage, &bank, &ada);
    let mut two = at_recovery(&stage, &bank, &ada);
    one.type_recovery_code(&codes[0]);
    for _ in 0..20 {
        assert_eq!(two.fails_with("recovery", &codes[0]), Trouble::UsedCode);
    }
    two.type_recovery_code(&codes[1]);
    assert_eq!(codes_left(&mut two), Some(8));
    assert_eq!(codes_left(&mut one), Some(8));
}

#[test]
fn guessing_codes_makes_the_set_rest() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let (ada, codes) = ada_with_codes(&stage, &bank);
    let mut browser = at_recovery(&stage, &bank, &ada);
    for odd in ["", "x", "1234", &"A".repeat(13), "0000-0000-0000"] {
        let trouble = browser.fails_with("recovery", odd);
        assert_eq!(trouble, Trouble::Malformed("recovery-code"), "{odd}");
    }
    for _ in 0..4 {
        let trouble = browser.fails_with("recovery", "AAAA-BBBB-CCCC");
        assert_eq!(trouble, Trouble::WrongCode);
    }
    for code in ["AAAA-BBBB-CCCC", &codes[0]] {
        let trouble = browser.fails_with("recovery", code);
        assert!(matches!(trouble, Trouble::Locked(_)), "{trouble:?}");
    }
    assert_eq!(stage.events("factor.locked").len(), 1);
    stage.advance(901);
    browser.type_recovery_code(&codes[0]);
}

#[test]
fn a_code_alone_gives_the_base_acr_and_nothing_more() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let (ada, codes) = ada_with_codes(&stage, &bank);
    let mut browser = at_recovery(&stage, &bank, &ada);
    browser.type_recovery_code(&codes[0]);
    browser.cancel();
    assert_eq!(browser.follow().error(), "access_denied");
    let answer = browser.authorize(&bank, &[]).answer();
    let (acr, amr, _) = bank.redeem(&stage, &answer).grounds();
    assert_eq!(
        (acr.as_str(), amr),
        ("urn:stepwell:acr:basic", vec!["pwd".to_owned()])
    );
    let silent = [("acr_values", "2"), ("prompt", "none")];
    let answer = browser.authorize(&bank, &silent).answer();
    assert_eq!(answer.error(), "login_required");
    // The next request asks for the app as ever.
    browser.authorize(&bank, &MFA);
    assert_eq!(browser.page(), "totp");
}

#[test]
fn without_on_demand_a_code_helps_on_the_account_pages_only() {
    let first = Stage::new();
    let bank = a_relying_party(&first).create();
    let (ada, codes) = ada_with_codes(&first, &bank);
    let stage = first
        .another_node_with(|parts| parts.settings.enrolment.on_demand = false)
        .unwrap();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    let asked = browser.see_proof();
    assert!(
        asked.others.iter().all(|o| !o.reaches),
        "{:?}",
        asked.others
    );
    browser.another_way("recovery");
    assert_eq!(browser.page(), "totp");
    assert_eq!(
        browser.fails_with("recovery", &codes[0]),
        Trouble::NotEnough
    );

    assert!(!browser.opens(Need::Enrol(Method::totp()), Place::Security));
    assert_eq!(browser.page(), "totp");
    browser.another_way("recovery");
    browser.type_recovery_code(&codes[0]);
    assert_eq!(browser.page(), "set up totp");
    let told = lost(&mut browser);
    assert_eq!(told, [("totp".to_owned(), true)]);
    browser.set_up_app_alone();
    assert_eq!(browser.home(), Place::Security);
}

#[test]
fn a_code_opens_changes_for_as_long_as_it_and_the_password_are_fresh() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let (ada, codes) = ada_with_codes(&stage, &bank);
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    stage.advance(200);
    assert!(!browser.opens(Need::Change, Place::Security));
    browser
        .another_way("recovery")
        .type_recovery_code(&codes[0]);
    assert_eq!(browser.home(), Place::Security);
    assert!(browser.opens(Need::Change, Place::Security));
    stage.advance(120);
    assert!(
        !browser.opens(Need::Change, Place::Security),
        "the password"
    );
    browser.another_way("password").type_password();
    assert_eq!(browser.home(), Place::Security);
    stage.advance(200);
    assert!(!browser.opens(Need::Change, Place::Security), "the code");
}

#[test]
fn a_new_set_ends_the_old_one() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let (ada, old) = ada_with_codes(&stage, &bank);
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    assert!(!browser.opens(Need::Enrol(Method::recovery()), Place::Security));
    browser.type_code();
    let new = browser.save_codes();
    assert_eq!(browser.home(), Place::Security);
    assert!(new.iter().all(|code| !old.contains(code)));
    let count =
        "SELECT count(*) AS n FROM credentials WHERE method = 'recovery' AND revoked_at IS NULL";
    assert_eq!(stage.database().count(count), 1);
    let mut browser = at_recovery(&stage, &bank, &ada);
    assert_eq!(browser.fails_with("recovery", &old[0]), Trouble::WrongCode);
    browser.type_recovery_code(&new[0]);
}

#[test]
fn a_new_set_is_made_by_a_code_of_the_old_one() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let (ada, old) = ada_with_codes(&stage, &bank);
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    assert!(!browser.opens(Need::Enrol(Method::recovery()), Place::Security));
    browser.another_way("recovery").type_recovery_code(&old[0]);
    browser.save_codes();
    assert_eq!(browser.home(), Place::Security, "and nothing more is asked");
    assert!(
        !browser.opens(Need::Change, Place::Security),
        "what rested on the old set ended with it"
    );
}

#[test]
fn whoever_used_the_last_code_gets_new_ones_with_the_replacement() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let (ada, codes) = ada_with_codes(&stage, &bank);
    for (n, code) in codes.iter().enumerate() {
        let mut browser = at_recovery(&stage, &bank, &ada);
        browser.type_recovery_code(code);
        assert_eq!(codes_left(&mut browser), Some(9 - n));
        if n < 9 {
            browser.cancel();
            continue;
        }
        browser.set_up_app_alone();
        assert_eq!(browser.save_codes().len(), 10);
        browser.follow().code();
    }
    let count =
        "SELECT count(*) AS n FROM credentials WHERE method = 'recovery' AND revoked_at IS NULL";
    assert_eq!(stage.database().count(count), 1);
}

#[test]
fn nobody_begins_a_sign_in_with_a_code() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let (ada, codes) = ada_with_codes(&stage, &bank);
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username();
    assert_eq!(
        browser.fails_with("recovery", &codes[0]),
        Trouble::NotEnough
    );
    let told = browser.see_proof().others;
    assert!(
        told.iter().all(|way| way.method != Method::recovery()),
        "nor is told of them: {told:?}"
    );
}
