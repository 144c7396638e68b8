//! The account over HTTP: pages need a sign-in, changes a fresh proof, and forms their token.

use stepwell_tests::html::Form;

use crate::support::tab::{asks, form};
use crate::support::{Got, Person, Tab, World};

const PAGES: [&str; 6] = [
    "/account",
    "/account/security",
    "/account/sessions",
    "/account/activity",
    "/account/apps",
    "/account/profile",
];

/// A tab that is signed in by the password alone, at a page of the account.
fn at(world: &World, person: &Person, path: &str) -> (Tab, Got) {
    let tab = world.tab();
    let page = world.walk(&tab, tab.open(path), person);
    assert_eq!(page.url.path(), path, "{page:#?}");
    assert_eq!(page.status, 200, "{page:#?}");
    (tab, page)
}

/// The links on a page that end like this.
fn links(page: &Got, ending: &str) -> Vec<String> {
    stepwell_tests::html::tags(&page.body)
        .iter()
        .filter_map(|tag| tag.attribute("href"))
        .filter(|href| href.ends_with(ending))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_page_of_the_account_asks_to_sign_in_and_then_shows_itself() {
    let world = World::shared();
    for path in PAGES {
        let person = world.person();
        let tab = world.tab();
        let page = tab.open(path);
        assert!(asks(&page, "identify"), "{path}: {page:#?}");
        let page = world.walk(&tab, page, &person);
        assert_eq!(page.url.path(), path, "{page:#?}");
        assert!(page.body.contains(&person.username), "{path}");
        assert_eq!(page.header("cache-control"), "no-store");
    }
}

#[test]
fn a_german_page_names_ways_to_sign_in_in_german_where_nobody_gave_them_a_name() {
    let world = World::shared();
    let person = world.person();
    let (tab, page) = at(&world, &person, "/account/security");
    let german = |url: &str| tab.sent(tab.http().get(url).header("accept-language", "de"));
    let page = german(page.url.as_str());
    assert_eq!(page.header("content-language"), "de", "{page:#?}");
    for own in ["Passwort", "Code aus der Authenticator-App"] {
        assert!(page.body.contains(own), "{page:#?}");
    }
    for stored in [">Password<", "\"Password\"", "Authenticator app"] {
        assert!(!page.body.contains(stored), "{stored}: {page:#?}");
    }
}

#[test]
fn whoever_leaves_the_sign_in_is_not_asked_again_at_once() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open("/account/security");
    let page = tab.submit(&page, "cancel", &[]);
    assert!(!asks(&page, "identify"), "{page:#?}");
}

#[test]
fn removing_an_authenticator_is_asked_for_a_fresh_proof_first_and_ends_it() {
    let world = World::shared();
    let person = world.person();
    let (tab, page) = at(&world, &person, "/account/security");
    let remove = links(&page, "/remove").pop().unwrap();
    let page = tab.open(&remove);
    assert!(
        asks(&page, "totp"),
        "signed in by the password alone: {page:#?}"
    );
    let page = world.walk(&tab, page, &person);
    assert_eq!(page.url.path(), "/account/security", "{page:#?}");
    let question = tab.open(&remove);
    assert_eq!(question.status, 200, "{question:#?}");
    assert!(!asks(&question, "totp"), "{question:#?}");
    let page = tab.submit(&question, "remove", &[]);
    assert!(page.body.contains("id=\"done\""), "{page:#?}");
    assert!(links(&page, "/remove").is_empty(), "{page:#?}");
}

#[test]
fn a_removal_sent_without_a_fresh_proof_removes_nothing() {
    let world = World::shared();
    let person = world.person();
    let (tab, page) = at(&world, &person, "/account/security");
    let remove = links(&page, "/remove").pop().unwrap();
    let token = form(&page, "rename").fields;
    let forged = Form {
        action: remove,
        ..form(&page, "rename")
    };
    assert!(!token.is_empty());
    let got = tab.post_with(&page, &forged, &[], &[]);
    let page = tab.follow(got);
    assert!(asks(&page, "totp"), "{page:#?}");
    let page = tab.open("/account/security");
    assert_eq!(links(&page, "/remove").len(), 1, "{page:#?}");
}

#[test]
fn a_form_of_the_account_without_its_token_or_from_elsewhere_is_refused() {
    let world = World::shared();
    let person = world.person();
    let (tab, page) = at(&world, &person, "/account/profile");
    let ours = form(&page, "profile");
    let mut bare = ours.clone();
    bare.fields.retain(|(name, _)| name != "csrf");
    let values = [("name", "Mallory")];
    tab.post_with(&page, &bare, &values, &[]).assert_page(403);
    let foreign = [("origin", "https://evil.example")];
    tab.post_with(&page, &ours, &values, &foreign)
        .assert_page(403);
    let page = tab.open("/account/profile");
    assert!(!page.body.contains("Mallory"), "{page:#?}");
    let page = tab.submit(&page, "profile", &[("name", "Ada Lovelace")]);
    assert!(page.body.contains("Ada Lovelace"), "{page:#?}");
}

#[test]
fn a_new_password_works_and_a_weak_one_is_told_which_rule_it_breaks() {
    let world = World::shared();
    let mut person = world.person_without_app();
    let (tab, _) = at(&world, &person, "/account/security");
    let page = tab.open("/account/password");
    let weak = tab.submit(&page, "password", &[("new-password", "password1")]);
    assert_eq!(weak.status, 422, "{weak:#?}");
    assert!(
        weak.text_of("new-password-problem").is_some()
            || weak.body.contains("new-password-problem")
    );
    assert!(!weak.body.contains("password1"), "{weak:#?}");
    let fresh = "quiet-harbour-lantern-58";
    let page = tab.submit(&weak, "password", &[("new-password", fresh)]);
    assert_eq!(page.url.path(), "/account/security", "{page:#?}");
    person.password = fresh.to_owned();
    at(&world, &person, "/account");
}

#[test]
fn another_browser_is_signed_out_from_the_list_of_sessions() {
    let world = World::shared();
    let person = world.person_without_app();
    let (lost, _) = at(&world, &person, "/account");
    let (here, page) = at(&world, &person, "/account/sessions");
    assert!(world.is_signed_in(&lost));
    let page = here.submit(&page, "end", &[]);
    assert!(page.body.contains("id=\"done\""), "{page:#?}");
    assert!(!world.is_signed_in(&lost) && world.is_signed_in(&here));
}

#[test]
fn nothing_of_another_person_is_shown_or_changed() {
    let world = World::shared();
    let (ada, bob) = (world.person(), world.person());
    let (_, hers) = at(&world, &ada, "/account/security");
    let (his_tab, his) = at(&world, &bob, "/account/security");
    assert!(!his.body.contains(&ada.username));
    let rename = form(&hers, "rename").action;
    let forged = Form {
        action: rename,
        ..form(&his, "rename")
    };
    his_tab.post_with(&his, &forged, &[("label", "stolen")], &[]);
    let (_, hers) = at(&world, &ada, "/account/security");
    assert!(!hers.body.contains("stolen"), "{hers:#?}");
}

#[test]
fn what_was_done_is_told_once_and_by_no_address() {
    let world = World::shared();
    let person = world.person();
    let (tab, _) = at(&world, &person, "/account");
    for word in ["password-changed", "%3Cscript%3E"] {
        let page = tab.open(&format!("/account/security?done={word}"));
        assert_eq!(page.status, 200);
        assert!(!page.body.contains("id=\"done\""), "{page:#?}");
    }
    let page = tab.open("/account/security");
    let page = tab.submit(&page, "rename", &[("label", "Old phone")]);
    assert!(page.body.contains("good-news"), "{page:#?}");
    assert_eq!(page.url.query(), None);
    let again = tab.open(page.url.as_str());
    assert!(!again.body.contains("id=\"done\""), "{again:#?}");
    let bad = tab.submit(&again, "rename", &[("label", "a\u{202e}b")]);
    assert!(bad.body.contains("id=\"done\""), "{bad:#?}");
    assert!(!bad.body.contains("good-news"), "{bad:#?}");
}

#[test]
fn a_method_that_cannot_be_set_up_is_not_found_and_nothing_broke() {
    let world = World::shared();
    let person = world.person_without_app();
    let (tab, page) = at(&world, &person, "/account/security");
    let got = tab.post_with(&page, &form(&page, "add"), &[("method", "nonsense")], &[]);
    got.assert_page(404);
}

#[test]
fn a_part_of_an_address_that_cannot_be_one_leaves_as_a_page_of_ours() {
    let world = World::shared();
    let person = world.person_without_app();
    let (tab, page) = at(&world, &person, "/account/profile");
    let mut ours = form(&page, "profile");
    ours.action = "/account/activity/abc/report".to_owned();
    let got = tab.post_with(&page, &ours, &[], &[]);
    got.assert_page(404);
    assert_eq!(got.header("cache-control"), "no-store");
    assert!(!got.header("content-security-policy").is_empty());
}

#[test]
fn the_account_cuts_off_whoever_opened_its_window() {
    let world = World::shared();
    let (_, page) = at(&world, &world.person_without_app(), "/account");
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
}
