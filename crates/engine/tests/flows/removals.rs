//! What ends with an authenticator or a trusted browser: all that rested on it, however long ago and whatever happens
//! at the same time.

use std::thread;

use stepwell_core::ids::{CredentialId, DeviceId};
use stepwell_core::time::Seconds;
use stepwell_engine::account::{Me, Removal};
use stepwell_engine::settings::DeviceSettings;

use crate::support::{
    Browser, Database, Hold, Model, Person, RelyingParty, Stage, Tokens, a_person, a_relying_party,
    each_database, oauth_error, postgres_server,
};

const MFA: &str = "urn:stepwell:acr:mfa";

fn me(stage: &Stage, browser: &Browser<'_>) -> Me {
    let found = stage.engine.me(&stage.call(), &browser.cookies).unwrap();
    found.expect("nobody is signed in")
}

fn ada(stage: &Stage) -> Person {
    a_person(stage).with_password().with_totp().create()
}

/// The person's authenticator of this method.
fn the(stage: &Stage, me: &Me, method: &str) -> CredentialId {
    let seen = stage.engine.account_security(&stage.call(), me).unwrap();
    let mut all = seen.authenticators.into_iter();
    all.find(|one| one.method.as_str() == method).unwrap().id
}

fn remove(stage: &Stage, me: &Me, id: &CredentialId) -> Removal {
    let engine = &stage.engine;
    engine.remove_authenticator(&stage.call(), me, id).unwrap()
}

/// Signs out, and clears away everything that is over.
fn leave_for_good(stage: &Stage, browser: &mut Browser<'_>, app: &RelyingParty) {
    let (call, params) = (stage.call(), app.params(&[]));
    let gone = stage
        .engine
        .logout_confirmed(&call, &params, &browser.cookies);
    gone.unwrap();
    browser.cookies.session = None;
    stage.advance(60);
    while stage.engine.maintain(&stage.call()).unwrap().more {}
    let kept = "SELECT count(*) AS n FROM evidence";
    assert_eq!(stage.database().count(kept), 0, "the proofs are gone");
}

fn is_over(stage: &Stage, app: &RelyingParty, tokens: &Tokens) -> bool {
    match app.refresh(stage, tokens.refresh_token()) {
        Ok(_) => false,
        Err(error) => oauth_error(error).code().as_str() == "invalid_grant",
    }
}

#[test]
fn removing_an_authenticator_ends_an_offline_grant_whose_session_is_long_cleared_away() {
    each_database(|stage| {
        let (bank, ada) = (a_relying_party(stage).create(), ada(stage));
        let mut browser = stage.browser(&ada);
        let asked = [("scope", "openid offline_access"), ("acr_values", MFA)];
        let strong = bank.redeem(stage, &browser.complete(&bank, &asked).0);
        leave_for_good(stage, &mut browser, &bank);
        let weak = bank.redeem(stage, &browser.complete(&bank, &asked[..1]).0);
        let here = me(stage, &browser);
        let totp = the(stage, &here, "totp");
        assert_eq!(remove(stage, &here, &totp), Removal::Removed);
        assert!(is_over(stage, &bank, &strong));
        assert!(
            !is_over(stage, &bank, &weak),
            "this one rests on the password"
        );
        let ended = stage.audited("grant.revoked");
        let data = &ended.last().unwrap().data;
        assert!(data.contains(r#""count":1"#), "{data}");
        assert!(data.contains("a proof it rested on was revoked"), "{data}");
    });
}

#[test]
fn a_browser_that_is_trusted_no_longer_ends_an_offline_grant_whose_session_is_long_cleared_away() {
    let stage = Stage::on(Database::sqlite(), |settings| {
        settings.devices = DeviceSettings {
            trusted_for: Seconds(30 * 86_400),
        };
    });
    let ada = ada(&stage);
    let vault = a_relying_party(&stage)
        .named("Vault")
        .with(|new| new.minimum_acr = Some(MFA.into()))
        .create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&vault, &[]);
    browser.type_username().type_password();
    browser.trust_with_code();
    browser.follow().code();
    leave_for_good(&stage, &mut browser, &vault);
    let asked = [("scope", "openid offline_access")];
    let (answer, pages) = browser.complete(&vault, &asked);
    assert_eq!(pages, ["identify", "password"], "the browser spares a code");
    let tokens = vault.redeem(&stage, &answer);
    leave_for_good(&stage, &mut browser, &vault);
    let (_, pages) = browser.complete(&vault, &[]);
    assert_eq!(pages, ["identify", "password"]);
    let here = me(&stage, &browser);
    let device = stage
        .database()
        .texts("SELECT id AS t FROM devices")
        .remove(0);
    let call = stage.call();
    let done = stage
        .engine
        .distrust_device(&call, &here, &DeviceId::new(device));
    assert!(done.unwrap());
    assert!(is_over(&stage, &vault, &tokens));
}

#[test]
fn removing_an_authenticator_ends_its_grants_however_many_newer_ones_there_are() {
    each_database(|stage| {
        let (bank, ada) = (a_relying_party(stage).create(), ada(stage));
        let mut browser = stage.browser(&ada);
        let (answer, _) = browser.complete(&bank, &[("acr_values", MFA)]);
        let strong = bank.redeem(stage, &answer);
        // As many again as a busy app gets, all of them newer.
        stage.database().shell(
            "INSERT INTO grants SELECT id || '-' || n, user_id, client_id, session_id, scope, resources, \
             replace(replace(grounds, 'evidence', 'none'), 'credentials', 'neither'), nonce, claims, \
             created_at + 1, expires_at, NULL, NULL FROM grants, \
             (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 600) SELECT n FROM c) AS many",
        );
        stage.database().shell(
            "UPDATE grants SET grounds = replace(replace(grounds, '\"none\":[', '\"evidence\":[\"x\",'), \
             '\"neither\":[', '\"credentials\":[\"x\"],\"x\":[') WHERE id LIKE '%-%'",
        );
        let here = me(stage, &browser);
        let totp = the(stage, &here, "totp");
        assert_eq!(remove(stage, &here, &totp), Removal::Removed);
        assert!(is_over(stage, &bank, &strong));
    });
}

/// A person who may begin a sign-in by password and by passkey, in a browser signed in with both.
fn two_ways_in<'s>(stage: &'s Stage, person: &'s Person, bank: &RelyingParty) -> Browser<'s> {
    let mut key = person.passkey(stage, Model::synced());
    let mut browser = stage.browser(person);
    browser.sign_in(bank);
    browser.authorize(bank, &[("acr_values", "phr")]);
    browser.use_passkey(&mut key).follow().code();
    browser
}

#[test]
fn a_grant_that_is_made_while_its_authenticator_is_removed_does_not_outlive_it() {
    let Some(server) = postgres_server() else {
        return;
    };
    let stage = Stage::on(Database::postgres(&server), |_| {});
    let (bank, ada) = (a_relying_party(&stage).create(), ada(&stage));
    let mut browser = two_ways_in(&stage, &ada, &bank);
    let here = me(&stage, &browser);
    let passkey = the(&stage, &here, "passkey");
    // The grant has been decided on, and waits to be stored.
    let hold = Hold::of(&stage, "LOCK TABLE codes IN EXCLUSIVE MODE").unwrap();
    let answer = thread::scope(|scope| {
        let granting = scope.spawn(|| browser.authorize(&bank, &[("acr_values", "phr")]));
        hold.until_held_up(1);
        let removing = scope.spawn(|| remove(&stage, &here, &passkey));
        hold.until(|held_up| held_up == 2 || removing.is_finished());
        hold.let_go();
        assert_eq!(removing.join().unwrap(), Removal::Removed);
        granting.join().unwrap().answer()
    });
    let refused = bank.token(&stage, &bank.redeeming(&answer)).unwrap_err();
    assert_eq!(oauth_error(refused).code().as_str(), "invalid_grant");
}

#[test]
fn of_two_removals_at_once_one_leaves_a_way_in() {
    let Some(server) = postgres_server() else {
        return;
    };
    let stage = Stage::on(Database::postgres(&server), |_| {});
    let (bank, ada) = (a_relying_party(&stage).create(), ada(&stage));
    let browser = two_ways_in(&stage, &ada, &bank);
    let here = me(&stage, &browser);
    let ways = ["password", "passkey"].map(|method| the(&stage, &here, method));
    // Each has counted the ways in, and taken its own away.
    let hold = Hold::of(&stage, "LOCK TABLE evidence IN EXCLUSIVE MODE").unwrap();
    let removed = thread::scope(|scope| {
        let removing = ways
            .each_ref()
            .map(|way| scope.spawn(|| remove(&stage, &here, way)));
        hold.until_held_up(2);
        hold.let_go();
        removing.map(|one| one.join().unwrap())
    });
    let gone = removed.iter().filter(|one| **one == Removal::Removed);
    assert_eq!(gone.count(), 1, "{removed:?}");
    assert!(removed.contains(&Removal::LastOne), "{removed:?}");
}
