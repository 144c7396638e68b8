//! What people are told of: after the commit, a few times over, then given up in writing.

use stepwell_core::authn::Method;
use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use stepwell_engine::EngineError;
use stepwell_engine::answer::Input;
use stepwell_engine::courier::{Channel, Happened, Letter, Recipient};
use stepwell_store::users;

use crate::support::{
    Message, Person, PersonToBe, Postbox, Stage, a_person, a_relying_party, each_database,
};

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
    let link = Secret::new("https://id.example/r/secret-of-a-link");
    let letter = Letter::PasswordReset {
        link,
        valid_for: Seconds(900),
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

/// What ada was told of, and at which addresses, once everything was sent.
fn told(postbox: &Postbox, stage: &Stage) -> Vec<(Happened, String)> {
    deliver(stage);
    let one = |message: Message| match message.letter {
        Letter::Notice(notice) => {
            assert_eq!(
                (&*notice.username, message.language.as_str()),
                ("ada", "en")
            );
            Some((notice.what, message.address))
        }
        _ => None,
    };
    postbox.messages().into_iter().filter_map(one).collect()
}

fn known(stage: &Stage) -> PersonToBe<'_> {
    a_person(stage)
        .with_claim("email", "ada@example.com")
        .with_claim("email_verified", true)
}

fn at_home(what: Happened) -> (Happened, String) {
    (what, "ada@example.com".to_owned())
}

#[test]
fn whoever_sets_an_authenticator_up_on_the_way_is_told_of_it_and_of_the_recovery_codes() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let bank = a_relying_party(&stage).create();
    let ada = known(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.type_username().type_password();
    assert_eq!(told(&postbox, &stage), [], "nothing is set up yet");
    browser.set_up_app();
    let added = |method| at_home(Happened::FactorAdded { method });
    assert_eq!(
        told(&postbox, &stage),
        [added(Method::totp()), added(Method::recovery())]
    );
}

#[test]
fn a_removal_on_the_account_page_is_told_too() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let bank = a_relying_party(&stage).create();
    let ada = known(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.complete(&bank, &[("acr_values", "2")]);
    let me = stage.engine.me(&stage.call(), &browser.cookies).unwrap();
    let me = me.unwrap();
    let seen = stage.engine.account_security(&stage.call(), &me).unwrap();
    let app = seen
        .authenticators
        .iter()
        .find(|one| one.method == Method::totp())
        .unwrap();
    stage
        .engine
        .remove_authenticator(&stage.call(), &me, &app.id)
        .unwrap();
    let method = Method::totp();
    assert_eq!(
        told(&postbox, &stage),
        [at_home(Happened::FactorRemoved { method })]
    );
}

#[test]
fn a_recovery_code_that_is_used_is_told_and_so_is_the_replacement_after_it() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let bank = a_relying_party(&stage).create();
    let ada = known(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.type_username().type_password();
    browser.set_up_app_alone();
    let codes = browser.save_codes();
    let before = told(&postbox, &stage).len();
    browser.cookies.session = None;
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.type_username().type_password();
    browser.another_way("recovery");
    browser.type_recovery_code(&codes[0]);
    let old = browser.see_enrol().lost[0].one.id.clone();
    let app = browser.scan();
    let code = app.code_at(stage.now());
    browser.goes_on(&Input::SetUp {
        answer: &code,
        label: "",
        lost: vec![&old],
    });
    let replaced = |method| at_home(Happened::FactorReplaced { method });
    assert_eq!(
        told(&postbox, &stage)[before..],
        [
            at_home(Happened::RecoveryCodeUsed { left: 9 }),
            replaced(Method::totp())
        ]
    );
}

#[test]
fn a_first_password_by_a_link_is_told_as_something_new_and_another_one_as_a_change() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    known(&stage).create();
    for password in ["quiet-harbour-lantern-58", "another-lantern-harbour-59"] {
        let link = stage
            .engine
            .link_for(&stage.call(), "ada", Seconds(600), None)
            .unwrap();
        let secret = link.url.expose().rsplit('/').next().unwrap().to_owned();
        let secret = Secret::new(secret);
        let password = Secret::new(password);
        stage
            .engine
            .follow_link(&stage.call(), &secret, &password)
            .unwrap();
    }
    let method = Method::password();
    assert_eq!(
        told(&postbox, &stage),
        [
            at_home(Happened::FactorAdded { method }),
            at_home(Happened::PasswordChanged)
        ]
    );
}
