//! Secrets at rest under a new sealing key: nothing is lost on the way, and the old key can go.

use stepwell_engine::seal::{SealKey, SealingKeys};

use crate::support::{Stage, a_person, a_relying_party, each_database};

/// The key of every stage.
fn old() -> SealKey {
    SealKey::parse(&"a93c071f".repeat(8)).unwrap()
}

fn new() -> SealKey {
    SealKey::parse(&"5be10d62".repeat(8)).unwrap()
}

#[test]
fn after_sealing_anew_the_old_key_is_not_needed_any_more() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().with_totp().create();
        let tokens = bank.redeem(stage, &stage.browser(&ada).sign_in(&bank));
        let next = bank.refresh(stage, tokens.refresh_token()).unwrap();

        let both = SealingKeys::new(new(), vec![old()]);
        let moving = stage.another_node_with(|parts| parts.seal = both).unwrap();
        // Four signing keys, the key of successors and one authenticator.
        assert_eq!(moving.engine.reseal(&stage.call()).unwrap(), 6);
        assert_eq!(moving.engine.reseal(&stage.call()).unwrap(), 0);
        assert_eq!(stage.events("key.resealed").len(), 2);

        let only_new = SealingKeys::new(new(), vec![]);
        let moved = stage
            .another_node_with(|parts| parts.seal = only_new)
            .unwrap();
        assert_eq!(moved.engine.jwks(), stage.engine.jwks());
        // The same successors …
        let again = bank.refresh(&moved, tokens.refresh_token()).unwrap();
        assert_eq!(again.refresh_token(), next.refresh_token());
        // … tokens of before …
        assert!(
            moved
                .engine
                .userinfo(&moved.call(), &tokens.answer.access_token)
                .is_ok()
        );
        // … and the authenticator app.
        stage.advance(60);
        let (answer, pages) = moved.browser(&ada).complete(&bank, &[("acr_values", "2")]);
        assert_eq!(pages, ["identify", "password", "totp"]);
        assert_eq!(bank.redeem(&moved, &answer).grounds().0, "2");
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn a_node_without_the_key_that_sealed_does_not_start_and_says_which_one_is_missing() {
    let stage = Stage::new();
    let error = stage
        .another_node_with(|parts| parts.seal = SealingKeys::new(new(), vec![]))
        .unwrap_err();
    assert!(error.to_string().contains(old().id()), "{error}");
}
