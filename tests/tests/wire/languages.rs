//! In which language pages come: the request's, the person's choice, the browser's, English.

use serde_json::json;

use crate::support::http::send;
use crate::support::tab::{asks, form};
use crate::support::world::left;
use crate::support::{Got, Tab, World};

const COOKIE: &str = "stepwell-lang";

/// The page is wholly in this language, and says so.
#[track_caller]
fn assert_language(page: &Got, tag: &str) {
    assert!(
        page.body
            .contains(&format!("<html lang=\"{tag}\" dir=\"ltr\">")),
        "{page:#?}"
    );
    assert_eq!(page.header("content-language"), tag, "{page:#?}");
    assert_eq!(page.header("vary"), "Accept-Language, Cookie", "{page:#?}");
    let own = if tag == "de" {
        "Hilfe bitten|Abbrechen|Weiter|Ablehnen|Abmelden|abgemeldet|Hier melden"
    } else {
        "ask for help|Cancel|Continue|Don’t allow|Sign out|signed out|It signs you in"
    };
    assert!(
        own.split('|').any(|words| page.body.contains(words)),
        "{page:#?}"
    );
}

#[track_caller]
fn got(tab: &Tab, address: &str, accepted: &str) -> Got {
    let request = tab.http().get(address).header("accept-language", accepted);
    tab.sent(request)
}

/// Opens an address as a browser that prefers a language.
#[track_caller]
fn opened(tab: &Tab, address: &str, accepted: &str) -> Got {
    let mut page = got(tab, address, accepted);
    while let Some(next) = page.location() {
        page = got(tab, next.as_str(), accepted);
    }
    page
}

#[test]
fn every_page_of_an_interaction_keeps_the_language_of_its_request() {
    let world = World::shared();
    let tab = world.tab();
    let person = world.person();
    let url = world
        .web
        .authorize_url(&[("ui_locales", "fr de-CH en"), ("prompt", "consent")]);
    let page = opened(&tab, &url, "en");
    assert_language(&page, "de");
    let page = tab.submit(&page, "identify", &[("username", &person.username)]);
    assert_language(&page, "de");
    let wrong = tab.submit(&page, "password", &[("password", "wrong")]);
    assert_eq!(wrong.status, 422);
    assert_language(&wrong, "de");
    assert!(
        wrong.body.contains("Passwort ist nicht richtig"),
        "{wrong:#?}"
    );
    let page = tab.submit(&page, "password", &[("password", &person.password)]);
    assert!(asks(&page, "consent"), "{page:#?}");
    assert_language(&page, "de");
    let end = tab.submit(&page, "consent", &[("decision", "allow")]);
    assert!(left(&end).is_some(), "{end:#?}");
    assert_language(&end, "de");
    assert_language(&tab.get(page.url.as_str()), "de");

    // Another request of the same browser, which asks for nothing.
    let page = opened(&tab, &world.web.authorize_url(&[("prompt", "login")]), "en");
    assert_language(&page, "en");
}

#[test]
fn without_a_wish_of_the_request_the_cookie_counts_and_then_the_browser() {
    let world = World::shared();
    let url = world.web.authorize_url(&[]);
    assert_language(&opened(&world.tab(), &url, "fr, de;q=0.8, en;q=0.2"), "de");
    assert_language(&opened(&world.tab(), &url, "fr"), "en");
    assert_language(&world.tab().open(&url), "en");
    let tab = world.tab();
    tab.set_cookie(COOKIE, "de.5");
    assert_language(&opened(&tab, &url, "en"), "de");
    for odd in ["fr.5", "de-CH.5", "../../etc", "<b>"] {
        let tab = world.tab();
        tab.set_cookie(COOKIE, odd);
        assert_language(&opened(&tab, &url, "en"), "en");
    }
}

#[test]
fn the_switch_changes_the_page_it_stands_on_and_the_pages_to_come() {
    let world = World::shared();
    let tab = world.tab();
    let german = world.web.authorize_url(&[("ui_locales", "de")]);
    let page = tab.open(&german);
    assert_language(&page, "de");
    let place = page.url.clone();
    let switched = tab.submit(&page, "language", &[("language", "en")]);
    assert_eq!((switched.status, &switched.url), (200, &place));
    assert_language(&switched, "en");
    let chosen = tab.cookie(COOKIE).unwrap();
    assert!(chosen.starts_with("en."), "{chosen}");

    // It goes on where it was, and other pages follow too, whatever the browser prefers.
    let page = tab.submit(
        &switched,
        "identify",
        &[("username", &world.ready.username)],
    );
    assert!(asks(&page, "password"), "{page:#?}");
    assert_language(&page, "en");
    assert_language(&got(&tab, &world.url("/"), "de"), "en");
    // A later request has the last word again.
    assert_language(&tab.open(&german), "de");
}

#[test]
fn the_cookie_of_the_switch_is_this_host_s_alone_and_kept_for_a_year() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open("/");
    let ours = [("origin", world.issuer.as_str())];
    let form = form(&page, "language");
    let answer = tab.post_with(&page, &form, &[("language", "de")], &ours);
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), "/");
    assert_eq!(answer.header("cache-control"), "no-store");
    let line = answer.set_cookies()[0];
    for part in [
        "stepwell-lang=de.",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
        "Max-Age=31536000",
    ] {
        assert!(line.contains(part), "{line}");
    }
    assert!(!line.contains("Domain"), "{line}");
}

#[test]
fn a_switch_that_is_not_sent_from_our_own_pages_changes_nothing() {
    let world = World::shared();
    for headers in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", &*world.issuer), ("sec-fetch-site", "cross-site")],
    ] {
        let mut request = world.http.post(world.url("/language"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = send(request.form(&[("language", "de"), ("back", "/")]));
        answer.assert_page(403);
        assert!(answer.set_cookies().is_empty(), "{headers:?}");
    }
}

#[test]
fn the_switch_leads_nowhere_else_and_knows_only_languages_that_are_offered() {
    let world = World::shared();
    let sent = |fields: &[(&str, &str)]| {
        let request = world.http.post(world.url("/language"));
        send(request.header("origin", &world.issuer).form(fields))
    };
    for back in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/a/..//evil.example",
        "/.//evil.example",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: a=b",
        "i/x",
    ] {
        let answer = sent(&[("language", "de"), ("back", back)]);
        answer.assert_page(400);
        assert!(answer.set_cookies().is_empty(), "{back}");
    }
    for language in ["fr", "de-CH", "", "de\r\n"] {
        let answer = sent(&[("language", language), ("back", "/")]);
        answer.assert_page(400);
        assert!(answer.set_cookies().is_empty(), "{language}");
    }
    assert_eq!(sent(&[("language", "de")]).header("location"), "/");
    send(world.http.get(world.url("/language"))).assert_page(405);
}

#[test]
fn error_pages_and_signing_out_follow_too() {
    let world = World::shared();
    let tab = world.tab();
    let wrong = tab.get(&world.url("/authorize?client_id=nobody&ui_locales=de&state=a%26b"));
    wrong.assert_page(400);
    assert_language(&wrong, "de");
    // Switched, the same page comes again, and its address no longer asks for German.
    let switched = tab.submit(&wrong, "language", &[("language", "en")]);
    assert_language(&switched, "en");
    assert_eq!(switched.url.query(), Some("client_id=nobody&state=a%26b"));

    let tab = world.tab();
    assert_language(&got(&tab, &world.url("/nowhere"), "de"), "de");
    world.code(&tab, &world.web, &world.alex(), &[]);
    let ask = tab.get(&world.url("/logout?ui_locales=de"));
    assert_language(&ask, "de");
    // A yes that is not ours, or not to be read, is refused in the language that the app asked for.
    let session = format!(
        "stepwell-session={}",
        tab.cookie("stepwell-session").unwrap()
    );
    for (body, status) in [
        ("decision=logout&ui_locales=de&csrf=wrong", 403),
        ("ui_locales=de&ui_locales=de&decision=logout", 400),
    ] {
        let confirm = world.http.post(world.url("/logout/confirm"));
        let confirm = confirm
            .header("cookie", &session)
            .header("content-type", "application/x-www-form-urlencoded");
        let refused = send(confirm.body(body));
        refused.assert_page(status);
        assert_language(&refused, "de");
    }
    let done = tab.submit(&ask, "confirm", &[("decision", "logout")]);
    assert_language(&done, "de");
    assert!(done.body.contains("Sie sind abgemeldet"), "{done:#?}");
    let refused = send(
        world
            .http
            .post(world.url("/i/unknown/password"))
            .header("accept-language", "de")
            .form(&[("a", "b")]),
    );
    assert_language(&refused, "de");
}

#[test]
fn programs_are_answered_without_a_language_and_are_told_which_there_are() {
    let world = World::shared();
    let discovery = send(
        world
            .http
            .get(world.url("/.well-known/openid-configuration")),
    );
    assert_eq!(
        discovery.json()["ui_locales_supported"],
        json!(["de", "en"])
    );
    let token = send(
        world
            .http
            .post(world.url("/token"))
            .header("accept-language", "de")
            .form(&[("a", "b")]),
    );
    for answer in [discovery, token] {
        assert!(answer.header("content-language").is_empty(), "{answer:#?}");
        assert!(
            !answer.header("vary").contains("Accept-Language"),
            "{answer:#?}"
        );
    }
}
