//! What a request says about itself and is not believed (spec §5 lines 101, 102, 112).

use serde_json::Value;
use stepwell_tests::databases::Database;

use crate::support::http::send;
use crate::support::tab::form;
use crate::support::world::left;
use crate::support::{World, raw};

const FORGED: [(&str, &str); 6] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-port", "444"),
    ("forwarded", "for=203.0.113.9;host=evil.example;proto=https"),
    ("x-original-url", "/evil.example"),
];

#[test]
fn a_forged_host_changes_no_document_no_link_and_no_cookie() {
    let world = World::shared();
    for path in [
        "/.well-known/openid-configuration",
        "/jwks",
        "/nowhere",
        "/",
        "/logout",
    ] {
        let plain = send(world.http.get(world.url(path)));
        let mut request = world.http.get(world.url(path));
        for (name, value) in FORGED {
            request = request.header(name, value);
        }
        let got = send(request);
        assert_eq!(got.status, plain.status, "{path}");
        assert!(!format!("{got:?}").contains("evil.example"), "{got:#?}");
        if path.starts_with("/.well") || path == "/jwks" {
            assert_eq!(got.body, plain.body);
        }
    }
    let tab = world.tab();
    let mut request = tab.http().get(world.web.authorize_url(&[]));
    for (name, value) in FORGED {
        request = request.header(name, value);
    }
    let begun = tab.sent(request);
    assert!(
        !format!("{:?} {}", begun.headers, begun.body).contains("evil.example"),
        "{begun:#?}"
    );
    let end = world.walk(&tab, tab.follow(begun), &world.alex());
    let to = left(&end).unwrap();
    assert!(
        to.query_pairs()
            .any(|(name, value)| name == "iss" && value == world.issuer),
        "{to}"
    );
}

#[test]
fn a_forged_host_does_not_make_a_foreign_form_ours() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let form = form(&page, "identify");
    let forged = [("host", "evil.example"), ("origin", "http://evil.example")];
    tab.post_with(&page, &form, &[("username", "x")], &forged)
        .assert_page(403);
}

/// The log line of the request with this reference.
fn logged(world: &World, reference: &str) -> Value {
    let log = world.provider().log();
    let mut lines = log
        .lines()
        .filter(|line| line.contains(reference))
        .filter_map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["method"].is_string().then_some(line)
        });
    let line = lines
        .next()
        .unwrap_or_else(|| panic!("{reference} is not in the log:\n{log}"));
    assert!(lines.next().is_none(), "more than one line for {reference}");
    line
}

#[test]
fn a_forwarded_address_counts_only_from_a_listed_proxy() {
    let stranger = World::shared();
    let behind = World::alone(
        Database::sqlite(),
        &[("STEPWELL__TRUSTED_PROXIES", "127.0.0.1")],
    );
    for (world, expected) in [(&*stranger, "127.0.0.1"), (&behind, "203.0.113.7")] {
        let request = world.http.get(world.url("/nowhere"));
        let got = send(request.header("x-forwarded-for", "198.51.100.1, 203.0.113.7"));
        assert_eq!(logged(world, got.reference())["client"], expected);
    }
}

#[test]
fn a_new_forwarded_address_for_each_guess_does_not_evade_the_throttle() {
    let settings = [("STEPWELL__LIMITS__FAILURES_PER_NETWORK", "3")];
    let world = World::alone(Database::sqlite(), &settings);
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let mut statuses = Vec::new();
    for guess in 0..5 {
        let name = format!("nobody{guess}@example.com");
        let page = tab.submit(&page, "identify", &[("username", &name)]);
        let form = form(&page, "password");
        let forged = format!("203.0.113.{guess}");
        let headers = [
            ("x-forwarded-for", &*forged),
            ("forwarded", "for=203.0.113.9"),
        ];
        statuses.push(
            tab.post_with(&page, &form, &[("password", "x")], &headers)
                .status,
        );
        if statuses.last() == Some(&429) {
            break;
        }
    }
    assert_eq!(statuses, [422, 422, 422, 429]);
}

#[test]
fn each_request_is_one_log_line_under_the_reference_that_the_page_shows() {
    let world = World::shared();
    let request = world.http.get(world.url("/nowhere?secret=in-the-query"));
    let got = send(request.header("user-agent", "tester/1"));
    let line = logged(&world, got.reference());
    assert_eq!(line["path"], "/nowhere");
    assert_eq!(line["status"], 404);
    assert_eq!(line["user_agent"], "tester/1");
    assert!(!world.provider().log().contains("in-the-query"));
}

#[test]
fn no_secret_of_a_sign_in_is_in_the_log() {
    let world = World::shared();
    let person = world.person();
    let tab = world.tab();
    let code = world.code(
        &tab,
        &world.web,
        &person,
        &[("acr_values", crate::support::MFA)],
    );
    let tokens = world.web.redeem(&code);
    let refreshed = world.web.refresh(&tokens.expect("refresh_token"));
    let log = world.provider().log();
    for secret in [
        &person.password,
        &code,
        &tokens.expect("access_token"),
        &tokens.expect("refresh_token"),
        &tokens.expect("id_token"),
        &refreshed.expect("refresh_token"),
        &tab.cookie("stepwell-session").unwrap(),
        &tab.cookie("stepwell-browser").unwrap(),
        world.web.client_secret.as_ref().unwrap(),
    ] {
        assert!(!log.contains(secret.as_str()));
    }
}

#[test]
fn nothing_that_a_visitor_sends_breaks_a_log_line() {
    let world = World::shared();
    let nasty: [&[u8]; 6] = [
        b"GET /a%0a%1b[31mforged HTTP/1.1\r\nHost: x\r\nUser-Agent: plain-one\r\n",
        b"GET /b HTTP/1.1\r\nHost: x\r\nUser-Agent: \x1b[31mred-two\r\n",
        b"GET /c HTTP/1.1\r\nHost: x\r\nUser-Agent: \x9b31m-three\xff\r\n",
        b"GET /d HTTP/1.1\r\nHost: x\r\nUser-Agent: tab\there-four\r\n",
        b"GET /e HTTP/1.1\r\nHost: x\r\nUser-Agent: \xe2\x80\xae\xe2\x80\xa8-five\r\n",
        b"GET /f\xc2\x85\xe2\x80\xa8 HTTP/1.1\r\nHost: x\r\nUser-Agent: {\"level\":\"forged\"}\r\n",
    ];
    for head in nasty {
        let request = [head, b"Connection: close\r\n\r\n"].concat();
        let said = raw::exchange(&world.issuer, &request);
        let status = raw::statuses(&said)[0];
        assert!((400..500).contains(&status), "{said}");
    }
    let log = world.provider().log();
    assert!(log.contains("plain-one"), "{log}");
    for line in log
        .lines()
        .filter(|line| line.starts_with('{') && line.contains("\"path\""))
    {
        let read: Value = serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"));
        let unseen = |text: &str| {
            text.chars()
                .any(|c| c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c))
        };
        assert!(!unseen(line), "{line:?}");
        assert!(!unseen(read["path"].as_str().unwrap()), "{line}");
        assert!(!unseen(read["user_agent"].as_str().unwrap_or("")), "{line}");
        assert_ne!(read["level"], "forged");
    }
}
