//! Text that is badly encoded, repeated or meant to break out of where it stands (lines 48, 96 to 100).

use std::sync::Arc;

use stepwell_tests::databases::Database;
use stepwell_tests::rp::REDIRECT_URI;

use crate::support::http::{parameters, send};
use crate::support::tab::{asks, form};
use crate::support::world::left;
use crate::support::{World, raw, sent_back};

#[test]
fn a_repeated_parameter_goes_back_as_invalid_request() {
    let world = World::shared();
    for again in [
        "scope=openid",
        "acr_values=a&acr_values=b",
        "max_age=1&max_age=2",
        "prompt=none&prompt=login",
        "unknown=1&unknown=2",
        "code_challenge=x",
    ] {
        let got = send(
            world
                .http
                .get(format!("{}&{again}", world.web.authorize_url(&[]))),
        );
        let back = sent_back(&got, REDIRECT_URI);
        assert_eq!(back["error"], "invalid_request", "{again}");
        assert_eq!(back["state"], "s");
    }
}

#[test]
fn a_repeated_state_cannot_be_returned_and_is_told_on_a_page() {
    let world = World::shared();
    let twice = format!("{}&state=t", world.web.authorize_url(&[("prompt", "none")]));
    send(world.http.get(twice)).assert_page(400);
}

#[test]
fn a_repeated_parameter_of_a_token_request_is_invalid_request() {
    let world = World::shared();
    for path in ["/token", "/introspect", "/revoke"] {
        let fields = [("token", "a"), ("token", "b"), ("grant_type", "x")];
        world
            .post_as(&world.web, path, &fields)
            .assert_refused(400, "invalid_request");
    }
}

#[test]
fn text_that_is_not_utf_8_or_holds_a_nul_is_refused_with_400() {
    let world = World::shared();
    for bad in [
        "state=%ff",
        "state=%00",
        "login_hint=a%00b",
        "x=%c0%80",
        "x=%ed%a0%80",
        "x=%f5%80%80%80",
        "%ff=x",
        "x=%",
        "x=%2",
        "x=%zz",
        "nonce=%fe",
    ] {
        let got = send(
            world
                .http
                .get(format!("{}&{bad}", world.web.authorize_url(&[]))),
        );
        got.assert_page(400);
        let form = |path| {
            let request = world.http.post(world.url(path));
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            send(request.body(format!("grant_type=x&{bad}")))
        };
        for path in ["/token", "/introspect", "/revoke"] {
            form(path).assert_refused(400, "invalid_request");
        }
        form("/authorize").assert_page(400);
        form("/logout").assert_page(400);
        assert_eq!(form("/userinfo").status, 400);
    }
}

#[test]
fn odd_bytes_in_a_path_are_nowhere_and_break_nothing() {
    // PostgreSQL takes no NUL, SQLite does: neither must get to see one.
    let on_postgres = Database::postgres().map(|database| Arc::new(World::alone(database, &[])));
    for world in std::iter::once(World::shared()).chain(on_postgres) {
        for path in [
            "/i/%00",
            "/i/%ff",
            "/i/%ed%a0%80",
            "/i/%0d%0aSet-Cookie:%20x=1",
            "/i/..%2f..%2fjwks",
            "/i/%27%20OR%201=1--",
            "/static/%00/%00",
            "/%ff",
            "/i/a%00b/another-way",
            "/i/a%0d%0aSet-Cookie:%20x=1/another-way",
        ] {
            let said = raw::exchange(
                &world.issuer,
                format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes(),
            );
            let status = raw::statuses(&said)[0];
            assert!((400..500).contains(&status), "{path}: {said}");
            assert!(!said.to_lowercase().contains("\r\nset-cookie: x"), "{said}");
        }
        let posted = world.post("/i/a%00b/password", &[("password", "x")]);
        posted.assert_page(410);
    }
}

#[test]
fn a_line_break_in_state_stays_inside_the_location() {
    let world = World::shared();
    let state = "a\r\nSet-Cookie: stolen=1\r\n\r\n<script>alert(1)</script>\u{2028}";
    let got = world.ask(&[("prompt", "none"), ("state", state)]);
    assert_eq!(sent_back(&got, REDIRECT_URI)["state"], state);
    assert!(got.set_cookies().is_empty(), "{got:#?}");
    assert_eq!(got.body, "");
    assert!(
        got.header("location")
            .bytes()
            .all(|byte| byte.is_ascii_graphic())
    );
}

#[test]
fn a_script_or_a_line_break_in_login_hint_is_text_in_the_field_and_nothing_else() {
    let world = World::shared();
    for hint in [
        "\"><script>alert(1)</script>",
        "' autofocus onfocus='alert(1)",
        "a\r\nSet-Cookie: stolen=1",
        "</input><img src=x onerror=alert(1)>",
    ] {
        let tab = world.tab();
        let page = tab.open(&world.web.authorize_url(&[("login_hint", hint)]));
        assert!(asks(&page, "identify"), "{page:#?}");
        for raw in ["<script>alert", "<img src=x", "onfocus='alert(1)"] {
            assert!(!page.body.contains(raw), "{hint}: {page:#?}");
        }
        assert!(tab.cookie("stolen").is_none());
        let name = form(&page, "identify");
        let (_, value) = name
            .fields
            .iter()
            .find(|(name, _)| name == "username")
            .unwrap();
        // A browser leaves out the line breaks of a field of one line; here it is as it was sent.
        assert_eq!(value, hint, "{page:#?}");
    }
}

#[test]
fn a_script_as_user_name_is_refused_and_not_repeated() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let name = "\"><script>alert(1)</script>";
    let next = tab.submit(&page, "identify", &[("username", name)]);
    assert!(!next.body.contains("<script>alert"), "{next:#?}");
    let form = form(&next, "identify");
    let (_, shown) = form.fields.iter().find(|(n, _)| n == "username").unwrap();
    assert_eq!((next.status, shown.as_str()), (422, ""), "{next:#?}");
}

#[test]
fn state_comes_back_byte_for_byte_with_a_code() {
    let world = World::shared();
    let tab = world.tab();
    for state in [
        "a+b c%20&d=e#f",
        "ünïcødé ☃ 漢",
        "{\"a\":[1]}",
        &"x".repeat(4_000),
    ] {
        let page = tab.open(&world.web.authorize_url(&[("state", state)]));
        let end = world.walk(&tab, page, &world.alex());
        let back = parameters(&left(&end).unwrap());
        assert_eq!(back["state"], state);
        assert!(back.contains_key("code"));
        assert_eq!(back["iss"], world.issuer);
    }
}

#[test]
fn a_huge_request_is_refused_and_the_server_goes_on() {
    let world = World::shared();
    let state = world.ask(&[("state", &"x".repeat(5_000))]);
    state.assert_page(400);
    // RFC 9110 §15.5.15.
    let query = world.ask(&[("filler", &"x".repeat(40_000))]);
    query.assert_page(414);
    let many: Vec<(String, String)> = (0..200).map(|n| (format!("p{n}"), "1".into())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(n, v)| (&**n, &**v)).collect();
    world.ask(&many).assert_page(400);
    for length in [100_000, 3_000_000] {
        let line = format!(
            "GET /authorize?x={} HTTP/1.1\r\nHost: x\r\n\r\n",
            "x".repeat(length)
        );
        let said = raw::exchange(&world.issuer, line.as_bytes());
        let statuses = raw::statuses(&said);
        assert_eq!(statuses.len(), 1, "{said}");
        assert!((400..500).contains(&statuses[0]), "{said}");
    }
    assert_eq!(send(world.http.get(world.url("/jwks"))).status, 200);
}

#[test]
fn the_name_of_an_app_is_text_on_every_page_or_is_not_registered() {
    let world = World::shared();
    for (name, registered) in [
        ("<img src=x onerror=alert(1)>", true),
        ("Bank\u{202e}knaB", false),
        ("Ba\u{200b}nk", false),
        ("a\nb", false),
    ] {
        let redirect = ["--type", "web", "--redirect", REDIRECT_URI, "--name", name];
        let made = world
            .provider()
            .cli(&[&["client", "create", "--json"], &redirect[..]].concat());
        assert_eq!(made.status.success(), registered, "{name:?}: {made:?}");
        if !registered {
            continue;
        }
        let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
        let id = made["client_id"].as_str().unwrap();
        let app = stepwell_tests::rp::RelyingParty::known(&world.issuer, id, None);
        let tab = world.tab();
        let page = tab.open(&app.authorize_url(&[]));
        assert!(asks(&page, "identify"), "{page:#?}");
        assert!(!page.body.contains("<img src=x"), "{page:#?}");
        assert!(page.body.contains("img src=x onerror"), "{page:#?}");
    }
}
