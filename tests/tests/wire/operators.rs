//! What operators see, on a listener of their own: health, figures, the audit log.

use std::time::Duration;

use stepwell_tests::databases::Database;
use stepwell_tests::wait;

use crate::support::http::send;
use crate::support::tab::asks;
use crate::support::{MFA, World};

#[test]
fn health_and_figures_are_on_the_operators_listener_and_nowhere_else() {
    let world = World::shared();
    for path in ["/live", "/ready", "/metrics"] {
        let got = send(world.http.get(format!("{}{path}", world.ready.ops)));
        assert_eq!(got.status, 200, "{got:#?}");
        assert_eq!(got.header("cache-control"), "no-store");
        send(world.http.get(world.url(path))).assert_page(404);
    }
    for path in [
        "/authorize",
        "/token",
        "/jwks",
        "/.well-known/openid-configuration",
    ] {
        let got = send(world.http.get(format!("{}{path}", world.ready.ops)));
        assert_eq!(got.status, 404, "{got:#?}");
    }
    let ready = send(world.http.get(format!("{}/ready", world.ready.ops))).json();
    assert_eq!(ready["ready"], true, "{ready}");
}

#[test]
fn figures_count_requests_by_route_and_name_nobody() {
    let world = World::shared();
    let person = world.person();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[("acr_values", MFA)]));
    let interaction = page.url.path().rsplit('/').next().unwrap().to_owned();
    world.walk(&tab, page, &person);
    send(
        world
            .http
            .get(world.url("/a-path-that-was-typed?and=a-query")),
    );
    let method = reqwest::Method::from_bytes(b"INVENTED").unwrap();
    send(world.http.request(method, world.url("/token")));
    let figures = wait::until(
        "the figures to be folded together",
        Duration::from_secs(10),
        || {
            let text = send(world.http.get(format!("{}/metrics", world.ready.ops))).body;
            text.contains("route=\"/i/{id}/{answer}\"").then_some(text)
        },
    );
    for expected in [
        "stepwell_http_request_duration_seconds_bucket{route=\"/authorize\",method=\"GET\",status=\"303\"",
        "stepwell_http_request_duration_seconds_count{route=\"/i/{id}\",method=\"GET\",status=\"200\"}",
        "route=\"unknown\"",
        "stepwell_authn_attempts_total{factor=\"totp\",outcome=\"passed\"}",
        "stepwell_build_info",
    ] {
        assert!(
            figures.contains(expected),
            "{expected} is not in\n{figures}"
        );
    }
    for forbidden in [
        &*person.username,
        &world.web.client_id,
        &interaction,
        "a-path-that-was-typed",
        "a-query",
        "INVENTED",
        "127.0.0.1",
    ] {
        assert!(!figures.contains(forbidden), "{forbidden} is in\n{figures}");
    }
}

#[test]
fn the_audit_log_is_whole_after_sign_ins_failures_replays_and_logouts() {
    // Alone, because records are counted.
    let world = World::alone(Database::sqlite(), &[]);
    let tab = world.tab();
    let tokens = world.tokens(&tab, &world.alex(), &[]);
    let code = world.code(&tab, &world.web, &world.alex(), &[]);
    for _ in 0..2 {
        world.web.redeem(&code);
    }
    world.post_as(
        &world.web,
        "/revoke",
        &[("token", tokens["refresh_token"].as_str().unwrap())],
    );
    let records = |world: &World| {
        let verified = world.provider().cli_json(&["audit", "verify", "--json"]);
        assert_eq!(verified["ok"], true, "{verified}");
        verified["records"].as_u64().unwrap()
    };
    // What people type goes in as text, whatever it looks like where it is read; a control character is no name.
    for (name, reaches) in [("o'neil--漢@example.com", true), ("line\r\nbreak", false)] {
        let other = world.tab();
        let page = other.open(&world.web.authorize_url(&[]));
        let page = other.submit(&page, "identify", &[("username", name)]);
        assert_eq!(asks(&page, "password"), reaches, "{page:#?}");
        if reaches {
            let wrong = "line\r\nbreak \u{202e} {\"json\":1}";
            let got = other.submit(&page, "password", &[("password", wrong)]);
            assert_eq!(got.status, 422, "{got:#?}");
            let (first, once) = (records(&world), records(&world));
            other.submit(&got, "password", &[("password", wrong)]);
            // That somebody looked is in the log too.
            let looking = once - first;
            assert_eq!(
                records(&world),
                once + looking + 1,
                "a failure is in the log"
            );
        }
    }
    let failed = records(&world);
    tab.get(&world.url(&format!(
        "/logout?id_token_hint={}",
        tokens["id_token"].as_str().unwrap()
    )));
    assert!(records(&world) > failed + 1, "signing out is in the log");
}
