//! Wrong names, wrong passwords, wrong codes: what is told, what is not, and how long it takes.

use std::time::{Duration, Instant};

use stepwell_tests::databases::Database;

use crate::support::tab::{asks, form};
use crate::support::world::left;
use crate::support::{Got, MFA, Tab, World};

/// A tab that stands before the password of this name.
fn before_the_password(world: &World, username: &str) -> (Tab, Got) {
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let page = tab.submit(&page, "identify", &[("username", username)]);
    assert!(asks(&page, "password"), "{page:#?}");
    (tab, page)
}

/// A page without what differs between any two requests, and without the name that was typed.
fn bare(page: &Got, username: &str) -> String {
    let csrf = form(page, "password");
    let csrf = &csrf
        .fields
        .iter()
        .find(|(name, _)| name == "csrf")
        .unwrap()
        .1;
    let interaction = page.url.path().split('/').nth(2).unwrap();
    page.body
        .replace(page.reference(), "REFERENCE")
        .replace(csrf.as_str(), "CSRF")
        .replace(interaction, "INTERACTION")
        .replace(username, "USERNAME")
}

fn header_names(page: &Got) -> Vec<&str> {
    let mut names: Vec<_> = page.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_wrong_password_is_the_same_page_with_status_422_and_a_summary_of_the_problem() {
    let world = World::shared();
    let (tab, page) = before_the_password(&world, &world.ready.username);
    for wrong in ["wrong", "", " ", &world.ready.password.to_uppercase()] {
        let got = tab.submit(&page, "password", &[("password", wrong)]);
        assert_eq!(got.status, 422, "{wrong:?}: {got:#?}");
        assert!(got.body.contains("role=\"alert\""), "{got:#?}");
        assert!(got.body.contains("aria-invalid=\"true\""), "{got:#?}");
        assert!(asks(&got, "password"));
        assert!(!got.body.contains(&world.ready.password), "{got:#?}");
    }
    let done = tab.submit(&page, "password", &[("password", &world.ready.password)]);
    assert!(done.status < 400, "{done:#?}");
}

#[test]
fn a_name_that_cannot_be_one_is_told_at_once() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    for name in ["", "   ", &"x".repeat(2_000), "a\u{7}b"] {
        let got = tab.submit(&page, "identify", &[("username", name)]);
        assert_eq!(got.status, 422, "{name:?}: {got:#?}");
        assert!(got.body.contains("role=\"alert\""), "{got:#?}");
    }
}

#[test]
fn nobody_learns_from_the_pages_whether_a_name_exists() {
    let world = World::shared();
    let known = world.person().username;
    let unknown = known.replace("person", "people");
    let pages = [&known, &unknown].map(|name| {
        let (tab, page) = before_the_password(&world, name);
        let wrong = tab.submit(&page, "password", &[("password", "wrong")]);
        (name, page, wrong)
    });
    let [
        (known, asked, wrong),
        (unknown, asked_unknown, wrong_unknown),
    ] = &pages;
    assert_eq!(bare(asked, known), bare(asked_unknown, unknown));
    assert_eq!(wrong.status, wrong_unknown.status);
    assert_eq!(bare(wrong, known), bare(wrong_unknown, unknown));
    assert_eq!(header_names(wrong), header_names(wrong_unknown));
}

#[test]
fn nobody_learns_from_the_time_whether_a_name_exists() {
    let world = World::shared();
    let known = world.person().username;
    let unknown = known.replace("person", "people");
    let tabs = [&known, &unknown].map(|name| before_the_password(&world, name));
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..15 {
        for ((tab, page), times) in tabs.iter().zip(&mut times) {
            let began = Instant::now();
            let got = tab.submit(page, "password", &[("password", "wrong")]);
            times.push(began.elapsed());
            assert_eq!(got.status, 422);
        }
    }
    // The fastest of many is what noise cannot make shorter.
    let [known, unknown] = times.map(|times| times.into_iter().min().unwrap().as_secs_f64());
    let factor = known / unknown;
    assert!(
        (0.6..1.7).contains(&factor),
        "known {known:.4} s, unknown {unknown:.4} s"
    );
}

#[test]
fn a_huge_password_is_refused_before_it_is_hashed() {
    let world = World::shared();
    let (tab, page) = before_the_password(&world, &world.ready.username);
    let got = tab.submit(&page, "password", &[("password", &"x".repeat(1 << 20))]);
    got.assert_page(413);
    let got = tab.submit(&page, "password", &[("password", &"x".repeat(40_000))]);
    assert!((400..500).contains(&got.status), "{got:#?}");

    let mut fastest = [Duration::MAX; 2];
    let longest_looked_at = "x".repeat(1_024);
    let longer = "x".repeat(1_025);
    for _ in 0..12 {
        for (password, fastest) in [&longest_looked_at, &longer].into_iter().zip(&mut fastest) {
            let began = Instant::now();
            let got = tab.submit(&page, "password", &[("password", password)]);
            assert_eq!(got.status, 422);
            *fastest = began.elapsed().min(*fastest);
        }
    }
    // The fastest of many is what noise cannot make shorter.
    let [hashed, refused] = fastest;
    assert!(
        refused * 2 < hashed,
        "{refused:?} is not half of {hashed:?}: it was hashed"
    );
}

#[test]
fn no_part_of_a_password_opens_what_the_whole_opens() {
    let world = World::shared();
    let person = world.person();
    let (tab, page) = before_the_password(&world, &person.username);
    for near in [
        &person.password[..person.password.len() - 1],
        &format!("{}x", person.password),
        &format!(" {}", person.password),
        &format!("{}\n", person.password),
        &format!("{}{}", person.password, "x".repeat(900)),
    ] {
        let got = tab.submit(&page, "password", &[("password", near)]);
        assert_eq!(got.status, 422, "{near:?}");
    }
}

#[test]
fn wrong_codes_are_told_and_the_budget_rests_the_authenticator_but_not_the_password() {
    let world = World::shared();
    let person = world.person();
    let stand = || {
        let tab = world.tab();
        let page = tab.open(&world.web.authorize_url(&[("acr_values", MFA)]));
        let page = tab.submit(&page, "identify", &[("username", &person.username)]);
        let page = tab.submit(&page, "password", &[("password", &person.password)]);
        (tab, page)
    };
    let right = person.phone.as_ref().unwrap();
    let wrong = if right.current_code() == "123456" {
        "654321"
    } else {
        "123456"
    };
    // From one browser after another: the budget is the account's.
    for guess in 1..=5 {
        let (tab, page) = stand();
        assert!(asks(&page, "totp"), "{page:#?}");
        let got = tab.submit(&page, "totp", &[("code", wrong)]);
        assert_eq!(got.status, 422, "guess {guess}: {got:#?}");
    }
    let (tab, page) = stand();
    assert!(!asks(&page, "totp"), "it rests: {page:#?}");
    assert!(page.body.contains("id=\"locked\""), "{page:#?}");
    // Not even the right code gets through by a form kept from before.
    let url = format!("{}/totp", page.url);
    let csrf = form(&page, "cancel").fields.remove(0).1;
    let fields = [("csrf", &*csrf), ("code", &*right.fresh_code())];
    let got = tab.follow(tab.sent(tab.http().post(url).form(&fields)));
    assert!(left(&got).is_none(), "{got:#?}");
    // Signing in without a second factor still works.
    world.code(&world.tab(), &world.web, &person, &[]);
}

#[test]
fn a_code_counts_once_and_a_code_of_another_time_never() {
    let world = World::shared();
    let person = world.person();
    let phone = person.phone.as_ref().unwrap();
    let stand = || {
        let tab = world.tab();
        let page = tab.open(&world.web.authorize_url(&[("acr_values", MFA)]));
        let page = tab.submit(&page, "identify", &[("username", &person.username)]);
        let page = tab.submit(&page, "password", &[("password", &person.password)]);
        (tab, page)
    };
    let (tab, page) = stand();
    for steps in [-3, 3, 20] {
        let code = phone.code_of_step(steps);
        assert_eq!(
            tab.submit(&page, "totp", &[("code", &code)]).status,
            422,
            "{steps}"
        );
    }
    let code = phone.fresh_code();
    assert!(tab.submit(&page, "totp", &[("code", &code)]).status < 400);
    let (other, page) = stand();
    let got = other.submit(&page, "totp", &[("code", &code)]);
    assert_eq!(got.status, 422, "{got:#?}");
    assert!(got.body.contains("used"), "{got:#?}");
}

#[test]
fn guessing_one_account_waits_and_says_how_long_while_others_sign_in() {
    let world = World::alone(
        Database::sqlite(),
        &[("STEPWELL__LIMITS__PASSWORD_PER_ACCOUNT", "3")],
    );
    let person = world.person();
    let (tab, page) = before_the_password(&world, &person.username);
    for _ in 0..3 {
        assert_eq!(
            tab.submit(&page, "password", &[("password", "wrong")])
                .status,
            422
        );
    }
    let got = tab.submit(&page, "password", &[("password", &person.password)]);
    assert_eq!(got.status, 429, "{got:#?}");
    assert!(got.header("retry-after").parse::<u32>().unwrap() > 0);
    assert!(got.body.contains("id=\"locked\""), "{got:#?}");
    world.code(&world.tab(), &world.web, &world.alex(), &[]);
    // A name that does not exist waits just the same.
    let (tab, page) = before_the_password(&world, "nobody@example.com");
    for expected in [422, 422, 422, 429] {
        assert_eq!(
            tab.submit(&page, "password", &[("password", "x")]).status,
            expected
        );
    }
}

#[test]
fn a_password_that_a_manager_filled_in_beside_the_name_is_used_at_once() {
    let world = World::shared();
    let person = world.person_without_app();
    let both = |password: &str| {
        let tab = world.tab();
        let page = tab.open(&world.web.authorize_url(&[]));
        let fields = [("username", &*person.username), ("password", password)];
        let page = tab.submit(&page, "identify", &fields);
        (tab, page)
    };
    let (_, page) = both(&person.password);
    assert!(asks(&page, "consent"), "{page:#?}");
    // The person saw nothing of a wrong one, and is asked as ever.
    let (tab, page) = both("something else");
    assert_eq!(page.status, 200, "{page:#?}");
    assert!(asks(&page, "password"), "{page:#?}");
    assert!(!page.body.contains("something else"), "{page:#?}");
    let page = tab.submit(&page, "password", &[("password", &person.password)]);
    assert!(asks(&page, "consent"), "{page:#?}");
}

#[test]
fn a_guess_beside_the_name_is_a_guess() {
    let settings = [("STEPWELL__LIMITS__PASSWORD_PER_ACCOUNT", "3")];
    let world = World::alone(Database::sqlite(), &settings);
    let person = world.person_without_app();
    let beside = |password: &str| {
        let tab = world.tab();
        let page = tab.open(&world.web.authorize_url(&[]));
        let fields = [("username", &*person.username), ("password", password)];
        let page = tab.submit(&page, "identify", &fields);
        (tab, page)
    };
    for _ in 0..3 {
        beside("wrong");
    }
    // They used up what a fourth would need, the right one too: it is asked for on its own page, and waits there.
    let (tab, page) = beside(&person.password);
    assert!(asks(&page, "password"), "{page:#?}");
    let waits = tab.submit(&page, "password", &[("password", &person.password)]);
    assert_eq!(waits.status, 429, "{waits:#?}");
}
