//! Which way a page shows by itself, and in what order it offers the others.

use stepwell_core::authn::{Kind, Method, Traits};
use stepwell_core::ids::CredentialId;
use stepwell_engine::factors::{Answer, Factor, Factors, Failure, Tools, Verified};
use stepwell_engine::settings::LimitSettings;
use stepwell_store::credentials::{self, Credential};

use crate::support::{Person, RelyingParty, Stage, a_person, a_relying_party};

const MFA: [(&str, &str); 2] = [("acr_values", "2"), ("max_age", "0")];

/// A key that is always turned right; phishing-resistant or not.
#[derive(Debug)]
struct Key(&'static str, bool);

impl Factor for Key {
    fn method(&self) -> Method {
        Method::new(self.0)
    }

    fn traits(&self) -> Traits {
        Traits {
            phishing_resistant: self.1,
            ..Traits::of(Kind::Possession)
        }
    }

    fn opens(&self) -> bool {
        false
    }

    fn verify(
        &self,
        _: &Tools<'_>,
        mine: &[Credential],
        _: &Answer<'_>,
    ) -> Result<Verified, Failure> {
        let mine = mine.iter().find(|c| c.method == self.method());
        let id = mine.ok_or(Failure::Wrong(Vec::new()))?.id.clone();
        Ok(Verified {
            credential: id.clone(),
            traits: self.traits(),
            amr: vec!["hwk".to_owned()],
            suspected: None,
            consume: Box::new(move |tx, now| credentials::succeed(tx, &id, now)),
        })
    }
}

/// Ada owns a password, an app, a plain key and a strong one.
fn well_equipped(first: &Stage) -> (Stage, RelyingParty, Person) {
    let stage = first
        .another_node_with(|parts| {
            let password = Box::new(stepwell_engine::factors::PasswordFactor);
            let limits = LimitSettings::default();
            let totp = stepwell_engine::factors::TotpFactor {
                budget: limits.code_budget,
                rest: limits.code_rest,
            };
            let keys = [Key("key", false), Key("strong-key", true)];
            let mut all: Vec<Box<dyn Factor>> = vec![password, Box::new(totp)];
            all.extend(keys.map(|key| Box::new(key) as Box<dyn Factor>));
            parts.factors = Factors::new(all);
        })
        .unwrap();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    for method in ["key", "strong-key"] {
        let key = Credential::new(
            CredentialId::new(method),
            ada.id.clone().unwrap(),
            Method::new(method),
            method,
            "",
            stage.now(),
        );
        let stored = stage.db().write(|tx| credentials::insert(tx, &key));
        stored.unwrap();
    }
    (stage, bank, ada)
}

#[test]
fn the_strongest_comes_first_and_the_one_taken_last_is_the_usual_one() {
    let first = Stage::new();
    let (stage, bank, ada) = well_equipped(&first);
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username();
    assert!(browser.see_proof().others.is_empty(), "nobody is told");
    browser.type_password();
    let asked = browser.see_proof();
    assert_eq!(asked.method.as_str(), "strong-key", "none was used yet");
    let list = |asked: &stepwell_engine::authorize::ProveView| -> Vec<(String, bool, bool)> {
        let others = asked.others.iter();
        others
            .map(|m| (m.method.as_str().to_owned(), m.reaches, m.preselected))
            .collect()
    };
    let row = |method: &str, reaches, preselected| (method.to_owned(), reaches, preselected);
    assert_eq!(
        list(&asked),
        [
            row("key", true, true),
            row("totp", true, false),
            row("password", false, false),
        ]
    );
    browser.another_way("totp").type_code();
    browser.follow().code();

    stage.advance(60);
    browser.authorize(&bank, &MFA);
    let asked = browser.see_proof();
    assert_eq!(asked.method.as_str(), "totp", "as last time");
    assert_eq!(
        list(&asked),
        [
            row("strong-key", true, true),
            row("key", true, false),
            row("password", false, false),
        ]
    );
    browser.another_way("key");
    let asked = browser.see_proof();
    assert_eq!(
        list(&asked)[..2],
        [row("strong-key", true, false), row("totp", true, true)],
        "strongest first, the one taken last preselected"
    );
}

#[test]
fn what_rests_is_told_to_rest_and_is_not_preselected() {
    let first = Stage::new();
    let (stage, bank, ada) = well_equipped(&first);
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    browser.another_way("totp").type_code();
    browser.follow().code();
    stage.advance(60);
    browser.authorize(&bank, &MFA);
    let wrong = ada.wrong_code(stage.now());
    for _ in 0..5 {
        browser.fails_with("totp", &wrong);
    }
    browser.another_way("key");
    let others = browser.see_proof().others;
    let totp = others.iter().find(|m| m.method == Method::totp()).unwrap();
    assert!(totp.resting && !totp.preselected);
    assert!(others[0].preselected && !others[0].resting);
}
