//! Every page, in every language, in a real browser: nothing that axe-core finds, nothing wider than the
//! screen, nothing that breaks the policy. Pages come from `stepwell templates` with their real style sheet,
//! and from the demo as it runs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

use stepwell_tests::axe;
use stepwell_tests::browser::Browser;
use stepwell_tests::databases::Database;
use stepwell_tests::files;
use stepwell_tests::page::Page;
use stepwell_tests::process::{self, Provider};
use tempfile::TempDir;

/// Sample pages, served as the provider serves its own.
struct Samples {
    folder: TempDir,
    address: String,
}

impl Samples {
    fn write(environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let written = Command::new(process::binary())
            .args(["templates", "--out"])
            .arg(folder.path())
            .current_dir(folder.path())
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        assert!(written.status.success(), "{written:?}");
        let address = files::serve(folder.path());
        Self { folder, address }
    }

    /// The address of every page, such as `…/de/password.html`.
    fn pages(&self) -> Vec<String> {
        let mut pages = Vec::new();
        for language in std::fs::read_dir(self.folder.path()).unwrap() {
            let language = language.unwrap().path();
            for page in std::fs::read_dir(&language).unwrap() {
                let page = page.unwrap().path();
                if page.extension().is_some_and(|ending| ending == "html") {
                    let name = page.strip_prefix(self.folder.path()).unwrap();
                    pages.push(format!("{}/{}", self.address, name.display()));
                }
            }
        }
        pages.sort();
        assert!(pages.len() > 80, "{}", pages.len());
        pages
    }
}

/// Everything that is wrong with the page as it stands.
#[track_caller]
fn faults(page: &Page, name: &str) -> Vec<String> {
    let mut found = axe::violations(page);
    let wide =
        page.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    if wide.as_f64().unwrap() > 0.0 {
        found.push(format!("{wide} pixels wider than the screen"));
    }
    found
        .iter()
        .map(|fault| format!("{name}: {fault}"))
        .collect()
}

#[track_caller]
fn assert_accessible(pages: &[String], scheme: &str, size: impl Fn(&Page)) {
    let browser = Browser::start();
    let page = browser.page();
    page.set_colour_scheme(scheme);
    size(&page);
    let mut found = Vec::new();
    for address in pages {
        page.goto(address);
        found.extend(faults(&page, address));
    }
    assert!(found.is_empty(), "{scheme}: {found:#?}");
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

fn narrow(page: &Page) {
    page.set_size(320, 700);
}

fn zoomed(page: &Page) {
    page.set_zoom(1280, 1024, 2);
}

#[test]
fn every_page_is_accessible_on_a_narrow_light_screen() {
    assert_accessible(&Samples::write(&[]).pages(), "light", narrow);
}

#[test]
fn every_page_is_accessible_on_a_narrow_dark_screen() {
    assert_accessible(&Samples::write(&[]).pages(), "dark", narrow);
}

#[test]
fn every_page_is_accessible_at_twice_its_size() {
    let samples = Samples::write(&[]);
    for scheme in ["light", "dark"] {
        assert_accessible(&samples.pages(), scheme, zoomed);
    }
}

#[test]
fn a_brand_at_the_edge_of_what_is_accepted_is_still_accessible() {
    let samples = Samples::write(&[
        ("STEPWELL__BRAND__ACCENT", "#767676"),
        ("STEPWELL__BRAND__RADIUS", "16"),
    ]);
    // Colours and corners are the same in every language.
    let mut pages = samples.pages();
    pages.retain(|page| page.contains("/en/"));
    for scheme in ["light", "dark"] {
        assert_accessible(&pages, scheme, narrow);
    }
}

#[test]
fn what_is_not_accessible_is_noticed() {
    let samples = Samples::write(&[]);
    let browser = Browser::start();
    let page = browser.page();
    narrow(&page);
    page.goto(&format!("{}/en/password.html", samples.address));
    assert_eq!(faults(&page, "whole"), Vec::<String>::new());
    page.eval("document.querySelector('label[for=password]').remove()");
    page.eval("document.querySelector('h1').style.color = '#bbb'");
    page.eval("document.querySelector('h1').style.width = '500px'");
    let found = faults(&page, "broken").join("\n");
    // As a forgotten inline style would.
    page.eval("document.querySelector('h1').setAttribute('style', 'margin: 0')");
    assert!(!page.csp_violations().is_empty());
    for rule in ["\"label\"", "\"color-contrast\"", "wider than the screen"] {
        assert!(found.contains(rule), "{rule}: {found}");
    }
}

#[test]
fn live_pages_are_accessible_in_both_languages_and_break_no_policy() {
    let provider = Provider::start(Database::sqlite());
    let browser = Browser::start();
    let (issuer, bank) = (&provider.ready.issuer, &provider.ready.bank);
    let page = browser.page();
    narrow(&page);
    let mut found = Vec::new();
    let mut look = |name: &str| {
        for scheme in ["light", "dark"] {
            page.set_colour_scheme(scheme);
            found.extend(faults(&page, &format!("{name}, {scheme}")));
        }
    };
    for path in [
        "/",
        "/nowhere",
        "/authorize?client_id=nobody",
        "/i/unknown",
        "/logout",
    ] {
        page.goto(&format!("{issuer}{path}"));
        look(path);
    }

    page.goto(bank);
    look("bank");
    page.click("#view-balance");
    page.wait_for("#identify-form");
    look("identifier");
    page.click("#language-de");
    assert_eq!(page.attribute("html", "lang").as_deref(), Some("de"));
    look("identifier in German");
    page.fill("#username", &provider.ready.username);
    page.click("#continue");
    page.wait_for("#factor-form #password");
    assert_eq!(page.text("h1"), "Passwort eingeben");
    look("password");
    page.press("#show-password");
    assert_eq!(page.attribute("#password", "type").as_deref(), Some("text"));
    look("password, shown");
    page.fill("#factor-form #password", "wrong");
    page.click("#continue");
    page.wait_for("#problem");
    look("wrong password");
    page.fill("#factor-form #password", &provider.ready.password);
    page.click("#continue");
    if page.has("#consent-form") {
        look("consent");
        page.click("#continue");
    }
    page.wait_for("#result");

    page.click("#transfer");
    page.wait_for("#factor-form #code");
    look("step-up");
    if page.has("#another-way") {
        page.click("#another-way");
        look("another way");
        // Where nothing else would do, going back is the one button.
        page.click(if page.has("#back") {
            "#back"
        } else {
            "#continue"
        });
    }
    page.click("#language-en");
    look("step-up in English");
    page.fill("#code", &provider.authenticator().fresh_code());
    page.click("#continue");
    page.wait_for("#result");
    look("bank, transferred");

    page.click("#change-payout");
    look("choose what to set up");
    page.press("#enrol-form [value=passkey]");
    page.click("#continue");
    page.wait_for("#enrol-form #continue:not([hidden])");
    look("passkey set-up");
    page.click("#cancel");
    page.wait_for("#error");
    look("bank, cancelled");
    for place in [
        "",
        "/security",
        "/sessions",
        "/devices",
        "/activity",
        "/apps",
        "/profile",
        "/password",
    ] {
        page.goto(&format!("{issuer}/account{place}"));
        look(&format!("account{place}"));
    }

    page.goto(&format!("{issuer}/logout"));
    look("logout");
    page.click("#continue");
    look("logged out");
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

#[test]
fn the_language_is_switched_without_javascript() {
    let provider = Provider::start(Database::sqlite());
    let browser = Browser::start();
    let page = browser.page();
    page.set_javascript(false);
    page.goto(&provider.ready.bank);
    page.click("#view-balance");
    page.wait_for("#identify-form");
    let place = page.url();
    for (button, heading) in [("#language-de", "Anmelden"), ("#language-en", "Sign in")] {
        page.click(button);
        assert_eq!(
            (page.url(), page.text("h1")),
            (place.clone(), heading.to_owned())
        );
    }
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}
