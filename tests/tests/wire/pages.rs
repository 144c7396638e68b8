//! What every page carries, and where a page stands once its moment is over.

use stepwell_tests::html;

use crate::support::http::{parameters, send};
use crate::support::tab::{asks, form};
use crate::support::world::left;
use crate::support::{Got, World};

#[track_caller]
fn assert_guarded(page: &Got) {
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "script-src 'self'",
        "style-src 'self'",
    ] {
        assert!(policy.contains(part), "{part}: {page:#?}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for unused in ["data:", "font-src", "connect-src"] {
        assert!(!policy.contains(unused), "{policy}");
    }
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "unsafe-none"),
        ("content-type", "text/html; charset=utf-8"),
    ] {
        assert_eq!(page.header(name), value, "{page:#?}");
    }
    let referrer = page.header("referrer-policy");
    assert!(
        ["no-referrer", "same-origin"].contains(&referrer),
        "{page:#?}"
    );
    assert!(
        page.header("access-control-allow-origin").is_empty(),
        "{page:#?}"
    );
    assert_eq!(page.header("x-reference"), page.reference());
    for tag in html::tags(&page.body) {
        let inline = tag.name == "script" && !tag.closing && tag.attribute("src").is_none();
        assert!(!inline, "an inline script: {page:#?}");
        for handler in ["onclick", "onload", "onsubmit", "style"] {
            assert!(tag.attribute(handler).is_none(), "{handler}: {page:#?}");
        }
    }
}

#[test]
fn every_page_is_guarded_against_framing_sniffing_storing_and_scripts() {
    let world = World::shared();
    let tab = world.tab();
    let alex = world.alex();
    let mut page = tab.open(&world.web.authorize_url(&[("prompt", "consent")]));
    let mut seen = Vec::new();
    for (step, value) in [
        ("identify", ("username", &*alex.username)),
        ("password", ("password", &*alex.password)),
        ("consent", ("decision", "allow")),
    ] {
        assert!(asks(&page, step), "{page:#?}");
        assert_guarded(&page);
        seen.push(page.url.clone());
        if step == "password" {
            let wrong = tab.submit(&page, step, &[("password", "wrong")]);
            assert_eq!(wrong.status, 422);
            assert_guarded(&wrong);
        }
        page = tab.submit(&page, step, &[value]);
    }
    assert!(left(&page).is_some(), "{page:#?}");
    assert_guarded(&page);
    assert_guarded(&tab.get(seen[0].as_str()));
    for path in [
        "/",
        "/nowhere",
        "/logout",
        "/i/unknown",
        "/authorize?client_id=x",
    ] {
        assert_guarded(&tab.get(&world.url(path)));
    }
    let large = "x".repeat(200_000);
    for got in [
        send(world.http.put(world.url("/authorize"))),
        world.post("/i/unknown/password", &[("password", "x")]),
        world.post("/i/unknown/password", &[("password", &large)]),
    ] {
        assert!(got.status >= 400, "{got:#?}");
        assert_guarded(&got);
    }
}

#[test]
fn an_address_without_its_step_shows_the_step_that_is_due_and_gives_no_code() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let csrf = form(&page, "identify");
    let csrf = &csrf
        .fields
        .iter()
        .find(|(name, _)| name == "csrf")
        .unwrap()
        .1;
    for step in ["consent", "password", "totp", "account", "another-way"] {
        let at = format!("{}/{step}", page.url);
        let fields = [
            ("csrf", csrf.as_str()),
            ("decision", "allow"),
            ("password", "x"),
            ("code", "123456"),
        ];
        let got = tab.follow(tab.sent(tab.http().post(at).form(&fields)));
        assert!(left(&got).is_none(), "{step}: {got:#?}");
        assert!(!got.body.contains("code="), "{step}: {got:#?}");
    }
    for _ in 0..2 {
        let again = tab.get(page.url.as_str());
        assert!(left(&again).is_none(), "{again:#?}");
    }
}

#[test]
fn a_finished_interaction_says_that_it_is_done_and_never_gives_a_second_code() {
    let world = World::shared();
    let tab = world.tab();
    let app = world.register(&[]);
    let alex = world.alex();
    let page = tab.open(&app.authorize_url(&[]));
    let place = page.url.clone();
    let page = tab.submit(&page, "identify", &[("username", &alex.username)]);
    let consent = tab.submit(&page, "password", &[("password", &alex.password)]);
    let end = tab.submit(&consent, "consent", &[("decision", "allow")]);
    assert!(parameters(&left(&end).unwrap()).contains_key("code"));

    let again = tab.get(place.as_str());
    again.assert_page(200);
    assert!(again.body.contains("already done"), "{again:#?}");
    // The consent form from the history, sent once more.
    let replay = tab.submit(&consent, "consent", &[("decision", "allow")]);
    assert!(left(&replay).is_none(), "{replay:#?}");
    assert!(replay.body.contains("already done"), "{replay:#?}");
    assert!(!replay.body.contains("code="), "{replay:#?}");
}

#[test]
fn an_interaction_that_does_not_exist_is_gone_and_says_how_to_go_on() {
    let world = World::shared();
    for id in [
        "unknown",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &"x".repeat(3_000),
    ] {
        let got = send(world.http.get(world.url(&format!("/i/{id}"))));
        got.assert_page(410);
    }
}

#[test]
fn an_interaction_opened_in_another_browser_is_refused_there_and_goes_on_here() {
    let world = World::shared();
    let (mine, other) = (world.tab(), world.tab());
    let page = mine.open(&world.web.authorize_url(&[]));
    other.open(&world.web.authorize_url(&[]));
    let stranger = world.tab();
    for tab in [&other, &stranger] {
        tab.get(page.url.as_str()).assert_page(403);
        let form = form(&page, "identify");
        let got = tab.post_with(&page, &form, &[("username", &world.ready.username)], &[]);
        got.assert_page(403);
    }
    assert!(asks(&mine.get(page.url.as_str()), "identify"));
}

#[test]
fn an_interaction_that_came_by_a_form_belongs_to_the_first_browser_that_opens_it() {
    let world = World::shared();
    let url = url::Url::parse(&world.web.authorize_url(&[])).unwrap();
    let fields: Vec<_> = url.query_pairs().collect();
    let begun = send(world.http.post(world.url("/authorize")).form(&fields));
    let place = begun.location().unwrap();
    let (first, second) = (world.tab(), world.tab());
    assert!(asks(&first.get(place.as_str()), "identify"));
    second.get(place.as_str()).assert_page(403);
}

#[test]
fn cancelling_goes_back_as_access_denied() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let end = tab.submit(&page, "cancel", &[]);
    let back = parameters(&left(&end).unwrap());
    assert_eq!(back["error"], "access_denied");
    assert_eq!((&*back["iss"], &*back["state"]), (&*world.issuer, "s"));

    let app = world.register(&[]);
    let page = tab.open(&app.authorize_url(&[]));
    let page = tab.submit(&page, "identify", &[("username", &world.ready.username)]);
    let page = tab.submit(&page, "password", &[("password", &world.ready.password)]);
    let end = tab.submit(&page, "consent", &[("decision", "deny")]);
    let back = parameters(&left(&end).unwrap());
    assert_eq!(back["error"], "access_denied");
    assert!(!back.contains_key("code"));
}

#[test]
fn another_way_with_nothing_left_to_prove_goes_on_to_the_app() {
    let world = World::shared();
    let tab = world.tab();
    let waiting = tab.open(&world.web.authorize_url(&[]));
    world.code(&tab, &world.web, &world.alex(), &[]);
    let end = tab.open(&format!("{}/another-way", waiting.url));
    let to = left(&end).unwrap_or_else(|| panic!("{end:#?}"));
    assert!(parameters(&to).contains_key("code"), "{to}");
}
