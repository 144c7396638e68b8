//! What a request says about languages stays with its interaction.

use stepwell_core::ids::InteractionId;
use stepwell_engine::here::{Need, Place};

use crate::support::{Stage, a_person, a_relying_party};

#[test]
fn the_languages_of_a_request_are_kept_with_its_interaction_from_the_first_page_to_the_last() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let began = stage.now();
    browser.authorize(&bank, &[("ui_locales", "fr de-CH <b> en")]);
    let id = browser.interaction();
    let wished = stage.engine.wished(&id).unwrap().unwrap();
    assert_eq!(wished.languages, ["fr", "de-CH", "en"]);
    assert!(wished.at >= began && wished.at <= stage.now());
    browser.type_username().type_password();
    stage.advance(60);
    assert_eq!(stage.engine.wished(&id).unwrap().unwrap(), wished);
}

#[test]
fn a_request_without_wishes_has_none_and_an_unknown_interaction_is_nobodys() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    let wished = stage.engine.wished(&browser.interaction()).unwrap();
    assert!(wished.unwrap().languages.is_empty());
    let unknown = InteractionId::new("unknown");
    assert_eq!(stage.engine.wished(&unknown).unwrap(), None);
}

#[test]
fn a_page_of_our_own_wishes_for_nothing() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    assert!(!browser.opens(Need::SignIn, Place::Account));
    let wished = stage.engine.wished(&browser.interaction()).unwrap();
    assert!(wished.unwrap().languages.is_empty());
}
