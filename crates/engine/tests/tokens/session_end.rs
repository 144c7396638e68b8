//! What ends with a session, what outlives it, and how long a grant is kept.

use std::sync::Barrier;
use std::thread;

use stepwell_core::client::GrantType;
use stepwell_core::oauth::{ErrorCode, Params};
use stepwell_core::time::Seconds;
use stepwell_store::{StoreError, revoked_tokens};

use crate::support::{
    RelyingParty, Stage, Tokens, a_person, a_relying_party, each_database, oauth_error,
};

const DAY: u64 = 86_400;

fn signed_in(stage: &Stage, scope: &str) -> (RelyingParty, Tokens) {
    let bank = a_relying_party(stage).create();
    let ada = a_person(stage).with_password().create();
    let answer = stage.browser(&ada).complete(&bank, &[("scope", scope)]).0;
    let tokens = bank.redeem(stage, &answer);
    (bank, tokens)
}

fn refused(stage: &Stage, rp: &RelyingParty, token: &str) -> String {
    let error = oauth_error(rp.refresh(stage, token).unwrap_err());
    assert_eq!(error.code(), ErrorCode::InvalidGrant);
    error.description().to_owned()
}

fn clear(stage: &Stage) {
    while stage.engine.maintain(&stage.call()).unwrap().more {}
}

fn grants(stage: &Stage) -> i64 {
    stage.database().count("SELECT count(*) AS n FROM grants")
}

#[test]
fn a_refresh_does_not_keep_an_idle_session_alive_and_ends_with_it() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid");
        stage.advance(6 * DAY);
        let next = bank.refresh(stage, first.refresh_token()).unwrap();
        stage.advance(DAY);
        assert!(refused(stage, &bank, next.refresh_token()).contains("session is over"));
    });
}

#[test]
fn tokens_without_offline_access_end_when_their_session_does() {
    let stage = Stage::with(|settings| {
        settings.lifetimes.session = Seconds(3_600);
    });
    let (bank, first) = signed_in(&stage, "openid");
    let ends = stage.now().secs() + 3_600;
    stage.advance(3_500);
    let next = bank.refresh(&stage, first.refresh_token()).unwrap();
    assert!(next.access["exp"].as_i64().unwrap() <= ends);
    stage.advance(100);
    assert!(refused(&stage, &bank, next.refresh_token()).contains("session is over"));
    clear(&stage);
    assert_eq!(grants(&stage), 0);
}

#[test]
fn a_grant_whose_session_is_no_longer_kept_is_over_unless_it_is_for_offline_access() {
    each_database(|stage| {
        let (bank, online) = signed_in(stage, "openid");
        let ada = a_person(stage).named("bob").with_password().create();
        let asked = [("scope", "openid offline_access")];
        let answer = stage.browser(&ada).complete(&bank, &asked).0;
        let offline = bank.redeem(stage, &answer);
        stage.database().shell("DELETE FROM sessions");
        assert!(refused(stage, &bank, online.refresh_token()).contains("session is over"));
        bank.refresh(stage, offline.refresh_token()).unwrap();
    });
}

#[test]
fn offline_access_goes_on_long_after_the_session_was_cleared_away() {
    let stage = Stage::new();
    let (bank, first) = signed_in(&stage, "openid offline_access");
    let mut token = first.refresh_token().to_owned();
    for _ in 0..5 {
        stage.advance(10 * DAY);
        clear(&stage);
        let next = bank.refresh(&stage, &token).unwrap();
        token = next.refresh_token().to_owned();
    }
    assert_eq!(
        stage.database().count("SELECT count(*) AS n FROM sessions"),
        0
    );
}

#[test]
fn a_grant_that_nobody_redeemed_is_soon_gone_and_a_redeemed_one_is_kept() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let kept = bank.redeem(stage, &browser.sign_in(&bank));
        browser.sign_in(&bank);
        assert_eq!(grants(stage), 2);
        stage.advance(60 + 600 + 61);
        clear(stage);
        assert_eq!(grants(stage), 1);
        bank.refresh(stage, kept.refresh_token()).unwrap();
    });
}

#[test]
fn a_grant_without_refresh_tokens_lives_as_long_as_its_access_token() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage)
        .with(|new| {
            new.grant_types = Some(vec![GrantType::AuthorizationCode]);
            new.access_token_lifetime = Some(Seconds(1_800));
        })
        .create();
    let ada = a_person(&stage).with_password().create();
    let answer = stage.browser(&ada).sign_in(&bank);
    stage.advance(58);
    let token = bank.redeem(&stage, &answer).answer.access_token;
    stage.advance(1_799);
    clear(&stage);
    stage.engine.userinfo(&stage.call(), &token).unwrap();
    stage.advance(120);
    clear(&stage);
    assert_eq!(grants(&stage), 0);
}

#[test]
fn a_logout_writes_one_event_for_all_the_grants_that_end() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        for _ in 0..3 {
            browser.sign_in(&bank);
        }
        browser.complete(&bank, &[("scope", "openid offline_access")]);
        stage
            .engine
            .logout_confirmed(&stage.call(), &Params::default(), &browser.cookies)
            .unwrap();
        let events = stage.audited("grant.revoked");
        assert_eq!(events.len(), 1);
        let data: serde_json::Value = serde_json::from_str(&events[0].data).unwrap();
        assert_eq!(data["count"], 3);
        assert_eq!(data["grants"].as_array().unwrap().len(), 3);
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn a_logout_and_a_grant_at_once_leave_no_grant_alive() {
    each_database(|stage| {
        let other = stage.another_node();
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        for round in 0..10 {
            let mut browser = stage.browser(&ada);
            browser.sign_in(&bank);
            let cookies = browser.cookies.clone();
            let start = Barrier::new(2);
            thread::scope(|scope| {
                scope.spawn(|| {
                    start.wait();
                    browser.authorize(&bank, &[("prompt", "none")]);
                });
                start.wait();
                let done =
                    other
                        .engine
                        .logout_confirmed(&other.call(), &Params::default(), &cookies);
                done.unwrap();
            });
            let alive = "SELECT count(*) AS n FROM grants JOIN sessions \
                         ON sessions.id = grants.session_id \
                         WHERE ended_at IS NOT NULL AND revoked_at IS NULL";
            assert_eq!(stage.database().count(alive), 0, "round {round}");
        }
    });
}

#[test]
fn what_is_over_goes_in_batches_until_nothing_is_left() {
    each_database(|stage| {
        let many: Result<(), StoreError> = stage.db().write(|tx| {
            for n in 0..450 {
                revoked_tokens::insert(tx, &format!("t{n}"), stage.now())?;
            }
            Ok(())
        });
        many.unwrap();
        stage.advance(1);
        let gone: Vec<_> = (0..4)
            .map(|_| stage.engine.maintain(&stage.call()).unwrap())
            .map(|cleared| (cleared.rows, cleared.more))
            .collect();
        assert_eq!(gone, [(200, true), (200, true), (50, false), (0, false)]);
    });
}
