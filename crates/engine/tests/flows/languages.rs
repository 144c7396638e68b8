//! What a request says about languages stays with its interaction.

use std::collections::BTreeMap;

use stepwell_core::authn::AcrName;
use stepwell_core::ids::InteractionId;
use stepwell_engine::authorize::{Wished, Wording};
use stepwell_engine::here::{Need, Place};
use stepwell_engine::settings::ScopeSetting;
use stepwell_engine::worded::Worded;

use crate::support::{Stage, a_person, a_relying_party};

fn wished(stage: &Stage, id: &InteractionId) -> Option<Wished> {
    let seen = stage.engine.see(id).unwrap();
    seen.map(|seen| seen.wished().unwrap())
}

#[test]
fn the_languages_of_a_request_are_kept_with_its_interaction_from_the_first_page_to_the_last() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let began = stage.now();
    browser.authorize(&bank, &[("ui_locales", "fr de-CH <b> en")]);
    let id = browser.interaction();
    let wished = wished(&stage, &id).unwrap();
    assert_eq!(wished.languages, ["fr", "de-CH", "en"]);
    assert!(wished.at >= began && wished.at <= stage.now());
    browser.type_username().type_password();
    stage.advance(60);
    assert_eq!(self::wished(&stage, &id).unwrap(), wished);
}

#[test]
fn a_request_without_wishes_has_none_and_an_unknown_interaction_is_nobodys() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    let wished = wished(&stage, &browser.interaction());
    assert!(wished.unwrap().languages.is_empty());
    let unknown = InteractionId::new("unknown");
    assert_eq!(self::wished(&stage, &unknown), None);
}

fn in_two_languages(en: &str, de: &str) -> Option<Worded> {
    let texts = [("en", en), ("de", de)];
    let texts = texts.map(|(tag, text)| (tag.to_owned(), text.to_owned()));
    Worded::by_language(BTreeMap::from(texts))
}

#[test]
fn scopes_and_actions_are_told_in_the_language_of_the_page() {
    let stage = Stage::with(|settings| {
        settings.scopes.push(ScopeSetting {
            name: "transfer".into(),
            description: in_two_languages("make transfers", "Überweisungen ausführen"),
            action: in_two_languages("make a transfer", "Überweisung"),
            minimum_acr: Some(AcrName::new("urn:stepwell:acr:mfa")),
            max_age: None,
        });
    });
    let bank = a_relying_party(&stage).asking_consent().create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.type_username().type_password().allow();
    browser.follow().code();
    browser.authorize(&bank, &[("scope", "openid transfer")]);
    for (tag, said) in [("de", "Überweisung"), ("fr", "make a transfer")] {
        browser.reads(tag);
        match browser.see_proof().wording {
            Wording::StepUp { action, .. } => assert_eq!(action.as_deref(), Some(said)),
            other => panic!("{other:?}"),
        }
    }
    browser.type_code();
    for (tag, said) in [("de", "Überweisungen ausführen"), ("en", "make transfers")] {
        browser.reads(tag);
        let scopes = browser.see_consent().scopes;
        let told = scopes.iter().find(|scope| scope.name == "transfer");
        assert_eq!(told.unwrap().description.as_deref(), Some(said));
    }
}

#[test]
fn a_page_of_our_own_wishes_for_nothing() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    assert!(!browser.opens(Need::SignIn, Place::Account));
    let wished = wished(&stage, &browser.interaction());
    assert!(wished.unwrap().languages.is_empty());
}
