//! What is written down, with reasons, in the same write as what it is about.

use std::thread;

use serde_json::Value;
use stepwell_core::audit::Record;
use stepwell_core::authn::{Acr, AcrName, Catalog, Method, Predicate, Renew};
use stepwell_core::time::Seconds;
use stepwell_engine::EngineError;
use stepwell_engine::answer::{Input, Trouble};
use stepwell_engine::authorize::Via;
use stepwell_engine::passwords::HashGate;

use crate::support::{Stage, a_person, a_relying_party, each_database};

fn data(record: &Record) -> Value {
    serde_json::from_str(&record.data).unwrap()
}

fn reasons(record: &Record) -> Vec<String> {
    let data = data(record);
    let list = data["reasons"]
        .as_array()
        .unwrap_or_else(|| panic!("{} has no reasons", record.event));
    list.iter()
        .map(|reason| reason["reason"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_step_up_is_written_down_from_the_demand_to_the_proof_with_its_reasons() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().with_totp().create();
        let mut browser = stage.browser(&ada);
        browser.sign_in(&bank);
        browser.authorize(&bank, &[("acr_values", "2"), ("max_age", "300")]);
        assert_eq!(browser.page(), "totp");
        assert_eq!(browser.page(), "totp", "a reload starts nothing anew");
        browser.fails_with("totp", &ada.wrong_code(stage.now()));
        browser.type_code().follow().code();
        assert_eq!(
            stage.events("stepup."),
            [
                "stepup.required",
                "stepup.started",
                "stepup.failed",
                "stepup.passed"
            ]
        );
        let records = stage.audited("stepup.");
        for record in &records {
            assert_eq!(
                record.user_id.as_deref(),
                Some(ada.subject()),
                "{}",
                record.event
            );
            assert_eq!(record.client_id.as_deref(), Some(bank.client.id.as_str()));
            assert_eq!(record.interaction_id, records[0].interaction_id);
            assert_eq!(record.reference.as_deref(), Some("TEST-TEST"));
            assert_eq!(record.ip.as_deref(), Some("192.0.2.1"));
            assert!(record.session_id.is_some());
        }
        assert_eq!(reasons(&records[0]), ["not_proven"]);
        assert_eq!(data(&records[0])["max_age"], 300);
        assert_eq!(reasons(&records[1]), ["not_proven"]);
        assert_eq!(data(&records[2])["why"], "wrong");
        assert_eq!(reasons(&records[3]), ["satisfied"]);
        assert!(stage.chain_is_whole());
        let text: String = stage
            .audited("")
            .into_iter()
            .map(|r| format!("{r:?}"))
            .collect();
        assert!(
            !text.contains(&ada.password),
            "no secret is ever written down"
        );
    });
}

#[test]
fn a_step_up_of_two_proofs_has_passed_only_after_the_second() {
    let stage = Stage::with(|settings| {
        let mut acrs: Vec<Acr> = settings.catalog.iter().cloned().collect();
        acrs.push(Acr {
            name: AcrName::new("mfa-5m"),
            aliases: Vec::new(),
            requires: Predicate::Kinds {
                count: 2,
                within: Some(Seconds(300)),
                settled: None,
            },
            lifetime: None,
            renew: Renew::All,
        });
        settings.catalog = Catalog::new(acrs);
    });
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    stage.advance(400);
    browser.authorize(&bank, &[("acr_values", "mfa-5m")]);
    assert_eq!(browser.see_proof().later, [Method::totp()]);
    browser.type_password();
    assert_eq!(browser.page(), "totp");
    let so_far = ["stepup.required", "stepup.started", "stepup.advanced"];
    assert_eq!(stage.events("stepup."), so_far);
    browser.type_code().follow().code();
    assert_eq!(stage.events("stepup.")[3..], ["stepup.passed"]);
}

#[test]
fn a_step_up_left_by_not_you_is_still_written_down_as_abandoned() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    browser.authorize(&bank, &[("acr_values", "2")]);
    assert_eq!(browser.page(), "totp");
    browser.switch();
    assert_eq!(browser.page(), "identify");
    stage.advance(1_801);
    stage.engine.maintain(&stage.call()).unwrap();
    assert_eq!(
        stage.events("stepup."),
        ["stepup.required", "stepup.started", "stepup.abandoned"]
    );
}

#[test]
fn a_step_up_that_passed_is_not_abandoned_by_leaving_at_the_consent_after_it() {
    let stage = Stage::new();
    let shop = a_relying_party(&stage).named("Shop").create();
    let bank = a_relying_party(&stage).asking_consent().create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&shop);
    browser.authorize(&bank, &[("acr_values", "2")]);
    assert_eq!(browser.page(), "totp");
    browser.type_code();
    assert_eq!(browser.page(), "consent");
    stage.advance(1_801);
    stage.engine.maintain(&stage.call()).unwrap();
    assert_eq!(
        stage.events("stepup."),
        ["stepup.required", "stepup.started", "stepup.passed"]
    );
}

#[test]
fn what_was_proven_already_is_written_down_as_enough() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.complete(&bank, &[("acr_values", "2")]);
    browser
        .authorize(&bank, &[("acr_values", "2")])
        .answer()
        .code();
    assert_eq!(stage.events("stepup."), ["stepup.satisfied_by_existing"]);
    assert_eq!(reasons(&stage.audited("stepup.")[0]), ["satisfied"]);
}

#[test]
fn a_page_that_asks_for_consent_or_an_account_only_is_no_step_up() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let shop = a_relying_party(&stage)
        .named("Shop")
        .asking_consent()
        .create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    assert_eq!(browser.complete(&shop, &[]).1, ["consent"]);
    assert_eq!(
        browser.complete(&bank, &[("prompt", "select_account")]).1,
        ["account"]
    );
    assert_eq!(stage.events("stepup."), [""; 0]);
}

#[test]
fn a_posted_request_is_written_down_as_required_once_it_is_known_who_asks() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    browser.send(&bank.query(&[("acr_values", "2")]), Via::Post);
    assert_eq!(browser.page(), "totp");
    assert_eq!(
        stage.events("stepup."),
        ["stepup.required", "stepup.started"]
    );
    assert_eq!(
        reasons(&stage.audited("stepup.required")[0]),
        ["not_proven"]
    );
}

#[test]
fn a_step_up_that_nobody_finished_is_written_down_as_abandoned_once() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().with_totp().create();
        let mut browser = stage.browser(&ada);
        browser.sign_in(&bank);
        browser.authorize(&bank, &[("acr_values", "2")]);
        assert_eq!(browser.page(), "totp");
        let interaction = browser.interaction();
        // Another was never looked at, so nothing was begun.
        browser.authorize(&bank, &[("acr_values", "2")]);
        stage.engine.maintain(&stage.call()).unwrap();
        assert_eq!(stage.events("stepup.abandoned"), [""; 0], "not yet");
        stage.advance(1_801);
        for _ in 0..2 {
            stage.engine.maintain(&stage.call()).unwrap();
        }
        let abandoned = stage.audited("stepup.abandoned");
        assert_eq!(abandoned.len(), 1);
        assert_eq!(
            abandoned[0].interaction_id.as_deref(),
            Some(interaction.as_str())
        );
        assert_eq!(data(&abandoned[0])["why"], "expired");
        stage.advance(3_601);
        stage.engine.maintain(&stage.call()).unwrap();
        assert_eq!(
            stage
                .database()
                .count("SELECT count(*) AS n FROM interactions"),
            0,
            "and cleared away"
        );
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn a_step_up_that_was_cancelled_is_written_down_as_abandoned() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    browser.authorize(&bank, &[("acr_values", "2")]);
    assert_eq!(browser.page(), "totp");
    browser.cancel().follow();
    stage.advance(3_601);
    stage.engine.maintain(&stage.call()).unwrap();
    let abandoned = stage.audited("stepup.abandoned");
    assert_eq!(abandoned.len(), 1);
    assert_eq!(data(&abandoned[0])["why"], "cancelled");
    assert_eq!(
        reasons(&stage.audited("authorization.refused")[0]),
        ["cancelled"]
    );
}

#[test]
fn evidence_is_not_added_when_the_audit_cannot_be_written() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().with_totp().create();
        let mut browser = stage.browser(&ada);
        browser.sign_in(&bank);
        browser.authorize(&bank, &[("acr_values", "2")]);
        assert_eq!(browser.page(), "totp");
        let session = browser.cookies.session.clone();
        // The head of the chain points back, so the next record's place is taken.
        stage
            .database()
            .shell("UPDATE audit_head SET seq = seq - 1");
        let code = ada.code(stage.now());
        let typed = Input::Prove {
            method: "totp",
            secret: &code,
            credential: None,
            trust: false,
        };
        assert!(browser.try_submit(&typed).is_err());
        assert_eq!(
            stage.database().count("SELECT count(*) AS n FROM evidence"),
            1
        );
        assert_eq!(
            browser.cookies.session.as_ref().map(|s| s.expose()),
            session.as_ref().map(|s| s.expose())
        );
        let silent = [("acr_values", "2"), ("prompt", "none")];
        let mut elsewhere = browser.another_tab();
        assert_eq!(
            elsewhere.authorize(&bank, &silent).answer().error(),
            "login_required"
        );
        assert!(
            browser.try_send(&bank.query(&[]), Via::Get).is_err(),
            "no code either"
        );
        assert_eq!(stage.database().count("SELECT count(*) AS n FROM codes"), 1);
        stage
            .database()
            .shell("UPDATE audit_head SET seq = seq + 1");
        browser.authorize(&bank, &[("acr_values", "2")]);
        let answered = browser.submit(&typed);
        assert!(
            matches!(
                answered,
                stepwell_engine::answer::Answered::Continue {
                    session: Some(_),
                    ..
                }
            ),
            "{answered:?}"
        );
        browser.follow().code();
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn a_database_that_is_away_in_the_middle_of_a_flow_gives_no_code_and_loses_nothing() {
    let stage = Stage::with(|settings| settings.lifetimes.interaction = Seconds(3_600));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username();
    stage
        .database()
        .shell("ALTER TABLE evidence RENAME TO away");
    let typed = Input::Prove {
        method: "password",
        secret: &ada.password,
        credential: None,
        trust: false,
    };
    assert!(matches!(
        browser.try_submit(&typed),
        Err(EngineError::Unavailable(_) | EngineError::Broken(_))
    ));
    assert_eq!(
        stage.database().count("SELECT count(*) AS n FROM sessions"),
        0
    );
    stage
        .database()
        .shell("ALTER TABLE away RENAME TO evidence");
    assert_eq!(
        browser.fails_with("password", "wrong"),
        Trouble::WrongPassword
    );
    browser.type_password().follow().code();
}

#[test]
fn every_event_of_a_request_tells_where_it_came_from() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada).at_ip("198.51.100.7");
    let tokens = bank.redeem(&stage, &browser.sign_in(&bank));
    bank.refresh(&stage, tokens.refresh_token()).unwrap();
    let call = stage.call_from(&browser.peer);
    let me = stage.engine.me(&call, &browser.cookies).unwrap().unwrap();
    let engine = &stage.engine;
    engine
        .update_profile(&call, &me, &[("name", "Ada")])
        .unwrap()
        .unwrap();
    let out = engine.revoke_account_app(&call, &me, &bank.client.id);
    assert!(out.unwrap());
    let yes = bank.params(&[]);
    engine
        .logout_confirmed(&call, &yes, &browser.cookies)
        .unwrap();
    for (name, ip) in [
        ("grant.issued", "198.51.100.7"),
        ("token.issued", "192.0.2.1"),
        ("token.refreshed", "192.0.2.1"),
        ("user.updated", "198.51.100.7"),
        ("grant.revoked", "198.51.100.7"),
        ("session.ended", "198.51.100.7"),
    ] {
        let records = stage.audited(name);
        let ips: Vec<_> = records.iter().map(|r| r.ip.as_deref()).collect();
        assert_eq!(ips, [Some(ip)], "{name}");
    }
}

#[test]
fn a_step_up_that_its_last_proof_cannot_save_has_not_passed() {
    let stage = Stage::with(|settings| settings.enrolment.methods = Some(Vec::new()));
    let node = stage.another_node_hashing(HashGate::new(1, 8));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let shell = |sql: &str| stage.database().shell(sql);
    // She is still signed in, and has to prove everything anew.
    shell("UPDATE evidence SET revoked_at = 1");
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.another_way("password");
    assert_eq!(browser.page(), "password");
    let mut browser = browser.served_by(&node);
    let place = node.gate.enter().unwrap();
    thread::scope(|scope| {
        let typing = scope.spawn(|| {
            browser.type_password();
        });
        while node.gate.load().1 == 0 {
            thread::yield_now();
        }
        shell("UPDATE credentials SET revoked_at = 1 WHERE method = 'totp'");
        drop(place);
        typing.join().unwrap();
    });
    let so_far = ["stepup.required", "stepup.started", "stepup.advanced"];
    assert_eq!(stage.events("stepup."), so_far);
    assert_eq!(
        browser.follow().error(),
        "unmet_authentication_requirements"
    );
    assert_eq!(stage.events("stepup.").last().unwrap(), "stepup.unmet");
}
