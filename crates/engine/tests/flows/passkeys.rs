//! Signing in and stepping up with passkeys and security keys.

use stepwell_core::authn::{Kind, Method};
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_store::credentials;

use crate::support::{
    Key, Model, Person, SetUp, Stage, a_person, a_relying_party, each_database, options,
};

#[test]
fn a_passkey_signs_in_by_itself_on_the_page_that_asks_for_a_name() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).create();
        let mut key = ada.passkey(stage, Model::synced());
        let mut browser = stage.browser(&ada);
        assert!(browser.authorize(&bank, &[]).is_pages());
        assert_eq!(browser.page(), "identify");
        browser.use_passkey(&mut key);
        let signed_in = stage.now();
        let tokens = bank.redeem(stage, &browser.follow());
        let (acr, amr, auth_time) = tokens.grounds();
        assert_eq!(acr, "phr", "the strongest that is true");
        assert_eq!(amr, ["swk", "user", "mfa"]);
        assert_eq!(auth_time, signed_in.secs());
        assert_eq!(tokens.id["sub"], ada.subject());
        let used = stage.audited("login.passed").pop().unwrap();
        assert!(used.data.to_string().contains("passkey"), "{used:?}");
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn a_passkey_signs_in_after_the_name_too_and_the_password_page_offers_it() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut key = ada.passkey(&stage, Model::synced());
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username();
    let page = browser.see_proof();
    assert_eq!(page.method.as_str(), "password");
    let others: Vec<_> = page.others.iter().map(|o| o.method.as_str()).collect();
    assert_eq!(others, ["passkey"]);
    browser.another_way("passkey").use_passkey(&mut key);
    assert_eq!(bank.redeem(&stage, &browser.follow()).grounds().0, "phr");
}

#[test]
fn a_password_steps_up_to_phr_by_a_passkey_and_keeps_its_session() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().with_totp().create();
        let mut key = ada.passkey(stage, Model::device_bound());
        let mut browser = stage.browser(&ada);
        let before = bank.redeem(stage, &browser.sign_in(&bank));
        assert!(
            browser
                .authorize(&bank, &[("acr_values", "phr")])
                .is_pages()
        );
        let page = browser.see_proof();
        assert_eq!(page.method.as_str(), "passkey");
        let shown = browser.passkey_options();
        assert_eq!(
            shown["allowCredentials"][0]["transports"],
            serde_json::json!(["hybrid", "internal"]),
            "now that something is proven, the browser is told which one"
        );
        browser.use_passkey(&mut key);
        let after = bank.redeem(stage, &browser.follow());
        let (acr, amr, _) = after.grounds();
        assert_eq!((acr.as_str(), amr[0].as_str()), ("phr", "hwk"));
        assert_eq!(after.id["sid"], before.id["sid"]);
        assert!(stage.events("stepup").contains(&"stepup.passed".to_owned()));
    });
}

#[test]
fn a_passkey_alone_is_two_kinds_so_it_meets_mfa_at_once() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut key = ada.passkey(&stage, Model::synced());
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.type_username();
    assert_eq!(browser.page(), "password", "it needs no key");
    browser.another_way("passkey").use_passkey(&mut key);
    let (acr, amr, _) = bank.redeem(&stage, &browser.follow()).grounds();
    assert_eq!(acr, "2");
    assert_eq!(amr, ["swk", "user", "mfa"]);
}

#[test]
fn user_verification_is_never_a_third_kind_beside_a_password() {
    let stage = Stage::new();
    let factors = stepwell_engine::factors::Factors::shipped(stage.engine.settings()).unwrap();
    let passkey = factors.find(&Method::passkey()).unwrap().traits();
    let password = factors.find(&Method::password()).unwrap().traits();
    let kinds: std::collections::BTreeSet<Kind> =
        passkey.kinds.union(&password.kinds).copied().collect();
    assert_eq!(kinds.len(), 2);
}

#[test]
fn what_is_asked_after_the_name_is_asked_after_a_passkey_all_the_same() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).asking_consent().create();
    let ada = a_person(&stage).create();
    let mut key = ada.passkey(&stage, Model::synced());
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.use_passkey(&mut key);
    assert_eq!(browser.page(), "consent");
    browser.allow();
    bank.redeem(&stage, &browser.follow());

    // Proven in this browser by somebody else than the request is about: no answer for that request.
    let bob = a_person(&stage).named("bob").create();
    let claims = crate::support::claims_for_subject(bob.subject());
    let mut other = stage.browser(&ada);
    other.authorize(&bank, &[("claims", &claims)]);
    other.use_passkey(&mut key);
    assert_eq!(other.follow().error(), "login_required");
}

#[test]
fn a_passkey_of_a_locked_account_opens_nothing() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).create();
    let mut key = ada.passkey(&stage, Model::synced());
    ada.set_status(&stage, stepwell_core::user::Status::Locked);
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    let trouble = browser.refused_passkey(&mut key, |_| {});
    assert_eq!(trouble, Trouble::Refused("unknown-credential"));
    assert_eq!(stage.events("login.locked"), ["login.locked"]);
    assert_eq!(
        browser.page(),
        "identify",
        "nothing is kept of whom it named"
    );
}

#[test]
fn a_removed_passkey_is_refused() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).create();
    let mut key = ada.passkey(&stage, Model::synced());
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    let shown = browser.passkey_options();
    stage
        .db()
        .write(|tx| -> Result<_, stepwell_store::StoreError> {
            let mine = credentials::live_of(tx, ada.id.as_ref().unwrap())?;
            credentials::revoke(tx, &mine[0].id, stage.now())
        })
        .unwrap();
    let trouble = browser.fails_with("passkey", &key.sign(&shown));
    assert_eq!(trouble, Trouble::Refused("unknown-credential"));
}

#[test]
fn a_security_key_is_a_second_factor_and_resists_phishing_but_opens_nothing() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut key = ada.security_key(stage, Model::touched());
        let mut browser = stage.browser(&ada);
        browser.authorize(&bank, &[("acr_values", "2")]);
        browser.type_username();
        let offered = browser.see_proof();
        let names: Vec<_> = std::iter::once(offered.method.as_str())
            .chain(offered.others.iter().map(|o| o.method.as_str()))
            .collect();
        assert_eq!(
            names,
            ["password", "passkey"],
            "nobody learns what is owned"
        );
        browser.type_password();
        assert_eq!(browser.page(), "security-key");
        browser.touch(&mut key);
        let (acr, amr, _) = bank.redeem(stage, &browser.follow()).grounds();
        assert_eq!(acr, "2");
        assert_eq!(amr, ["pwd", "hwk", "mfa"]);
        let answer = browser.authorize(&bank, &[("acr_values", "phr")]).answer();
        assert_eq!(bank.redeem(stage, &answer).grounds().0, "phr");
    });
}

#[test]
fn a_security_key_cannot_answer_for_a_passkey_nor_the_other_way_round() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut key = ada.security_key(&stage, Model::touched());
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    let trouble = browser.refused_passkey(&mut key, |said| said.verified = true);
    assert_eq!(trouble, Trouble::Refused("unknown-credential"));
    let shown = browser.passkey_options();
    let response = key.sign(&shown);
    let answered = browser.submit(&Input::Prove {
        method: "security-key",
        secret: &response,
        credential: None,
        trust: false,
    });
    assert!(
        matches!(answered, Answered::Continue { session: None, .. }),
        "{answered:?}"
    );
    assert_eq!(browser.page(), "identify", "it opens no sign-in");
}

#[test]
fn a_person_may_have_several_and_each_works() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).create();
    let first = ada.passkey(&stage, Model::synced());
    let second = ada.passkey(&stage, Model::device_bound());
    assert_eq!(first.handle, second.handle, "one account, one handle");
    for mut key in [first, second] {
        let mut browser = stage.browser(&ada);
        browser.authorize(&bank, &[]);
        browser.use_passkey(&mut key);
        bank.redeem(&stage, &browser.follow());
    }
}

#[test]
fn before_a_first_proof_the_passkey_page_is_the_same_for_everybody() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let owner = a_person(&stage).with_password().create();
    owner.passkey(&stage, Model::synced());
    let other = a_person(&stage).named("bob").with_password().create();
    let nobody = Person::nobody("nobody");
    let mut shown = Vec::new();
    for person in [&owner, &other, &nobody] {
        let mut browser = stage.browser(person);
        browser.authorize(&bank, &[("acr_values", "phr")]);
        browser.type_username();
        let page = browser.see_proof();
        let others: Vec<_> = page.others.iter().map(|o| o.method.clone()).collect();
        let mut options = browser.passkey_options();
        options["challenge"] = "".into();
        shown.push((page.method, others, options));
    }
    assert_eq!(shown[0], shown[1]);
    assert_eq!(shown[0], shown[2]);
    assert_eq!(shown[0].2["allowCredentials"], serde_json::json!([]));
}

#[test]
fn a_reload_shows_the_same_challenge_until_it_is_too_old() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).create();
    let mut key = ada.passkey(&stage, Model::synced());
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    let first = browser.passkey_options()["challenge"].clone();
    stage.advance(200);
    assert_eq!(browser.passkey_options()["challenge"], first);
    stage.advance(50);
    assert_ne!(browser.passkey_options()["challenge"], first);
    browser.use_passkey(&mut key);
    bank.redeem(&stage, &browser.follow());
}

#[test]
fn the_page_that_asks_for_a_name_is_stored_with_its_challenge_in_one_write() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.see();
    let versions = stage
        .database()
        .count("SELECT max(version) AS n FROM interactions");
    assert_eq!(versions, 0, "its page wrote nothing");
}

#[test]
fn a_method_that_is_not_allowed_is_not_offered_where_a_name_is_asked_for() {
    let off = Stage::with(|settings| settings.passkeys.enabled = false);
    let bank = a_relying_party(&off).create();
    let ada = a_person(&off).with_password().create();
    let mut browser = off.browser(&ada);
    browser.authorize(&bank, &[]);
    assert!(matches!(
        browser.see(),
        stepwell_engine::authorize::StepView::Identify { passkey: None, .. }
    ));
    browser.type_username();
    assert!(browser.see_proof().others.is_empty());
}

#[test]
fn a_registration_asks_for_what_makes_a_passkey_and_says_nothing_of_the_account() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_claim("name", "Ada Lovelace").create();
    let first = ada.passkey(&stage, Model::synced());
    let set_up = SetUp::of(&stage, &ada, "passkey");
    let started = set_up.start();
    let shown = options(&started);
    assert_eq!(shown["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(
        shown["authenticatorSelection"]["userVerification"],
        "required"
    );
    assert_eq!(shown["attestation"], "none");
    assert_eq!(shown["rp"]["id"], "id.example");
    assert_eq!(shown["user"]["displayName"], "Ada Lovelace");
    assert_eq!(
        shown["excludeCredentials"][0]["id"],
        crate::support::b64(&first.id)
    );
    let handle = shown["user"]["id"].as_str().unwrap();
    assert_eq!(handle.len(), 22, "sixteen bytes");
    assert!(!String::from_utf8_lossy(&first.handle).contains("ada"));
    assert!(!ada.subject().contains(handle));

    let keys = SetUp::of(&stage, &ada, "security-key").start();
    let extensions = &options(&keys)["extensions"];
    assert!(
        extensions.get("credentialProtectionPolicy").is_none(),
        "{extensions}"
    );
    assert_eq!(
        options(&keys)["authenticatorSelection"]["userVerification"],
        "preferred"
    );
}

#[test]
fn a_new_passkey_is_named_after_its_provider_and_can_be_registered_once() {
    let stage = Stage::new();
    let ada = a_person(&stage).create();
    let set_up = SetUp::of(&stage, &ada, "passkey");
    let started = set_up.start();
    let bitwarden = Model {
        aaguid: *b"\xd5\x48\x82\x6e\x79\xb4\xdb\x40\xa3\xd8\x11\x11\x6f\x7e\x83\x49",
        ..Model::synced()
    };
    let (_, response) = Key::register(bitwarden, options(&started));
    let enrolled = set_up.finish(&started, &response).unwrap();
    assert_eq!(enrolled.credential.label, "Bitwarden");
    assert_eq!(enrolled.credential.secret, "", "nothing about it is secret");
    assert_eq!(enrolled.amr, ["swk", "user"]);
    set_up.store(&enrolled.credential);
    let again = set_up.finish(&started, &response).unwrap();
    let stored = stage
        .db()
        .write(|tx| credentials::insert(tx, &again.credential));
    assert!(stored.is_err(), "an authenticator has one place");
}

#[test]
fn where_a_key_is_needed_in_any_case_the_passkey_page_stands_first_and_else_it_is_one_press_away() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    for (asked, first) in [("2", "password"), ("phr", "passkey")] {
        let mut browser = stage.browser(&ada);
        browser.authorize(&bank, &[("acr_values", asked)]);
        browser.type_username();
        let page = browser.see_proof();
        let others: Vec<_> = page.others.iter().map(|o| o.method.as_str()).collect();
        assert_eq!(page.method.as_str(), first, "{asked}");
        assert_eq!(others.len(), 1, "{asked}");
    }
}
