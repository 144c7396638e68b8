//! In a real browser, in the middle of a transfer: somebody without a second factor sets one up, saves the recovery
//! codes, and the transfer goes through. With scripts and without.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;

use stepwell_tests::browser::Browser;
use stepwell_tests::databases::Database;
use stepwell_tests::page::Page;
use stepwell_tests::process::Provider;
use stepwell_tests::totp::Authenticator;

const USERNAME: &str = "sam@example.com";
const PASSWORD: &str = "violet-teapot-92-marmalade";

/// A demo, and somebody beside its own person who has a password only.
fn demo() -> Provider {
    let provider = Provider::start(Database::sqlite());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(PASSWORD.as_bytes()).unwrap();
    let path = file.path().display().to_string();
    provider.cli_json(&[
        "user",
        "create",
        USERNAME,
        "--password-file",
        &path,
        "--json",
    ]);
    provider
}

/// At the page that lets an app be set up, from the bank's front page by way of the balance.
fn at_set_up(provider: &Provider, page: &Page) {
    page.goto(&provider.ready.bank);
    page.click("#view-balance");
    page.wait_for("#identify-form #username");
    page.fill("#username", USERNAME);
    page.click("#continue");
    page.wait_for("#factor-form #password");
    page.fill("#factor-form #password", PASSWORD);
    page.click("#continue");
    page.wait_for("#result");
    page.click("#transfer");
    choose_an_app(page);
}

/// Of the ways that may be set up, the authenticator app.
fn choose_an_app(page: &Page) {
    page.wait_for("#enrol-form [value=totp]");
    page.press("#enrol-form [value=totp]");
    page.click("#continue");
    page.wait_for("#enrol-form #code");
}

fn scanned(page: &Page) -> Authenticator {
    let uri = page.attribute("#open-app", "href").unwrap();
    assert!(uri.starts_with("otpauth://totp/"), "{uri}");
    let typed = page.text("#secret").replace(' ', "");
    assert!(uri.contains(&typed), "{uri} holds {typed}");
    Authenticator::from_uri(&uri)
}

fn set_up_and_finish(scripts: bool) {
    let provider = demo();
    let browser = Browser::start();
    let page = browser.page();
    page.set_javascript(scripts);
    at_set_up(&provider, &page);
    assert!(page.has("svg.qr path"), "a code to scan");
    assert!(
        page.text(".steps").contains("Password"),
        "what counts already"
    );
    let phone = scanned(&page);

    page.fill("#code", &phone.code_of_step(-20));
    page.click("#continue");
    page.wait_for("#problem");
    assert!(page.title().starts_with("Error:"), "{}", page.title());
    page.fill("#code", &phone.fresh_code());
    page.fill("#label", "Sam’s phone");
    page.click("#continue");

    page.wait_for("#codes");
    assert_eq!(page.text("#codes").lines().count(), 10);
    assert!(page.has("#download[href$='/recovery-codes.txt']"));
    page.press("#saved");
    page.click("#continue");

    let done = page.text("#result");
    assert!(done.contains("250") && done.contains("Jane Roe"), "{done}");
    assert_eq!(page.text("#api-status"), "200");
    assert_eq!(page.text("#after-acr"), "urn:stepwell:acr:mfa");
    for method in ["pwd", "otp", "mfa"] {
        assert!(page.text("#after-amr").contains(method));
    }
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

#[test]
fn somebody_without_a_second_factor_sets_one_up_and_the_transfer_goes_through() {
    set_up_and_finish(true);
}

#[test]
fn it_works_without_javascript() {
    set_up_and_finish(false);
}

#[test]
fn going_back_or_leaving_does_not_skip_it() {
    let provider = demo();
    let browser = Browser::start();
    let page = browser.page();
    at_set_up(&provider, &page);
    let here = page.url();
    // Back to the bank, and the same transfer again: the same is asked.
    page.goto(&provider.ready.bank);
    page.click("#transfer");
    page.wait_for("#enrol-form [value=totp]");
    // The page from before still asks.
    page.goto(&here);
    page.wait_for("#enrol-form #code");
    page.click("#cancel");
    page.wait_for("#error");
    assert!(page.text("#error").contains("access_denied"));
    assert!(!page.has("#result"));
    // Nothing was set up.
    page.click("#try-again");
    page.wait_for("#enrol-form [value=totp]");
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}
