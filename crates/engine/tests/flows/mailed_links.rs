//! Mailed links: what a stranger learns by asking for them, and what asking changes for others.

use std::sync::Arc;

use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use stepwell_engine::EngineError;
use stepwell_engine::courier::Letter;
use stepwell_engine::links::{Followed, Registered};

use crate::support::{Postbox, Stage, a_person};

fn open_to_all() -> (Arc<Postbox>, Stage) {
    Postbox::at(&Stage::with(|settings| settings.registration = true))
}

/// Somebody whose name is their address.
fn known(stage: &Stage) {
    a_person(stage)
        .named("ada@example.com")
        .with_password()
        .with_mail()
        .create();
}

#[test]
fn a_registration_answers_alike_for_those_with_an_account_when_budgets_are_spent() {
    let (postbox, stage) = open_to_all();
    known(&stage);
    let engine = &stage.engine;
    // All the recoveries that a network may ask for.
    for n in 0..30 {
        let name = format!("somebody-{n}");
        engine.forgot_password(&stage.call(), &name).unwrap();
    }
    let spent = engine.forgot_password(&stage.call(), "one-more");
    assert!(
        matches!(spent, Err(EngineError::TooMany { .. })),
        "{spent:?}"
    );
    // So often one address may register, and then no mail is sent any more.
    for address in ["ada@example.com", "new@example.com"] {
        let before = postbox.messages().len();
        for _ in 0..5 {
            let registered = engine.register(&stage.call(), address);
            assert_eq!(registered.unwrap(), Registered::Sent, "{address}");
        }
        engine.deliver_due(&stage.call(), 50).unwrap();
        assert_eq!(postbox.messages().len() - before, 3, "{address}");
    }
    // And so often a network.
    for n in 0..10 {
        let address = format!("new-{n}@example.com");
        engine.register(&stage.call(), &address).unwrap();
    }
    for address in ["ada@example.com", "new@example.com"] {
        let refused = engine.register(&stage.call(), address);
        assert!(
            matches!(refused, Err(EngineError::TooMany { .. })),
            "{address}: {refused:?}"
        );
    }
}

#[test]
fn nobody_who_asks_for_a_new_password_takes_an_invitation_away() {
    let (postbox, stage) = open_to_all();
    known(&stage);
    let engine = &stage.engine;
    let name = "ada@example.com";
    let invited = engine.link_for(&stage.call(), name, Seconds(3_600), None);
    let invited = invited.unwrap().url;
    for _ in 0..2 {
        stage.advance(1);
        engine.forgot_password(&stage.call(), name).unwrap();
    }
    engine.deliver_due(&stage.call(), 50).unwrap();
    let secret = |url: &Secret| Secret::new(url.expose().rsplit('/').next().unwrap());
    let mailed: Vec<Secret> = postbox
        .messages()
        .into_iter()
        .filter_map(|message| match message.letter {
            Letter::PasswordReset { link, .. } => Some(secret(&link)),
            _ => None,
        })
        .collect();
    let call = stage.call();
    let good = |one: &Secret| engine.link(&call, one).unwrap().is_some();
    let all: Vec<bool> = mailed.iter().map(good).collect();
    assert_eq!(all, [false, true], "a new one replaces the one before");
    let password = Secret::new("quiet-harbour-lantern-58");
    let followed = engine.follow_link(&call, &secret(&invited), &password);
    assert!(
        matches!(followed, Ok(Followed::Done { .. })),
        "{followed:?}"
    );
    assert!(!good(&mailed[1]), "the password is set");
}
