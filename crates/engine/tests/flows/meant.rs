//! Of several authenticators of a method, those that lead there: named on the page, and the only ones that count.

use stepwell_core::authn::{Acr, AcrName, Catalog, Method, Pattern, Predicate, Renew};
use stepwell_core::time::Seconds;
use stepwell_engine::answer::{Input, Trouble};
use stepwell_engine::authorize::FactorView;
use stepwell_engine::totp::TotpSecret;

use crate::support::{Browser, Model, Person, Stage, a_person, a_relying_party, b64, called};

/// The names of those that are meant, where others are not.
fn meant(browser: &mut Browser<'_>) -> Vec<String> {
    let named = browser.see_proof().meant.into_iter();
    named.map(|one| called(&one)).collect()
}

fn allowed(browser: &mut Browser<'_>) -> Vec<String> {
    let options = browser.passkey_options();
    let list = options["allowCredentials"].as_array().unwrap().iter();
    list.map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn where_one_passkey_alone_is_enough_the_page_names_it_and_asks_for_no_other() {
    let model = Model::device_bound();
    let stage = Stage::with(|settings| {
        let id: String = model.aaguid.iter().map(|b| format!("{b:02x}")).collect();
        settings
            .passkeys
            .hardware_models
            .insert(id.parse().unwrap());
    });
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut synced = ada.passkey(&stage, Model::synced());
    stage
        .database()
        .shell("UPDATE credentials SET label = 'in the cloud' WHERE method = 'passkey'");
    let mut hardware = ada.passkey(&stage, model);
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "phrh")]);
    browser.type_username();
    assert!(
        meant(&mut browser).is_empty(),
        "nobody is told before a proof"
    );
    assert!(allowed(&mut browser).is_empty());
    browser.another_way("password").type_password();
    assert_eq!(browser.page(), "passkey");
    assert_eq!(meant(&mut browser), ["passkey"]);
    assert_eq!(allowed(&mut browser), [b64(&hardware.id)]);
    // A browser would not ask the other one.
    let mut shown = browser.passkey_options();
    shown["allowCredentials"] = serde_json::json!([]);
    let trouble = browser.fails_with("passkey", &synced.sign(&shown));
    assert_eq!(trouble, Trouble::Refused("unknown-credential"));
    browser.use_passkey(&mut hardware);
    let (acr, ..) = bank.redeem(&stage, &browser.follow()).grounds();
    assert_eq!(acr, "phrh");

    // Either is phishing-resistant, so neither is named.
    browser.authorize(&bank, &[("acr_values", "phr"), ("max_age", "0")]);
    assert!(meant(&mut browser).is_empty());
    assert_eq!(allowed(&mut browser).len(), 2);
}

/// Where a code counts only from an app that was set up a day ago.
fn a_careful_stage() -> Stage {
    Stage::with(|settings| {
        let by = |method, settled| {
            Predicate::Proof(Pattern {
                methods: [method].into(),
                settled,
                ..Pattern::default()
            })
        };
        let grown = Predicate::All(vec![
            by(Method::password(), None),
            by(Method::totp(), Some(Seconds(86_400))),
        ]);
        let mut acrs: Vec<Acr> = settings.catalog.iter().cloned().collect();
        acrs.push(Acr {
            name: AcrName::new("grown"),
            aliases: Vec::new(),
            requires: grown,
            lifetime: None,
            renew: Renew::Strongest,
        });
        settings.catalog = Catalog::new(acrs);
    })
}

/// Another app of the same person, set up now.
fn another_app(stage: &Stage, person: &Person) -> TotpSecret {
    let other = a_person(stage).named("other").with_totp().create();
    let (mine, theirs) = (person.id.clone().unwrap(), other.id.clone().unwrap());
    // The secret is sealed for its own id, so the row changes hands as it is.
    stage.database().shell(&format!(
        "UPDATE credentials SET user_id = '{mine}', label = 'new phone' WHERE user_id = '{theirs}'"
    ));
    other.totp.unwrap()
}

#[test]
fn a_code_of_an_app_that_is_too_young_is_not_taken_and_the_page_says_which_is() {
    let stage = a_careful_stage();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    stage.advance(100_000);
    let young = another_app(&stage, &ada);
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "grown")]);
    browser.type_username();
    browser.another_way("password").type_password();
    let asked = browser.see_proof();
    assert_eq!((asked.method, asked.meant.len()), (Method::totp(), 1));
    let FactorView::Totp(view) = asked.factor else {
        panic!("no code is asked for")
    };
    let [(id, label)] = &view.authenticators[..] else {
        panic!("{view:?}")
    };
    assert_ne!(label, "new phone");
    let now = stage.now();
    assert_eq!(
        browser.fails_with("totp", &young.code_at(now)),
        Trouble::WrongCode
    );
    let named = browser.submit(&Input::Prove {
        method: "totp",
        secret: &ada.code(now),
        credential: Some(id),
        trust: false,
    });
    assert!(format!("{named:?}").contains("Continue"), "{named:?}");
    let (acr, ..) = bank.redeem(&stage, &browser.follow()).grounds();
    assert_eq!(acr, "grown");

    // Once both are old enough nothing is left out.
    stage.advance(100_000);
    browser.authorize(&bank, &[("acr_values", "grown"), ("max_age", "0")]);
    assert_eq!(browser.page(), "totp");
    assert!(meant(&mut browser).is_empty());
}
