//! The two cookies: how they are set, when they change, and which ones are not believed.

use stepwell_tests::process::serve_on_a_free_port;

use crate::support::http::{self, send};
use crate::support::{MFA, Tab, World};

const SESSION: &str = "stepwell-session";
const BROWSER: &str = "stepwell-browser";

#[test]
fn on_loopback_cookies_are_http_only_lax_and_for_this_host_alone() {
    let world = World::shared();
    let tab = world.tab();
    let begun = tab.get(&world.web.authorize_url(&[]));
    let browser = begun.set_cookies()[0].to_owned();
    let page = tab.follow(begun);
    let page = tab.submit(&page, "identify", &[("username", &world.ready.username)]);
    let form = crate::support::tab::form(&page, "password");
    let done = tab.post_with(&page, &form, &[("password", &world.ready.password)], &[]);
    let session = done.set_cookies()[0].to_owned();
    for (line, name) in [(browser, BROWSER), (session, SESSION)] {
        assert!(line.starts_with(&format!("{name}=")), "{line}");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
        let value = line.split(['=', ';']).nth(1).unwrap();
        assert!(value.len() >= 43, "fewer than 256 bits: {line}");
    }
}

#[test]
fn behind_https_cookies_are_host_bound_and_secure_and_transport_is_pinned() {
    let world = World::shared();
    let config = world.provider().config();
    let database = world.provider().database().url().to_owned();
    let (_node, at) = serve_on_a_free_port(
        &config,
        &[
            ("STEPWELL__DATABASE_URL", &database),
            ("STEPWELL__OPS_LISTEN", "off"),
            ("STEPWELL__ISSUER", "https://id.example.test"),
        ],
    );
    let tab = Tab::new(&at);
    let url = world.web.authorize_url(&[]).replacen(&world.issuer, &at, 1);
    let begun = tab.get(&url);
    let page = tab.follow(begun.clone());
    let name = crate::support::tab::form(&page, "identify");
    let ours = [("origin", "https://id.example.test")];
    let page = tab.post_with(&page, &name, &[("username", &world.ready.username)], &ours);
    let page = tab.follow(page);
    let password = crate::support::tab::form(&page, "password");
    let done = tab.post_with(
        &page,
        &password,
        &[("password", &world.ready.password)],
        &ours,
    );
    for (got, name) in [(&begun, BROWSER), (&done, SESSION)] {
        let line = got.set_cookies()[0];
        assert!(line.starts_with(&format!("__Host-{name}=")), "{line}");
        for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
    let strict = page.header("strict-transport-security");
    assert!(strict.contains("max-age="), "{page:#?}");
    assert!(
        !strict.contains("includeSubDomains"),
        "what lies below the host is not ours to speak for: {strict}"
    );

    // The plain name counts for nothing here, wherever it comes from.
    let session = tab.cookie("__Host-stepwell-session").unwrap();
    let ask = |name: &str| {
        let request = http::client().get(format!("{url}&prompt=none"));
        let got = send(request.header("cookie", format!("{name}={session}")));
        let back = got.location().unwrap();
        back.query().unwrap().contains("login_required")
    };
    assert!(ask(SESSION));
    assert!(!ask("__Host-stepwell-session"));
}

#[test]
fn a_session_cookie_that_was_set_beforehand_is_never_the_one_that_is_signed_in() {
    let world = World::shared();
    let tab = world.tab();
    let planted = "attackers-choice-attackers-choice-attackers";
    tab.set_cookie(SESSION, planted);
    world.code(&tab, &world.web, &world.alex(), &[]);
    let session = tab.cookie(SESSION).unwrap();
    assert_ne!(session, planted);
    let attacker = world.tab();
    attacker.set_cookie(SESSION, planted);
    assert!(!world.is_signed_in(&attacker));
    assert!(world.is_signed_in(&tab));
}

#[test]
fn every_proof_changes_the_session_cookie_and_the_old_one_is_worth_nothing() {
    let world = World::shared();
    let tab = world.tab();
    let person = world.person();
    world.code(&tab, &world.web, &person, &[]);
    let before = tab.cookie(SESSION).unwrap();
    world.code(&tab, &world.web, &person, &[("acr_values", MFA)]);
    let after = tab.cookie(SESSION).unwrap();
    assert_ne!(before, after);
    assert!(world.is_signed_in(&tab));
    tab.set_cookie(SESSION, &before);
    assert!(!world.is_signed_in(&tab));
}

#[test]
fn a_cookie_that_comes_twice_is_not_believed() {
    let world = World::shared();
    let tab = world.tab();
    world.code(&tab, &world.web, &world.alex(), &[]);
    let session = tab.cookie(SESSION).unwrap();
    let asked = |cookie: String| {
        let url = world.web.authorize_url(&[("prompt", "none")]);
        let got = send(world.http.get(url).header("cookie", cookie));
        got.location().unwrap().query().unwrap().to_owned()
    };
    assert!(asked(format!("{SESSION}={session}")).contains("code="));
    for tossed in [
        format!("{SESSION}={session}; {SESSION}=tossed"),
        format!("{SESSION}=tossed; {SESSION}={session}"),
        format!("{SESSION}={session}; {SESSION}={session}"),
    ] {
        assert!(asked(tossed.clone()).contains("login_required"), "{tossed}");
    }
}

#[test]
fn odd_cookies_are_no_session_and_no_fault() {
    let world = World::shared();
    for cookie in [
        "stepwell-session",
        "stepwell-session=",
        "=",
        ";;;",
        "stepwell-session=\u{1}x",
        "stepwell-session='; DROP TABLE sessions;--",
        &format!("stepwell-session={}", "x".repeat(4_000)),
    ] {
        let url = world.web.authorize_url(&[("prompt", "none")]);
        let mut request = format!(
            "GET {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n",
            &url[world.issuer.len()..]
        );
        request.push_str(&format!("Cookie: {cookie}\r\n\r\n"));
        let said = crate::support::raw::exchange(&world.issuer, request.as_bytes());
        let status = crate::support::raw::statuses(&said)[0];
        assert!(status == 303 || status == 400, "{cookie}: {said}");
        assert!(!said.contains("code="), "{said}");
    }
}
