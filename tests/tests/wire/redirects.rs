//! Where answers may go, and that they go nowhere else (spec §5 lines 31 to 33).

use stepwell_tests::rp::REDIRECT_URI;

use crate::support::http::send;
use crate::support::{World, sent_back};

#[test]
fn a_client_that_is_missing_unknown_or_named_twice_is_told_on_a_page() {
    let world = World::shared();
    for client in [
        "",
        "nobody",
        "demo-bank ",
        "DEMO-BANK",
        &"x".repeat(5_000),
        "<script>",
    ] {
        let got = world.ask(&[("client_id", client), ("prompt", "none")]);
        got.assert_page(400);
        assert_eq!(got.developer_error(), "invalid_request");
        assert!(got.body.contains("client_id"), "{got:#?}");
        assert!(!got.body.contains("<script>"), "{got:#?}");
    }
    let twice = format!("{}&client_id=demo-bank", world.web.authorize_url(&[]));
    send(world.http.get(twice)).assert_page(400);
}

#[test]
fn a_redirect_uri_that_is_not_the_registered_text_is_told_on_a_page() {
    let world = World::shared();
    for trick in [
        "",
        "http://127.0.0.1:9/callback/",
        "http://127.0.0.1:9/callback/../callback",
        "http://127.0.0.1:9/x/../callback",
        "http://127.0.0.1:9/callback/%2e%2e/callback",
        "http://127.0.0.1:9/Callback",
        "http://127.0.0.1:9/callback?x=1",
        "http://127.0.0.1:9/callback?",
        "http://127.0.0.1:9/callback#",
        "http://127.0.0.1:9/callback#fragment",
        "http://127.0.0.1:9/callback%00",
        "http://127.0.0.1:9/callback;x",
        "http://127.0.0.1:9//callback",
        "http://127.0.0.1:9\\callback",
        "http://127.0.0.1:9@evil.example/callback",
        "http://user@127.0.0.1:9/callback",
        "http://127.0.0.1:9.evil.example/callback",
        "http://127.0.0.1:90/callback",
        "http://127.0.0.1/callback",
        "http://127.1:9/callback",
        "http://localhost:9/callback",
        "HTTP://127.0.0.1:9/callback",
        "https://127.0.0.1:9/callback",
        " http://127.0.0.1:9/callback",
        "http://127.0.0.1:9/callback ",
        "//127.0.0.1:9/callback",
        "/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://evil.example/callback",
    ] {
        let got = world.ask(&[("redirect_uri", trick), ("prompt", "none")]);
        got.assert_page(400);
        assert_eq!(got.developer_error(), "invalid_request", "{trick}");
        // What is registered is for the operator's eyes: the page does not help to guess.
        assert!(
            trick.contains(REDIRECT_URI) || !got.body.contains(REDIRECT_URI),
            "{trick}: {got:#?}"
        );
    }
}

#[test]
fn a_redirect_uri_that_comes_twice_is_told_on_a_page() {
    let world = World::shared();
    let evil = "redirect_uri=https%3A%2F%2Fevil.example%2F";
    let after = format!("{}&{evil}", world.web.authorize_url(&[]));
    let before = world
        .web
        .authorize_url(&[])
        .replacen('?', &format!("?{evil}&"), 1);
    for twice in [after, before] {
        send(world.http.get(twice)).assert_page(400);
    }
}

#[test]
fn a_native_app_may_listen_on_any_loopback_port_but_not_elsewhere() {
    let world = World::shared();
    let native = world.register(&["--type", "native"]);
    let ask = |uri: &str| {
        let more = [("redirect_uri", uri), ("prompt", "none")];
        send(world.http.get(native.authorize_url(&more)))
    };
    for port in [
        "http://127.0.0.1:1234/callback",
        "http://127.0.0.1:65535/callback",
    ] {
        assert_eq!(sent_back(&ask(port), port)["error"], "login_required");
    }
    for other in [
        "http://127.0.0.1:1234/other",
        "http://127.0.0.1:1234/callback?x=1",
        "http://localhost:1234/callback",
        "http://[::1]:1234/callback",
        "http://127.0.0.2:1234/callback",
        "http://127.0.0.1:1234@evil.example/callback",
        "http://127.0.0.1:12345678/callback",
        "http://127.0.0.1:-1/callback",
        "http://127.0.0.1:port/callback",
    ] {
        ask(other).assert_page(400);
    }
}

#[test]
fn a_web_app_may_not_change_its_port() {
    let world = World::shared();
    world
        .ask(&[("redirect_uri", "http://127.0.0.1:1234/callback")])
        .assert_page(400);
}

#[test]
fn a_response_mode_that_is_not_offered_is_told_on_a_page() {
    let world = World::shared();
    for mode in [
        "fragment",
        "query.jwt",
        "web_message",
        "QUERY",
        "query form_post",
        "x",
    ] {
        let got = world.ask(&[("response_mode", mode), ("prompt", "none")]);
        got.assert_page(400);
        assert!(got.body.contains("response_mode"), "{got:#?}");
        assert!(!got.body.contains("login_required"), "{got:#?}");
    }
}

#[test]
fn an_address_that_runs_or_cannot_be_trusted_is_not_registered() {
    let world = World::shared();
    for bad in [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://app.example/callback",
        "https://app.example/callback#x",
        "https://user@app.example/callback",
        "https://app.example/../callback",
        "https://*.app.example/callback",
        "/callback",
    ] {
        let arguments = [
            "client",
            "create",
            "--type",
            "web",
            "--redirect",
            bad,
            "--json",
        ];
        let made = world.provider().cli(&arguments);
        assert!(!made.status.success(), "{bad} was registered");
        assert!(made.status.code().is_some(), "{bad}: {}", made.status);
        let said = String::from_utf8_lossy(&made.stdout).into_owned();
        assert!(!said.contains("client_secret"), "{said}");
    }
}

#[test]
fn what_a_posted_request_sent_is_shown_to_the_developer_too() {
    let world = World::shared();
    let wrong = "https://elsewhere.example/cb";
    let fields = [
        ("client_id", &*world.web.client_id),
        ("redirect_uri", wrong),
    ];
    let got = world.post("/authorize", &fields);
    got.assert_page(400);
    assert!(got.body.contains(wrong), "{got:#?}");
    assert!(
        got.body.contains("This sign-in request is not valid"),
        "{got:#?}"
    );
    let logout = send(world.http.get(world.url("/logout?id_token_hint=x")));
    assert!(!logout.body.contains("sign-in request"), "{logout:#?}");
}
