//! Signing keys: published before they sign, trusted after, the same on every node.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use serde_json::json;
use stepwell_core::oauth::Params;
use stepwell_engine::EngineError;
use stepwell_engine::keys::{KEY_SET_CACHED, KeyView, Rotation};
use stepwell_engine::tokens::Algorithm;
use stepwell_store::DatabaseUrl;

use super::jwt::{header_of, published, verified};
use crate::support::{RelyingParty, Stage, a_person, a_relying_party, each_database};

const ALG: Option<Algorithm> = Some(Algorithm::Es256);

fn kid(token: &str) -> String {
    header_of(token)["kid"].as_str().unwrap().to_owned()
}

fn is_active(stage: &Stage, rp: &RelyingParty, token: &str) -> bool {
    let params = Params::from_pairs([("token", token)]);
    stage
        .engine
        .introspect(&stage.call(), &rp.client, &params)
        .unwrap()
        .active
}

#[test]
fn keys_are_listed_by_algorithm_and_by_where_they_are_in_their_life() {
    let stage = Stage::new();
    stage
        .engine
        .rotate_keys(&stage.call(), ALG, Rotation::Now)
        .unwrap();
    let keys = stage.engine.list_keys().unwrap();
    let life = ["next", "current", "previous", "revoked"];
    let place = |key: &KeyView| {
        let status = life.iter().position(|status| *status == key.status);
        (key.alg.clone(), status.unwrap())
    };
    assert!(keys.iter().any(|key| key.status == "previous"), "{keys:?}");
    assert!(keys.is_sorted_by_key(place), "{keys:?}");
}

fn current(stage: &Stage) -> Vec<String> {
    let keys = stage.engine.list_keys().unwrap();
    let mut algs: Vec<String> = keys
        .into_iter()
        .filter(|k| k.status == "current")
        .map(|k| k.alg)
        .collect();
    algs.sort();
    algs
}

#[test]
fn tokens_of_a_key_rotated_away_verify_until_they_expire_and_the_key_set_has_both() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        stage.engine.ensure_next_keys(&stage.call()).unwrap();
        let before = bank.redeem(stage, &browser.sign_in(&bank));
        let answer = browser.sign_in(&bank);
        let known_before = published(stage);

        stage
            .engine
            .rotate_keys(&stage.call(), ALG, Rotation::Now)
            .unwrap();
        let after = bank.redeem(stage, &answer);
        let (old, new) = (
            kid(&before.answer.access_token),
            kid(&after.answer.access_token),
        );
        assert_ne!(old, new);
        assert!(
            known_before.contains_key(&new),
            "published before it signed"
        );
        for tokens in [&before, &after] {
            verified(stage, &tokens.answer.access_token);
            verified(stage, tokens.answer.id_token.as_deref().unwrap());
            assert!(is_active(stage, &bank, &tokens.answer.access_token));
            assert!(
                stage
                    .engine
                    .userinfo(&stage.call(), &tokens.answer.access_token)
                    .is_ok()
            );
        }
        // A hint signed by the old key is still read.
        let hint = before.answer.id_token.as_deref().unwrap();
        browser
            .authorize(&bank, &[("id_token_hint", hint), ("prompt", "none")])
            .answer()
            .code();

        stage
            .engine
            .rotate_keys(&stage.call(), ALG, Rotation::Now)
            .unwrap();
        assert!(
            is_active(stage, &bank, &before.answer.access_token),
            "not only the last one"
        );
        assert_eq!(stage.events("key.rotated").len(), 2);
        assert_eq!(current(stage), ["ES256", "EdDSA", "PS256", "RS256"]);
    });
}

#[test]
fn no_key_signs_that_a_verifier_with_a_cached_key_set_does_not_know() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let rotate = || {
            let call = stage.call();
            stage.engine.rotate_keys(&call, None, Rotation::WhenKnown)
        };
        let refused = |outcome: Result<_, EngineError>| match outcome {
            Err(EngineError::Invalid(why)) => assert!(why[0].contains("--now"), "{why:?}"),
            other => panic!("not refused: {other:?}"),
        };
        let mut signs = || {
            kid(&bank
                .redeem(stage, &browser.sign_in(&bank))
                .answer
                .access_token)
        };
        let first = signs();
        // No next key is published here; the attempt does it.
        let gone = "DELETE FROM keys WHERE status = 'next'";
        stage.database().shell(gone);
        refused(rotate());
        let cached = published(stage);
        assert_eq!((cached.len(), signs()), (8, first.clone()));
        stage.advance(KEY_SET_CACHED.0);
        refused(rotate());
        stage.advance(10);
        rotate().unwrap();
        let second = signs();
        assert!(second != first && cached.contains_key(&second));
        // The one after is new again.
        let cached = published(stage);
        refused(rotate());
        assert_eq!(signs(), second);
        stage.advance(KEY_SET_CACHED.0 + 10);
        rotate().unwrap();
        assert!(cached.contains_key(&signs()));
        assert_eq!(stage.events("key.rotated").len(), 8);
    });
}

#[test]
fn the_first_next_key_may_sign_at_once_since_every_key_set_holds_it_and_the_one_after_may_not() {
    each_database(|stage| {
        stage.database().shell("DELETE FROM keys");
        stage.advance(1);
        let node = stage.another_node();
        let cached = published(&node);
        let rotate = || {
            let call = stage.call();
            node.engine.rotate_keys(&call, ALG, Rotation::WhenKnown)
        };
        let keys = rotate().unwrap();
        let signs = |key: &&KeyView| key.alg == "ES256" && key.status == "current";
        let kid = keys.iter().find(signs).unwrap().kid.as_str();
        assert!(cached.contains_key(kid));
        assert!(matches!(rotate(), Err(EngineError::Invalid(_))));
    });
}

#[test]
fn another_node_takes_a_rotation_over_and_reads_new_tokens_even_before() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        stage.engine.ensure_next_keys(&stage.call()).unwrap();
        let other = stage.another_node();
        stage
            .engine
            .rotate_keys(&stage.call(), ALG, Rotation::Now)
            .unwrap();
        let tokens = bank.redeem(stage, &stage.browser(&ada).sign_in(&bank));
        // It knew the key as the next one.
        assert!(
            other
                .engine
                .userinfo(&other.call(), &tokens.answer.access_token)
                .is_ok()
        );
        assert!(other.engine.refresh().unwrap());
        let next = bank.refresh(&other, tokens.refresh_token()).unwrap();
        assert_eq!(
            kid(&next.answer.access_token),
            kid(&tokens.answer.access_token)
        );
        assert_eq!(other.engine.jwks(), stage.engine.jwks());
        assert!(!other.engine.refresh().unwrap(), "nothing changed since");
    });
}

#[test]
fn the_key_set_holds_public_members_only() {
    let stage = Stage::new();
    stage.engine.ensure_next_keys(&stage.call()).unwrap();
    let keys = published(&stage);
    assert_eq!(keys.len(), 8, "a current and a next key for each algorithm");
    for (kid, key) in &keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(key.get(private).is_none(), "{kid} has {private}");
        }
        assert_eq!(key["use"], json!("sig"));
        let stored = stage
            .database()
            .texts("SELECT sealed_private AS t FROM keys");
        assert!(stored.iter().all(|text| text.starts_with("v1.")));
    }
}

#[test]
fn nodes_that_start_together_on_an_empty_database_agree_on_their_keys() {
    each_database(|stage| {
        stage.database().shell("DELETE FROM keys");
        stage.database().shell("DELETE FROM secrets");
        let start = Barrier::new(2);
        // On PostgreSQL both are held back until each is about to write.
        let hold = Hold::keys_of(stage);
        let nodes: Vec<Stage> = thread::scope(|scope| {
            let opening: Vec<_> = (0..2)
                .map(|_| {
                    let start = &start;
                    scope.spawn(move || {
                        start.wait();
                        stage.another_node_with(|_| {}).unwrap()
                    })
                })
                .collect();
            hold.until_two_wait(stage);
            opening
                .into_iter()
                .map(|node| node.join().unwrap())
                .collect()
        });
        assert_eq!(current(&nodes[0]), ["ES256", "EdDSA", "PS256", "RS256"]);
        for node in &nodes {
            node.engine.refresh().unwrap();
        }
        assert_eq!(nodes[0].engine.jwks(), nodes[1].engine.jwks());
        // They derive the same successors, too.
        let bank = a_relying_party(&nodes[0]).create();
        let ada = a_person(&nodes[0]).with_password().create();
        let tokens = bank.redeem(&nodes[0], &nodes[0].browser(&ada).sign_in(&bank));
        let next = bank.refresh(&nodes[0], tokens.refresh_token()).unwrap();
        let again = bank.refresh(&nodes[1], tokens.refresh_token()).unwrap();
        assert_eq!(next.refresh_token(), again.refresh_token());
    });
}

#[test]
fn two_rotations_at_once_leave_one_current_key_and_one_next() {
    each_database(|stage| {
        stage.engine.ensure_next_keys(&stage.call()).unwrap();
        let other = stage.another_node();
        let hold = Hold::keys_of(stage);
        thread::scope(|scope| {
            for node in [stage, &other] {
                scope.spawn(move || {
                    node.engine
                        .rotate_keys(&node.call(), ALG, Rotation::Now)
                        .unwrap()
                });
            }
            hold.until_two_wait(stage);
        });
        let count = |status: &str| {
            let keys = stage.engine.list_keys().unwrap();
            keys.iter()
                .filter(|key| key.alg == "ES256" && key.status == status)
                .count()
        };
        assert_eq!(
            (count("current"), count("next"), count("previous")),
            (1, 1, 2)
        );
    });
}

/// A lock on what every change of keys changes, held on PostgreSQL until two writers wait for it.
/// On SQLite writers take turns anyway.
struct Hold(Option<PgConnection>);

impl Hold {
    fn keys_of(stage: &Stage) -> Self {
        let DatabaseUrl::Postgres(url) = &stage.database().url else {
            return Self(None);
        };
        let mut conn = PgConnection::establish(url).unwrap();
        conn.batch_execute("BEGIN; UPDATE revisions SET revision = revision WHERE name = 'keys'")
            .unwrap();
        Self(Some(conn))
    }

    fn until_two_wait(self, stage: &Stage) {
        let Some(mut conn) = self.0 else { return };
        let writers = "SELECT count(DISTINCT pid) AS n FROM pg_locks \
                       WHERE relation = 'revisions'::regclass AND mode = 'RowExclusiveLock'";
        let two_wait = || stage.database().count(writers) == 3;
        let came = (0..6_000).any(|_| {
            two_wait() || {
                thread::sleep(Duration::from_millis(5));
                false
            }
        });
        assert!(came, "two writers never came");
        conn.batch_execute("COMMIT").unwrap();
    }
}

#[test]
fn a_key_that_has_long_not_signed_is_trusted_no_more() {
    let stage = Stage::new();
    let count = |status: &str| {
        let keys = stage.engine.list_keys().unwrap();
        keys.iter()
            .filter(|k| k.alg == "ES256" && k.status == status)
            .count()
    };
    stage
        .engine
        .rotate_keys(&stage.call(), ALG, Rotation::Now)
        .unwrap();
    stage.advance(29 * 86_400);
    stage
        .engine
        .rotate_keys(&stage.call(), ALG, Rotation::Now)
        .unwrap();
    assert_eq!((count("previous"), count("revoked")), (2, 0));
    stage.advance(2 * 86_400);
    stage
        .engine
        .rotate_keys(&stage.call(), ALG, Rotation::Now)
        .unwrap();
    assert_eq!((count("previous"), count("revoked")), (2, 1));
    assert!(stage.chain_is_whole());
}
