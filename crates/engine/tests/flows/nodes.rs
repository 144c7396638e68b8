//! Two nodes on one database.

use std::sync::Barrier;
use std::thread;

use stepwell_engine::EngineError;
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::keys::Rotation;
use stepwell_engine::tokens::Algorithm;

use crate::support::{Answer, Browser, Stage, a_person, a_relying_party, each_database};

#[test]
fn a_client_registered_on_one_node_is_known_to_the_other_at_once() {
    each_database(|one| {
        let two = one.another_node();
        let ada = a_person(one).with_password().create();
        let bank = a_relying_party(one).create();
        let mut browser = one.browser(&ada).served_by(&two);
        let answer = browser.sign_in(&bank);
        assert_eq!(bank.redeem(&two, &answer).id["sub"], ada.subject());
    });
}

#[test]
fn a_changed_registration_is_heeded_by_the_other_node_after_a_refresh() {
    each_database(|one| {
        let two = one.another_node();
        let bank = a_relying_party(one).create();
        let ada = a_person(one).with_password().create();
        let mut browser = one.browser(&ada).served_by(&two);
        browser.sign_in(&bank);
        let mut changed = bank.client.clone();
        changed.minimum_acr = Some("2".into());
        one.engine
            .update_client(&one.call(), &bank.client, &changed)
            .unwrap();
        let stale = one
            .engine
            .update_client(&one.call(), &bank.client, &bank.client);
        assert!(matches!(stale, Err(EngineError::Conflict(_))), "{stale:?}");
        assert!(two.engine.refresh().unwrap(), "something had changed");
        assert!(!two.engine.refresh().unwrap(), "and now nothing has");
        // She owns nothing that reaches the minimum, and may set it up.
        assert!(browser.authorize(&bank, &[]).is_pages());
        assert_eq!(browser.page(), "set up totp");
    });
}

#[test]
fn a_key_rotated_on_one_node_signs_and_verifies_on_the_other_after_a_refresh() {
    each_database(|one| {
        let two = one.another_node();
        let bank = a_relying_party(one).create();
        let ada = a_person(one).with_password().create();
        let mut browser = one.browser(&ada);
        let before = bank
            .redeem(one, &browser.sign_in(&bank))
            .answer
            .id_token
            .unwrap();
        let kid = |jwt: &str| header(jwt)["kid"].as_str().unwrap().to_owned();
        one.engine
            .rotate_keys(&one.call(), Some(Algorithm::Es256), Rotation::Now)
            .unwrap();
        let rotated = bank
            .redeem(one, &browser.sign_in(&bank))
            .answer
            .id_token
            .unwrap();
        assert_ne!(kid(&before), kid(&rotated));
        assert!(two.engine.refresh().unwrap());
        let hinted = |browser: &mut Browser<'_>, hint: &str| -> Answer {
            browser
                .authorize(&bank, &[("id_token_hint", hint), ("prompt", "none")])
                .answer()
        };
        let mut there = browser.served_by(&two);
        for hint in [&before, &rotated] {
            hinted(&mut there, hint).code();
        }
        let answer = there.authorize(&bank, &[]).answer();
        let signed_there = bank.redeem(&two, &answer).answer.id_token.unwrap();
        assert_eq!(kid(&signed_there), kid(&rotated));
        let published = String::from_utf8(two.engine.jwks().to_vec()).unwrap();
        assert!(published.contains(&kid(&before)) && published.contains(&kid(&rotated)));
    });
}

fn header(jwt: &str) -> serde_json::Value {
    use base64::Engine as _;
    let head = jwt.split('.').next().unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(head)
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_flow_may_go_on_at_another_node_at_every_step() {
    each_database(|one| {
        let two = one.another_node();
        let bank = a_relying_party(one).create();
        let ada = a_person(one).with_password().with_totp().create();
        let mut browser = one.browser(&ada);
        browser.authorize(&bank, &[("acr_values", "2")]);
        let mut browser = browser.served_by(&two);
        browser.type_username();
        let mut browser = browser.served_by(one);
        browser.type_password();
        let mut browser = browser.served_by(&two);
        browser.type_code();
        let answer = browser.served_by(one).follow();
        assert_eq!(bank.redeem(&two, &answer).grounds().0, "2");
    });
}

#[test]
fn the_same_code_answered_to_two_nodes_at_once_counts_exactly_once() {
    each_database(|one| {
        let two = one.another_node();
        let bank = a_relying_party(one).create();
        let ada = a_person(one).with_password().with_totp().create();
        for _ in 0..8 {
            one.advance(60);
            let mut browsers = [one, &two].map(|node| one.browser(&ada).served_by(node));
            for browser in &mut browsers {
                browser.authorize(&bank, &[("acr_values", "2")]);
                browser.type_username().type_password();
                assert_eq!(browser.page(), "totp");
            }
            let code = ada.code(one.now());
            let typed = Input::Prove {
                method: "totp",
                secret: &code,
                credential: None,
                trust: false,
            };
            let gate = Barrier::new(2);
            let answers: Vec<Answered> = thread::scope(|scope| {
                let threads: Vec<_> = browsers
                    .iter_mut()
                    .map(|browser| {
                        let (gate, typed) = (&gate, &typed);
                        scope.spawn(move || {
                            gate.wait();
                            browser.submit(typed)
                        })
                    })
                    .collect();
                threads.into_iter().map(|t| t.join().unwrap()).collect()
            });
            let won = answers
                .iter()
                .filter(|a| {
                    matches!(
                        a,
                        Answered::Continue {
                            session: Some(_),
                            ..
                        }
                    )
                })
                .count();
            let used = answers
                .iter()
                .filter(|a| matches!(a, Answered::Again(Trouble::UsedCode)))
                .count();
            assert_eq!((won, used), (1, 1), "{answers:?}");
        }
        assert!(one.chain_is_whole());
    });
}

#[test]
fn two_nodes_that_start_together_agree_on_their_keys() {
    each_database(|one| {
        let nodes: Vec<Stage> = thread::scope(|scope| {
            let threads: Vec<_> = (0..2).map(|_| scope.spawn(|| one.another_node())).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(nodes[0].engine.jwks(), nodes[1].engine.jwks());
        assert_eq!(nodes[0].engine.metadata(), nodes[1].engine.metadata());
        assert_eq!(
            one.database()
                .count("SELECT count(*) AS n FROM keys WHERE status = 'current'"),
            4
        );
    });
}
