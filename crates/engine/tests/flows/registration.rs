//! What administrators register, and what they are told when it cannot be.

use stepwell_core::client::{ApplicationType, NewClient};
use stepwell_core::ids::ClientId;
use stepwell_core::secret::Secret;
use stepwell_engine::EngineError;
use stepwell_engine::admin::NewUser;

use crate::support::{Stage, a_person, a_relying_party};

fn a_bank() -> NewClient {
    NewClient {
        redirect_uris: vec!["https://bank.example/cb".into()],
        ..NewClient::new(ApplicationType::Web, "Bank")
    }
}

#[test]
fn an_acr_that_is_not_configured_is_refused_at_registration() {
    let stage = Stage::new();
    let unknown = NewClient {
        minimum_acr: Some("mfaa".into()),
        default_acr_values: vec!["2".into(), "gold".into()],
        ..a_bank()
    };
    match stage
        .engine
        .create_client(&stage.call(), None, unknown)
        .unwrap_err()
    {
        EngineError::Invalid(problems) => {
            assert_eq!(problems.len(), 2, "{problems:?}");
            assert!(
                problems[0].contains("mfaa") && problems[1].contains("gold"),
                "{problems:?}"
            );
            assert!(
                problems.iter().all(|p| p.contains("acr_values_supported")),
                "{problems:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        stage.database().count("SELECT count(*) AS n FROM clients"),
        0
    );
}

#[test]
fn a_client_id_that_is_taken_is_a_conflict_and_changes_nothing() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let again = stage
        .engine
        .create_client(&stage.call(), Some(bank.client.id.clone()), a_bank());
    assert!(matches!(again, Err(EngineError::Conflict(_))));
    assert_eq!(
        stage.engine.find_client(&bank.client.id).unwrap(),
        bank.client
    );
    assert!(matches!(
        stage.engine.find_client(&ClientId::new("nobody")),
        Err(EngineError::NotFound(_))
    ));
}

#[test]
fn a_secret_and_a_password_are_stored_as_hashes_only() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let stored = [
        stage.database().texts("SELECT json AS t FROM clients"),
        stage
            .database()
            .texts("SELECT secret AS t FROM credentials"),
        stage.database().texts("SELECT data AS t FROM audit"),
    ];
    let stored = stored.concat().join(" ");
    assert!(stored.contains("$argon2id$"));
    assert!(!stored.contains(&ada.password));
    assert!(!stored.contains(bank.secret.as_ref().unwrap().expose()));
    let totp = ada.totp.as_ref().unwrap();
    assert!(!stored.contains(totp.base32().as_str()));
}

#[test]
fn a_password_that_is_easily_guessed_is_refused_with_advice_and_makes_no_account() {
    let stage = Stage::new();
    for weak in ["password", "ada", "12345678", "qwertyuiop"] {
        let new = NewUser {
            username: "ada".into(),
            password: Some(Secret::new(weak)),
            claims: Default::default(),
            totp_issuer: None,
            codes: Vec::new(),
        };
        let refused = stage.engine.create_user(&stage.call(), new).unwrap_err();
        assert!(
            matches!(refused, EngineError::Invalid(_)),
            "{weak}: {refused:?}"
        );
    }
    assert_eq!(stage.database().count("SELECT count(*) AS n FROM users"), 0);
}

#[test]
fn a_name_that_is_taken_is_a_conflict_that_says_what_to_do() {
    let stage = Stage::new();
    a_person(&stage).with_password().create();
    let again = NewUser {
        username: "ADA".into(),
        password: None,
        claims: Default::default(),
        totp_issuer: None,
        codes: Vec::new(),
    };
    let refused = stage.engine.create_user(&stage.call(), again).unwrap_err();
    assert!(matches!(refused, EngineError::Conflict(_)), "{refused:?}");
}
