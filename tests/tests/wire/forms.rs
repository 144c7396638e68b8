//! Forms count only when they come from our own page in the same browser (spec §5 lines 37 to 40).

use stepwell_tests::html::{self, Form};
use stepwell_tests::rp::REDIRECT_URI;

use crate::support::http::send;
use crate::support::tab::{asks, filled, form};
use crate::support::{Got, MFA, Person, Tab, World, sent_back};

fn without_token(form: &Form) -> Form {
    let mut bare = form.clone();
    bare.fields.retain(|(name, _)| name != "csrf");
    bare
}

fn with_token(form: &Form, token: &str) -> Form {
    let mut other = without_token(form);
    other.fields.push(("csrf".to_owned(), token.to_owned()));
    other
}

/// A tab that stands before the code of its phone.
fn before_the_code(world: &World, person: &Person) -> (Tab, Got) {
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[("acr_values", MFA)]));
    let page = tab.submit(&page, "identify", &[("username", &person.username)]);
    let page = tab.submit(&page, "password", &[("password", &person.password)]);
    assert!(asks(&page, "totp"), "{page:#?}");
    (tab, page)
}

#[test]
fn a_form_without_its_token_or_with_a_foreign_one_is_refused() {
    let world = World::shared();
    let (mine, other) = (world.tab(), world.tab());
    let page = mine.open(&world.web.authorize_url(&[]));
    let second = mine.open(&world.web.authorize_url(&[]));
    let theirs = other.open(&world.web.authorize_url(&[]));
    let form_here = form(&page, "identify");
    let token = |page: &Got| {
        let form = form(page, "identify");
        form.fields
            .iter()
            .find(|(name, _)| name == "csrf")
            .unwrap()
            .1
            .clone()
    };
    let username = [("username", &*world.ready.username)];
    for bad in [
        without_token(&form_here),
        with_token(&form_here, ""),
        with_token(&form_here, "x"),
        with_token(&form_here, &token(&second)),
        with_token(&form_here, &token(&theirs)),
        with_token(&form_here, &format!("{}x", token(&page))),
        with_token(&form_here, &token(&page).to_uppercase()),
    ] {
        mine.post_with(&page, &bad, &username, &[]).assert_page(403);
    }
    assert!(asks(&mine.get(page.url.as_str()), "identify"));
    assert_eq!(
        mine.post_with(&page, &form_here, &username, &[]).status,
        303
    );
}

#[test]
fn a_token_in_the_query_does_not_count() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let form = form(&page, "identify");
    let token = &form
        .fields
        .iter()
        .find(|(name, _)| name == "csrf")
        .unwrap()
        .1;
    let mut moved = without_token(&form);
    moved.action = format!("{}?csrf={token}", form.action);
    tab.post_with(&page, &moved, &[("username", "x")], &[])
        .assert_page(403);
}

#[test]
fn a_form_from_another_origin_is_refused_even_with_its_token() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let form = form(&page, "identify");
    let username = [("username", &*world.ready.username)];
    let suffix = format!("{}.evil.example", world.issuer);
    for header in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", ""),
        ("origin", &suffix),
        ("origin", "http://localhost"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "nonsense"),
    ] {
        let got = tab.post_with(&page, &form, &username, &[header]);
        assert_eq!(got.status, 403, "{header:?}: {got:#?}");
    }
    assert_eq!(tab.post_with(&page, &form, &username, &[]).status, 303);
}

#[test]
fn codes_sent_from_another_site_are_refused_and_not_counted() {
    let world = World::shared();
    let person = world.person();
    let (tab, page) = before_the_code(&world, &person);
    let form = form(&page, "totp");
    for _ in 0..8 {
        let foreign = [("origin", "https://evil.example")];
        tab.post_with(&page, &form, &[("code", "000000")], &foreign)
            .assert_page(403);
        let bare = without_token(&form);
        tab.post_with(&page, &bare, &[("code", "000000")], &[])
            .assert_page(403);
    }
    // Five counted guesses would have locked it.
    let end = world.walk(&tab, page, &person);
    assert!(crate::support::world::left(&end).is_some(), "{end:#?}");
}

#[test]
fn steps_are_answered_by_post_only_and_a_get_leads_back_to_the_page() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    for step in [
        "identify", "password", "totp", "account", "switch", "cancel",
    ] {
        let got = tab.get(&format!(
            "{}/{step}?decision=allow&username=x&password=x",
            page.url
        ));
        assert_eq!(got.status, 303, "{step}: {got:#?}");
        assert_eq!(got.location(), Some(page.url.clone()), "{step}");
        assert_eq!(got.header("cache-control"), "no-store");
    }
    assert!(asks(&tab.get(page.url.as_str()), "identify"));
}

#[test]
fn consent_by_get_grants_nothing_even_with_the_page_s_own_token() {
    let world = World::shared();
    let person = world.person_without_app();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let page = tab.submit(&page, "identify", &[("username", &person.username)]);
    let page = tab.submit(&page, "password", &[("password", &person.password)]);
    let consent = form(&page, "consent");
    let mut link = page.url.join(&consent.action).unwrap();
    link.query_pairs_mut()
        .extend_pairs(filled(&consent, &[("decision", "allow")]));
    let got = tab.get(link.as_str());
    assert_eq!(got.status, 405, "{got:#?}");
    assert_eq!(got.header("allow"), "POST");
    assert_eq!(html::refresh(&got.body).as_deref(), Some(page.url.path()));
    let on = html::tags(&got.body)
        .into_iter()
        .find(|tag| tag.attribute("id") == Some("continue"));
    assert_eq!(
        on.and_then(|tag| tag.attribute("href").map(str::to_owned))
            .as_deref(),
        Some(page.url.path())
    );
    assert!(got.set_cookies().is_empty(), "{got:#?}");

    let again = tab.get(page.url.as_str());
    assert!(asks(&again, "consent"), "{again:#?}");
    let silent = tab.get(&world.web.authorize_url(&[("prompt", "none")]));
    let answer = sent_back(&silent, REDIRECT_URI);
    assert_eq!(answer["error"], "consent_required");
}

#[test]
fn reload_or_back_after_a_wrong_answer_shows_the_page_again() {
    let world = World::shared();
    let person = world.person();
    let (tab, page) = before_the_code(&world, &person);
    let wrong = tab.submit(&page, "totp", &[("code", "000000")]);
    assert_eq!(wrong.status, 422, "{wrong:#?}");
    assert_ne!(
        wrong.url, page.url,
        "the answer stands at the form's address"
    );

    let again = tab.open(wrong.url.as_str());
    assert_eq!((again.status, &again.url), (200, &page.url));
    let end = world.walk(&tab, again, &person);
    assert!(crate::support::world::left(&end).is_some(), "{end:#?}");
}

#[test]
fn a_form_s_address_that_is_nobody_s_leads_nowhere() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    tab.get(&format!("{}/admin", page.url)).assert_page(404);
    tab.get("/i/%0d%0aset-cookie:x/password").assert_page(410);
    let foreign = world.tab().open(&format!("{}/password", page.url));
    foreign.assert_page(403);
}

#[test]
fn a_step_that_is_nobody_s_is_not_found() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let mut form = form(&page, "identify");
    form.action = form.action.replace("identify", "admin");
    tab.post_with(&page, &form, &[], &[]).assert_page(404);
}

#[test]
fn a_form_of_another_type_is_refused_before_anything_counts() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
    ] {
        let request = tab.http().post(format!("{}/identify", page.url));
        let got = tab.sent(request.header("content-type", kind).body("username=x"));
        got.assert_page(400);
    }
}

#[test]
fn a_form_of_the_logout_page_is_no_form_of_an_interaction() {
    let world = World::shared();
    let tab = world.tab();
    world.code(&tab, &world.web, &world.alex(), &[]);
    let logout = tab.get(&world.url("/logout"));
    let token = form(&logout, "logout/confirm");
    let token = &token
        .fields
        .iter()
        .find(|(name, _)| name == "csrf")
        .unwrap()
        .1;
    let page = tab.open(&world.web.authorize_url(&[("prompt", "login")]));
    let moved = with_token(&form(&page, "password"), token);
    tab.post_with(&page, &moved, &[("password", "x")], &[])
        .assert_page(403);
    let got = send(
        world
            .http
            .post(world.url("/logout/confirm"))
            .form(&[("csrf", token)]),
    );
    assert_eq!(got.status, 200, "without a session there is nothing to end");
    assert!(world.is_signed_in(&tab));
}
