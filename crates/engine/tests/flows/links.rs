//! One-time links: what ends them, what they are good for, and that asking for one tells nothing (spec §5 lines 68
//! and 69).

use serde_json::json;
use stepwell_core::authn::{Acr, AcrName, Catalog, Predicate, Renew};
use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use stepwell_engine::account::Removal;
use stepwell_engine::answer::{Answered, Input};
use stepwell_engine::authorize::Left;
use stepwell_engine::links::{Followed, LinkView, Purpose, Registered};
use stepwell_engine::passwords::Weakness;
use stepwell_engine::{EngineError, Peer};
use stepwell_store::{StoreError, users};

use crate::support::{
    Person, PersonToBe, Postbox, Stage, a_person, a_relying_party, each_database, oauth_error,
};

const MFA: [(&str, &str); 1] = [("acr_values", "urn:stepwell:acr:mfa")];
const NEW: &str = "quiet-harbour-lantern-58";
const OTHER: &str = "copper-violin-meadow-31";
const HOUR: u64 = 3_600;

/// What stands at the end of a link's address.
fn secret(url: &Secret) -> Secret {
    Secret::new(url.expose().rsplit('/').next().unwrap())
}

fn follow(stage: &Stage, url: &Secret, password: &str) -> Followed {
    let password = Secret::new(password);
    stage
        .engine
        .follow_link(&stage.call(), &secret(url), &password)
        .unwrap()
}

fn look(stage: &Stage, url: &Secret) -> Option<LinkView> {
    stage.engine.link(&stage.call(), &secret(url)).unwrap()
}

fn done(username: &str) -> Followed {
    Followed::Done {
        username: username.to_owned(),
    }
}

/// A link that an administrator hands over.
fn handed_over(stage: &Stage) -> Secret {
    let day = Seconds(86_400);
    let link = stage.engine.link_for(&stage.call(), "ada", day, None);
    link.unwrap().url
}

/// Ada, whose address is known.
fn ada(stage: &Stage) -> PersonToBe<'_> {
    a_person(stage)
        .with_password()
        .with_claim("email", "ada@example.com")
        .with_claim("email_verified", true)
}

fn forgot(stage: &Stage, typed: &str) {
    stage.engine.forgot_password(&stage.call(), typed).unwrap();
    stage.engine.deliver_due(&stage.call(), 50).unwrap();
}

fn with_password(person: Person, password: &str) -> Person {
    Person {
        password: password.to_owned(),
        ..person
    }
}

/// Whether somebody who knows this password can sign in with it.
fn signs_in(stage: &Stage, person: &Person, password: &str) -> bool {
    let bank = a_relying_party(stage).named("Checker").create();
    let mut browser = stage.browser(person);
    browser.authorize(&bank, &[]);
    browser.type_username();
    let input = Input::Prove {
        method: "password",
        secret: password,
        credential: None,
        trust: false,
    };
    matches!(browser.submit(&input), Answered::Continue { .. })
}

#[test]
fn a_link_is_good_until_its_time_and_not_a_moment_longer() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    ada(&stage).create();
    forgot(&stage, "ada");
    let mailed = postbox.link();
    stage.advance(1_799);
    assert!(look(&stage, &mailed).is_some());
    stage.advance(1);
    assert_eq!(look(&stage, &mailed), None);
    assert_eq!(follow(&stage, &mailed, NEW), Followed::Over);

    let for_a_minute = stage
        .engine
        .link_for(&stage.call(), "ada", Seconds(60), None)
        .unwrap();
    assert_eq!(for_a_minute.expires_at, stage.now().plus(Seconds(60)));
    stage.advance(60);
    assert_eq!(follow(&stage, &for_a_minute.url, NEW), Followed::Over);
    for too_long in [0, 7 * 86_400 + 1] {
        let refused = stage
            .engine
            .link_for(&stage.call(), "ada", Seconds(too_long), None)
            .unwrap_err();
        assert!(matches!(refused, EngineError::Invalid(_)), "{refused:?}");
    }
}

#[test]
fn a_link_sets_one_password_once_on_whichever_node_it_is_followed() {
    each_database(|stage| {
        let ada = ada(stage).create();
        let link = handed_over(stage);
        let other = stage.another_node();
        assert_eq!(follow(stage, &link, NEW), done("ada"));
        for node in [stage, &other] {
            assert_eq!(follow(node, &link, OTHER), Followed::Over);
            assert_eq!(look(node, &link), None);
        }
        assert!(signs_in(stage, &ada, NEW) && !signs_in(stage, &ada, OTHER));
        assert_eq!(stage.events("link.used"), ["link.used"]);
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn of_many_who_follow_a_link_at_once_one_sets_the_password() {
    each_database(|stage| {
        ada(stage).create();
        let link = handed_over(stage);
        let passwords: Vec<String> = (0..4).map(|n| format!("{NEW}-{n}")).collect();
        let done = std::thread::scope(|scope| {
            let tries: Vec<_> = passwords
                .iter()
                .map(|password| scope.spawn(|| follow(stage, &link, password)))
                .collect();
            let ended = tries.into_iter().map(|one| one.join().unwrap());
            ended.filter(|one| *one != Followed::Over).count()
        });
        assert_eq!(done, 1);
        assert_eq!(stage.events("link.used").len(), 1);
    });
}

#[test]
fn looking_and_a_password_that_is_refused_leave_a_link_as_it_was() {
    let stage = Stage::new();
    ada(&stage).create();
    let link = handed_over(&stage);
    let seen = LinkView {
        purpose: Purpose::SetUp,
        username: "ada".to_owned(),
    };
    for _ in 0..3 {
        assert_eq!(look(&stage, &link), Some(seen.clone()));
    }
    let short = Weakness::TooShort { least: 8 };
    assert_eq!(follow(&stage, &link, "short"), Followed::Weak(short));
    assert!(matches!(
        follow(&stage, &link, "iloveyou"),
        Followed::Weak(Weakness::Common)
    ));
    assert_eq!(follow(&stage, &link, NEW), done("ada"));
}

#[test]
fn a_newer_link_a_new_password_and_a_followed_one_end_all_others_of_the_account() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let bank = a_relying_party(&stage).create();
    let ada = ada(&stage).create();
    let (first, second) = (handed_over(&stage), handed_over(&stage));
    assert!(look(&stage, &first).is_none() && look(&stage, &second).is_some());
    forgot(&stage, "ada");
    let mailed = postbox.link();
    // Nobody who only knows the name takes the administrator's link away.
    assert!(look(&stage, &second).is_some() && look(&stage, &mailed).is_some());

    // Chosen on the account page: whoever holds a link from before must not be able to undo it.
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let me = stage.engine.me(&stage.call(), &browser.cookies).unwrap();
    let changed = stage
        .engine
        .change_password(&stage.call(), &me.unwrap(), &Secret::new(NEW));
    assert!(changed.unwrap().is_ok());
    for link in [&second, &mailed] {
        assert_eq!(follow(&stage, link, OTHER), Followed::Over);
    }
    assert!(signs_in(&stage, &ada, NEW));
}

#[test]
fn each_known_inbox_gets_a_link_of_its_own_and_the_first_one_followed_ends_the_rest() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let ada = a_person(&stage).with_password().with_mail().create();
    // The account's address moved; codes still go to the old one.
    let moved = json!({ "email": "ada@work.example", "email_verified": true });
    let written: Result<bool, StoreError> = stage.db().write(|tx| {
        let claims = moved.as_object().unwrap();
        users::update_claims(tx, ada.id.as_ref().unwrap(), claims, stage.now())
    });
    assert!(written.unwrap());
    forgot(&stage, "ada");
    let mailed = postbox.links();
    let to: Vec<&str> = mailed.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, ["ada@work.example", "ada@example.com"]);
    assert_ne!(mailed[0].1.expose(), mailed[1].1.expose());
    assert_eq!(follow(&stage, &mailed[1].1, NEW), done("ada"));
    for (_, link) in &mailed {
        assert_eq!(follow(&stage, link, OTHER), Followed::Over);
    }
}

#[test]
fn a_link_does_what_it_was_made_for_and_nothing_else() {
    let (postbox, stage) = Postbox::at(&Stage::with(|settings| settings.registration = true));
    let address = "eve@example.com";
    let registered = stage.engine.register(&stage.call(), address).unwrap();
    assert_eq!(registered, Registered::Sent);
    stage.engine.deliver_due(&stage.call(), 10).unwrap();
    let registration = postbox.link();
    assert_eq!(
        look(&stage, &registration).unwrap().purpose,
        Purpose::Register
    );

    // The name was given to somebody meanwhile: the link of a registration sets nobody's password.
    let eve = a_person(&stage).named(address).with_password().create();
    assert_eq!(follow(&stage, &registration, NEW), Followed::Over);
    assert!(signs_in(&stage, &eve, &eve.password) && !signs_in(&stage, &eve, NEW));

    // A purpose that this version does not know opens nothing.
    ada(&stage).create();
    let link = handed_over(&stage);
    stage
        .database()
        .shell("UPDATE links SET purpose = 'sign_in'");
    assert_eq!(look(&stage, &link), None);
    assert_eq!(follow(&stage, &link, NEW), Followed::Over);
}

#[test]
fn a_forgotten_password_is_set_anew_without_a_session_and_the_second_factor_is_asked_as_before() {
    each_database(|stage| {
        let (postbox, stage) = &Postbox::at(stage);
        let bank = a_relying_party(stage).create();
        let ada = ada(stage).with_totp().create();
        let mut thief = stage.browser(&ada);
        let tokens = bank.redeem(stage, &thief.complete(&bank, &MFA).0);
        forgot(stage, "ADA");
        assert_eq!(follow(stage, &postbox.link(), NEW), done("ada"));

        assert!(thief.authorize(&bank, &MFA).is_pages(), "signed out");
        let refused = bank.refresh(stage, tokens.refresh_token()).unwrap_err();
        assert_eq!(oauth_error(refused).code().as_str(), "invalid_grant");
        let live = "SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL";
        assert_eq!(stage.database().count(live), 0, "a link signs nobody in");

        stage.advance(30);
        let ada = with_password(ada, NEW);
        let (answer, pages) = stage.browser(&ada).complete(&bank, &MFA);
        assert_eq!(pages, ["identify", "password", "totp"]);
        let (acr, amr, _) = bank.redeem(stage, &answer).grounds();
        assert_eq!(acr, "urn:stepwell:acr:mfa");
        assert!(amr.contains(&"otp".to_owned()), "{amr:?}");
        let owned = "SELECT count(*) AS n FROM credentials WHERE revoked_at IS NULL";
        assert_eq!(stage.database().count(owned), 2, "nothing was removed");
    });
}

#[test]
fn whoever_only_holds_the_inbox_reaches_no_second_kind_by_it() {
    let stage = Stage::with(|settings| {
        settings.enrolment.on_demand = false;
        settings.catalog = Catalog::new(vec![Acr {
            name: AcrName::new("two"),
            aliases: Vec::new(),
            requires: Predicate::Kinds {
                count: 2,
                within: None,
                settled: None,
            },
            lifetime: None,
            renew: Renew::Strongest,
        }]);
    });
    let (postbox, stage) = Postbox::at(&stage);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let two = [("acr_values", "two")];
    let mut before = stage.browser(&ada);
    assert!(before.authorize(&bank, &two).is_pages());
    before.type_username().type_password();
    assert_eq!(
        before.page(),
        "mail",
        "the inbox is a second kind to a password"
    );

    forgot(&stage, "ada");
    assert_eq!(follow(&stage, &postbox.link(), NEW), done("ada"));
    let ada = with_password(ada, NEW);
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &two);
    browser.type_username().type_password();
    match browser.view() {
        Left::Leave { stop, .. } => assert!(stop, "whoever reads the inbox has both"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn whatever_is_typed_the_answer_is_the_same_and_only_known_inboxes_get_mail() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    ada(&stage).create();
    a_person(&stage)
        .named("unvouched")
        .with_password()
        .with_claim("email", "somebody@example.com")
        .create();
    for typed in [
        "nobody@example.com",
        "unvouched",
        "",
        "a\u{202E}b",
        &"x".repeat(5_000),
    ] {
        forgot(&stage, typed);
    }
    assert!(postbox.messages().is_empty());
    assert_eq!(stage.database().count("SELECT count(*) AS n FROM links"), 0);
    forgot(&stage, "ada");
    let to: Vec<String> = postbox.links().into_iter().map(|(to, _)| to).collect();
    assert_eq!(to, ["ada@example.com"]);
    let asked = stage.audited("recovery.requested");
    let sent: Vec<bool> = asked
        .iter()
        .map(|one| one.data.contains("\"sent\":1"))
        .collect();
    assert_eq!(sent, [false, false, true]);
}

#[test]
fn one_account_gets_three_links_an_hour_and_further_wishes_look_the_same() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    ada(&stage).create();
    for _ in 0..5 {
        forgot(&stage, "ada");
    }
    assert_eq!(postbox.links().len(), 3);
    let third = postbox.link();
    assert!(look(&stage, &third).is_some(), "what was sent last is good");
    stage.advance(HOUR);
    forgot(&stage, "ada");
    assert_eq!(postbox.links().len(), 4);
}

#[test]
fn one_network_asks_thirty_times_an_hour_and_another_is_not_held_up() {
    let (_, stage) = Postbox::at(&Stage::new());
    let ask = |ip: &str, n: usize| {
        let peer = Peer {
            ip: Some(ip.parse().unwrap()),
            ..stage.call().peer.clone()
        };
        let typed = format!("person{n}@example.com");
        stage
            .engine
            .forgot_password(&stage.call_from(&peer), &typed)
    };
    for n in 0..30 {
        ask("192.0.2.1", n).unwrap();
    }
    match ask("192.0.2.1", 30).unwrap_err() {
        EngineError::TooMany { retry_after } => assert!(retry_after.0 > 0),
        other => panic!("{other:?}"),
    }
    ask("198.51.100.7", 31).unwrap();
    stage.advance(HOUR);
    ask("192.0.2.1", 32).unwrap();
}

#[test]
fn only_the_digest_of_a_links_secret_is_stored_and_no_audit_record_holds_it() {
    let stage = Stage::new();
    ada(&stage).create();
    let link = handed_over(&stage);
    let secret = secret(&link);
    let stored = [
        stage.database().texts("SELECT secret_hash AS t FROM links"),
        stage.database().texts("SELECT sealed AS t FROM links"),
        stage.database().texts("SELECT data AS t FROM audit"),
    ];
    assert!(!stored.concat().join(" ").contains(secret.expose()));
    assert!(secret.expose().len() >= 43, "256 bits");
    for guess in ["", "x", &"A".repeat(43), &"A".repeat(4_000)] {
        let guess = Secret::new(guess);
        assert_eq!(stage.engine.link(&stage.call(), &guess).unwrap(), None);
    }
}

#[test]
fn an_authenticator_that_goes_takes_mailed_links_along_and_leaves_an_operators() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let invited = handed_over(&stage);
    forgot(&stage, "ada");
    let mailed = postbox.link();
    let me = stage.engine.me(&stage.call(), &browser.cookies).unwrap();
    let me = me.unwrap();
    let seen = stage.engine.account_security(&stage.call(), &me).unwrap();
    let inbox = seen
        .authenticators
        .iter()
        .find(|a| a.method.as_str() == "mail");
    let removed = stage
        .engine
        .remove_authenticator(&stage.call(), &me, &inbox.unwrap().id);
    assert_eq!(removed.unwrap(), Removal::Removed);
    assert_eq!(follow(&stage, &mailed, OTHER), Followed::Over);
    assert!(look(&stage, &invited).is_some());
}

#[test]
fn a_password_set_by_a_link_is_as_young_as_the_link_and_one_chosen_by_its_person_is_not() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = ada(&stage).create();
    let age = "SELECT created_at AS n FROM credentials WHERE method = 'password'";
    let first = stage.database().count(age);
    stage.advance(HOUR);
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let me = stage.engine.me(&stage.call(), &browser.cookies).unwrap();
    let changed = stage
        .engine
        .change_password(&stage.call(), &me.unwrap(), &Secret::new(OTHER));
    assert!(changed.unwrap().is_ok());
    assert_eq!(stage.database().count(age), first);
    assert_eq!(follow(&stage, &handed_over(&stage), NEW), done("ada"));
    assert_eq!(stage.database().count(age), stage.now().as_micros());
}
