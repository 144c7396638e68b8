//! Forms count only when they come from our own page in the same browser (spec §5 lines 37 to 40).

use stepwell_tests::html::Form;

use crate::support::http::send;
use crate::support::tab::{asks, form};
use crate::support::{Got, MFA, Person, Tab, World};

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
fn steps_are_answered_by_post_only() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    for step in [
        "identify", "password", "totp", "consent", "account", "switch", "cancel",
    ] {
        let got = tab.get(&format!(
            "{}/{step}?decision=allow&username=x&password=x",
            page.url
        ));
        got.assert_page(405);
        assert_eq!(got.header("allow"), "POST");
    }
    assert!(asks(&tab.get(page.url.as_str()), "identify"));
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
