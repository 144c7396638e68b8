//! Userinfo, and bearer tokens in general (RFC 6750 §2 and §3): where a token may stand, and how a
//! request without a good one is answered.

use reqwest::header::AUTHORIZATION;

use crate::assertions::unsigned;
use crate::support::http::{is_wire_text, send};
use crate::support::{Got, World, raw};

fn with(world: &World, header: &str) -> Got {
    let request = world.http.get(world.url("/userinfo"));
    send(request.header(AUTHORIZATION, header))
}

/// A challenge of this error with these characters only.
#[track_caller]
fn assert_challenged(got: &Got, status: u16, error: &str) {
    assert_eq!(got.status, status, "{got:#?}");
    let challenge = got.header("www-authenticate");
    assert!(challenge.starts_with("Bearer "), "{challenge}");
    assert!(
        challenge.contains(&format!("error=\"{error}\"")),
        "{challenge}"
    );
    let (_, rest) = challenge.split_once("error_description=\"").unwrap();
    let (description, _) = rest.split_once('"').unwrap();
    assert!(is_wire_text(description), "{challenge}");
    assert_eq!(got.header("cache-control"), "no-store");
    assert_eq!(got.error(), error);
}

#[test]
fn a_token_is_taken_from_the_header_and_from_a_form() {
    let world = World::shared();
    let tokens = world.tokens(&world.tab(), &world.alex(), &[("scope", "openid email")]);
    let token = tokens["access_token"].as_str().unwrap();
    let url = world.url("/userinfo");
    for request in [
        world.http.get(&url).bearer_auth(token),
        world
            .http
            .get(&url)
            .header(AUTHORIZATION, format!("bearer {token}")),
        world.http.post(&url).bearer_auth(token),
        world.http.post(&url).form(&[("access_token", token)]),
    ] {
        let got = send(request);
        assert_eq!(got.status, 200, "{got:#?}");
        assert_eq!(got.header("content-type"), "application/json");
        assert_eq!(got.header("cache-control"), "no-store");
        assert_eq!(got.json()["email"], world.ready.username);
        assert!(got.json()["sub"].is_string());
    }
}

#[test]
fn a_request_without_a_token_gets_a_challenge_of_nothing_but_the_realm() {
    let world = World::shared();
    let url = world.url("/userinfo");
    for request in [world.http.get(&url), world.http.post(&url)] {
        let got = send(request);
        assert_eq!(got.status, 401, "{got:#?}");
        // No error, because there is no token to complain of (RFC 6750 §3.1, last paragraph).
        let challenge = got.header("www-authenticate");
        assert_eq!(challenge, "Bearer realm=\"stepwell\"");
    }
}

#[test]
fn a_token_in_the_query_is_refused() {
    let world = World::shared();
    let tokens = world.tokens(&world.tab(), &world.alex(), &[]);
    let token = tokens["access_token"].as_str().unwrap();
    for name in ["access_token", "%61ccess_token", "access%5Ftoken"] {
        let url = world.url(&format!("/userinfo?{name}={token}"));
        let got = send(world.http.get(&url));
        assert_challenged(&got, 400, "invalid_request");
        let got = send(world.http.get(&url).bearer_auth(token));
        assert_challenged(&got, 400, "invalid_request");
    }
}

#[test]
fn a_token_in_two_places_is_refused() {
    let world = World::shared();
    let tokens = world.tokens(&world.tab(), &world.alex(), &[]);
    let token = tokens["access_token"].as_str().unwrap();
    let request = world.http.post(world.url("/userinfo")).bearer_auth(token);
    assert_challenged(
        &send(request.form(&[("access_token", token)])),
        400,
        "invalid_request",
    );
    let twice = format!("access_token={token}&access_token={token}");
    let request = world.http.post(world.url("/userinfo")).body(twice);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert_challenged(&send(request), 400, "invalid_request");
    let said = raw::exchange(
        &world.issuer,
        format!(
            "GET /userinfo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        .as_bytes(),
    );
    assert_eq!(raw::statuses(&said), [400], "{said}");
}

#[test]
fn what_is_no_live_access_token_is_invalid_token() {
    let world = World::shared();
    let tokens = world.tokens(&world.tab(), &world.alex(), &[]);
    let token = tokens["access_token"].as_str().unwrap();
    let id_token = tokens["id_token"].as_str().unwrap();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let flipped: String = signature.chars().rev().collect();
    for bad in [
        id_token,
        refresh,
        &unsigned(token),
        &format!("{head}.{flipped}"),
        &format!("{head}."),
        head,
        "x",
        "a.b.c",
        &"x".repeat(3_000),
    ] {
        assert_challenged(
            &with(&world, &format!("Bearer {bad}")),
            401,
            "invalid_token",
        );
    }
}

#[test]
fn a_header_of_another_scheme_is_refused_with_a_bearer_challenge() {
    let world = World::shared();
    // RFC 6750 §3.1: no token came, so no error is named.
    for header in ["Basic YTpi", "DPoP x", "x"] {
        let got = with(&world, header);
        assert_eq!(got.status, 401, "{header}: {got:#?}");
        let challenge = got.header("www-authenticate");
        assert!(challenge.starts_with("Bearer"), "{challenge}");
        assert!(!challenge.contains("error"), "{challenge}");
    }
    for header in ["Bearer", "Bearer "] {
        assert_challenged(&with(&world, header), 400, "invalid_request");
    }
}

#[test]
fn a_token_of_a_service_has_not_the_scope_for_a_person() {
    let world = World::shared();
    let service = world.service();
    let token = service
        .token(&[("grant_type", "client_credentials")])
        .expect("access_token");
    let got = with(&world, &format!("Bearer {token}"));
    assert_challenged(&got, 403, "insufficient_scope");
    assert!(
        got.header("www-authenticate").contains("scope=\"openid\""),
        "{got:#?}"
    );
}

#[test]
fn a_token_after_logout_is_worth_nothing() {
    let world = World::shared();
    let tab = world.tab();
    let tokens = world.tokens(&tab, &world.alex(), &[]);
    let hint = tokens["id_token"].as_str().unwrap();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    assert_eq!(with(&world, &bearer).status, 200);
    tab.get(&world.url(&format!("/logout?id_token_hint={hint}")));
    assert_challenged(&with(&world, &bearer), 401, "invalid_token");
}
