//! Recognised and trusted browsers (design §2.8): what they spare, what they never do, and how trust ends.

use stepwell_core::authn::Method;
use stepwell_core::ids::DeviceId;
use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use stepwell_engine::account::{DeviceView, Me};
use stepwell_engine::admin::Which;
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::StepView;
use stepwell_engine::courier::Happened;
use stepwell_engine::links::Followed;
use stepwell_engine::settings::DeviceSettings;

use crate::support::{
    Browser, Database, Person, Postbox, RelyingParty, Stage, a_person, a_relying_party,
    postgres_server,
};

const MFA: &str = "urn:stepwell:acr:mfa";
const MONTH: u64 = 30 * 86_400;

fn trusting() -> Stage {
    trusting_on(Database::sqlite())
}

fn trusting_on(database: Database) -> Stage {
    Stage::on(database, |settings| {
        settings.devices = DeviceSettings {
            trusted_for: Seconds(MONTH),
        };
    })
}

/// Both databases, or the one that there is.
fn databases() -> Vec<Box<dyn Fn() -> Database>> {
    let mut all: Vec<Box<dyn Fn() -> Database>> = vec![Box::new(Database::sqlite)];
    if let Some(server) = postgres_server() {
        all.push(Box::new(move || Database::postgres(&server)));
    }
    all
}

/// An app that is registered to be entered with two kinds of proof only.
fn the_vault(stage: &Stage) -> RelyingParty {
    let floor = |new: &mut stepwell_core::client::NewClient| new.minimum_acr = Some(MFA.into());
    a_relying_party(stage).named("Vault").with(floor).create()
}

fn ada(stage: &Stage) -> Person {
    a_person(stage).with_password().with_totp().create()
}

/// Signs in by password and code, and trusts the browser on the code.
fn trust(browser: &mut Browser<'_>, vault: &RelyingParty, stage: &Stage, person: &Person) {
    browser.authorize(vault, &[]);
    browser.type_username().type_password();
    let code = person.code(stage.now());
    let answered = browser.submit(&Input::Prove {
        method: "totp",
        secret: &code,
        credential: None,
        trust: true,
    });
    assert!(
        matches!(answered, Answered::Continue { .. }),
        "{answered:?}"
    );
    browser.follow().code();
}

fn sign_out(browser: &mut Browser<'_>) {
    browser.cookies.session = None;
}

fn me(stage: &Stage, browser: &Browser<'_>) -> Me {
    let found = stage.engine.me(&stage.call(), &browser.cookies).unwrap();
    found.expect("nobody is signed in")
}

fn devices(stage: &Stage, browser: &Browser<'_>) -> Vec<DeviceView> {
    let engine = &stage.engine;
    engine
        .account_devices(&stage.call(), &me(stage, browser), &browser.cookies)
        .unwrap()
}

/// What people were told of, once every letter has left.
fn told(stage: &Stage, postbox: &Postbox) -> Vec<Happened> {
    stage.engine.deliver_due(&stage.call(), 10).unwrap();
    postbox.notices()
}

fn pages(browser: &mut Browser<'_>, rp: &RelyingParty, params: &[(&str, &str)]) -> Vec<String> {
    browser.complete(rp, params).1
}

const SPARED: [&str; 2] = ["identify", "password"];
const ASKED: [&str; 3] = ["identify", "password", "totp"];

#[test]
fn a_trusted_browser_spares_a_routine_second_factor_and_the_token_tells_no_more_than_was_proven() {
    let stage = trusting();
    let (vault, ada) = (the_vault(&stage), ada(&stage));
    let mut browser = stage.browser(&ada);
    trust(&mut browser, &vault, &stage, &ada);
    sign_out(&mut browser);
    stage.advance(86_400);
    let (answer, seen) = browser.complete(&vault, &[]);
    assert_eq!(seen, SPARED);
    let (acr, amr, auth_time) = vault.redeem(&stage, &answer).grounds();
    assert_eq!(acr, "urn:stepwell:acr:basic", "no acr rests on a browser");
    assert_eq!(amr, ["pwd"]);
    assert!(auth_time >= stage.now().secs() - 1);
    let passed = stage.audited("login.passed");
    assert!(passed.last().unwrap().data.contains("\"remembered\":"));
}

#[test]
fn a_trusted_browser_never_meets_an_acr_that_was_asked_for_nor_an_age() {
    let stage = trusting();
    let (vault, ada) = (the_vault(&stage), ada(&stage));
    let bank = a_relying_party(&stage).create();
    let mut browser = stage.browser(&ada);
    trust(&mut browser, &vault, &stage, &ada);
    for asked in [
        &[("acr_values", "2")][..],
        &[(
            "claims",
            r#"{"id_token":{"acr":{"essential":true,"value":"2"}}}"#,
        )],
    ] {
        sign_out(&mut browser);
        stage.advance(60);
        assert_eq!(pages(&mut browser, &bank, asked), ASKED, "{asked:?}");
    }
    sign_out(&mut browser);
    stage.advance(60);
    assert_eq!(pages(&mut browser, &vault, &[("max_age", "600")]), ASKED);
    sign_out(&mut browser);
    stage.advance(60);
    assert_eq!(pages(&mut browser, &vault, &[("prompt", "login")]), ASKED);
}

#[test]
fn trust_is_absolute_and_ends_in_sessions_that_it_was_used_in() {
    let stage = trusting();
    let (vault, ada) = (the_vault(&stage), ada(&stage));
    let mut browser = stage.browser(&ada);
    trust(&mut browser, &vault, &stage, &ada);
    sign_out(&mut browser);
    stage.advance(MONTH - 86_400);
    assert_eq!(pages(&mut browser, &vault, &[]), SPARED);
    assert!(pages(&mut browser, &vault, &[]).is_empty(), "signed in");
    stage.advance(86_400);
    assert_eq!(pages(&mut browser, &vault, &[]), ["totp"]);
    sign_out(&mut browser);
    stage.advance(60);
    assert_eq!(
        pages(&mut browser, &vault, &[]),
        ASKED,
        "using it renewed nothing"
    );
}

#[test]
fn nobody_is_offered_trust_where_it_is_off_nor_before_a_first_proof_nor_on_a_password() {
    let off = Stage::new();
    let (vault, person) = (the_vault(&off), ada(&off));
    let mut browser = off.browser(&person);
    trust(&mut browser, &vault, &off, &person);
    assert_eq!(devices(&off, &browser)[0].trusted_until, None);
    sign_out(&mut browser);
    off.advance(60);
    assert_eq!(pages(&mut browser, &vault, &[]), ASKED);

    let stage = trusting();
    let (vault, ada) = (the_vault(&stage), ada(&stage));
    let mut browser = stage.browser(&ada);
    let offered = |browser: &mut Browser<'_>| match browser.see() {
        StepView::Prove(prove) => prove.trust,
        other => panic!("{other:?}"),
    };
    browser.authorize(&vault, &[]);
    browser.type_username();
    assert_eq!(offered(&mut browser), None);
    let answered = browser.submit(&Input::Prove {
        method: "password",
        secret: &ada.password,
        credential: None,
        trust: true,
    });
    assert!(matches!(answered, Answered::Continue { .. }));
    assert!(stage.events("device.trusted").is_empty());
    assert_eq!(offered(&mut browser), Some(Seconds(MONTH)));
}

#[test]
fn a_browser_is_trusted_for_one_person_and_recognised_for_each_who_signed_in_with_it() {
    let stage = trusting();
    let (vault, ada) = (the_vault(&stage), ada(&stage));
    let bob = a_person(&stage)
        .named("bob")
        .with_password()
        .with_totp()
        .create();
    let mut browser = stage.browser(&ada);
    trust(&mut browser, &vault, &stage, &ada);
    sign_out(&mut browser);
    let mut his = browser.handed_to(&bob);
    assert_eq!(pages(&mut his, &vault, &[]), ASKED);
    assert_eq!(devices(&stage, &his).len(), 1, "he sees none of hers");
    sign_out(&mut his);
    stage.advance(60);
    let mut hers = his.handed_to(&ada);
    assert_eq!(pages(&mut hers, &vault, &[]), SPARED);
}

#[test]
fn a_sign_in_that_did_not_go_through_recognises_nothing() {
    let stage = trusting();
    let (vault, ada) = (the_vault(&stage), ada(&stage));
    let mut browser = stage.browser(&ada);
    browser.authorize(&vault, &[]);
    browser.type_username().type_password();
    assert!(browser.cookies.device.is_none());
    assert!(stage.events("device").is_empty());
    browser.type_code();
    assert!(browser.cookies.device.is_some());
    assert_eq!(stage.events("device"), ["device.recognised"]);
}

#[test]
fn what_a_browser_is_known_by_changes_with_every_sign_in() {
    let stage = Stage::new();
    let (bank, ada) = (a_relying_party(&stage).create(), ada(&stage));
    let mut browser = stage.browser(&ada);
    let mut seen = Vec::new();
    for _ in 0..3 {
        browser.sign_in(&bank);
        let cookie = browser.cookies.device.clone().unwrap();
        seen.push(cookie.expose().to_owned());
        sign_out(&mut browser);
        stage.advance(120);
    }
    let id = |cookie: &str| cookie.split_once('.').unwrap().0.to_owned();
    assert!(seen.iter().all(|cookie| id(cookie) == id(&seen[0])));
    seen.dedup();
    assert_eq!(seen.len(), 3);
    let kept = stage
        .database()
        .texts("SELECT secret_hash AS t FROM device_cookies");
    assert!(
        seen.iter()
            .all(|cookie| kept.iter().all(|k| !cookie.contains(k.as_str())))
    );
}

#[test]
fn a_copied_cookie_is_found_out_whoever_comes_second_and_everybody_is_told() {
    for database in databases() {
        for thief_first in [true, false] {
            let (postbox, stage) = Postbox::at(&trusting_on(database()));
            let vault = the_vault(&stage);
            let ada = &a_person(&stage)
                .with_password()
                .with_totp()
                .with_claim("email", "ada@home.example")
                .with_claim("email_verified", true)
                .create();
            let mut browser = stage.browser(ada);
            trust(&mut browser, &vault, &stage, ada);
            sign_out(&mut browser);
            stage.advance(120);
            let mut copy = browser.clone();
            let (first, second) = match thief_first {
                true => (&mut copy, &mut browser),
                false => (&mut browser, &mut copy),
            };
            assert_eq!(pages(first, &vault, &[]), SPARED);
            sign_out(first);
            stage.advance(120);
            // The new secret is used, so that the old one is known to be a copy.
            assert_eq!(pages(first, &vault, &[]), SPARED);
            stage.advance(120);
            assert_eq!(pages(second, &vault, &[]), ASKED);
            assert_eq!(stage.events("device.suspected").len(), 1);
            assert_eq!(told(&stage, &postbox), [Happened::DeviceSuspected]);
            stage.advance(60);
            assert_eq!(
                pages(first, &vault, &[]),
                ["totp"],
                "what rested on it ended"
            );
            sign_out(first);
            stage.advance(120);
            assert_eq!(pages(first, &vault, &[]), ASKED);
        }
    }
}

#[test]
fn a_copy_from_before_the_browser_was_trusted_is_not_trusted_even_before_it_is_found_out() {
    let stage = trusting();
    let (vault, ada) = (the_vault(&stage), ada(&stage));
    let mut browser = stage.browser(&ada);
    browser.sign_in(&vault);
    sign_out(&mut browser);
    let mut copy = browser.clone();
    stage.advance(120);
    trust(&mut browser, &vault, &stage, &ada);
    stage.advance(120);
    assert_eq!(pages(&mut copy, &vault, &[]), ASKED);
}

#[test]
fn a_lost_answer_and_two_tabs_at_once_are_no_theft() {
    let stage = trusting();
    let (vault, ada) = (the_vault(&stage), ada(&stage));
    let mut browser = stage.browser(&ada);
    trust(&mut browser, &vault, &stage, &ada);
    sign_out(&mut browser);
    stage.advance(120);
    // The answer that brought the new secret never arrived.
    let kept = browser.cookies.device.clone();
    assert_eq!(pages(&mut browser, &vault, &[]), SPARED);
    sign_out(&mut browser);
    browser.cookies.device.clone_from(&kept);
    stage.advance(120);
    assert_eq!(pages(&mut browser, &vault, &[]), ASKED, "but no trust");
    sign_out(&mut browser);
    stage.advance(120);
    // Two tabs with one cookie; the answer of the first arrives last.
    let mut other = browser.another_tab();
    assert_eq!(pages(&mut browser, &vault, &[]), SPARED);
    stage.advance(30);
    assert_eq!(pages(&mut other, &vault, &[]), ASKED, "but no trust");
    assert!(stage.events("device.suspected").is_empty());
    sign_out(&mut browser);
    stage.advance(120);
    assert_eq!(pages(&mut browser, &vault, &[]), SPARED);
    assert!(stage.events("device.suspected").is_empty());
}

#[test]
fn a_broken_cookie_is_nobodys() {
    let stage = trusting();
    let (vault, ada) = (the_vault(&stage), ada(&stage));
    let mut browser = stage.browser(&ada);
    for nonsense in ["", ".", "x", "x.y", ".y", "x.", &"z".repeat(128)] {
        sign_out(&mut browser);
        stage.advance(60);
        browser.cookies.device = Some(Secret::new(nonsense));
        assert_eq!(pages(&mut browser, &vault, &[]), ASKED, "{nonsense:?}");
        assert_ne!(browser.cookies.device.clone().unwrap().expose(), nonsense);
    }
    assert!(stage.events("device.suspected").is_empty());
}

#[test]
fn the_first_browser_is_nobodys_news_and_every_further_one_is() {
    let stage = Stage::new();
    let (bank, ada) = (
        a_relying_party(&stage).create(),
        a_person(&stage)
            .with_password()
            .with_claim("email", "ada@home.example")
            .with_claim("email_verified", true)
            .create(),
    );
    let (postbox, stage) = Postbox::at(&stage);
    let mut home = stage.browser(&ada);
    home.sign_in(&bank);
    assert!(postbox.notices().is_empty());
    let mut cafe = stage.browser(&ada);
    cafe.sign_in(&bank);
    assert_eq!(told(&stage, &postbox), [Happened::NewDevice]);
    sign_out(&mut cafe);
    stage.advance(120);
    cafe.sign_in(&bank);
    assert_eq!(told(&stage, &postbox), [Happened::NewDevice], "once");
}

type Ends = fn(&Stage, &Browser<'_>);

#[test]
fn trust_ends_with_what_it_was_given_on() {
    let ends: [(&str, Ends); 7] = [
        ("the password was changed", |stage, browser| {
            let new = Secret::new("quiet-harbour-lantern-58");
            let me = me(stage, browser);
            let changed = stage.engine.change_password(&stage.call(), &me, &new);
            assert!(changed.unwrap().is_ok());
        }),
        ("an authenticator was removed", |stage, browser| {
            let me = me(stage, browser);
            let seen = stage.engine.account_security(&stage.call(), &me).unwrap();
            let app = seen
                .authenticators
                .iter()
                .find(|a| a.method.as_str() == "totp");
            let id = app.unwrap().id.clone();
            stage
                .engine
                .remove_authenticator(&stage.call(), &me, &id)
                .unwrap();
        }),
        ("the person asked for it", |stage, browser| {
            let id = devices(stage, browser)[0].id.clone();
            let me = me(stage, browser);
            let ended = stage.engine.distrust_device(&stage.call(), &me, &id);
            assert!(ended.unwrap());
            assert!(
                !stage
                    .engine
                    .distrust_device(&stage.call(), &me, &id)
                    .unwrap()
            );
        }),
        ("the person did not know what was done", |stage, browser| {
            let me = me(stage, browser);
            let (shown, _) = stage.engine.account_activity(&me, None).unwrap();
            let seq = shown[0].seq;
            let cookies = &browser.cookies;
            let reported = stage
                .engine
                .report_activity(&stage.call(), &me, cookies, seq);
            assert!(reported.unwrap());
        }),
        ("a link set a new password", |stage, _| {
            let day = Seconds(86_400);
            let link = stage.engine.link_for(&stage.command(), "ada", day, None);
            let url = link.unwrap().url;
            let secret = Secret::new(url.expose().rsplit('/').next().unwrap());
            let new = Secret::new("quiet-harbour-lantern-58");
            let followed = stage.engine.follow_link(&stage.call(), &secret, &new);
            assert!(matches!(followed, Ok(Followed::Done { .. })));
        }),
        ("an operator took the authenticator away", |stage, _| {
            let app = Which::Of(Method::totp());
            let reset = stage
                .engine
                .reset_factors(&stage.command(), "ada", &app, None);
            assert_eq!(reset.unwrap().removed.len(), 1);
        }),
        ("the account was locked", |stage, _| {
            let locked = stage.engine.lock_account(&stage.command(), "ada", None);
            locked.unwrap();
        }),
    ];
    for (why, end) in ends {
        let stage = trusting();
        let (vault, ada) = (the_vault(&stage), ada(&stage));
        let mut browser = stage.browser(&ada);
        trust(&mut browser, &vault, &stage, &ada);
        sign_out(&mut browser);
        stage.advance(120);
        let (answer, seen) = browser.complete(&vault, &[]);
        assert_eq!(seen, SPARED);
        let tokens = vault.redeem(&stage, &answer);
        let trusted = || {
            let sql = "SELECT count(*) AS n FROM devices WHERE trusted_until IS NOT NULL";
            stage.database().count(sql)
        };
        assert_eq!(trusted(), 1);
        end(&stage, &browser);
        assert_eq!(trusted(), 0, "{why}");
        assert_eq!(stage.events("device.distrusted").len(), 1, "{why}");
        let refreshed = vault.refresh(&stage, tokens.refresh_token());
        assert!(refreshed.is_err(), "a grant rested on it: {why}");
    }
}

#[test]
fn a_forgotten_browser_is_new_again_and_nobody_forgets_anothers() {
    let stage = trusting();
    let (vault, ada) = (the_vault(&stage), ada(&stage));
    let bob = a_person(&stage)
        .named("bob")
        .with_password()
        .with_totp()
        .create();
    let mut browser = stage.browser(&ada);
    trust(&mut browser, &vault, &stage, &ada);
    let mut elsewhere = stage.browser(&ada);
    stage.advance(60);
    elsewhere.sign_in(&vault);
    let mut his = stage.browser(&bob);
    his.sign_in(&vault);
    let seen = devices(&stage, &elsewhere);
    let current: Vec<bool> = seen.iter().map(|one| one.current).collect();
    assert_eq!(current, [true, false]);
    let (call, id): (_, &DeviceId) = (stage.call(), &seen[1].id);
    let forget = |who: &Browser<'_>| {
        let me = me(&stage, who);
        stage.engine.forget_device(&call, &me, id).unwrap()
    };
    assert!(!forget(&his), "it is not his");
    assert!(forget(&elsewhere));
    assert!(!forget(&elsewhere), "it is gone");
    sign_out(&mut browser);
    stage.advance(120);
    assert_eq!(pages(&mut browser, &vault, &[]), ASKED);
    let others = |who: &Browser<'_>| {
        let me = me(&stage, who);
        let engine = &stage.engine;
        engine
            .forget_other_devices(&stage.call(), &me, &who.cookies)
            .unwrap()
    };
    assert_eq!(others(&elsewhere), 1);
    assert_eq!(devices(&stage, &elsewhere).len(), 1);
    assert_eq!(devices(&stage, &his).len(), 1);
}

#[test]
fn line_73_whoever_guesses_elsewhere_does_not_keep_a_known_browser_out() {
    let stage = Stage::new();
    let (bank, ada) = (a_relying_party(&stage).create(), ada(&stage));
    let mut home = stage.browser(&ada);
    home.sign_in(&bank);
    sign_out(&mut home);
    let mut thief = stage.browser(&ada).at_ip("203.0.113.9");
    thief.authorize(&bank, &[]);
    thief.type_username();
    let mut guesses = 0;
    while thief.fails_with("password", "wrong") == Trouble::WrongPassword {
        guesses += 1;
    }
    assert_eq!(guesses, 10);
    let mut new = stage.browser(&ada).at_ip("198.51.100.4");
    new.authorize(&bank, &[]);
    new.type_username();
    assert!(matches!(
        new.fails_with("password", &ada.password),
        Trouble::Wait(_)
    ));
    assert_eq!(pages(&mut home, &bank, &[]), SPARED);
    // A known browser has a budget too.
    sign_out(&mut home);
    home.authorize(&bank, &[]);
    home.type_username();
    for _ in 0..10 {
        assert_eq!(home.fails_with("password", "wrong"), Trouble::WrongPassword);
    }
    assert!(matches!(
        home.fails_with("password", &ada.password),
        Trouble::Wait(_)
    ));
}

#[test]
fn whoever_signs_in_again_and_again_without_cookies_fills_neither_the_list_nor_the_inbox() {
    let stage = Stage::new();
    let (bank, ada) = (
        a_relying_party(&stage).create(),
        a_person(&stage)
            .with_password()
            .with_claim("email", "ada@home.example")
            .with_claim("email_verified", true)
            .create(),
    );
    let (postbox, stage) = Postbox::at(&stage);
    let mut last = stage.browser(&ada);
    for _ in 0..60 {
        last = stage.browser(&ada);
        last.sign_in(&bank);
    }
    assert_eq!(devices(&stage, &last).len(), 50);
    assert_eq!(stage.events("device.forgotten").len(), 10);
    for _ in 0..8 {
        stage.engine.deliver_due(&stage.call(), 10).unwrap();
    }
    assert_eq!(postbox.notices().len(), 4, "the first one is no news");
}

#[test]
fn trust_is_not_offered_where_it_would_not_be_taken() {
    let stage = trusting();
    let (vault, person) = (the_vault(&stage), ada(&stage));
    let mut browser = stage.browser(&person);
    browser.authorize(&vault, &[]);
    browser.type_username().type_password();
    let offered = |browser: &mut Browser<'_>| match browser.see() {
        StepView::Prove(prove) => prove.trust.is_some(),
        other => panic!("{other:?}"),
    };
    assert!(offered(&mut browser), "two kinds");
    let bank = a_relying_party(&stage).create();
    let again = [("prompt", "login")];
    browser.type_code().follow().code();
    browser.authorize(&bank, &again);
    browser.another_way("password");
    assert_eq!(browser.page(), "password");
    assert!(!offered(&mut browser), "a password vouches for no browser");
}
