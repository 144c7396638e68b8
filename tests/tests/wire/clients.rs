//! How clients prove themselves at the token endpoint, and what they are told when they do not.

use reqwest::header::AUTHORIZATION;
use stepwell_tests::databases::Database;

use crate::support::http::{is_wire_text, send};
use crate::support::{Got, World, raw};

const CREDENTIALS: [(&str, &str); 1] = [("grant_type", "client_credentials")];

#[test]
fn a_service_gets_a_token_and_names_no_person() {
    let world = World::shared();
    let service = world.service();
    let got = world.post_as(&service, "/token", &CREDENTIALS);
    assert_eq!(got.status, 200, "{got:#?}");
    let json = got.json();
    assert!(
        json["refresh_token"].is_null() && json["id_token"].is_null(),
        "{json}"
    );
    let token = json["access_token"].as_str().unwrap();
    assert_eq!(stepwell_tests::rp::header(token)["typ"], "at+jwt");
    let claims = stepwell_tests::rp::claims(token);
    for person in ["acr", "amr", "auth_time"] {
        assert!(claims[person].is_null(), "{claims}");
    }
}

#[test]
fn a_client_that_fails_by_basic_is_challenged_and_learns_no_reason() {
    let world = World::shared();
    let mut said = Vec::new();
    for (id, secret) in [
        (&*world.web.client_id, "wrong"),
        (&world.web.client_id, ""),
        ("nobody", "wrong"),
    ] {
        let request = world.http.post(world.url("/token")).form(&CREDENTIALS);
        let got = send(request.basic_auth(id, Some(secret)));
        if secret.is_empty() {
            assert!(got.status == 400 || got.status == 401, "{got:#?}");
            continue;
        }
        got.assert_refused(401, "invalid_client");
        let challenge = got.header("www-authenticate");
        assert!(challenge.starts_with("Basic realm=\""), "{challenge}");
        said.push(got.json()["error_description"].clone());
    }
    assert_eq!(
        said[0], said[1],
        "a known and an unknown client are told the same"
    );
}

#[test]
fn a_header_that_is_not_basic_is_challenged() {
    let world = World::shared();
    for header in [
        "Basic",
        "Basic !!!",
        "Basic bm9jb2xvbg==",
        "Bearer abc",
        "Digest x=y",
        "Basic eDp5/w",
    ] {
        let request = world.http.post(world.url("/token")).form(&CREDENTIALS);
        let got = send(request.header(AUTHORIZATION, header));
        got.assert_refused(401, "invalid_client");
        assert!(
            got.header("www-authenticate").starts_with("Basic "),
            "{got:#?}"
        );
    }
}

#[test]
fn a_client_proves_itself_in_one_way_and_that_is_its_own() {
    let world = World::shared();
    let (id, secret) = (
        &*world.web.client_id,
        world.web.client_secret.as_deref().unwrap(),
    );
    let post = |fields: &[(&str, &str)], basic: bool| {
        let mut all = CREDENTIALS.to_vec();
        all.extend(fields);
        let request = world.http.post(world.url("/token")).form(&all);
        send(if basic {
            request.basic_auth(id, Some(secret))
        } else {
            request
        })
    };
    post(&[("client_id", id), ("client_secret", secret)], true)
        .assert_refused(400, "invalid_request");
    post(&[("client_id", "another")], true).assert_refused(400, "invalid_request");
    let assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let both = [
        ("client_assertion_type", assertion),
        ("client_assertion", "a.b.c"),
    ];
    post(&both, true).assert_refused(400, "invalid_request");
    // Registered for Basic.
    post(&[("client_id", id), ("client_secret", secret)], false)
        .assert_refused(401, "invalid_client");
    post(&[("client_id", id)], false).assert_refused(401, "invalid_client");
    let nobody = post(&[], false);
    nobody.assert_refused(401, "invalid_client");
    let challenge = nobody.header("www-authenticate");
    assert!(challenge.starts_with("Basic "), "{challenge}");
    // The client is fine, but registered for people only.
    post(&[("client_id", id)], true).assert_refused(400, "unauthorized_client");
}

#[test]
fn credentials_that_come_twice_are_refused() {
    let world = World::shared();
    for path in ["/token", "/introspect", "/revoke"] {
        let body = "grant_type=client_credentials&token=x";
        let said = raw::exchange(
            &world.issuer,
            format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                 Authorization: Basic YTpi\r\nAuthorization: Basic YTpi\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .as_bytes(),
        );
        assert_eq!(raw::statuses(&said), [400], "{said}");
        assert!(said.contains("invalid_request"), "{said}");
    }
}

#[test]
fn a_body_that_is_no_form_is_refused() {
    let world = World::shared();
    for path in ["/token", "/introspect", "/revoke"] {
        for kind in [
            "application/json",
            "text/plain",
            "multipart/form-data; boundary=x",
            "",
        ] {
            let request = world
                .http
                .post(world.url(path))
                .header("content-type", kind);
            send(request.body("{\"grant_type\":\"client_credentials\"}"))
                .assert_refused(400, "invalid_request");
        }
    }
}

#[test]
fn a_grant_type_is_offered_and_registered_or_refused() {
    let world = World::shared();
    for (grant, error) in [
        ("password", "unsupported_grant_type"),
        ("implicit", "unsupported_grant_type"),
        ("AUTHORIZATION_CODE", "unsupported_grant_type"),
        (
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "unsupported_grant_type",
        ),
        ("client_credentials", "unauthorized_client"),
        ("", "invalid_request"),
    ] {
        let fields = [("grant_type", grant), ("username", "a"), ("password", "b")];
        world
            .post_as(&world.web, "/token", &fields)
            .assert_refused(400, error);
    }
}

#[test]
fn whatever_is_sent_the_description_stays_within_its_characters() {
    let world = World::shared();
    let service = world.service();
    for nasty in [
        "a\"b\\c",
        "a\r\nSet-Cookie: x=1",
        "☃\u{202e}",
        "\u{1b}[31m",
        "%22%5c%0d%0a",
        "<script>",
        "\t",
    ] {
        for fields in [
            vec![("grant_type", nasty)],
            vec![("grant_type", "client_credentials"), ("scope", nasty)],
            vec![("grant_type", "client_credentials"), ("resource", nasty)],
            vec![
                ("grant_type", "client_credentials"),
                (nasty, "1"),
                (nasty, "2"),
            ],
            vec![("grant_type", "authorization_code"), ("code", nasty)],
            vec![("grant_type", "refresh_token"), ("refresh_token", nasty)],
        ] {
            let got = world.post_as(&service, "/token", &fields);
            if got.status == 200 {
                continue;
            }
            assert_eq!(got.status, 400, "{fields:?}: {got:#?}");
            let text = got.json()["error_description"].as_str().unwrap().to_owned();
            assert!(is_wire_text(&text), "{fields:?}: {text:?}");
            assert!(got.set_cookies().is_empty());
        }
    }
}

#[test]
fn guessing_a_secret_is_throttled_and_others_are_not() {
    let world = World::alone(
        Database::sqlite(),
        &[("STEPWELL__LIMITS__FAILURES_PER_NETWORK", "3")],
    );
    let try_with = |secret: &str| -> Got {
        let request = world
            .http
            .post(world.url("/token"))
            .form(&[("grant_type", "refresh_token"), ("refresh_token", "x")]);
        send(request.basic_auth(&world.web.client_id, Some(secret)))
    };
    for _ in 0..3 {
        try_with("wrong").assert_refused(401, "invalid_client");
    }
    let right = world.web.client_secret.as_deref().unwrap();
    let got = try_with(right);
    got.assert_refused(429, "temporarily_unavailable");
    assert!(got.body.contains("try again in"), "{got:#?}");
    let wait: u64 = got.header("retry-after").parse().unwrap();
    assert!((1..=300).contains(&wait), "{got:#?}");
    let service = world.service();
    assert_eq!(world.post_as(&service, "/token", &CREDENTIALS).status, 200);
}

#[test]
fn an_empty_request_is_told_what_it_lacks_and_not_of_what_type_it_is() {
    let world = World::shared();
    let got = send(world.http.post(world.url("/token")));
    let told = got.json()["error_description"].to_string();
    assert!(told.contains("names no client"), "{told}");
    assert!(!told.contains("x-www-form-urlencoded"), "{told}");
}

#[test]
fn a_rule_is_named_once() {
    let world = World::shared();
    let request = world.http.post(world.url("/token")).form(&[
        ("grant_type", "client_credentials"),
        ("client_id", "a"),
        ("client_secret", "b"),
    ]);
    let got = send(request.basic_auth("a", Some("b")));
    got.assert_refused(400, "invalid_request");
    let told = got.json()["error_description"].to_string();
    assert_eq!(told.matches("RFC 6749").count(), 1, "{told}");
}
