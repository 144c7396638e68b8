//! One-time links over HTTP: good once, no sign-in, and no way around a second factor (spec §5 line 68).

use serde_json::Value;
use stepwell_tests::databases::Database;
use stepwell_tests::html;
use url::Url;

use crate::support::tab::{asks, form};
use crate::support::{Got, MFA, Person, Tab, World};

/// The address that an administrator hands over.
fn link(world: &World, person: &Person) -> String {
    let made: Value = world
        .provider()
        .cli_json(&["user", "link", &person.username, "--json"]);
    made["url"].as_str().unwrap().to_owned()
}

/// The path behind the origin, by which a tab opens it.
fn path(link: &str) -> String {
    Url::parse(link).unwrap().path().to_owned()
}

/// The page behind a link, and its last part, which its form has too.
fn opened(tab: &Tab, link: &str) -> (Got, String) {
    let path = path(link);
    let secret = path.rsplit('/').next().unwrap().to_owned();
    (tab.open(&path), secret)
}

#[test]
fn a_link_sets_a_password_once_and_signs_nobody_in() {
    let world = World::shared();
    let mut person = world.person_without_app();
    let link = link(&world, &person);
    let tab = world.tab();
    // Looking does not use it up: mail scanners look.
    opened(&world.tab(), &link);
    let (page, secret) = opened(&tab, &link);
    assert_eq!(page.status, 200, "{page:#?}");
    assert_eq!(page.header("cache-control"), "no-store");

    let weak = tab.submit(&page, &secret, &[("new-password", "password1")]);
    assert_eq!(weak.status, 422, "{weak:#?}");
    assert!(!weak.body.contains("password1"));

    person.password = "quiet-harbour-lantern-58".to_owned();
    let set = tab.submit(&weak, &secret, &[("new-password", &person.password)]);
    assert_eq!(set.status, 200, "{set:#?}");
    assert!(!world.is_signed_in(&tab));

    let again = tab.submit(
        &page,
        &secret,
        &[("new-password", "another-lantern-harbour-58")],
    );
    assert_eq!(again.status, 410, "{again:#?}");
    assert_eq!(opened(&world.tab(), &link).0.status, 410);

    let tab = world.tab();
    world.walk(&tab, tab.open("/account"), &person);
    assert!(world.is_signed_in(&tab));
    assert!(
        !world.provider().log().contains(&secret),
        "a link's secret is not logged"
    );
}

#[test]
fn a_newer_link_ends_the_one_before() {
    let world = World::shared();
    let person = world.person_without_app();
    let (first, second) = (link(&world, &person), link(&world, &person));
    assert_eq!(opened(&world.tab(), &first).0.status, 410);
    assert_eq!(opened(&world.tab(), &second).0.status, 200);
}

#[test]
fn a_password_set_by_a_link_does_not_replace_the_second_factor_and_ends_sessions() {
    let world = World::shared();
    let mut person = world.person();
    let before = world.tab();
    world.walk(&before, before.open("/account"), &person);
    assert!(world.is_signed_in(&before));

    let tab = world.tab();
    let (page, secret) = opened(&tab, &link(&world, &person));
    person.password = "quiet-harbour-lantern-58".to_owned();
    tab.submit(&page, &secret, &[("new-password", &person.password)]);
    assert!(!world.is_signed_in(&before), "what was signed in is out");

    let page = tab.open(&world.web.authorize_url(&[("acr_values", MFA)]));
    let page = tab.submit(&page, "identify", &[("username", &person.username)]);
    let page = tab.submit(&page, "password", &[("password", &person.password)]);
    assert!(asks(&page, "totp"), "{page:#?}");
}

#[test]
fn the_form_of_a_link_is_taken_from_its_own_page_only() {
    let world = World::shared();
    let person = world.person_without_app();
    let tab = world.tab();
    let (page, secret) = opened(&tab, &link(&world, &person));
    let form = form(&page, &secret);
    let fields = [("new-password", "quiet-harbour-lantern-58")];
    let foreign = [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_eq!(tab.post_with(&page, &form, &fields, &foreign).status, 403);
    let bare = html::Form {
        action: form.action.clone(),
        ..html::Form::default()
    };
    let own = [("sec-fetch-site", "same-origin")];
    assert_eq!(tab.post_with(&page, &bare, &fields, &own).status, 403);
    assert_eq!(opened(&world.tab(), page.url.as_str()).0.status, 200);
}

#[test]
fn an_address_that_is_no_link_is_told_so_and_nothing_else() {
    let world = World::shared();
    for secret in ["x", &"A".repeat(43), &"A".repeat(4000)] {
        let got = world.tab().open(&format!("/link/{secret}"));
        assert_eq!(got.status, 410, "{got:#?}");
        assert!(!got.body.contains("new-password"), "{got:#?}");
        let over = "This link can no longer be used";
        assert!(got.body.contains(over), "{got:#?}");
    }
}

#[test]
fn a_new_password_is_as_long_as_configured_wherever_it_is_set_and_the_pages_say_so() {
    let least = [("STEPWELL__PASSWORD__MIN_LENGTH", "17")];
    let world = World::alone(Database::sqlite(), &least);
    let person = world.person_without_app();
    let tab = world.tab();
    let (page, secret) = opened(&tab, &link(&world, &person));
    assert!(page.body.contains("At least 17 characters"), "{page:#?}");
    let short = [("new-password", "xk7Qv2mPz9aB3dYw")];
    let refused = tab.submit(&page, &secret, &short);
    assert_eq!(refused.status, 422, "{refused:#?}");
    assert!(refused.body.contains("Use at least 17 characters"));

    world.walk(&tab, tab.open("/account"), &person);
    let page = tab.open("/account/password");
    assert!(page.body.contains("At least 17 characters"), "{page:#?}");
    let refused = tab.submit(&page, "password", &short);
    assert_eq!(refused.status, 422, "{refused:#?}");
    assert!(refused.body.contains("Use at least 17 characters"));
}
