#![allow(clippy::unwrap_used)]
use super::*;
use crate::client::{AcrValuesMode, ApplicationType, NewClient};
use crate::oauth::ErrorCode;
use crate::secret::{Hashed, Secret};
use crate::time::Timestamp;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn web() -> Client {
    NewClient {
        redirect_uris: vec!["https://app.example/cb".into()],
        resources: vec!["https://api.example/".into(), "urn:bank:api".into()],
        scope: Some(Scope::of(["openid", "email", "transfer"])),
        ..NewClient::new(ApplicationType::Web, "App")
    }
    .build(
        ClientId::new("app"),
        vec![Hashed::of(&Secret::new("s"))],
        Timestamp::from_secs(0),
    )
    .unwrap()
}

fn spa() -> Client {
    NewClient {
        redirect_uris: vec!["https://app.example/cb".into()],
        ..NewClient::new(ApplicationType::Spa, "App")
    }
    .build(ClientId::new("spa"), Vec::new(), Timestamp::from_secs(0))
    .unwrap()
}

/// A request of `client` with its redirect URI and these parameters.
fn parse_for(client: &Client, pairs: &[(&str, &str)]) -> Result<AuthorizationRequest, OAuthError> {
    parse_with(client, pairs, ServerRules::default())
}

fn parse_with(
    client: &Client,
    pairs: &[(&str, &str)],
    rules: ServerRules,
) -> Result<AuthorizationRequest, OAuthError> {
    let way_back = [("redirect_uri", "https://app.example/cb"), ("state", "s")];
    let params = Params::from_pairs(way_back.into_iter().chain(pairs.iter().copied()));
    AuthorizationRequest::parse(&params, client, &rules)
}

/// An ordinary request with these parameters added.
fn parse(extra: &[(&str, &str)]) -> Result<AuthorizationRequest, OAuthError> {
    let ordinary = [("response_type", "code"), ("scope", "openid")];
    let kept = ordinary
        .into_iter()
        .filter(|(name, _)| !extra.iter().any(|(n, _)| n == name));
    parse_for(
        &web(),
        &kept.chain(extra.iter().copied()).collect::<Vec<_>>(),
    )
}

#[track_caller]
fn refused(code: ErrorCode, extra: &[(&str, &str)]) -> String {
    let error = parse(extra).unwrap_err();
    assert_eq!(error.code(), code, "{extra:?}: {error}");
    error.description().to_owned()
}

use ErrorCode::{
    InvalidRequest, InvalidScope, InvalidTarget, RegistrationNotSupported, RequestNotSupported,
    RequestUriNotSupported, UnauthorizedClient, UnsupportedResponseType,
};

#[test]
fn an_ordinary_request_is_read_whole_and_stored_as_it_is() {
    let request = parse(&[
        ("scope", "openid transfer"),
        ("nonce", "n"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("prompt", "login consent"),
        ("max_age", "300"),
        ("acr_values", "phr urn:stepwell:acr:mfa"),
        (
            "claims",
            r#"{"id_token":{"auth_time":{"essential":true},"sub":{"value":"ann"}}}"#,
        ),
        ("id_token_hint", "e30.e30."),
        ("login_hint", "ann@example.org"),
        ("ui_locales", "de-CH en"),
        ("resource", "https://api.example/"),
    ])
    .unwrap();
    assert_eq!(request.scope.to_string(), "openid transfer");
    assert_eq!(request.max_age, Some(Seconds(300)));
    assert_eq!(request.acr.values, ["phr", "urn:stepwell:acr:mfa"]);
    assert!(request.prompt.login && request.prompt.consent && !request.prompt.none);
    assert_eq!(request.claims.id_token_sub(), Some("ann"));
    assert_eq!(request.ui_locales, ["de-CH", "en"]);
    assert_eq!(request.resources, ["https://api.example/"]);
    let stored = serde_json::to_string(&request).unwrap();
    assert_eq!(
        serde_json::from_str::<AuthorizationRequest>(&stored).unwrap(),
        request
    );
}

#[test]
fn a_repeated_parameter_is_an_invalid_request_that_names_it() {
    let twice = [
        ("response_type", "code"),
        ("scope", "openid"),
        ("acr_values", "phr"),
        ("acr_values", "1"),
    ];
    let error = parse_for(&web(), &twice).unwrap_err();
    assert_eq!(error.code(), InvalidRequest);
    assert!(error.description().contains("'acr_values'"));
}

#[test]
fn request_objects_and_registration_are_refused_with_their_own_codes() {
    refused(RequestNotSupported, &[("request", "eyJ")]);
    refused(
        RequestUriNotSupported,
        &[("request_uri", "https://app.example/r")],
    );
    refused(RegistrationNotSupported, &[("registration", "{}")]);
}

#[test]
fn only_the_response_type_code_is_offered() {
    for other in [
        "token",
        "id_token",
        "code id_token",
        "none",
        "CODE",
        "code ",
    ] {
        refused(UnsupportedResponseType, &[("response_type", other)]);
    }
    refused(InvalidRequest, &[("response_type", "")]);
}

#[test]
fn a_client_without_the_code_grant_may_not_ask_here() {
    let mut client = web();
    client.grant_types.clear();
    let error = parse_for(&client, &[("response_type", "code"), ("scope", "openid")]).unwrap_err();
    assert_eq!(error.code(), UnauthorizedClient);
}

#[test]
fn a_scope_the_client_is_not_registered_for_is_refused_with_those_it_may_ask_for() {
    let said = refused(InvalidScope, &[("scope", "transfer admin")]);
    assert!(
        said.contains("'admin'") && said.contains("openid email transfer"),
        "{said}"
    );
    refused(InvalidScope, &[("scope", "")]);
    refused(InvalidScope, &[("scope", "OpenID")]);
}

#[test]
fn an_openid_request_leaves_out_the_scopes_it_is_not_registered_for() {
    let request = parse(&[("scope", "openid admin transfer unheard_of")]).unwrap();
    assert_eq!(request.scope, Scope::of(["openid", "transfer"]));
}

#[test]
fn plain_oauth_without_openid_is_served() {
    assert!(!parse(&[("scope", "transfer")]).unwrap().scope.is_openid());
}

#[test]
fn a_resource_must_be_an_absolute_uri_that_the_client_may_ask_for() {
    refused(InvalidTarget, &[("resource", "https://other.example/")]);
    refused(InvalidTarget, &[("resource", "https://api.example/#x")]);
    refused(InvalidTarget, &[("resource", "api")]);
    refused(InvalidTarget, &[("resource", "https://api.example")]);
    let many = [("resource", "urn:bank:api"); 6];
    refused(InvalidTarget, &many);
    assert_eq!(parse(&many[..5]).unwrap().resources, ["urn:bank:api"]);
}

#[test]
fn pkce_plain_or_without_a_method_is_an_invalid_request() {
    refused(
        InvalidRequest,
        &[
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "plain"),
        ],
    );
    refused(InvalidRequest, &[("code_challenge", CHALLENGE)]);
    refused(
        InvalidRequest,
        &[
            ("code_challenge", "short"),
            ("code_challenge_method", "S256"),
        ],
    );
}

#[test]
fn pkce_is_required_of_public_clients_and_of_all_where_the_server_or_client_says_so() {
    let without = [("response_type", "code"), ("scope", "openid")];
    let with = [
        without[0],
        without[1],
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    assert_eq!(
        parse_for(&spa(), &without).unwrap_err().code(),
        InvalidRequest
    );
    assert!(parse_for(&spa(), &with).is_ok());
    assert!(parse_for(&web(), &without).is_ok());
    let strict = Client {
        require_pkce: true,
        ..web()
    };
    assert!(parse_for(&strict, &without).is_err());
    assert!(parse_with(&web(), &without, ServerRules { require_pkce: true }).is_err());
}

#[test]
fn prompt_none_with_another_value_is_an_invalid_request() {
    for both in ["none login", "consent none", "select_account none"] {
        refused(InvalidRequest, &[("prompt", both)]);
    }
    assert!(parse(&[("prompt", "none")]).unwrap().prompt.none);
}

#[test]
fn an_unknown_prompt_is_an_invalid_request() {
    for unknown in ["create", "LOGIN", "login,consent", "login create"] {
        assert!(refused(InvalidRequest, &[("prompt", unknown)]).contains("select_account"));
    }
}

#[test]
fn a_max_age_that_is_negative_fractional_empty_or_overflowing_is_an_invalid_request() {
    for bad in [
        "-1",
        "1.5",
        "",
        " ",
        "1e3",
        "+5",
        "0x10",
        "9007199254740992",
        "99999999999999999999999",
        "٣",
    ] {
        refused(InvalidRequest, &[("max_age", bad)]);
    }
    for (good, seconds) in [
        ("0", 0),
        ("1", 1),
        ("9007199254740991", 9_007_199_254_740_991),
    ] {
        assert_eq!(
            parse(&[("max_age", good)]).unwrap().max_age,
            Some(Seconds(seconds))
        );
    }
    assert_eq!(parse(&[]).unwrap().max_age, None);
}

#[test]
fn ten_thousand_acr_values_are_an_invalid_request() {
    refused(InvalidRequest, &[("acr_values", &"phr ".repeat(10_000))]);
    refused(InvalidRequest, &[("acr_values", &"a".repeat(257))]);
    assert_eq!(
        parse(&[("acr_values", &"phr ".repeat(20))])
            .unwrap()
            .acr
            .values,
        ["phr"]
    );
}

#[test]
fn acr_values_keep_their_bytes_and_their_order() {
    let request = parse(&[("acr_values", "PHR phr  p%68r ph\u{ad}r")]).unwrap();
    assert_eq!(request.acr.values, ["PHR", "phr", "p%68r", "ph\u{ad}r"]);
    assert!(!request.acr.essential && !request.acr.voluntary);
}

fn acr_of(acr_values: &str, claim: &str) -> Result<AcrRequest, OAuthError> {
    let claims = format!(r#"{{"id_token":{{"acr":{claim}}}}}"#);
    parse(&[("acr_values", acr_values), ("claims", &claims)]).map(|request| request.acr)
}

#[test]
fn an_essential_acr_claim_wins_over_acr_values_and_keeps_their_order() {
    let acr = acr_of("c b a", r#"{"essential":true,"values":["a","b"]}"#).unwrap();
    assert_eq!(acr.values, ["b", "a"]);
    assert!(acr.essential && acr.is_necessary(AcrValuesMode::Voluntary));
    assert_eq!(
        acr_of("", r#"{"essential":true,"value":"a"}"#)
            .unwrap()
            .values,
        ["a"]
    );
}

#[test]
fn acr_values_and_an_essential_claim_with_nothing_in_common_are_an_invalid_request() {
    let error = acr_of("c", r#"{"essential":true,"values":["a","b"]}"#).unwrap_err();
    assert_eq!(error.code(), InvalidRequest);
    assert!(acr_of("A", r#"{"essential":true,"value":"a"}"#).is_err());
}

#[test]
fn an_essential_acr_claim_without_a_value_asks_for_no_particular_acr() {
    let acr = acr_of("", r#"{"essential":true}"#).unwrap();
    assert!(acr.values.is_empty() && acr.acr_claim_essential_without_value && !acr.essential);
    assert!(!acr.is_necessary(AcrValuesMode::Necessary));
    let both = acr_of("a", r#"{"essential":true}"#).unwrap();
    assert_eq!(
        (both.values, both.essential, both.voluntary),
        (vec!["a".to_owned()], false, false)
    );
}

#[test]
fn an_acr_claim_that_is_not_essential_is_a_wish_and_yields_to_acr_values() {
    let wish = acr_of("", r#"{"values":["a"]}"#).unwrap();
    assert_eq!(
        (&wish.values, wish.essential, wish.voluntary),
        (&vec!["a".to_owned()], false, true)
    );
    assert!(!wish.is_necessary(AcrValuesMode::Necessary));
    let both = acr_of("b", r#"{"values":["a"]}"#).unwrap();
    assert_eq!(
        (both.values, both.essential, both.voluntary),
        (vec!["b".to_owned()], false, false)
    );
}

#[test]
fn an_acr_claim_is_bounded_as_acr_values_are() {
    let many: Vec<_> = (0..21).map(|i| format!("\"{i}\"")).collect();
    assert!(acr_of("", &format!(r#"{{"values":[{}]}}"#, many.join(","))).is_err());
    assert!(acr_of("", r#"{"value":""}"#).is_err());
}

#[test]
fn the_clients_defaults_serve_where_nothing_was_asked() {
    let client = Client {
        default_acr_values: vec!["d".into()],
        default_max_age: Some(Seconds(600)),
        maximum_auth_age: Some(Seconds(300)),
        ..web()
    };
    let silent = parse(&[]).unwrap();
    assert_eq!(silent.effective_acr(&client).values, ["d"]);
    assert_eq!(silent.effective_max_age(&client), Some(Seconds(300)));
    assert_eq!(silent.effective_max_age(&web()), None);
    let asking = parse(&[("acr_values", "a"), ("max_age", "20")]).unwrap();
    assert_eq!(asking.effective_acr(&client).values, ["a"]);
    assert_eq!(asking.effective_max_age(&client), Some(Seconds(20)));
}

#[test]
fn broken_claims_are_an_invalid_request() {
    for bad in [
        "{",
        "[]",
        r#"{"id_token":{"acr":{"value":"a","values":["a"]}}}"#,
        r#"{"id_token":1}"#,
    ] {
        refused(InvalidRequest, &[("claims", bad)]);
    }
}

#[test]
fn wishes_about_display_and_language_and_unknown_parameters_are_never_an_error() {
    let odd = "x".repeat(3000);
    let request = parse(&[
        ("display", "hologram"),
        ("ui_locales", &format!("{odd} <b> fr")),
        ("claims_locales", "\u{202e}"),
        ("unknown", &odd),
    ])
    .unwrap();
    assert_eq!(request.ui_locales, ["fr"]);
}

#[test]
fn overlong_nonces_and_hints_are_refused() {
    for (name, max) in [
        ("nonce", 1024),
        ("id_token_hint", 8192),
        ("login_hint", 256),
    ] {
        assert!(parse(&[(name, &"a".repeat(max))]).is_ok(), "{name}");
        assert!(refused(InvalidRequest, &[(name, &"a".repeat(max + 1))]).contains(name));
    }
}

#[test]
fn a_request_without_a_trusted_way_back_is_never_read() {
    for redirect_uri in ["", "https://evil.example/cb"] {
        let pairs = [
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", redirect_uri),
        ];
        let params = Params::from_pairs(pairs);
        assert!(AuthorizationRequest::parse(&params, &web(), &ServerRules::default()).is_err());
    }
}

#[test]
fn the_request_carries_its_way_back_with_the_issuer_of_today() {
    let path = parse(&[("response_mode", "form_post")])
        .unwrap()
        .return_path("https://id.example");
    assert_eq!(path.redirect_uri, "https://app.example/cb");
    assert_eq!(
        (path.state.as_deref(), path.response_mode),
        (Some("s"), ResponseMode::FormPost)
    );
    assert_eq!(path.issuer, "https://id.example");
}
