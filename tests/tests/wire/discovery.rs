//! Metadata and keys: the documents that everybody reads first (OIDC Discovery §3, RFC 8414 §3).

use std::collections::HashSet;

use serde_json::json;

use crate::support::http::send;
use crate::support::{BASIC, MFA, World};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

#[test]
fn both_metadata_documents_are_the_same_bytes_and_everybody_may_read_and_keep_them() {
    let world = World::shared();
    let documents = [OPENID, OAUTH].map(|path| send(world.http.get(world.url(path))));
    assert_eq!(documents[0].body, documents[1].body);
    for got in documents {
        assert_eq!(got.status, 200);
        assert_eq!(got.header("content-type"), "application/json");
        assert_eq!(got.header("access-control-allow-origin"), "*");
        assert!(got.header("cache-control").contains("max-age="), "{got:#?}");
        assert_eq!(got.header("content-length"), got.body.len().to_string());
        assert!(got.set_cookies().is_empty());
    }
}

#[test]
fn metadata_says_what_is_offered_and_denies_what_defaults_to_yes() {
    let world = World::shared();
    let metadata = send(world.http.get(world.url(OPENID))).json();
    assert_eq!(metadata["issuer"], world.issuer);
    for (name, value) in metadata.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let address = value.as_str().unwrap();
            assert!(
                address.starts_with(&format!("{}/", world.issuer)),
                "{address}"
            );
        }
    }
    for (name, expected) in [
        ("request_parameter_supported", json!(false)),
        ("request_uri_parameter_supported", json!(false)),
        ("claims_parameter_supported", json!(true)),
        (
            "authorization_response_iss_parameter_supported",
            json!(true),
        ),
        ("response_types_supported", json!(["code"])),
        ("response_modes_supported", json!(["query", "form_post"])),
        ("code_challenge_methods_supported", json!(["S256"])),
        (
            "prompt_values_supported",
            json!(["none", "login", "consent", "select_account"]),
        ),
    ] {
        assert_eq!(metadata[name], expected, "{name}");
    }
    let acrs = metadata["acr_values_supported"].as_array().unwrap();
    let places: Vec<_> = [BASIC, "1", MFA, "2"]
        .iter()
        .map(|name| acrs.iter().position(|acr| acr == name).unwrap())
        .collect();
    assert!(places.is_sorted(), "weakest first: {acrs:?}");
}

#[test]
fn every_endpoint_in_the_metadata_is_there() {
    let world = World::shared();
    let metadata = send(world.http.get(world.url(OPENID))).json();
    for (name, value) in metadata.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let got = send(world.http.get(value.as_str().unwrap()));
            assert_ne!(got.status, 404, "{name}");
            assert!(got.status < 500, "{name}: {got:#?}");
        }
    }
}

#[test]
fn the_key_set_has_public_members_only_and_every_key_a_name_of_its_own() {
    let world = World::shared();
    let got = send(world.http.get(world.url("/jwks")));
    assert_eq!(got.header("content-type"), "application/json");
    assert_eq!(got.header("access-control-allow-origin"), "*");
    assert!(got.header("cache-control").contains("max-age="), "{got:#?}");
    let set = got.json();
    let keys = set["keys"].as_array().unwrap();
    assert!(
        keys.len() >= 2,
        "the successor is published in advance: {set}"
    );
    let mut names = HashSet::new();
    for key in keys {
        assert!(names.insert(key["kid"].as_str().unwrap()), "{set}");
        assert_eq!(key["use"], "sig", "{set}");
        assert!(key["alg"].is_string(), "{set}");
        for secret in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(key.get(secret).is_none(), "{secret} is published: {set}");
        }
    }
}

#[test]
fn every_algorithm_that_is_announced_has_a_key() {
    let world = World::shared();
    let metadata = send(world.http.get(world.url(OPENID))).json();
    let set = send(world.http.get(world.url("/jwks"))).json();
    for alg in metadata["id_token_signing_alg_values_supported"]
        .as_array()
        .unwrap()
    {
        let keys = set["keys"].as_array().unwrap();
        assert!(
            keys.iter().any(|key| key["alg"] == *alg),
            "{alg} is not in {set}"
        );
    }
}
