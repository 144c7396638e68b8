//! The main job, in a real browser against the real demo: a balance needs the password, a transfer
//! needs one code more, and the tokens say so. The page elements are the demo bank's and the
//! provider's own ids; nothing here knows how they are made.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use stepwell_tests::browser::Browser;
use stepwell_tests::databases::Database;
use stepwell_tests::page::Page;
use stepwell_tests::process::Provider;

const BALANCE: &str = "#view-balance";
const TRANSFER: &str = "#transfer";
const UNMET: &str = "#unmet";
const RESULT: &str = "#result";

/// What one side of the bank's panel says about one token.
#[derive(Debug, PartialEq, Eq)]
struct Panel {
    acr: String,
    amr: String,
    auth_time: String,
}

impl Panel {
    /// Reads `before-acr` and its fellows, or `id-before-acr` for the ID token.
    fn read(page: &Page, prefix: &str) -> Self {
        let text = |claim: &str| page.text(&format!("#{prefix}-{claim}"));
        Self {
            acr: text("acr"),
            amr: text("amr"),
            auth_time: text("auth_time"),
        }
    }

    fn seconds(&self) -> i64 {
        let digits: String = self
            .auth_time
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits
            .parse()
            .unwrap_or_else(|_| panic!("auth_time is shown as {:?}", self.auth_time))
    }
}

/// A provider, a browser and the pages of one person.
struct Scene {
    provider: Provider,
    browser: Browser,
}

impl Scene {
    fn set() -> Self {
        Self {
            provider: Provider::start(Database::sqlite()),
            browser: Browser::start(),
        }
    }

    fn at_the_bank(&self, scripts: bool) -> Page {
        let page = self.browser.page();
        page.set_javascript(scripts);
        page.goto(&self.provider.ready.bank);
        page
    }

    /// From the bank's front page to the balance, through the password alone.
    fn view_balance(&self, page: &Page) {
        page.click(BALANCE);
        page.wait_for("#identify-form #username");
        page.fill("#username", &self.provider.ready.username);
        page.click("#continue");
        page.wait_for("#factor-form #password");
        assert!(!page.has("#factor-form #code"), "a code is asked too early");
        page.fill("#factor-form #password", &self.provider.ready.password);
        page.click("#continue");
        self.allow(page);
        let balance = page.text(RESULT);
        assert!(balance.contains('€'), "{balance}");
        assert!(!balance.contains("Jane Roe"), "{balance}");
    }

    /// Allows the bank what it asks, when it is asked.
    fn allow(&self, page: &Page) {
        if page.has("#consent-form") {
            page.click("#continue");
        }
    }

    /// From the balance to a transfer that went through, by one code.
    fn transfer_with_a_code(&self, page: &Page) {
        self.transfer_with(page, &self.provider.authenticator().fresh_code());
    }

    fn transfer_with(&self, page: &Page, code: &str) {
        page.click(TRANSFER);
        page.wait_for("#factor-form #code");
        assert!(
            !page.has("#factor-form input[type=password]"),
            "the password is asked again"
        );
        page.fill("#code", code);
        page.click("#continue");
        self.allow(page);
        assert_transferred(page);
    }
}

fn assert_transferred(page: &Page) {
    let done = page.text(RESULT);
    assert!(done.contains("250") && done.contains("Jane Roe"), "{done}");
    assert_eq!(page.text("#api-status"), "200");
}

#[test]
fn a_transfer_steps_up_by_one_code_and_both_tokens_tell_the_truth() {
    let scene = Scene::set();
    let page = scene.at_the_bank(true);
    scene.view_balance(&page);
    scene.transfer_with_a_code(&page);

    let request = page.text("#authorization-request");
    assert!(
        request.contains("acr_values") && request.contains("max_age"),
        "{request}"
    );
    for (before, after) in [("before", "after"), ("id-before", "id-after")] {
        let (before, after) = (Panel::read(&page, before), Panel::read(&page, after));
        assert!(before.amr.contains("pwd"), "{before:?}");
        assert!(!before.amr.contains("otp"), "{before:?}");
        for method in ["pwd", "otp", "mfa"] {
            assert!(after.amr.contains(method), "{after:?}");
        }
        assert_eq!(before.acr, "urn:stepwell:acr:basic");
        assert_eq!(after.acr, "urn:stepwell:acr:mfa");
        assert!(before.seconds() > 0, "{before:?}");
        assert!(after.seconds() >= before.seconds(), "{before:?} {after:?}");
    }
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

#[test]
fn a_second_transfer_soon_after_asks_nothing() {
    let scene = Scene::set();
    let page = scene.at_the_bank(true);
    scene.view_balance(&page);
    scene.transfer_with_a_code(&page);
    let first = Panel::read(&page, "after");

    page.click(TRANSFER);
    assert_transferred(&page);
    assert!(page.url().starts_with(&scene.provider.ready.bank));
    assert_eq!(Panel::read(&page, "after"), first);
}

#[test]
fn what_cannot_be_met_comes_back_as_unmet_authentication_requirements() {
    let scene = Scene::set();
    let page = scene.at_the_bank(true);
    scene.view_balance(&page);

    page.click(UNMET);
    page.wait_for("#error");
    assert!(page.url().starts_with(&scene.provider.ready.bank));
    let error = page.text("#error");
    assert!(
        error.contains("unmet_authentication_requirements"),
        "{error}"
    );
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

#[test]
fn the_whole_flow_works_without_javascript() {
    let scene = Scene::set();
    let page = scene.at_the_bank(false);
    scene.view_balance(&page);
    let phone = scene.browser.page();
    phone.goto(&format!("{}/phone", scene.provider.ready.bank));
    scene.transfer_with(&page, &phone.text("#code"));
    let (before, after) = (Panel::read(&page, "before"), Panel::read(&page, "after"));
    assert_ne!(before.acr, after.acr);
    assert!(after.amr.contains("otp"), "{after:?}");
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

#[test]
fn a_wrong_code_is_refused_in_words_and_a_right_one_still_works() {
    let scene = Scene::set();
    let page = scene.at_the_bank(true);
    scene.view_balance(&page);
    page.click(TRANSFER);
    page.wait_for("#factor-form #code");
    let long_gone = scene.provider.authenticator().code_of_step(-20);
    page.fill("#code", &long_gone);
    page.click("#continue");
    page.wait_for("#problem");
    assert!(page.title().starts_with("Error:"), "{}", page.title());

    page.fill("#code", &scene.provider.authenticator().fresh_code());
    page.click("#continue");
    assert_transferred(&page);
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

#[test]
fn cancelling_a_step_up_leads_back_to_the_bank_with_nothing_done() {
    let scene = Scene::set();
    let page = scene.at_the_bank(true);
    scene.view_balance(&page);
    page.click(TRANSFER);
    page.wait_for("#factor-form #code");
    page.click("#cancel");
    page.wait_for("#error");
    assert!(page.url().starts_with(&scene.provider.ready.bank));
    assert!(page.text("#error").contains("access_denied"));
    assert!(!page.has(RESULT));
    // The transfer waits, and can be tried again.
    assert!(page.text("#intent").contains("250"));
}
