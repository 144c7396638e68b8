//! What a passkey's answer must not get away with: spec §5 lines 56 to 65, one test for each and its neighbours.

use stepwell_core::authn::Method;
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::EnrolStage;
use stepwell_engine::courier::Happened;
use stepwell_engine::factors;
use stepwell_engine::settings::CounterRegression;

use crate::support::{
    Browser, Key, Model, Person, Postbox, RelyingParty, START, SetUp, Stage, a_person,
    a_relying_party, each_database, options,
};

/// Ada with a passkey in a stage of her own.
struct Scene {
    stage: Stage,
    bank: RelyingParty,
    ada: Person,
    key: Key,
}

impl Scene {
    fn with(model: Model) -> Self {
        Self::on(Stage::new(), model)
    }

    fn on(stage: Stage, model: Model) -> Self {
        let bank = a_relying_party(&stage).create();
        let ada = a_person(&stage).with_password().create();
        let key = ada.passkey(&stage, model);
        Self {
            stage,
            bank,
            ada,
            key,
        }
    }

    /// The key, whose counter is ahead of any earlier use.
    fn key(&self) -> Key {
        let mut key = self.key.clone();
        let millis = self.stage.now().as_micros() / 1_000 - START.as_micros() / 1_000;
        key.counter += u32::try_from(millis).unwrap();
        key
    }

    /// At the page that asks for a name, or for a passkey.
    fn browser(&self, named: bool) -> Browser<'_> {
        let mut browser = self.stage.browser(&self.ada);
        browser.authorize(&self.bank, &[("acr_values", "phr")]);
        if named {
            browser.type_username();
        }
        browser
    }

    /// Says something wrong on either page, and is refused for this rule; then the truth, which is taken.
    fn refuses(&self, rule: &'static str, change: impl Fn(&mut crate::support::Saying)) {
        let count = || {
            self.stage
                .database()
                .count("SELECT count(*) AS n FROM evidence")
        };
        let before = count();
        for named in [false, true] {
            let mut key = self.key();
            let mut browser = self.browser(named);
            let trouble = browser.refused_passkey(&mut key, &change);
            assert_eq!(trouble, Trouble::Refused(rule), "named: {named}");
            assert_eq!(count(), before, "nothing is proven by it");
            let failed = self.stage.audited("login.failed").pop().unwrap();
            assert!(failed.data.to_string().contains(rule), "{failed:?}");
        }
        let mut browser = self.browser(true);
        browser.use_passkey(&mut self.key());
        assert_eq!(
            self.bank.redeem(&self.stage, &browser.follow()).grounds().0,
            "phr"
        );
    }
}

#[test]
fn line_56_a_challenge_is_good_for_one_answer_right_or_wrong() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).create();
        let mut key = ada.passkey(stage, Model::synced());
        let mut browser = stage.browser(&ada);
        browser.authorize(&bank, &[]);
        let shown = browser.passkey_options();
        let wrong = key.sign_saying(&shown, |said| said.verified = false);
        assert_eq!(
            browser.fails_with("passkey", &wrong),
            Trouble::Refused("user-verified")
        );
        // The right answer to the same challenge comes too late.
        let right = key.sign(&shown);
        assert_eq!(
            browser.fails_with("passkey", &right),
            Trouble::Refused("no-challenge")
        );
        assert_ne!(browser.passkey_options()["challenge"], shown["challenge"]);
        browser.use_passkey(&mut key);
        browser.follow();

        // And the answer that counted is worth nothing in the next interaction.
        let mut again = stage.browser(&ada);
        again.authorize(&bank, &[]);
        again.see();
        assert_eq!(
            again.fails_with("passkey", &right),
            Trouble::Refused("challenge")
        );
    });
}

#[test]
fn line_56_a_challenge_expires() {
    let scene = Scene::with(Model::synced());
    for named in [false, true] {
        let mut key = scene.key.clone();
        let mut browser = scene.browser(named);
        let response = key.sign(&browser.passkey_options());
        scene.stage.advance(300);
        assert_eq!(
            browser.fails_with("passkey", &response),
            Trouble::Malformed("challenge-expired")
        );
        browser.use_passkey(&mut key).follow();
    }
}

#[test]
fn line_56_a_challenge_of_another_session_is_refused() {
    let scene = Scene::with(Model::synced());
    for named in [false, true] {
        let mut key = scene.key.clone();
        let mut mallory = scene.browser(named);
        let theirs = mallory.passkey_options();
        let mut browser = scene.browser(named);
        browser.see();
        let response = key.sign(&theirs);
        assert_eq!(
            browser.fails_with("passkey", &response),
            Trouble::Refused("challenge")
        );
    }
}

#[test]
fn line_56_the_same_answer_sent_twice_at_once_counts_once() {
    let scene = Scene::with(Model::synced());
    let mut key = scene.key.clone();
    let mut browser = scene.browser(true);
    let response = key.sign(&browser.passkey_options());
    let counted: usize = std::thread::scope(|threads| {
        let tabs: Vec<_> = (0..4)
            .map(|_| {
                let (mut tab, response) = (browser.another_tab(), response.clone());
                threads.spawn(move || {
                    let input = stepwell_engine::answer::Input::Prove {
                        method: "passkey",
                        secret: &response,
                        credential: None,
                        trust: false,
                    };
                    match tab.submit(&input) {
                        stepwell_engine::answer::Answered::Continue { session, .. } => {
                            usize::from(session.is_some())
                        }
                        _ => 0,
                    }
                })
            })
            .collect();
        tabs.into_iter().map(|tab| tab.join().unwrap()).sum()
    });
    assert_eq!(counted, 1);
    let evidence = "SELECT count(*) AS n FROM evidence";
    assert_eq!(scene.stage.database().count(evidence), 1);
}

#[test]
fn line_57_another_origin_is_refused() {
    let scene = Scene::with(Model::synced());
    for origin in [
        "https://id.example.evil.example",
        "http://id.example",
        "https://id.example:8443",
        "https://sub.id.example",
    ] {
        scene.refuses("origin", |said| said.origin = origin.to_owned());
    }
}

#[test]
fn line_58_another_relying_party_is_refused() {
    let scene = Scene::with(Model::synced());
    scene.refuses("rp-id", |said| said.rp_id = "example".to_owned());
}

#[test]
fn line_59_a_registration_is_no_sign_in() {
    let scene = Scene::with(Model::synced());
    scene.refuses("type", |said| said.kind = "webauthn.create");
}

#[test]
fn line_60_a_ceremony_in_another_sites_frame_is_refused() {
    let scene = Scene::with(Model::synced());
    scene.refuses("cross-origin", |said| said.cross_origin = Some(true));
    scene.refuses("cross-origin", |said| {
        said.top_origin = Some("https://evil.example")
    });
    // Browsers that do not say are none.
    let mut browser = scene.browser(true);
    let shown = browser.passkey_options();
    let mut key = scene.key();
    let response = key.sign_saying(&shown, |said| said.cross_origin = None);
    browser.submit(&stepwell_engine::answer::Input::Prove {
        method: "passkey",
        secret: &response,
        credential: None,
        trust: false,
    });
    browser.follow();
}

#[test]
fn line_61_without_user_verification_there_is_no_proof() {
    let scene = Scene::with(Model::synced());
    scene.refuses("user-verified", |said| said.verified = false);
}

#[test]
fn line_62_without_user_presence_there_is_no_proof() {
    let scene = Scene::with(Model::synced());
    scene.refuses("user-present", |said| said.present = false);
}

#[test]
fn line_63_a_counter_that_does_not_grow_is_written_down_and_refused() {
    let scene = Scene::with(Model::device_bound());
    let mut key = scene.key.clone();
    key.counter = 7;
    let mut browser = scene.browser(false);
    browser.use_passkey(&mut key).follow();
    for told in [8, 7, 1, 0] {
        let mut browser = scene.browser(true);
        let trouble = browser.refused_passkey(&mut key.clone(), |said| said.counter = told);
        assert_eq!(trouble, Trouble::Refused("counter"), "8, then {told}");
        let suspected = scene.stage.audited("factor.suspected").pop().unwrap();
        let data = suspected.data.to_string();
        assert!(data.contains("counter") && data.contains("false"), "{data}");
    }
    let mut browser = scene.browser(true);
    browser.use_passkey(&mut key).follow();
}

#[test]
fn line_63_where_configured_it_is_only_written_down() {
    let stage = Stage::with(|settings| {
        settings.passkeys.counter_regression = CounterRegression::Flag;
    });
    let scene = Scene::on(stage, Model::device_bound());
    let mut key = scene.key.clone();
    key.counter = 7;
    scene.browser(false).use_passkey(&mut key).follow();
    for _ in 0..2 {
        let mut browser = scene.browser(true);
        let shown = browser.passkey_options();
        let response = key.sign_saying(&shown, |said| said.counter = 3);
        browser.submit(&stepwell_engine::answer::Input::Prove {
            method: "passkey",
            secret: &response,
            credential: None,
            trust: false,
        });
        browser.follow();
    }
    let events = scene.stage.audited("factor.suspected");
    assert_eq!(events.len(), 2, "each time: what is stored is not lowered");
    assert!(events[0].data.to_string().contains("true"));
}

/// What ada is told while answers by what may be a copy of her key come in, a day and more apart or at once.
fn told_of_copies(rule: CounterRegression) -> (usize, Vec<Happened>) {
    let stage = Stage::with(|settings| settings.passkeys.counter_regression = rule);
    let (postbox, stage) = Postbox::at(&stage);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut key = ada.passkey(&stage, Model::device_bound());
    let mut other = ada.passkey(&stage, Model::device_bound());
    for key in [&mut key, &mut other] {
        key.counter = 8;
        let mut browser = stage.browser(&ada);
        browser.authorize(&bank, &[("acr_values", "phr")]);
        browser.use_passkey(key).follow();
    }
    let copied = |key: &Key| {
        let mut browser = stage.browser(&ada);
        browser.authorize(&bank, &[("acr_values", "phr")]);
        let shown = browser.passkey_options();
        let response = key.clone().sign_saying(&shown, |said| said.counter = 3);
        let refused = matches!(rule, CounterRegression::Refuse);
        let answered = browser.submit(&Input::Prove {
            method: "passkey",
            secret: &response,
            credential: None,
            trust: false,
        });
        assert_eq!(
            refused,
            matches!(answered, Answered::Again(_)),
            "{answered:?}"
        );
    };
    copied(&key);
    copied(&key);
    copied(&other);
    stage.advance(86_400 - 60);
    copied(&key);
    // A day after the one that was told, whatever came since.
    stage.advance(120);
    copied(&key);
    stage.engine.deliver_due(&stage.call(), 100).unwrap();
    let mut told = postbox.notices();
    told.retain(|what| *what != Happened::NewDevice);
    (stage.audited("factor.suspected").len(), told)
}

#[test]
fn line_63_the_person_is_told_of_a_copy_once_a_day_for_each_key_whether_it_counts_or_not() {
    let told = Happened::FactorSuspected {
        method: Method::new("passkey"),
    };
    for rule in [CounterRegression::Refuse, CounterRegression::Flag] {
        let (audited, notices) = told_of_copies(rule);
        assert_eq!(audited, 5, "{rule:?}: each time");
        assert_eq!(notices, [&told; 3].map(Clone::clone), "{rule:?}");
    }
}

#[test]
fn line_64_a_copy_of_what_cannot_be_copied_is_refused_and_suspected() {
    let bound = Scene::with(Model::device_bound());
    bound.refuses("backup-state", |said| said.backed_up = true);
    bound.refuses("backup-eligible", |said| said.eligible = true);
    let synced = Scene::with(Model::synced());
    synced.refuses("backup-eligible", |said| {
        said.eligible = false;
        said.backed_up = false;
    });
    for scene in [&bound, &synced] {
        assert!(!scene.stage.audited("factor.suspected").is_empty());
    }
}

#[test]
fn line_64_being_backed_up_or_not_may_change_and_is_remembered() {
    let scene = Scene::with(Model::synced());
    let mut key = scene.key.clone();
    for backed_up in [false, true] {
        let mut browser = scene.browser(true);
        let shown = browser.passkey_options();
        let response = key.sign_saying(&shown, |said| said.backed_up = backed_up);
        browser.submit(&stepwell_engine::answer::Input::Prove {
            method: "passkey",
            secret: &response,
            credential: None,
            trust: false,
        });
        browser.follow();
        let details = scene
            .stage
            .database()
            .texts("SELECT details AS t FROM credentials WHERE method = 'passkey'");
        assert!(details[0].contains(&format!("\"backup_state\":{backed_up}")));
    }
}

#[test]
fn line_65_somebody_elses_passkey_or_user_handle_is_refused() {
    let scene = Scene::with(Model::synced());
    let eve = a_person(&scene.stage).named("eve").create();
    let mut theirs = eve.passkey(&scene.stage, Model::synced());
    // Under ada's name, eve's key proves nothing about ada.
    let mut browser = scene.browser(true);
    let trouble = browser.refused_passkey(&mut theirs, |_| {});
    assert_eq!(trouble, Trouble::Refused("unknown-credential"));
    // Ada's key that calls itself eve's, eve's key that calls itself ada's, and one that does not say.
    scene.refuses("user-handle", |said| {
        said.handle = Some(theirs.handle.clone())
    });
    let mut browser = scene.browser(false);
    let adas = scene.key.handle.clone();
    let trouble = browser.refused_passkey(&mut theirs, |said| said.handle = Some(adas));
    assert_eq!(trouble, Trouble::Refused("user-handle"));
    scene.refuses("user-handle", |said| said.handle = None);
}

#[test]
fn line_65_a_key_that_signs_under_anothers_id_is_refused() {
    let scene = Scene::with(Model::synced());
    let eve = a_person(&scene.stage).named("eve").create();
    let mut theirs = eve.passkey(&scene.stage, Model::synced());
    for named in [false, true] {
        let mut browser = scene.browser(named);
        let (id, handle) = (scene.key.id.clone(), scene.key.handle.clone());
        let trouble = browser.refused_passkey(&mut theirs, |said| {
            said.id = id;
            said.handle = Some(handle);
        });
        assert_eq!(trouble, Trouble::Refused("signature"));
    }
}

#[test]
fn a_passkey_that_nobody_has_is_refused_and_says_nothing_of_anybody() {
    let scene = Scene::with(Model::synced());
    let set_up = SetUp::of(&scene.stage, &scene.ada, "passkey");
    let (mut unknown, _) = Key::register(Model::synced(), options(&set_up.start()));
    let mut browser = scene.browser(false);
    let trouble = browser.refused_passkey(&mut unknown, |_| {});
    assert_eq!(trouble, Trouble::Refused("unknown-credential"));
    assert_eq!(browser.page(), "identify");
    assert_eq!(scene.stage.events("login"), ["login.failed"]);
}

#[test]
fn odd_answers_cost_nothing_and_lock_nobody_out() {
    let scene = Scene::with(Model::synced());
    let long = "x".repeat(20_000);
    let mut browser = scene.browser(true);
    browser.see();
    for odd in ["", "{}", "null", "[]", "\u{0}", "{\"id\":1}", &long] {
        let trouble = browser.fails_with("passkey", odd);
        assert!(
            matches!(
                trouble,
                Trouble::Malformed(_) | Trouble::Refused("no-challenge")
            ),
            "{odd:.20} {trouble:?}"
        );
        browser.see();
    }
    // Twenty wrong ones later the account's passkey still works: nobody can guess, so nobody is locked out.
    let mut key = scene.key.clone();
    for _ in 0..20 {
        browser.refused_passkey(&mut key, |said| said.verified = false);
    }
    browser.use_passkey(&mut key).follow();
}

#[test]
fn a_registration_is_held_against_the_same_rules() {
    let stage = Stage::new();
    let ada = a_person(&stage).create();
    let set_up = SetUp::of(&stage, &ada, "passkey");
    type Change = fn(&mut crate::support::Saying);
    let table: [(&str, Change); 9] = [
        ("challenge", |said| {
            said.challenge = crate::support::b64([0; 32])
        }),
        ("origin", |said| said.origin = "https://evil.example".into()),
        ("rp-id", |said| said.rp_id = "evil.example".into()),
        ("type", |said| said.kind = "webauthn.get"),
        ("cross-origin", |said| said.cross_origin = Some(true)),
        ("cross-origin", |said| {
            said.top_origin = Some("https://evil.example")
        }),
        ("user-present", |said| said.present = false),
        ("user-verified", |said| said.verified = false),
        ("backup-state", |said| said.eligible = false),
    ];
    for (rule, change) in table {
        let started = set_up.start();
        let (_, response) = Key::register_saying(Model::synced(), options(&started), change);
        match set_up.finish(&started, &response) {
            Err(stepwell_engine::factors::Failure::Refused { rule: told, .. }) => {
                assert_eq!(told, rule);
            }
            other => panic!("{rule}: {other:?}"),
        }
    }
    let started = set_up.start();
    let (_, response) = Key::register(Model::synced(), options(&started));
    stage.advance(300);
    let late = set_up.finish(&started, &response);
    assert!(
        matches!(
            late,
            Err(stepwell_engine::factors::Failure::Malformed(
                "challenge-expired"
            ))
        ),
        "{late:?}"
    );
}

fn set_up(answer: &str) -> Input<'_> {
    Input::SetUp {
        answer,
        label: "",
        lost: Vec::new(),
    }
}

#[test]
fn a_credential_id_that_is_registered_already_is_refused_by_name_and_changes_nothing() {
    each_database(|stage| {
        let stage = &stage
            .another_node_with(|parts| {
                parts.settings.enrolment.methods = Some(vec![Method::passkey()]);
            })
            .unwrap();
        let ada = a_person(stage).create();
        let hers = ada.passkey(stage, Model::synced());
        let bank = a_relying_party(stage).create();
        let eve = a_person(stage).named("eve").with_password().create();
        let mut browser = stage.browser(&eve);
        browser.authorize(&bank, &[("acr_values", "phr")]);
        browser.type_username().type_password();
        let options = |browser: &mut Browser<'_>| match browser.see_enrol().stage {
            EnrolStage::Verify {
                show: factors::SetUp::Form(shown),
                ..
            } => shown["options"].clone(),
            other => panic!("{other:?}"),
        };
        let asked = options(&mut browser);
        let copied = |said: &mut crate::support::Saying| said.id.clone_from(&hers.id);
        let (_, response) = Key::register_saying(Model::synced(), &asked, copied);
        match browser.submit(&set_up(&response)) {
            Answered::Again(trouble) => {
                assert_eq!(trouble, Trouble::Refused("registered-already"));
            }
            other => panic!("{other:?}"),
        }
        let failed = stage.audited("factor.enrolment.failed");
        assert!(failed[0].data.contains("registered-already"), "{failed:?}");
        let passkeys = "SELECT count(*) AS n FROM credentials WHERE method = 'passkey'";
        assert_eq!(stage.database().count(passkeys), 1);

        // The ceremony is used up; another one with a key of her own goes on.
        let again = options(&mut browser);
        assert_ne!(asked["challenge"], again["challenge"]);
        let (_, response) = Key::register(Model::synced(), &again);
        browser.goes_on(&set_up(&response));
        assert_eq!(stage.database().count(passkeys), 2);
    });
}
