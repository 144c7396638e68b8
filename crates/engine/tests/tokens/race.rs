//! Two at once, in one process and on two nodes: single use holds.

use std::sync::Barrier;
use std::thread;

use stepwell_core::audit::Record;
use stepwell_core::oauth::ErrorCode;
use stepwell_engine::EngineError;
use stepwell_engine::grants::TokenAnswer;

use crate::support::{RelyingParty, Stage, a_person, a_relying_party, each_database, oauth_error};

/// The same body, sent at the same moment, twice through each node.
fn together(
    nodes: &[&Stage],
    rp: &RelyingParty,
    body: &[(&str, &str)],
) -> Vec<Result<TokenAnswer, EngineError>> {
    let senders: Vec<&&Stage> = nodes.iter().chain(nodes).collect();
    let start = Barrier::new(senders.len());
    thread::scope(|scope| {
        let sent: Vec<_> = senders
            .into_iter()
            .map(|node| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    rp.token(node, body)
                })
            })
            .collect();
        sent.into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

#[test]
fn of_many_parallel_redemptions_on_two_nodes_exactly_one_succeeds() {
    each_database(|stage| {
        let other = stage.another_node();
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        for round in 1..=5 {
            let answer = browser.sign_in(&bank);
            let answers = together(&[stage, &other], &bank, &bank.redeeming(&answer));
            let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
            assert_eq!(won.len(), 1, "round {round}");
            for error in lost {
                assert_eq!(
                    oauth_error(error.unwrap_err()).code(),
                    ErrorCode::InvalidGrant
                );
            }
            // Each loser held the right verifier, so the code had leaked: what the winner got is revoked.
            assert_eq!(stage.events("token.issued").len(), round);
            assert_eq!(stage.events("token.reuse_detected").len(), round);
            let token = won.into_iter().next().unwrap().unwrap().access_token;
            assert!(stage.engine.userinfo(&stage.call(), &token).is_err());
        }
        assert_eq!(
            stage
                .database()
                .count("SELECT count(*) AS n FROM refresh_tokens"),
            5
        );
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn of_many_parallel_refreshes_on_two_nodes_one_rotates_and_all_learn_the_same_successor() {
    each_database(|stage| {
        let other = stage.another_node();
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut token = bank
            .redeem(stage, &stage.browser(&ada).sign_in(&bank))
            .refresh_token()
            .to_owned();
        for round in 1..=5 {
            let body = [
                ("grant_type", "refresh_token"),
                ("refresh_token", token.as_str()),
            ];
            let answers = together(&[stage, &other], &bank, &body);
            let mut successors: Vec<String> = answers
                .into_iter()
                .map(|answer| answer.unwrap().refresh_token.unwrap())
                .collect();
            successors.dedup();
            assert_eq!(successors.len(), 1, "round {round}: one successor for all");
            token = successors.remove(0);
            let refreshed = stage.audited("token.refreshed");
            let first = |r: &&Record| !r.data.contains(r#""retry":true"#);
            assert_eq!(refreshed.iter().filter(first).count(), round);
            assert_eq!(refreshed.len(), 4 * round, "every answer is written down");
            let rows = stage
                .database()
                .count("SELECT count(*) AS n FROM refresh_tokens");
            assert_eq!(rows, 1 + round as i64);
        }
        assert_eq!(stage.events("token.reuse"), [""; 0]);
        bank.refresh(stage, &token).unwrap();
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn a_refresh_and_the_revocation_of_its_family_at_once_leave_nothing_alive() {
    each_database(|stage| {
        let other = stage.another_node();
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        for _ in 0..5 {
            let tokens = bank.redeem(stage, &browser.sign_in(&bank));
            let start = Barrier::new(2);
            let refreshed = thread::scope(|scope| {
                let refresh = scope.spawn(|| {
                    start.wait();
                    bank.refresh(stage, tokens.refresh_token())
                });
                start.wait();
                let params = bank.params(&[("token", tokens.refresh_token())]);
                other
                    .engine
                    .revoke(&other.call(), &bank.client, &params)
                    .unwrap();
                refresh.join().unwrap()
            });
            let next = refreshed.map_or(tokens.refresh_token().to_owned(), |t| {
                t.refresh_token().to_owned()
            });
            assert!(bank.refresh(stage, &next).is_err());
        }
    });
}
