//! The metadata says what is offered: no more, no less.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stepwell_core::client::{AuthMethod, GrantType, ResponseMode, SigningAlg};
use stepwell_core::oauth::scope::standard_claims;
use stepwell_engine::settings::ScopeSetting;

use super::jwt::published;
use crate::support::{ISSUER, Model, Stage, a_person, a_relying_party};

fn metadata(stage: &Stage) -> Value {
    serde_json::from_slice(&stage.engine.metadata()).unwrap()
}

fn set<'a>(list: &'a Value) -> BTreeSet<&'a str> {
    let texts: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_str().unwrap())
        .collect();
    let set: BTreeSet<&'a str> = texts.iter().copied().collect();
    assert_eq!(set.len(), texts.len(), "nothing is named twice: {texts:?}");
    set
}

#[test]
fn every_endpoint_is_below_the_issuer() {
    let document = metadata(&Stage::new());
    assert_eq!(document["issuer"], ISSUER);
    let endpoints = [
        ("authorization_endpoint", "/authorize"),
        ("token_endpoint", "/token"),
        ("userinfo_endpoint", "/userinfo"),
        ("jwks_uri", "/jwks"),
        ("introspection_endpoint", "/introspect"),
        ("revocation_endpoint", "/revoke"),
        ("end_session_endpoint", "/logout"),
    ];
    for (name, path) in endpoints {
        assert_eq!(document[name], format!("{ISSUER}{path}"), "{name}");
    }
}

#[test]
fn what_clients_can_be_registered_for_is_what_is_published() {
    let document = metadata(&Stage::new());
    let all = |texts: Vec<&'static str>| texts.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(
        set(&document["grant_types_supported"]),
        all(GrantType::ALL.iter().map(|g| g.as_str()).collect())
    );
    let methods = all(AuthMethod::ALL.iter().map(|m| m.as_str()).collect());
    assert_eq!(
        set(&document["token_endpoint_auth_methods_supported"]),
        methods
    );
    assert_eq!(
        set(&document["revocation_endpoint_auth_methods_supported"]),
        methods
    );
    let mut confidential = methods.clone();
    confidential.remove("none");
    assert_eq!(
        set(&document["introspection_endpoint_auth_methods_supported"]),
        confidential
    );
    assert_eq!(
        set(&document["response_modes_supported"]),
        all(ResponseMode::ALL.iter().map(|m| m.as_str()).collect())
    );
    let algs = all(SigningAlg::ALL.iter().map(|a| a.as_str()).collect());
    for name in [
        "id_token_signing_alg_values_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
    ] {
        assert_eq!(set(&document[name]), algs, "{name}");
    }
    assert_eq!(document["response_types_supported"], json!(["code"]));
    assert_eq!(
        document["code_challenge_methods_supported"],
        json!(["S256"])
    );
}

#[test]
fn every_algorithm_that_is_published_has_a_published_key() {
    let stage = Stage::new();
    let keys = published(&stage);
    let document = metadata(&stage);
    for alg in set(&document["id_token_signing_alg_values_supported"]) {
        assert!(keys.values().any(|key| key["alg"] == alg), "{alg}");
    }
}

#[test]
fn acrs_are_published_as_configured_weakest_first_with_their_aliases() {
    let stage = Stage::new();
    let document = metadata(&stage);
    assert_eq!(
        document["acr_values_supported"],
        json!([
            "urn:stepwell:acr:basic",
            "1",
            "urn:stepwell:acr:mfa",
            "2",
            "https://refeds.org/profile/mfa",
            "phr",
        ])
    );
    // All of them are granted by that very name; phrh waits for a rule that says what is hardware.
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).create();
    let mut key = ada.passkey(&stage, Model::synced());
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    browser.use_passkey(&mut key).follow();
    for acr in set(&document["acr_values_supported"]) {
        let answer = browser.complete(&bank, &[("acr_values", acr)]).0;
        assert_eq!(bank.redeem(&stage, &answer).grounds().0, acr);
    }
}

#[test]
fn scopes_and_claims_are_published_with_the_configured_ones() {
    let stage = Stage::with(|settings| {
        let named = |name: &str| ScopeSetting {
            name: name.into(),
            description: None,
            action: None,
            minimum_acr: None,
            max_age: None,
        };
        settings.scopes = vec![named("transfer"), named("email")];
    });
    let document = metadata(&stage);
    let scopes = set(&document["scopes_supported"]);
    let claims = set(&document["claims_supported"]);
    for scope in [
        "openid",
        "profile",
        "email",
        "address",
        "phone",
        "offline_access",
        "transfer",
    ] {
        assert!(scopes.contains(scope), "{scope}");
        for claim in standard_claims(scope) {
            assert!(claims.contains(claim), "{claim}");
        }
    }
    // And what is always in a token.
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let tokens = bank.redeem(&stage, &stage.browser(&ada).sign_in(&bank));
    for claim in tokens
        .id
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| *name != "at_hash")
    {
        assert!(claims.contains(claim.as_str()), "{claim}");
    }
}

#[test]
fn what_is_not_offered_is_said_not_to_be() {
    let document = metadata(&Stage::new());
    assert_eq!(document["request_parameter_supported"], false);
    assert_eq!(
        document["request_uri_parameter_supported"], false,
        "absent would mean true"
    );
    assert_eq!(document["claims_parameter_supported"], true);
    assert_eq!(
        document["authorization_response_iss_parameter_supported"],
        true
    );
    assert_eq!(
        set(&document["prompt_values_supported"]),
        BTreeSet::from(["none", "login", "consent", "select_account"])
    );
    for absent in [
        "registration_endpoint",
        "pushed_authorization_request_endpoint",
        "check_session_iframe",
    ] {
        assert!(document.get(absent).is_none(), "{absent}");
    }
}

#[test]
fn every_prompt_and_response_mode_that_is_published_is_understood() {
    let stage = Stage::new();
    let document = metadata(&stage);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    for prompt in set(&document["prompt_values_supported"]) {
        browser.complete(&bank, &[("prompt", prompt)]).0.code();
    }
    for mode in set(&document["response_modes_supported"]) {
        browser.complete(&bank, &[("response_mode", mode)]).0.code();
    }
}
