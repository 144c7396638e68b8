//! Authenticators that an operator takes away, because the person lost them.

use stepwell_core::authn::Method;
use stepwell_engine::EngineError;
use stepwell_engine::admin::{Reset, Which};
use stepwell_engine::courier::Happened;

use crate::support::{Postbox, Stage, a_person, a_relying_party, each_database, oauth_error};

fn reset(stage: &Stage, which: &Which) -> Result<Reset, EngineError> {
    let reason = Some("her telephone was stolen");
    let call = stage.command();
    stage.engine.reset_factors(&call, "ada", which, reason)
}

fn app() -> Which {
    Which::Of(Method::totp())
}

#[test]
fn a_lost_app_is_taken_away_with_the_proofs_and_grants_that_rested_on_it_and_the_person_is_told() {
    each_database(|stage| {
        let (postbox, stage) = &Postbox::at(stage);
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage)
            .with_password()
            .with_totp()
            .with_mail()
            .with_claim("locale", "de")
            .create();
        let mut browser = stage.browser(&ada);
        let weak = bank.redeem(stage, &browser.sign_in(&bank));
        let (answer, _) = browser.complete(&bank, &[("acr_values", "urn:stepwell:acr:mfa")]);
        let strong = bank.redeem(stage, &answer);

        let before = stage.engine.resettable("ada", &app()).unwrap();
        let done = reset(stage, &app()).unwrap();
        assert_eq!(done.removed, before);
        assert_eq!(done.removed[0].0, Method::totp());
        let left: Vec<_> = done
            .left
            .iter()
            .map(|(method, _)| method.as_str())
            .collect();
        assert_eq!(left, ["password", "mail"]);
        assert_eq!((done.proofs, done.grants, done.told), (1, 1, 1));

        let refused = bank.refresh(stage, strong.refresh_token()).unwrap_err();
        assert_eq!(oauth_error(refused).code().as_str(), "invalid_grant");
        bank.refresh(stage, weak.refresh_token()).unwrap();

        stage.engine.deliver_due(&stage.call(), 10).unwrap();
        let method = Method::totp();
        assert_eq!(postbox.notices(), [Happened::FactorRemoved { method }]);
        let [record] = &stage.audited("factor.removed")[..] else {
            panic!("{:?}", stage.events("factor."))
        };
        assert_eq!(record.actor.as_deref(), Some("cli"));
        let data: serde_json::Value = serde_json::from_str(&record.data).unwrap();
        assert_eq!(data["why"], "reset");
        assert_eq!(data["reason"], "her telephone was stolen");

        match reset(stage, &app()).unwrap_err() {
            EngineError::NotFound(said) => assert!(said.contains("totp"), "{said}"),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn all_are_taken_away_but_the_password_unless_it_is_named() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let done = reset(&stage, &Which::AllButPassword).unwrap();
    assert_eq!((done.removed.len(), done.left.len()), (1, 1));
    assert_eq!(done.left[0].0, Method::password());
    assert_eq!(done.told, 0, "no address is known");
    assert_eq!(
        stage.browser(&ada).complete(&bank, &[]).1,
        ["identify", "password"]
    );
    let done = reset(&stage, &Which::Of(Method::password())).unwrap();
    assert!(done.left.is_empty(), "an operator may take the last one");
}

#[test]
fn after_a_reset_the_password_alone_reaches_no_more_than_it_did() {
    let stage = Stage::with(|settings| settings.enrolment.on_demand = false);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    reset(&stage, &app()).unwrap();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "urn:stepwell:acr:mfa")]);
    browser.type_username().type_password();
    assert_eq!(
        browser.follow().error(),
        "unmet_authentication_requirements"
    );
}

#[test]
fn a_word_that_is_no_method_is_refused_with_those_that_are() {
    let stage = Stage::new();
    a_person(&stage).with_password().create();
    match reset(&stage, &Which::Of(Method::new("otp"))).unwrap_err() {
        EngineError::Invalid(rules) => {
            assert!(
                rules[0].contains("totp") && rules[0].contains("recovery"),
                "{rules:?}"
            );
        }
        other => panic!("{other:?}"),
    }
}
