//! What a person allows an app, once.

use stepwell_engine::answer::{Answered, Input};
use stepwell_engine::settings::ScopeSetting;

use crate::support::{Stage, a_person, a_relying_party, each_database};

#[test]
fn consent_is_asked_once_and_names_what_is_asked_for() {
    each_database(|stage| {
        let bank = a_relying_party(stage).asking_consent().create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let asked = [("scope", "openid email")];
        browser.authorize(&bank, &asked);
        browser.type_username().type_password();
        let consent = browser.see_consent();
        assert_eq!(consent.username, "ada");
        let names: Vec<_> = consent.scopes.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names.len(), 2);
        assert!(names.contains(&"openid") && names.contains(&"email"));
        assert_eq!(
            bank.redeem(stage, &browser.allow().follow())
                .answer
                .scope
                .split(' ')
                .count(),
            2
        );
        assert_eq!(browser.complete(&bank, &asked).1, [""; 0]);
        assert_eq!(
            browser.complete(&bank, &[("scope", "openid")]).1,
            [""; 0],
            "less was covered"
        );
        assert_eq!(
            browser.complete(&bank, &[("scope", "openid profile")]).1,
            ["consent"],
            "more was not"
        );
        assert_eq!(
            stage.events("consent."),
            ["consent.granted", "consent.granted"]
        );
    });
}

#[test]
fn consenting_to_more_does_not_forget_what_was_allowed_before() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).asking_consent().create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.complete(&bank, &[("scope", "openid email")]);
    browser.complete(&bank, &[("scope", "openid profile")]);
    for scope in ["openid email", "openid profile", "openid email profile"] {
        assert_eq!(
            browser.complete(&bank, &[("scope", scope)]).1,
            [""; 0],
            "{scope}"
        );
    }
}

#[test]
fn a_scope_is_described_as_configuration_does() {
    let stage = Stage::with(|settings| {
        settings.scopes.push(ScopeSetting {
            name: "balance".into(),
            description: Some("see your account balance".into()),
            action: None,
            minimum_acr: None,
            max_age: None,
        });
    });
    let bank = a_relying_party(&stage).asking_consent().create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("scope", "openid balance")]);
    browser.type_username().type_password();
    let scopes = browser.see_consent().scopes;
    let balance = scopes.iter().find(|scope| scope.name == "balance").unwrap();
    assert_eq!(
        balance.description.as_deref(),
        Some("see your account balance")
    );
}

#[test]
fn a_replayed_consent_changes_nothing() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).asking_consent().create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username().type_password();
    browser.allow().allow();
    // Saying no afterwards does not undo it either: that question is no longer open.
    browser.deny();
    browser.follow().code();
    assert!(matches!(
        browser.submit(&Input::Consent { allow: true }),
        Answered::Not(_)
    ));
    assert_eq!(stage.events("consent."), ["consent.granted"]);
    assert_eq!(stage.database().count("SELECT count(*) AS n FROM codes"), 1);
}

#[test]
fn consent_cannot_be_given_before_signing_in() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).asking_consent().create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.allow();
    assert_eq!(browser.page(), "identify");
    browser.type_username().allow().type_password();
    assert_eq!(
        browser.page(),
        "consent",
        "what was said too early does not count"
    );
    assert_eq!(stage.events("consent."), [""; 0]);
}

#[test]
fn a_denied_consent_is_access_denied_and_leaves_the_session() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).asking_consent().create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username().type_password();
    assert_eq!(browser.deny().follow().error(), "access_denied");
    assert_eq!(stage.events("consent."), ["consent.denied"]);
    assert_eq!(
        browser.complete(&bank, &[]).1,
        ["consent"],
        "signed in, and asked anew"
    );
}

#[test]
fn prompt_none_without_consent_is_consent_required() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).asking_consent().create();
    let shop = a_relying_party(&stage).named("Shop").create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&shop);
    assert_eq!(
        browser
            .authorize(&bank, &[("prompt", "none")])
            .answer()
            .error(),
        "consent_required"
    );
}
