#![allow(clippy::unwrap_used)]
use serde_json::json;

use super::*;
use crate::client::NewClient;
use crate::ids::ClientId;
use crate::oauth::Scope;
use crate::secret::{Hashed, Secret};
use crate::time::Timestamp;

fn web() -> NewClient {
    NewClient {
        redirect_uris: vec!["https://app.example/cb".into()],
        ..NewClient::new(ApplicationType::Web, "Bank")
    }
}

fn problems(new: NewClient) -> Vec<ClientProblem> {
    let secrets = if new.needs_secret() {
        vec![Hashed::of(&Secret::new("s"))]
    } else {
        Vec::new()
    };
    match new.build(ClientId::new("c"), secrets, Timestamp::from_secs(0)) {
        Ok(_) => Vec::new(),
        Err(problems) => problems,
    }
}

fn fields(new: NewClient) -> Vec<&'static str> {
    problems(new)
        .into_iter()
        .map(|problem| problem.field)
        .collect()
}

#[test]
fn an_ordinary_registration_has_no_problem() {
    assert_eq!(problems(web()), []);
}

#[test]
fn every_problem_is_reported_at_once() {
    let new = NewClient {
        name: String::new(),
        auth_method: Some(AuthMethod::ClientSecretPost),
        access_token_lifetime: Some(Seconds(0)),
        ..NewClient::new(ApplicationType::Spa, "")
    };
    assert_eq!(
        fields(new),
        [
            "client_name",
            "redirect_uris",
            "token_endpoint_auth_method",
            "access_token_lifetime"
        ]
    );
}

#[test]
fn javascript_and_data_redirects_cannot_be_registered_by_any_type_of_app() {
    for application_type in [
        ApplicationType::Web,
        ApplicationType::Spa,
        ApplicationType::Native,
    ] {
        for uri in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
        ] {
            let found = problems(NewClient {
                redirect_uris: vec![uri.into()],
                ..NewClient::new(application_type, "App")
            });
            assert!(
                found
                    .iter()
                    .any(|p| p.code == ErrorCode::InvalidRedirectUri),
                "{application_type} {uri}"
            );
        }
    }
}

#[test]
fn a_client_name_with_hidden_or_reordering_characters_is_refused() {
    for name in [
        "Bank\u{202e}knaB",
        "Ba\u{200b}nk",
        "Bank\n",
        "\u{2066}x",
        "",
    ] {
        let new = NewClient {
            name: format!("x{name}x").replace("xx", ""),
            ..web()
        };
        assert_eq!(fields(new), ["client_name"], "{name:?}");
    }
    assert_eq!(
        fields(NewClient {
            name: "<b>Bank & Søn</b>".into(),
            ..web()
        }),
        [] as [&str; 0]
    );
}

#[test]
fn a_thousand_redirect_uris_are_refused() {
    let redirect_uris = (0..1000)
        .map(|i| format!("https://app.example/{i}"))
        .collect();
    assert_eq!(
        fields(NewClient {
            redirect_uris,
            ..web()
        }),
        ["redirect_uris"]
    );
}

#[test]
fn keys_must_be_public_and_present_where_they_are_needed() {
    let with = |jwks| NewClient {
        auth_method: Some(AuthMethod::PrivateKeyJwt),
        jwks,
        ..web()
    };
    let good = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "a"}]});
    assert_eq!(fields(with(Some(good))), [] as [&str; 0]);
    for bad in [
        json!({}),
        json!([]),
        json!({"keys": []}),
        json!({"keys": [{"kty": "oct", "alg": "HS256"}]}),
        json!({"keys": [{"kty": "RSA", "n": "a", "e": "AQAB", "d": "secret"}]}),
        json!({"keys": ["x"]}),
    ] {
        assert_eq!(fields(with(Some(bad.clone()))), ["jwks"], "{bad}");
    }
    assert_eq!(fields(with(None)), ["jwks"]);
}

#[test]
fn a_service_acts_only_for_itself_and_authenticates() {
    let new = NewClient {
        auth_method: Some(AuthMethod::None),
        redirect_uris: vec![],
        ..NewClient::new(ApplicationType::Service, "Job")
    };
    assert_eq!(fields(new), ["grant_types", "token_endpoint_auth_method"]);
}

#[test]
fn a_public_client_cannot_do_without_pkce() {
    let new = NewClient {
        require_pkce: Some(false),
        redirect_uris: vec!["https://app.example/cb".into()],
        ..NewClient::new(ApplicationType::Spa, "App")
    };
    assert_eq!(fields(new), ["require_pkce"]);
}

#[test]
fn a_refresh_grant_alone_is_refused() {
    let new = NewClient {
        grant_types: Some(vec![GrantType::RefreshToken]),
        ..web()
    };
    assert_eq!(fields(new), ["grant_types"]);
}

#[test]
fn a_malformed_scope_origin_or_resource_is_refused() {
    assert_eq!(
        fields(NewClient {
            scope: Some(Scope::of(["a b"])),
            ..web()
        }),
        ["scope"]
    );
    for origin in [
        "*",
        "null",
        "https://app.example/",
        "https://app.example/x",
        "http://app.example",
        "app.example",
    ] {
        assert_eq!(
            fields(NewClient {
                cors_origins: Some(vec![origin.into()]),
                ..web()
            }),
            ["cors_origins"],
            "{origin}"
        );
    }
    for resource in ["api", "https://api.example/#x", ""] {
        assert_eq!(
            fields(NewClient {
                resources: vec![resource.into()],
                ..web()
            }),
            ["resources"],
            "{resource}"
        );
    }
}

#[test]
fn an_acr_with_a_space_or_none_at_all_is_refused_where_it_stands() {
    for acr in ["", "a b", "a\n", &"a".repeat(257)] {
        assert_eq!(
            fields(NewClient {
                minimum_acr: Some(acr.into()),
                ..web()
            }),
            ["minimum_acr"],
            "{acr:?}"
        );
        assert_eq!(
            fields(NewClient {
                default_acr_values: vec![acr.into()],
                ..web()
            }),
            ["default_acr_values"]
        );
    }
}
