//! The authorization endpoint's parameters: what is refused, by which code, and where the refusal goes.

use stepwell_tests::rp::REDIRECT_URI;

use crate::support::http::{is_wire_text, send};
use crate::support::tab::asks;
use crate::support::{Got, World, sent_back};

/// Sends a request by GET and by POST and gives both answers.
fn both_ways(world: &World, more: &[(&str, &str)]) -> [Got; 2] {
    let url = url::Url::parse(&world.web.authorize_url(more)).unwrap();
    let fields: Vec<_> = url.query_pairs().collect();
    let posted = world.http.post(world.url("/authorize")).form(&fields);
    [world.ask(more), send(posted)]
}

#[track_caller]
fn refused(world: &World, more: &[(&str, &str)], error: &str) {
    for got in both_ways(world, more) {
        let back = sent_back(&got, REDIRECT_URI);
        assert_eq!(back["error"], error, "{more:?}: {got:#?}");
        assert_eq!(back["iss"], world.issuer);
        assert_eq!(back["state"], "s");
        assert!(!back.contains_key("code"), "{got:#?}");
        let description = &back["error_description"];
        assert!(
            is_wire_text(description) && description.len() > 10,
            "{description:?}"
        );
        assert_eq!(back.len(), 4, "{back:?}");
    }
}

#[test]
fn every_refusal_that_goes_back_names_its_error_and_carries_iss_and_state() {
    let world = World::shared();
    for (more, error) in [
        (
            &[("response_type", "token")][..],
            "unsupported_response_type",
        ),
        (
            &[("response_type", "code id_token")],
            "unsupported_response_type",
        ),
        (&[("response_type", "")], "invalid_request"),
        (&[("scope", "admin")], "invalid_scope"),
        (&[("scope", "openid \"quoted\\\"")], "invalid_scope"),
        (&[("scope", "")], "invalid_scope"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("prompt", "NONE")], "invalid_request"),
        (&[("prompt", "create")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("id_token_hint", "not.a.token")], "invalid_request"),
        (&[("resource", "https://api.example/#x")], "invalid_target"),
        (&[("resource", "https://other.example/")], "invalid_target"),
        (&[("request", "e30.e30.")], "request_not_supported"),
        (
            &[("request_uri", "https://x.example/r")],
            "request_uri_not_supported",
        ),
        (&[("registration", "{}")], "registration_not_supported"),
    ] {
        refused(&world, more, error);
    }
}

#[test]
fn max_age_is_a_whole_number_of_seconds_and_nothing_else() {
    let world = World::shared();
    for bad in [
        "",
        "-1",
        "+1",
        "1.5",
        "1e3",
        " 1",
        "0x10",
        "NaN",
        "1,000",
        "٣",
        "9007199254740992",
        "99999999999999999999999999",
    ] {
        refused(&world, &[("max_age", bad)], "invalid_request");
    }
    for good in ["0", "1", "9007199254740991"] {
        let got = world.ask(&[("max_age", good)]);
        assert!(
            got.location().unwrap().path().starts_with("/i/"),
            "{got:#?}"
        );
    }
}

#[test]
fn ten_thousand_acr_values_are_refused() {
    let world = World::shared();
    let many = vec!["a"; 10_000].join(" ");
    refused(&world, &[("acr_values", &many)], "invalid_request");
    let long = "a".repeat(300);
    refused(&world, &[("acr_values", &long)], "invalid_request");
}

#[test]
fn the_claims_parameter_is_read_strictly() {
    let world = World::shared();
    let deep = format!("{{\"userinfo\":{}1{}}}", "[".repeat(60), "]".repeat(60));
    let large = format!(
        "{{\"id_token\":{{\"x\":{{\"value\":\"{}\"}}}}}}",
        "y".repeat(20_000)
    );
    for bad in [
        "[]",
        "null",
        "{",
        "{}{}",
        "{\"id_token\":1}",
        "{\"id_token\":{\"acr\":\"phr\"}}",
        r#"{"id_token":{"acr":{"value":"a","values":["b"]}}}"#,
        r#"{"id_token":{"acr":{"values":"a"}}}"#,
        r#"{"id_token":{"acr":{"essential":"yes"}}}"#,
        r#"{"id_token":{},"id_token":{"acr":null}}"#,
        r#"{"id_token":{"acr":null,"acr":{"essential":true}}}"#,
        r#"{"id_token":{"acr":{"value":"\ud800"}}}"#,
        r#"{"id_token":{"acr":{"value":"\u0000"}}}"#,
        &deep,
        &large,
    ] {
        refused(&world, &[("claims", bad)], "invalid_request");
    }
}

#[test]
fn without_a_session_prompt_none_is_login_required_and_shows_nothing() {
    let world = World::shared();
    let got = world.ask(&[("prompt", "none")]);
    let back = sent_back(&got, REDIRECT_URI);
    assert_eq!(back["error"], "login_required");
    assert_eq!((&*back["iss"], &*back["state"]), (&*world.issuer, "s"));
    assert_eq!(got.body, "");
}

#[test]
fn state_is_left_out_where_none_was_sent() {
    let world = World::shared();
    let back = sent_back(
        &world.ask(&[("prompt", "none"), ("state", "")]),
        REDIRECT_URI,
    );
    assert_eq!(back.get("state"), None);
    assert_eq!(back["iss"], world.issuer);
}

#[test]
fn what_is_unknown_or_only_a_wish_is_ignored() {
    let world = World::shared();
    for (name, value) in [
        ("extra", "foobar"),
        ("display", "popup"),
        ("display", "hologram"),
        ("ui_locales", "se xx-invalid-\u{fffd}"),
        ("claims_locales", "se"),
        ("login_hint", "nobody@example.com"),
        ("acr_values", ""),
    ] {
        let tab = world.tab();
        let page = tab.open(&world.web.authorize_url(&[(name, value)]));
        assert!(asks(&page, "identify"), "{name}={value}: {page:#?}");
    }
}

#[test]
fn every_published_acr_in_published_order_is_an_answerable_request() {
    let world = World::shared();
    let metadata = send(
        world
            .http
            .get(world.url("/.well-known/openid-configuration")),
    )
    .json();
    let acrs: Vec<&str> = metadata["acr_values_supported"]
        .as_array()
        .unwrap()
        .iter()
        .map(|acr| acr.as_str().unwrap())
        .collect();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[("acr_values", &acrs.join(" "))]));
    assert!(asks(&page, "identify"), "{page:#?}");
}

#[test]
fn a_form_leads_to_the_same_page_as_a_link_without_any_cookie_of_another_site() {
    let world = World::shared();
    let url = url::Url::parse(&world.web.authorize_url(&[])).unwrap();
    let fields: Vec<_> = url.query_pairs().collect();
    let tab = world.tab();
    let posted = tab.sent(
        tab.http()
            .post(world.url("/authorize"))
            .form(&fields)
            .header("origin", "https://rp.example")
            .header("sec-fetch-site", "cross-site"),
    );
    assert_eq!(posted.status, 303, "{posted:#?}");
    let page = tab.follow(posted);
    assert!(asks(&page, "identify"), "{page:#?}");
}

#[test]
fn a_request_in_json_is_told_what_to_send() {
    let world = World::shared();
    let got = send(
        world
            .http
            .post(world.url("/authorize"))
            .header("content-type", "application/json")
            .body("{}"),
    );
    assert!(got.assert_page(400).body.contains("x-www-form-urlencoded"));
}

#[test]
fn an_app_that_nobody_vouches_for_cannot_redirect_strangers() {
    let world = World::shared();
    let stranger = world.register(&["--unverified"]);
    for more in [
        &[("prompt", "none")][..],
        &[("scope", "nonsense")],
        &[("response_type", "token")],
        &[("prompt", "none"), ("response_mode", "form_post")],
    ] {
        let got = send(world.http.get(stranger.authorize_url(more)));
        got.assert_page(200);
        assert!(got.body.contains("id=\"continue\""), "{got:#?}");
        assert!(!got.body.contains("form-post.js"), "{got:#?}");
    }
    // Once the person has signed in, the app may answer by itself.
    let tab = world.tab();
    world.code(&tab, &stranger, &world.alex(), &[]);
    let got = tab.get(&stranger.authorize_url(&[("scope", "nonsense")]));
    assert_eq!(sent_back(&got, REDIRECT_URI)["error"], "invalid_scope");
}
