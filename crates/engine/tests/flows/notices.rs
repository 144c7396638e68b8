//! What people are told of: after the commit, a few times over, then given up in writing.

use stepwell_core::authn::Method;
use stepwell_engine::EngineError;
use stepwell_engine::courier::{Channel, Happened, Letter, Recipient};
use stepwell_store::users;

use crate::support::{Person, Postbox, Stage, a_person, each_database};

fn happened() -> Happened {
    Happened::FactorAdded {
        method: Method::totp(),
    }
}

fn tell(stage: &Stage, person: &Person) {
    let told: Result<(), EngineError> = stage.db().write(|tx| {
        let user = users::find(tx, person.id.as_ref().unwrap())?.unwrap();
        Ok(stage.engine.notify(tx, &stage.call(), &user, happened())?)
    });
    told.unwrap();
}

fn deliver(stage: &Stage) -> usize {
    stage.engine.deliver_due(&stage.call(), 10).unwrap()
}

#[test]
fn a_notice_leaves_after_the_commit_and_once() {
    each_database(|stage| {
        let (postbox, stage) = Postbox::at(stage);
        let ada = a_person(&stage).with_password().with_mail().create();
        tell(&stage, &ada);
        assert!(postbox.messages().is_empty(), "not within the change");
        let other =
            stage.another_node_with(|parts| parts.courier = std::sync::Arc::clone(&postbox) as _);
        let other = other.unwrap();
        assert_eq!(deliver(&other) + deliver(&stage), 1, "one of the nodes");
        assert_eq!(postbox.notices(), [happened()]);
        assert_eq!(
            postbox.messages()[0].address,
            "ada@example.com",
            "told once, known twice"
        );
        assert_eq!(stage.events("message."), ["message.sent"]);
        stage.advance(3_600);
        assert_eq!(deliver(&stage), 0);
    });
}

#[test]
fn a_change_that_is_undone_tells_nobody() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let ada = a_person(&stage).with_password().with_mail().create();
    let undone: Result<(), EngineError> = stage.db().write(|tx| {
        let user = users::find(tx, ada.id.as_ref().unwrap())?.unwrap();
        stage.engine.notify(tx, &stage.call(), &user, happened())?;
        Err(EngineError::Busy)
    });
    assert!(undone.is_err());
    assert_eq!(deliver(&stage), 0);
    assert!(postbox.messages().is_empty());
}

#[test]
fn nobody_is_told_where_no_address_is_known_to_be_theirs() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let ada = a_person(&stage)
        .with_password()
        .with_claim("email", "somebody@example.com")
        .create();
    tell(&stage, &ada);
    assert_eq!(deliver(&stage), 0);
    assert!(postbox.messages().is_empty());
}

#[test]
fn a_notice_is_tried_a_few_times_and_then_given_up_in_writing() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let ada = a_person(&stage).with_password().with_mail().create();
    tell(&stage, &ada);
    postbox.set_down(true);
    let mut tries = 0;
    for _ in 0..3_600 {
        tries += deliver(&stage);
        stage.advance(1);
    }
    assert_eq!(tries, 8);
    let [dropped] = &stage.audited("message.")[..] else {
        panic!("{:?}", stage.events("message."))
    };
    assert_eq!(dropped.event, "message.dropped");
    assert!(
        dropped.data.contains("connection refused") && dropped.data.contains("\"tries\":8"),
        "{}",
        dropped.data
    );
    assert_eq!(
        stage.database().count("SELECT count(*) AS n FROM outbox"),
        0
    );
    postbox.set_down(false);
    assert_eq!(deliver(&stage), 0);
}

#[test]
fn a_gateway_that_comes_back_gets_what_waited() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let ada = a_person(&stage).with_password().with_mail().create();
    tell(&stage, &ada);
    postbox.set_down(true);
    assert_eq!(deliver(&stage), 1);
    assert_eq!(deliver(&stage), 0, "not at once again");
    postbox.set_down(false);
    stage.advance(20);
    assert_eq!(deliver(&stage), 1);
    assert_eq!(postbox.notices(), [happened()]);
}

#[test]
fn a_link_that_waits_is_not_readable_in_the_database_and_opens_under_a_new_sealing_key() {
    let first = Stage::new();
    let (postbox, stage) = Postbox::at(&first);
    let link = stepwell_core::secret::Secret::new("https://id.example/r/secret-of-a-link");
    let letter = Letter::PasswordReset {
        link,
        valid_for: stepwell_core::time::Seconds(900),
    };
    let to = Recipient {
        channel: Channel::Mail,
        address: "ada@example.com",
        language: "de",
    };
    let queued: Result<(), EngineError> = stage.db().write(|tx| {
        Ok(stage
            .engine
            .enqueue(tx, &stage.call(), None, &to, &letter)?)
    });
    queued.unwrap();
    let stored = stage.database().texts("SELECT sealed AS t FROM outbox");
    assert!(!stored[0].contains("secret-of-a-link") && !stored[0].contains("ada@"));
    let newer = stage
        .another_node_with(|parts| {
            let key = |text: &str| stepwell_engine::seal::SealKey::parse(text).unwrap();
            parts.seal = stepwell_engine::seal::SealingKeys::new(
                key(&"1b2c3d4e".repeat(8)),
                vec![key(&"a93c071f".repeat(8))],
            );
            parts.courier = std::sync::Arc::clone(&postbox) as _;
        })
        .unwrap();
    newer.engine.reseal(&newer.call()).unwrap();
    assert_ne!(
        stage.database().texts("SELECT sealed AS t FROM outbox"),
        stored
    );
    assert_eq!(deliver(&newer), 1);
    let sent = &postbox.messages()[0];
    assert_eq!(sent.language, "de");
    assert!(
        matches!(&sent.letter, Letter::PasswordReset { link, .. } if link.expose().ends_with("secret-of-a-link"))
    );
}
