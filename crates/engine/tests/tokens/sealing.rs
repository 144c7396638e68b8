//! Secrets at rest under a new sealing key: nothing is lost on the way, and the old key can go.

use stepwell_engine::seal::{SealKey, SealingKeys};

use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use stepwell_engine::answer::Input;
use stepwell_engine::links::Followed;

use crate::support::{Postbox, Stage, a_person, a_relying_party, each_database};

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
        // Four signing keys and two next ones, the key of successors and one authenticator.
        assert_eq!(moving.engine.reseal(&stage.call()).unwrap(), 8);
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

#[test]
fn what_waits_in_pages_and_links_is_sealed_anew_with_the_rest() {
    each_database(|stage| {
        let (postbox, node) = Postbox::at(stage);
        let bank = a_relying_party(stage).create();
        let asked = [("acr_values", "2")];
        // An app that is being set up, a code on its way, a link and a letter.
        let ada = a_person(&node).with_password().create();
        let mut setting_up = node.browser(&ada);
        setting_up.authorize(&bank, &asked);
        setting_up.type_username().another_way("password");
        setting_up.type_password();
        let app = setting_up.scan();
        let bob = a_person(&node)
            .named("bob")
            .with_password()
            .with_texts()
            .create();
        let mut waiting = node.browser(&bob);
        waiting.authorize(&bank, &asked);
        waiting.type_username().another_way("password");
        waiting.type_password();
        assert_eq!(waiting.page(), "sms");
        let link = node
            .engine
            .link_for(&node.call(), "bob", Seconds(3_600), Some("bob@example.com"))
            .unwrap();

        let node_with = |seal: SealingKeys| {
            let courier = std::sync::Arc::clone(&postbox);
            let made = stage.another_node_with(|parts| {
                parts.seal = seal;
                parts.courier = courier;
            });
            made.unwrap()
        };
        node_with(SealingKeys::new(new(), vec![old()]))
            .engine
            .reseal(&stage.call())
            .unwrap();
        let moved = node_with(SealingKeys::new(new(), vec![]));
        let mut setting_up = setting_up.served_by(&moved);
        assert_eq!(setting_up.scan().base32(), app.base32());
        setting_up.set_up_app();
        let code = postbox.code();
        waiting.served_by(&moved).goes_on(&Input::Prove {
            method: "sms",
            secret: &code,
            credential: None,
            trust: false,
        });
        moved.engine.deliver_due(&moved.call(), 10).unwrap();
        assert_eq!(moved.events("message.dropped"), [""; 0]);
        let secret = link.url.expose().rsplit('/').next().unwrap();
        let followed = moved.engine.follow_link(
            &moved.call(),
            &Secret::new(secret),
            &Secret::new("quiet-harbour-lantern-58"),
        );
        assert!(
            matches!(followed, Ok(Followed::Done { .. })),
            "{followed:?}"
        );
    });
}
