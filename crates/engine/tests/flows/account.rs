//! What a person sees of their account, and what their changes end.

use stepwell_core::audit::{Event, names};
use stepwell_core::authn::Method;
use stepwell_core::secret::Secret;
use stepwell_engine::account::{Happened, Me, Removal};
use stepwell_engine::authorize::FactorView;
use stepwell_engine::courier;
use stepwell_engine::here::{Need, Place};
use stepwell_engine::passwords::Weakness;
use stepwell_store::StoreError;

use crate::support::{
    Browser, Model, Person, Postbox, RelyingParty, START, Stage, a_person, a_relying_party,
    oauth_error,
};

const OTHER_PASSWORD: &str = "quiet-harbour-lantern-58";

fn me(stage: &Stage, browser: &Browser<'_>) -> Me {
    let signed_in = stage.engine.me(&stage.call(), &browser.cookies).unwrap();
    signed_in.expect("nobody is signed in")
}

fn is_signed_in(stage: &Stage, browser: &Browser<'_>) -> bool {
    let me = stage.engine.me(&stage.call(), &browser.cookies).unwrap();
    me.is_some()
}

fn the_bank_and_ada(stage: &Stage) -> (RelyingParty, Person) {
    (
        a_relying_party(stage).create(),
        a_person(stage).with_password().with_totp().create(),
    )
}

#[test]
fn sessions_are_told_with_their_apps_and_what_is_true_of_them_this_one_first() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let mut home = stage.browser(&ada);
    home.complete(&bank, &[("acr_values", "urn:stepwell:acr:mfa")]);
    let mut work = stage.browser(&ada);
    work.sign_in(&bank);
    let shown = stage
        .engine
        .account_sessions(&stage.call(), &me(&stage, &home))
        .unwrap();
    let told: Vec<_> = shown
        .iter()
        .map(|one| {
            (
                one.current,
                one.apps.clone(),
                one.acrs.last().unwrap().as_str(),
            )
        })
        .collect();
    let bank = vec!["Bank".to_owned()];
    assert_eq!(
        told,
        [
            (true, bank.clone(), "urn:stepwell:acr:mfa"),
            (false, bank, "urn:stepwell:acr:basic"),
        ]
    );
}

#[test]
fn another_browser_is_signed_out_and_its_tokens_end_with_it() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let mut home = stage.browser(&ada);
    home.sign_in(&bank);
    let mut lost = stage.browser(&ada);
    let answer = lost.sign_in(&bank);
    let tokens = bank.redeem(&stage, &answer);
    let there = me(&stage, &lost).session.id;
    let ended = stage
        .engine
        .end_account_session(&stage.call(), &me(&stage, &home), &there);
    assert!(ended.unwrap());
    assert!(!is_signed_in(&stage, &lost) && is_signed_in(&stage, &home));
    let refused = bank.refresh(&stage, tokens.refresh_token()).unwrap_err();
    assert_eq!(oauth_error(refused).code().as_str(), "invalid_grant");
}

#[test]
fn nobody_ends_the_session_of_another_person() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let bob = a_person(&stage).named("bob").with_password().create();
    let (mut hers, mut his) = (stage.browser(&ada), stage.browser(&bob));
    hers.sign_in(&bank);
    his.sign_in(&bank);
    let hers_id = me(&stage, &hers).session.id;
    let ended = stage
        .engine
        .end_account_session(&stage.call(), &me(&stage, &his), &hers_id);
    assert!(!ended.unwrap());
    assert!(is_signed_in(&stage, &hers));
}

#[test]
fn all_other_browsers_are_signed_out_at_once() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let mut browsers: Vec<_> = (0..3).map(|_| stage.browser(&ada)).collect();
    for browser in &mut browsers {
        browser.sign_in(&bank);
    }
    let here = me(&stage, &browsers[0]);
    assert_eq!(
        stage
            .engine
            .end_other_sessions(&stage.call(), &here)
            .unwrap(),
        2
    );
    let live: Vec<_> = browsers.iter().map(|b| is_signed_in(&stage, b)).collect();
    assert_eq!(live, [true, false, false]);
}

#[test]
fn an_app_that_is_put_out_loses_its_tokens_and_asks_again() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).asking_consent().create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let (answer, pages) = browser.complete(&bank, &[("scope", "openid offline_access balance")]);
    assert_eq!(pages, ["identify", "password", "consent"]);
    let tokens = bank.redeem(&stage, &answer);
    let here = me(&stage, &browser);
    let apps = stage.engine.account_apps(&stage.call(), &here).unwrap();
    let scopes: Vec<_> = apps[0].scopes.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        (apps.len(), apps[0].name.as_str(), apps[0].offline, scopes),
        (1, "Bank", true, vec!["openid", "balance"])
    );
    let out = |client: &_| {
        stage
            .engine
            .revoke_account_app(&stage.call(), &here, client)
            .unwrap()
    };
    assert!(out(&bank.client.id));
    assert!(!out(&bank.client.id), "it is out already");
    assert!(
        stage
            .engine
            .account_apps(&stage.call(), &here)
            .unwrap()
            .is_empty()
    );
    let refused = bank.refresh(&stage, tokens.refresh_token()).unwrap_err();
    assert_eq!(oauth_error(refused).code().as_str(), "invalid_grant");
    assert_eq!(browser.complete(&bank, &[]).1, ["consent"]);
}

#[test]
fn removing_an_authenticator_ends_what_rested_on_it_and_nothing_else() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let mut browser = stage.browser(&ada);
    let weak = bank.redeem(&stage, &browser.sign_in(&bank));
    let (answer, _) = browser.complete(&bank, &[("acr_values", "urn:stepwell:acr:mfa")]);
    let strong = bank.redeem(&stage, &answer);
    let here = me(&stage, &browser);
    let seen = stage.engine.account_security(&stage.call(), &here).unwrap();
    let totp = seen
        .authenticators
        .iter()
        .find(|a| a.method.as_str() == "totp");
    let remove = |id: &_| {
        stage
            .engine
            .remove_authenticator(&stage.call(), &here, id)
            .unwrap()
    };
    assert_eq!(remove(&totp.unwrap().id), Removal::Removed);
    assert_eq!(remove(&totp.unwrap().id), Removal::Unknown);
    let refused = bank.refresh(&stage, strong.refresh_token()).unwrap_err();
    assert_eq!(oauth_error(refused).code().as_str(), "invalid_grant");
    assert!(bank.refresh(&stage, weak.refresh_token()).is_ok());
    let left = stage
        .engine
        .account_sessions(&stage.call(), &me(&stage, &browser))
        .unwrap();
    let acrs: Vec<_> = left[0].acrs.iter().map(|acr| acr.as_str()).collect();
    assert_eq!(acrs, ["urn:stepwell:acr:basic"]);
}

#[test]
fn line_70_whoever_removes_an_authenticator_is_told_at_the_address_that_goes_too() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let here = me(&stage, &browser);
    let seen = stage.engine.account_security(&stage.call(), &here).unwrap();
    let mail = seen
        .authenticators
        .iter()
        .find(|a| a.method == Method::mail());
    let removal = stage
        .engine
        .remove_authenticator(&stage.call(), &here, &mail.unwrap().id);
    assert_eq!(removal.unwrap(), Removal::Removed);
    stage.engine.deliver_due(&stage.call(), 10).unwrap();
    let method = Method::mail();
    assert_eq!(
        postbox.notices(),
        [courier::Happened::FactorRemoved { method }]
    );
    assert_eq!(postbox.messages()[0].address, "ada@example.com");
}

#[test]
fn the_last_authenticator_that_opens_a_sign_in_cannot_be_removed() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let here = me(&stage, &browser);
    let seen = stage.engine.account_security(&stage.call(), &here).unwrap();
    let password = seen
        .authenticators
        .iter()
        .find(|a| a.method.as_str() == "password")
        .unwrap();
    assert!(!password.removable);
    let removal = stage
        .engine
        .remove_authenticator(&stage.call(), &here, &password.id);
    assert_eq!(removal.unwrap(), Removal::LastOne);
}

#[test]
fn nobody_removes_or_renames_the_authenticator_of_another_person() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let bob = a_person(&stage).named("bob").with_password().create();
    let (mut hers, mut his) = (stage.browser(&ada), stage.browser(&bob));
    hers.sign_in(&bank);
    his.sign_in(&bank);
    let (her, him) = (me(&stage, &hers), me(&stage, &his));
    let seen = stage.engine.account_security(&stage.call(), &her).unwrap();
    for one in &seen.authenticators {
        let call = &stage.call();
        let removal = stage.engine.remove_authenticator(call, &him, &one.id);
        assert_eq!(removal.unwrap(), Removal::Unknown);
        let renamed = stage
            .engine
            .rename_authenticator(call, &him, &one.id, "mine");
        assert!(!renamed.unwrap());
    }
}

#[test]
fn an_authenticator_takes_a_name_that_can_be_shown_and_no_other() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let here = me(&stage, &browser);
    let names = || {
        let seen = stage.engine.account_security(&stage.call(), &here).unwrap();
        seen.authenticators
    };
    let id = names()[0].id.clone();
    let rename = |label: &str| {
        stage
            .engine
            .rename_authenticator(&stage.call(), &here, &id, label)
            .unwrap()
    };
    assert!(rename("  My phone "));
    assert!(!rename("") && !rename("a\u{202E}b") && !rename(&"x".repeat(61)));
    assert_eq!(names()[0].label, "My phone");
}

#[test]
fn no_page_is_told_a_name_that_its_person_did_not_give() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut key = ada.passkey(&stage, Model::synced());
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.use_passkey(&mut key);
    browser.follow().code();
    let here = me(&stage, &browser);
    stage.advance(400);
    assert!(!browser.opens(Need::Enrol(Method::recovery()), Place::Security));
    browser.use_passkey(&mut key);
    browser.save_codes();
    assert_eq!(browser.home(), Place::Security);
    let seen = stage.engine.account_security(&stage.call(), &here).unwrap();
    let told = seen.authenticators.iter();
    let told: Vec<_> = told
        .map(|one| (one.method.as_str(), one.label.as_str()))
        .collect();
    let unnamed = ["passkey", "password", "totp", "recovery"].map(|method| (method, ""));
    assert_eq!(told, unnamed);
    let codes = seen.authenticators.iter().map(|one| one.codes_left);
    assert_eq!(
        codes.collect::<Vec<_>>(),
        [None, None, None, Some((10, 10))]
    );

    // The page of a code that two apps could show.
    stage.database().shell(
        "INSERT INTO credentials (id, user_id, method, label, secret, last_step, failures, details, created_at) \
         SELECT 'second', user_id, method, 'Pixel 9', secret, 0, 0, details, created_at \
         FROM credentials WHERE method = 'totp'",
    );
    let mut other = stage.browser(&ada);
    other.authorize(&bank, &[("acr_values", "2")]);
    other.type_username();
    other.another_way("password").type_password();
    other.another_way("totp");
    let FactorView::Totp(totp) = other.see_proof().factor else {
        panic!("no code is asked for");
    };
    let mut labels: Vec<_> = totp
        .authenticators
        .into_iter()
        .map(|(_, label)| label)
        .collect();
    labels.sort();
    assert_eq!(labels, ["", "Pixel 9"]);
}

#[test]
fn a_new_password_replaces_the_old_one_and_signs_other_browsers_out() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let (mut here, mut there) = (stage.browser(&ada), stage.browser(&ada));
    here.sign_in(&bank);
    there.sign_in(&bank);
    let change = |password: &str| {
        let password = Secret::new(password);
        let me = me(&stage, &here);
        let changed = stage.engine.change_password(&stage.call(), &me, &password);
        changed.unwrap()
    };
    assert_eq!(change("short"), Err(Weakness::TooShort { least: 8 }));
    assert!(
        is_signed_in(&stage, &there),
        "a refused password changes nothing"
    );
    assert_eq!(change(OTHER_PASSWORD).unwrap(), 1);
    assert!(is_signed_in(&stage, &here) && !is_signed_in(&stage, &there));
    let mut anew = stage.browser(&ada);
    anew.authorize(&bank, &[]);
    anew.type_username();
    anew.fails_with("password", &ada.password);
    let renewed = Person {
        password: OTHER_PASSWORD.to_owned(),
        ..ada.clone()
    };
    assert_eq!(
        stage.browser(&renewed).complete(&bank, &[]).1,
        ["identify", "password"]
    );
}

#[test]
fn activity_tells_what_the_person_can_judge_newest_first_and_only_their_own() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let bob = a_person(&stage).named("bob").with_password().create();
    stage.browser(&bob).sign_in(&bank);
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username();
    browser.fails_with("password", "not-it");
    browser.type_password();
    browser.follow();
    browser.complete(&bank, &[("acr_values", "urn:stepwell:acr:mfa")]);
    let (shown, next) = stage
        .engine
        .account_activity(&me(&stage, &browser), None)
        .unwrap();
    let told: Vec<_> = shown
        .iter()
        .map(|one| {
            let method = one.method.as_ref().map_or("", |m| m.as_str());
            (one.what, method, one.app.as_deref().unwrap_or_default())
        })
        .collect();
    assert_eq!(
        told,
        [
            (Happened::Confirmed, "totp", "Bank"),
            (Happened::SignedIn, "", "Bank"),
            (Happened::SignInFailed, "password", "Bank"),
            (Happened::FactorAdded, "totp", ""),
            (Happened::FactorAdded, "password", ""),
        ]
    );
    assert_eq!(next, None);
}

/// What the person is told of records that are written as if they had happened.
fn told_of(records: &[Event]) -> Vec<(Happened, String)> {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let here = me(&stage, &browser);
    let before = stage.engine.account_activity(&here, None).unwrap().0;
    let written: Result<(), StoreError> = stage.db().write(|tx| {
        for record in records {
            tx.audit(record.clone().user(&here.user.id));
        }
        Ok(())
    });
    written.unwrap();
    let mut shown = stage.engine.account_activity(&here, None).unwrap().0;
    shown.truncate(shown.len() - before.len());
    let method = |m: Option<Method>| m.map_or_else(String::new, |m| m.as_str().to_owned());
    let told = shown.into_iter().map(|one| (one.what, method(one.method)));
    told.rev().collect()
}

#[test]
fn activity_tells_of_the_use_of_a_recovery_code_and_never_that_one_confirmed_anything() {
    let event = |name| Event::new(name, START).with("method", "recovery");
    let used = |name| event(name).with("evidence", "e1");
    let nothing = None::<&str>;
    let told = told_of(&[
        used(names::LOGIN_PASSED),
        used(names::STEPUP_ADVANCED),
        used(names::STEPUP_PASSED),
        // The codes were only saved on the way.
        event(names::STEPUP_PASSED).with("evidence", nothing),
        event(names::STEPUP_ADVANCED).with("evidence", nothing),
        event(names::LOGIN_PASSED).with("evidence", nothing),
        Event::new(names::STEPUP_PASSED, START),
    ]);
    let line = |what| (what, String::new());
    assert_eq!(
        told,
        [
            (Happened::RecoveryUsed, "recovery".to_owned()),
            (Happened::RecoveryUsed, "recovery".to_owned()),
            (Happened::RecoveryUsed, "recovery".to_owned()),
            line(Happened::Confirmed),
            line(Happened::Confirmed),
        ]
    );
}

#[test]
fn activity_tells_what_others_may_have_done_with_the_account() {
    let told = told_of(&[
        Event::new(names::FACTOR_SUSPECTED, START).with("method", "passkey"),
        Event::new(names::FACTOR_SUSPECTED, START).with("credential", "gone"),
        Event::new(names::USER_LOCKED, START),
        Event::new(names::USER_UNLOCKED, START),
        Event::new(names::LINK_USED, START).with("purpose", "password"),
        Event::new(names::RECOVERY_REQUESTED, START).with("sent", 1),
        Event::new(names::USER_UPDATED, START),
        Event::new(names::DEVICE_DISTRUSTED, START),
    ]);
    let line = |what| (what, String::new());
    assert_eq!(
        told,
        [
            (Happened::FactorSuspected, "passkey".to_owned()),
            line(Happened::FactorSuspected),
            line(Happened::AccountLocked),
            line(Happened::AccountUnlocked),
            line(Happened::LinkUsed),
            line(Happened::RecoveryRequested),
            line(Happened::ProfileChanged),
            line(Happened::DeviceDistrusted),
        ]
    );
}

#[test]
fn activity_is_paged_without_gaps() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    for _ in 0..40 {
        let mut other = stage.browser(&ada);
        other.sign_in(&bank);
    }
    let here = me(&stage, &browser);
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let (page, next) = stage.engine.account_activity(&here, before).unwrap();
        assert!(page.len() <= 25);
        seen.extend(page.iter().map(|one| one.seq));
        before = next;
        if before.is_none() {
            break;
        }
    }
    assert!(seen.windows(2).all(|two| two[0] > two[1]), "{seen:?}");
    assert_eq!(seen.len(), 43, "41 sessions and two authenticators");
}

#[test]
fn what_was_not_the_persons_doing_signs_every_other_browser_out() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let bob = a_person(&stage).named("bob").with_password().create();
    let (mut here, mut thief, mut his) = (
        stage.browser(&ada),
        stage.browser(&ada),
        stage.browser(&bob),
    );
    here.sign_in(&bank);
    thief.sign_in(&bank);
    his.sign_in(&bank);
    let her = me(&stage, &here);
    let (shown, _) = stage.engine.account_activity(&her, None).unwrap();
    let seq = shown[0].seq;
    let report = |browser: &Browser<'_>| {
        let who = me(&stage, browser);
        let cookies = &browser.cookies;
        stage
            .engine
            .report_activity(&stage.call(), &who, cookies, seq)
            .unwrap()
    };
    assert!(!report(&his), "it is no record of his");
    assert!(is_signed_in(&stage, &thief));
    assert!(report(&here));
    assert!(is_signed_in(&stage, &here) && !is_signed_in(&stage, &thief));
}

#[test]
fn a_profile_takes_plain_text_and_says_which_rule_another_breaks() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage)
        .with_password()
        .with_claim("email", "ada@example.com")
        .with_claim("email_verified", true)
        .create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let update = |values: &[(&str, &str)]| {
        let here = me(&stage, &browser);
        stage
            .engine
            .update_profile(&stage.call(), &here, values)
            .unwrap()
    };
    let long = "x".repeat(121);
    let refused = update(&[("name", &long), ("nickname", "a\u{200B}b")]).unwrap_err();
    let rules: Vec<_> = refused.iter().map(|r| (r.claim, r.rule)).collect();
    assert_eq!(
        rules,
        [("name", "too-long"), ("nickname", "not-plain-text")]
    );
    update(&[
        ("name", " Ada L. "),
        ("email", "eve@example.com"),
        ("email_verified", "true"),
    ])
    .unwrap();
    let profile = stage.engine.profile(&me(&stage, &browser));
    assert_eq!(profile.fields[0], ("name", "Ada L.".to_owned()));
    assert_eq!(
        profile.email,
        Some(("ada@example.com".to_owned(), true)),
        "nobody vouches for oneself"
    );
    update(&[("name", "")]).unwrap();
    assert_eq!(stage.engine.profile(&me(&stage, &browser)).fields[0].1, "");
}

#[test]
fn a_key_is_told_with_what_keeps_it_and_whether_it_is_copied_under_any_name() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let bitwarden = Model {
        aaguid: *b"\xd5\x48\x82\x6e\x79\xb4\xdb\x40\xa3\xd8\x11\x11\x6f\x7e\x83\x49",
        ..Model::synced()
    };
    ada.passkey(&stage, bitwarden);
    stage.advance(1);
    ada.passkey(&stage, Model::device_bound());
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let here = me(&stage, &browser);
    let seen = || stage.engine.account_security(&stage.call(), &here).unwrap();
    for one in seen().authenticators {
        let named = stage
            .engine
            .rename_authenticator(&stage.call(), &here, &one.id, "Mine");
        assert!(named.unwrap());
    }
    let told: Vec<_> = seen()
        .authenticators
        .into_iter()
        .map(|one| (one.synced, one.keeper.map(|keeper| keeper.name)))
        .collect();
    assert_eq!(
        told,
        [
            (Some(true), Some("Bitwarden")),
            (Some(false), None),
            (None, None),
            (None, None),
        ]
    );
}

/// What may come about when somebody else had the password.
type Cure = fn(&Stage, &Browser<'_>);

#[test]
fn what_another_browser_let_in_for_offline_access_ends_with_the_password_and_with_this_was_not_me()
{
    let cures: [(&str, Cure); 3] = [
        ("a new password", |stage, here| {
            let new = Secret::new(OTHER_PASSWORD);
            let changed = stage
                .engine
                .change_password(&stage.call(), &me(stage, here), &new);
            assert!(changed.unwrap().is_ok());
        }),
        ("this wasn't me", |stage, here| {
            let her = me(stage, here);
            let (shown, _) = stage.engine.account_activity(&her, None).unwrap();
            let reported =
                stage
                    .engine
                    .report_activity(&stage.call(), &her, &here.cookies, shown[0].seq);
            assert!(reported.unwrap());
        }),
        ("a link", |stage, _| {
            let day = stepwell_core::time::Seconds(86_400);
            let link = stage.engine.link_for(&stage.command(), "ada", day, None);
            let url = link.unwrap().url;
            let secret = Secret::new(url.expose().rsplit('/').next().unwrap());
            let new = Secret::new(OTHER_PASSWORD);
            stage
                .engine
                .follow_link(&stage.call(), &secret, &new)
                .unwrap();
        }),
    ];
    let offline = [("scope", "openid offline_access")];
    for (why, cure) in cures {
        let stage = Stage::new();
        let (bank, ada) = the_bank_and_ada(&stage);
        let (mut here, mut thief) = (stage.browser(&ada), stage.browser(&ada));
        let own = bank.redeem(&stage, &here.complete(&bank, &offline).0);
        let stolen = bank.redeem(&stage, &thief.complete(&bank, &offline).0);
        cure(&stage, &here);
        let refused = bank.refresh(&stage, stolen.refresh_token()).unwrap_err();
        assert_eq!(
            oauth_error(refused).code().as_str(),
            "invalid_grant",
            "{why}"
        );
        let kept = bank.refresh(&stage, own.refresh_token()).is_ok();
        assert_eq!(
            kept,
            why != "a link",
            "what this very browser let in: {why}"
        );
        assert!(!stage.events("grant.revoked").is_empty(), "{why}");
    }
}

#[test]
fn looking_at_the_account_is_a_use_of_the_session() {
    let stage = Stage::new();
    let (bank, ada) = the_bank_and_ada(&stage);
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    let last_used = |browser: &Browser<'_>| {
        let me = me(&stage, browser);
        let shown = stage.engine.account_sessions(&stage.call(), &me);
        shown.unwrap()[0].last_used
    };
    let before = last_used(&browser);
    stage.advance(60);
    assert!(browser.opens(Need::SignIn, Place::Sessions));
    assert_eq!(last_used(&browser), before, "not with every page");
    stage.advance(6 * 86_400);
    assert!(browser.opens(Need::SignIn, Place::Sessions));
    let now = last_used(&browser);
    assert!(now > before);
    stage.advance(6 * 86_400);
    assert!(browser.opens(Need::SignIn, Place::Sessions), "it was used");
}
