//! Setting an authenticator up on the wire: forms, files and what they must not give away (spec §5 lines 5, 67 to 69).

use stepwell_tests::html;
use stepwell_tests::rp::claims;
use stepwell_tests::totp::Authenticator;

use crate::support::http::parameters;
use crate::support::tab::{asks, form};
use crate::support::world::{Person, left};
use crate::support::{BASIC, Got, MFA, Tab, World};

/// A tab at the page that shows a secret.
fn at_set_up(world: &World, person: &Person) -> (Tab, Got) {
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[("acr_values", MFA)]));
    let page = tab.submit(&page, "identify", &[("username", &person.username)]);
    let page = tab.submit(&page, "password", &[("password", &person.password)]);
    let page = tab.submit(&page, "enrol", &[("method", "totp")]);
    assert!(asks(&page, "setup"), "{page:#?}");
    (tab, page)
}

/// The phone that took the secret over by the link on the page.
fn scanned(page: &Got) -> Authenticator {
    let tags = html::tags(&page.body);
    let link = tags
        .iter()
        .find(|tag| tag.attribute("id") == Some("open-app"));
    let uri = link.and_then(|tag| tag.attribute("href")).unwrap();
    Authenticator::from_uri(&html::unescape(uri))
}

/// The recovery codes that a page shows.
fn codes(page: &Got) -> Vec<String> {
    let list = page.body.split("<li><code>").skip(1);
    list.map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

/// The page of the recovery codes, after an app was set up.
fn at_codes(world: &World, person: &Person) -> (Tab, Got, Authenticator) {
    let (tab, page) = at_set_up(world, person);
    let phone = scanned(&page);
    let page = tab.submit(&page, "setup", &[("code", &phone.fresh_code())]);
    assert_eq!(codes(&page).len(), 10, "{page:#?}");
    (tab, page, phone)
}

#[test]
fn an_app_is_set_up_on_the_way_and_the_code_of_the_same_request_comes_back() {
    let world = World::shared();
    let person = world.person_without_app();
    let (tab, page) = at_set_up(&world, &person);
    page.assert_page(200);
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.body.contains("<svg class=\"qr\""), "{page:#?}");
    let phone = scanned(&page);
    let typed = page.text_of("secret").unwrap().replace(' ', "");
    assert!(page.body.contains(&format!("secret={typed}")), "{page:#?}");

    let far_off = phone.code_of_step(-20);
    let wrong = tab.submit(&page, "setup", &[("code", &far_off)]);
    assert_eq!(wrong.status, 422, "{wrong:#?}");
    assert!(wrong.body.contains("role=\"alert\""), "{wrong:#?}");
    assert_eq!(wrong.text_of("secret"), page.text_of("secret"));
    let bad = [("code", "123456"), ("label", "a\u{202e}b")];
    let named = tab.submit(&page, "setup", &bad);
    assert_eq!(named.status, 422, "{named:#?}");
    assert!(named.body.contains("id=\"label-problem\""), "{named:#?}");

    let fields = [("code", &*phone.fresh_code()), ("label", "Work phone")];
    let page = tab.submit(&page, "setup", &fields);
    assert_eq!(codes(&page).len(), 10, "{page:#?}");
    let unticked = tab.submit(&page, "setup", &[("saved", "")]);
    assert_eq!(unticked.status, 422, "{unticked:#?}");
    let end = tab.submit(&page, "setup", &[("saved", "saved")]);
    let end = world.walk(&tab, end, &person);
    let code = parameters(&left(&end).unwrap())["code"].clone();
    let answer = world.web.redeem(&code);
    let id = claims(answer.json["id_token"].as_str().unwrap());
    assert_eq!(id["acr"], MFA);
    assert_eq!(id["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
}

#[test]
fn no_address_leads_around_a_set_up() {
    let world = World::shared();
    let person = world.person_without_app();
    let (tab, page) = at_set_up(&world, &person);
    let csrf = form(&page, "setup").fields;
    let csrf = &csrf.iter().find(|(name, _)| name == "csrf").unwrap().1;
    for step in [
        "consent",
        "password",
        "totp",
        "recovery",
        "another-way",
        "enrol",
        "setup",
    ] {
        let fields = [
            ("csrf", csrf.as_str()),
            ("decision", "allow"),
            ("password", &person.password),
            ("saved", "saved"),
            ("method", "recovery"),
        ];
        let at = format!("{}/{step}", page.url);
        let got = tab.follow(tab.sent(tab.http().post(at).form(&fields)));
        assert!(left(&got).is_none(), "{step}: {got:#?}");
        assert!(!got.body.contains("code="), "{step}: {got:#?}");
    }
    let again = tab.open(page.url.as_str());
    assert!(asks(&again, "setup"), "{again:#?}");
    // From elsewhere the form is not taken, and nobody else sees the page.
    let origin = [("origin", "https://evil.example")];
    let refused = tab.post_with(&page, &form(&page, "setup"), &[("code", "123456")], &origin);
    assert_eq!(refused.status, 403, "{refused:#?}");
    let stranger = world.tab().get(page.url.as_str());
    assert_eq!(stranger.status, 403);
    assert!(!stranger.body.contains(page.text_of("secret").unwrap()));
}

#[test]
fn recovery_codes_are_a_file_for_this_browser_until_they_are_saved() {
    let world = World::shared();
    let person = world.person_without_app();
    let (tab, page, _) = at_codes(&world, &person);
    let shown = codes(&page);
    let address = format!("{}/recovery-codes.txt", page.url);
    let file = tab.get(&address);
    assert_eq!(file.status, 200);
    assert!(file.header("content-type").starts_with("text/plain"));
    assert!(
        file.header("content-disposition")
            .starts_with("attachment;")
    );
    assert_eq!(file.header("cache-control"), "no-store");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert!(
        shown.iter().all(|code| file.body.contains(code)),
        "{file:#?}"
    );
    assert!(file.body.contains(&person.username), "{file:#?}");

    let stranger = world.tab().get(&address);
    assert!(!shown.iter().any(|code| stranger.body.contains(code)));
    tab.submit(&page, "setup", &[("saved", "saved")]);
    for gone in [tab.open(&address), tab.open(page.url.as_str())] {
        assert!(
            !shown.iter().any(|code| gone.body.contains(code)),
            "{gone:#?}"
        );
    }
}

#[test]
fn a_recovery_code_replaces_a_lost_app_and_is_worth_nothing_else() {
    let world = World::shared();
    let person = world.person_without_app();
    let (tab, page, _) = at_codes(&world, &person);
    let shown = codes(&page);
    tab.submit(&page, "setup", &[("saved", "saved")]);

    let stand = || {
        let tab = world.tab();
        let page = tab.open(&world.web.authorize_url(&[("acr_values", MFA)]));
        let page = tab.submit(&page, "identify", &[("username", &person.username)]);
        let page = tab.submit(&page, "password", &[("password", &person.password)]);
        assert!(asks(&page, "totp"), "{page:#?}");
        let ways = tab.open(&format!("{}/another-way", page.url));
        assert!(ways.body.contains("value=\"recovery\""), "{ways:#?}");
        let page = tab.submit(&ways, "another-way", &[("method", "recovery")]);
        assert!(asks(&page, "recovery"), "{page:#?}");
        (tab, page)
    };
    let (tab, page) = stand();
    for (odd, words) in [("12", "twelve"), ("AAAA-BBBB-CCCC", "not correct")] {
        let got = tab.submit(&page, "recovery", &[("recovery_code", odd)]);
        assert_eq!(got.status, 422, "{got:#?}");
        assert!(got.body.contains(words), "{got:#?}");
    }
    let typed = shown[0].to_lowercase();
    let page = tab.submit(&page, "recovery", &[("recovery_code", &typed)]);
    assert!(page.body.contains("id=\"codes-left\""), "{page:#?}");
    assert!(page.body.contains("9 recovery codes left"), "{page:#?}");
    let page = tab.submit(&page, "enrol", &[("method", "totp")]);
    assert!(asks(&page, "setup"), "{page:#?}");
    // Whoever leaves now has the base acr.
    let silent = world
        .web
        .authorize_url(&[("prompt", "none"), ("acr_values", MFA)]);
    let back = tab.get(&silent);
    assert_eq!(parameters(&left(&back).unwrap())["error"], "login_required");
    let tokens = world.tokens(&tab, &person, &[]);
    let id = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id["acr"], BASIC);
    assert_eq!(id["amr"], serde_json::json!(["pwd"]));

    let (other, waiting) = stand();
    let got = other.submit(&waiting, "recovery", &[("recovery_code", &typed)]);
    assert_eq!(got.status, 422);
    assert!(got.body.contains("used already"), "{got:#?}");

    let phone = scanned(&page);
    let tags = html::tags(&page.body);
    let lost = tags
        .iter()
        .find(|tag| tag.attribute("id") == Some("lost-1"));
    let lost = lost.and_then(|tag| tag.attribute("value")).unwrap();
    let fields = [("code", &*phone.fresh_code()), ("lost-1", lost)];
    let end = tab.submit(&page, "setup", &fields);
    let end = world.walk(&tab, end, &person);
    assert!(
        parameters(&left(&end).unwrap()).contains_key("code"),
        "{end:#?}"
    );
    // One app is left, so nobody is asked which.
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[("acr_values", MFA)]));
    let page = tab.submit(&page, "identify", &[("username", &person.username)]);
    let page = tab.submit(&page, "password", &[("password", &person.password)]);
    assert!(asks(&page, "totp"), "{page:#?}");
    assert!(!page.body.contains("name=\"credential\""), "{page:#?}");
}
