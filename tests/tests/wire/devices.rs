//! Recognised and trusted browsers over HTTP: the box beside the code, the cookie, and the page that takes it back.

use stepwell_tests::databases::Database;
use stepwell_tests::html::{self, Form};
use stepwell_tests::rp::RelyingParty;

use crate::support::tab::{asks, form};
use crate::support::world::left;
use crate::support::{Got, Person, Tab, World};

const COOKIE: &str = "stepwell-device";
const MFA: [&str; 3] = ["--minimum-acr", "urn:stepwell:acr:mfa", "--skip-consent"];

fn a_world_that_trusts() -> World {
    let month = ("STEPWELL__DEVICES__TRUSTED_FOR", "30d");
    World::alone(Database::sqlite(), &[month])
}

/// As far as the page that asks for the code.
fn up_to_the_code(world: &World, tab: &Tab, vault: &RelyingParty, person: &Person) -> Got {
    let page = tab.open(&vault.authorize_url(&[]));
    let page = tab.submit(&page, "identify", &[("username", &person.username)]);
    let page = tab.submit(&page, "password", &[("password", &person.password)]);
    assert!(
        asks(&page, "totp") || left(&page).is_some(),
        "{}: {page:#?}",
        world.issuer
    );
    page
}

fn sign_out(tab: &Tab) {
    tab.cookies.borrow_mut().remove("stepwell-session");
}

fn has_box(page: &Got) -> bool {
    html::tags(&page.body)
        .iter()
        .any(|tag| tag.attribute("id") == Some("trust"))
}

fn actions(page: &Got, ending: &str) -> Vec<String> {
    html::tags(&page.body)
        .iter()
        .filter_map(|tag| tag.attribute("action"))
        .filter(|action| action.ends_with(ending))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_browser_that_is_trusted_beside_the_code_is_spared_the_next_one_until_its_person_takes_it_back()
{
    let world = a_world_that_trusts();
    let vault = world.register(&MFA);
    let (person, tab) = (world.person(), world.tab());
    let page = up_to_the_code(&world, &tab, &vault, &person);
    assert!(has_box(&page), "{page:#?}");
    assert!(tab.cookie(COOKIE).is_none(), "no sign-in went through yet");
    let code = person.phone.as_ref().unwrap().fresh_code();
    let page = tab.submit(&page, "totp", &[("code", &code), ("trust", "yes")]);
    assert!(left(&page).is_some(), "{page:#?}");
    let first = tab.cookie(COOKIE).unwrap();

    sign_out(&tab);
    let page = up_to_the_code(&world, &tab, &vault, &person);
    assert!(left(&page).is_some(), "the code is spared: {page:#?}");
    let second = tab.cookie(COOKIE).unwrap();
    assert_ne!(first, second);
    let half = |cookie: &str| cookie.split('.').next().unwrap().to_owned();
    assert_eq!(half(&first), half(&second));

    let page = tab.open("/account/devices");
    assert_eq!(actions(&page, "/distrust").len(), 1, "{page:#?}");
    let distrust = Form {
        action: actions(&page, "/distrust").remove(0),
        ..form(&page, "forget")
    };
    let page = tab.follow(tab.post_with(&page, &distrust, &[], &[]));
    assert!(actions(&page, "/distrust").is_empty(), "{page:#?}");
    assert_eq!(actions(&page, "/forget").len(), 1, "{page:#?}");
    sign_out(&tab);
    let page = up_to_the_code(&world, &tab, &vault, &person);
    assert!(asks(&page, "totp"), "{page:#?}");
}

#[test]
fn nobody_is_offered_trust_by_default_and_browsers_are_recognised_all_the_same() {
    let world = World::shared();
    let vault = world.register(&MFA);
    let (person, tab) = (world.person(), world.tab());
    let page = up_to_the_code(&world, &tab, &vault, &person);
    assert!(!has_box(&page), "{page:#?}");
    let code = person.phone.as_ref().unwrap().fresh_code();
    let got = tab.submit(&page, "totp", &[("code", &code), ("trust", "yes")]);
    assert!(left(&got).is_some(), "{got:#?}");
    assert!(tab.cookie(COOKIE).is_some());
    let page = tab.open("/account/devices");
    assert_eq!(actions(&page, "/forget").len(), 1, "{page:#?}");
    assert!(actions(&page, "/distrust").is_empty());

    let other = world.tab();
    world.code(&other, &vault, &person, &[]);
    let page = tab.open("/account/devices");
    assert_eq!(actions(&page, "/forget").len(), 2, "{page:#?}");
    let page = tab.submit(&page, "forget-others", &[]);
    assert_eq!(actions(&page, "/forget").len(), 1, "{page:#?}");
}

#[test]
fn the_cookie_of_a_recognised_browser_outlives_it_and_no_script_reads_it() {
    let world = World::shared();
    let (person, tab) = (world.person(), world.tab());
    let page = tab.open(&world.web.authorize_url(&[]));
    let page = tab.submit(&page, "identify", &[("username", &person.username)]);
    let ours = form(&page, "password");
    let got = tab.post_with(&page, &ours, &[("password", &person.password)], &[]);
    let lines = got.set_cookies();
    let line = lines.iter().find(|line| line.starts_with(COOKIE)).unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=34560000"] {
        assert!(line.contains(part), "{line}");
    }
}
