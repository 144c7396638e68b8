//! Passkeys in a real browser against the real demo and its real pages: set up on the way to another payout account
//! and on the account's pages, signing in, stepping up, and refused once they are removed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use stepwell_tests::browser::Browser;
use stepwell_tests::databases::Database;
use stepwell_tests::keyboard::Keyboard;
use stepwell_tests::page::Page;
use stepwell_tests::process::Provider;
use stepwell_tests::rp::{RelyingParty, claims};
use stepwell_tests::virtual_authenticator::{Device, VirtualAuthenticator};
use stepwell_tests::wait;
use url::Url;

const PAYOUT: &str = "Payout account changed: GB82 WEST 1234 5698 7654 32";

/// A rule for hardware, so that `phrh` is there to be asked for. No device here is one of these.
const HARDWARE: (&str, &str) = (
    "STEPWELL__PASSKEYS__HARDWARE_AAGUIDS",
    "2fc0579f-8113-47ea-b116-bb5a8db9202a",
);

struct Scene {
    provider: Provider,
    browser: Browser,
}

impl Scene {
    fn set() -> Self {
        Self::with(&[])
    }

    fn with(environment: &[(&str, &str)]) -> Self {
        Self {
            provider: Provider::start_with(Database::sqlite(), environment),
            browser: Browser::start(),
        }
    }

    /// From the page that asks for a name: by the password, and nobody answers for the passkey meanwhile.
    fn type_name_and_password(&self, page: &Page) {
        page.wait_for("#identify-form #username");
        page.fill("#username", &self.provider.ready.username);
        page.click("#identify-form #continue");
        if !page.has("#factor-form #password") {
            page.click("[name=method][value=password]");
        }
        page.fill("#factor-form #password", &self.provider.ready.password);
        page.click("#factor-form #continue");
    }

    fn view_balance(&self, page: &Page) {
        page.goto(&self.provider.ready.bank);
        page.click("#view-balance");
    }

    fn sign_out(&self, page: &Page) {
        page.goto(&self.provider.ready.bank);
        page.click("#logout");
        page.wait_for("#signed-out");
    }

    /// Adds the page's passkey on the account's own pages. What is added needs the strongest proof there is.
    fn add_passkey(&self, page: &Page, phone: &VirtualAuthenticator<'_>, name: &str) {
        phone.set_presence(false);
        page.goto(&format!("{}/account/security", self.provider.ready.issuer));
        self.type_name_and_password(page);
        page.click("#add-passkey");
        page.fill("#code", &self.provider.authenticator().fresh_code());
        page.click("#continue");
        page.wait_for("#enrol-form #continue:not([hidden])");
        page.fill("#label", name);
        phone.set_presence(true);
        page.click("#continue");
        save_recovery_codes(page);
        page.wait_for("#add-form");
        assert!(page.url().ends_with("/account/security"), "{}", page.url());
        assert!(page.text("main").contains(name));
        assert_eq!(phone.credentials().len(), 1);
    }
}

fn save_recovery_codes(page: &Page) {
    page.wait_for("#codes");
    page.press("#saved");
    page.click("#continue");
}

/// The answer with which the browser came back to an app of the test's own.
fn answer(page: &Page) -> Url {
    page.wait_for("#inbox-link");
    page.url().parse().unwrap()
}

fn parameter(answer: &Url, name: &str) -> String {
    let found = answer.query_pairs().find(|(known, _)| known == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {answer}"))
        .1
        .into_owned()
}

/// An app beside the bank. People come back to a page of the demo that makes nothing of the answer.
fn app(provider: &Provider) -> RelyingParty {
    let back = provider.ready.inbox.clone();
    let mut app = RelyingParty::register(provider, &["--redirect", &back, "--skip-consent"]);
    app.redirect_uri = back;
    app
}

#[test]
fn another_payout_account_lets_a_passkey_be_set_up_on_the_way_and_goes_through() {
    let scene = Scene::set();
    let page = scene.browser.page();
    let phone = VirtualAuthenticator::add(&page, Device::phone());
    phone.set_presence(false);
    scene.view_balance(&page);
    scene.type_name_and_password(&page);
    page.wait_for("#result");

    page.click("#change-payout");
    // The strongest thing owned comes first.
    assert_eq!(
        page.text("h1"),
        "Confirm it’s you to change your payout account"
    );
    page.fill("#code", &scene.provider.authenticator().fresh_code());
    page.click("#continue");
    page.press("#enrol-form [value=passkey]");
    page.click("#continue");
    page.wait_for("#enrol-form #continue:not([hidden])");
    phone.set_presence(true);
    page.click("#continue");
    save_recovery_codes(&page);

    assert!(page.text("#result").contains(PAYOUT));
    assert_eq!(page.text("#api-status"), "200");
    let challenge = page.text("#challenge");
    assert!(challenge.contains("insufficient_user_authentication"));
    assert!(challenge.contains("acr_values=\"phr\""), "{challenge}");
    for (before, after) in [("before", "after"), ("id-before", "id-after")] {
        let text = |side: &str, claim: &str| page.text(&format!("#{side}-{claim}"));
        assert_eq!(text(before, "acr"), "urn:stepwell:acr:basic");
        assert_eq!(text(before, "amr"), "pwd");
        assert_eq!(text(after, "acr"), "phr");
        assert!(text(after, "amr").contains("swk"), "{}", text(after, "amr"));
        let seconds = |side| text(side, "auth_time").parse::<i64>().unwrap();
        assert!(seconds(after) >= seconds(before));
    }
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

/// A list from which nobody picks, and a note of each request in the console.
const NOBODY_PICKS: &str = "\
    const get = navigator.credentials.get.bind(navigator.credentials); \
    navigator.credentials.get = (options) => { \
      console.info(options.mediation ?? 'dialogue'); \
      return options.mediation === 'conditional' \
        ? new Promise((_, refuse) => options.signal.addEventListener('abort', () => refuse(options.signal.reason))) \
        : get(options); \
    };";

#[test]
fn a_passkey_added_on_the_security_page_signs_in_from_the_list_and_by_the_button() {
    let scene = Scene::set();
    let page = scene.browser.page();
    let phone = VirtualAuthenticator::add(&page, Device::phone());
    scene.add_passkey(&page, &phone, "My phone");
    scene.view_balance(&page);
    page.wait_for("#result");
    scene.sign_out(&page);

    // The browser answers as if the person had picked it from the list of the name's field.
    scene.view_balance(&page);
    page.wait_for("#result");
    assert_eq!(page.text("#before-acr"), "phr");
    assert_eq!(page.text("#before-amr"), "swk user mfa");
    // What has two kinds is enough for a transfer, too, and nothing is asked.
    page.click("#transfer");
    assert!(page.text("#result").contains("Transfer done"));

    // Another device that the passkey was synced to, and the button.
    let other = scene.browser.page();
    let laptop = VirtualAuthenticator::add(&other, Device::phone());
    laptop.receive(&phone.credentials()[0]);
    other.before_each_page(NOBODY_PICKS);
    scene.view_balance(&other);
    wait::until("the list to wait", Duration::from_secs(20), || {
        let noted = other.console().join(" ");
        noted.contains("conditional").then_some(())
    });
    other.press("#passkey");
    other.wait_for("#result");
    assert!(other.console().join(" ").contains("dialogue"));
    assert_eq!(other.text("#before-acr"), "phr");
    for page in [&page, &other] {
        assert_eq!(page.csp_violations(), Vec::<String>::new());
    }
}

#[test]
fn a_password_steps_up_to_phr_and_a_synced_passkey_never_gets_to_phrh() {
    // Nothing to be set up on the way.
    let scene = Scene::with(&[HARDWARE, ("STEPWELL__ENROLMENT__ON_DEMAND", "false")]);
    let page = scene.browser.page();
    let phone = VirtualAuthenticator::add(&page, Device::phone());
    scene.add_passkey(&page, &phone, "My phone");
    scene.view_balance(&page);
    scene.sign_out(&page);
    phone.set_presence(false);
    scene.view_balance(&page);
    scene.type_name_and_password(&page);
    page.wait_for("#result");
    assert_eq!(page.text("#before-acr"), "urn:stepwell:acr:basic");

    page.click("#change-payout");
    page.wait_for("#factor-form #continue:not([hidden])");
    // Of the password nothing is told: it adds nothing to what the passkey says alone.
    assert!(page.text(".steps .now").contains("Passkey"));
    assert_eq!(
        page.eval("document.querySelectorAll('.steps li').length"),
        1
    );
    phone.set_presence(true);
    page.click("#factor-form #continue");
    assert!(page.text("#result").contains(PAYOUT));
    assert_eq!(page.text("#after-acr"), "phr");

    let app = app(&scene.provider);
    page.goto(&app.authorize_url(&[("acr_values", "phrh")]));
    assert_eq!(page.text("h1"), "Your account cannot do this yet");
    page.click("#continue");
    let refused = answer(&page);
    assert_eq!(
        parameter(&refused, "error"),
        "unmet_authentication_requirements"
    );
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

#[test]
fn a_removed_passkey_is_refused_and_what_rested_on_it_is_over() {
    let scene = Scene::set();
    let page = scene.browser.page();
    let phone = VirtualAuthenticator::add(&page, Device::phone());
    scene.add_passkey(&page, &phone, "My phone");

    // On another device, signed in by the passkey alone, and an app with tokens from there.
    let app = app(&scene.provider);
    let other = scene.browser.page();
    let laptop = VirtualAuthenticator::add(&other, Device::phone());
    laptop.receive(&phone.credentials()[0]);
    other.goto(&app.authorize_url(&[("scope", "openid offline_access")]));
    let told = app.redeem(&parameter(&answer(&other), "code"));
    assert_eq!(claims(&told.expect("id_token"))["acr"], "phr");
    let access = told.expect("access_token");
    let active = |token: &str| app.post("introspect", &[("token", token)]).json["active"].clone();
    assert_eq!(active(&access), true);
    let refreshed = app.refresh(&told.expect("refresh_token"));
    let refresh = refreshed.expect("refresh_token");

    page.goto(&format!("{}/account/security", scene.provider.ready.issuer));
    let remove = page.eval(
        "[...document.querySelectorAll('.rows li')].find(row => row.innerText.includes('My phone'))\
         .querySelector('.acts a').id",
    );
    page.click(&format!("#{}", remove.as_str().unwrap()));
    assert!(page.text("main").contains("My phone"));
    page.click("#remove-form #continue");
    page.wait_for("#add-form");
    assert!(!page.text("main").contains("My phone"));

    // The app's tokens are over, and there is no sign-in left where they came from.
    assert_eq!(active(&access), false);
    assert_eq!(active(&refreshed.expect("access_token")), false);
    assert_eq!(app.refresh(&refresh).error(), "invalid_grant");
    other.goto(&format!("{}/account", scene.provider.ready.issuer));
    assert_eq!(other.text("h1"), "Enter your password");
    other.goto(&app.authorize_url(&[("prompt", "none")]));
    assert_eq!(parameter(&answer(&other), "error"), "login_required");

    // The device still has it and offers it.
    let anew = scene.browser.page();
    let laptop = VirtualAuthenticator::add(&anew, Device::phone());
    laptop.receive(&phone.credentials()[0]);
    anew.before_each_page(NOBODY_PICKS);
    scene.view_balance(&anew);
    anew.click("#passkey");
    assert!(anew.text("#passkey-problem").contains("not known here"));
    assert!(anew.title().starts_with("Error:"), "{}", anew.title());
    assert!(anew.url().starts_with(&scene.provider.ready.issuer));
    // The password still does.
    scene.type_name_and_password(&anew);
    anew.wait_for("#result");
    assert_eq!(anew.text("#before-amr"), "pwd");
    for page in [&page, &other, &anew] {
        assert_eq!(page.csp_violations(), Vec::<String>::new());
    }
}

#[test]
fn a_passkey_is_set_up_and_used_by_keyboard_alone() {
    let scene = Scene::set();
    let page = scene.browser.page();
    let phone = VirtualAuthenticator::add(&page, Device::phone());
    phone.set_presence(false);
    let keys = Keyboard::of(&page);
    scene.view_balance(&page);
    keys.fill_and_enter("#username", &scene.provider.ready.username);
    keys.fill_and_enter("#factor-form #password", &scene.provider.ready.password);
    page.wait_for("#result");
    keys.follow("#change-payout");
    keys.fill_and_enter("#code", &scene.provider.authenticator().fresh_code());
    keys.choose("#enrol-form [value=passkey]");
    keys.follow("#enrol-form #continue");
    phone.set_presence(true);
    // Enter in the one field does what the button does.
    keys.fill_and_enter("#label", "My phone");
    page.wait_for("#codes");
    keys.space("#saved");
    keys.follow("#enrol-form #continue");
    assert!(page.text("#result").contains(PAYOUT));

    keys.follow("#logout");
    page.wait_for("#signed-out");
    page.before_each_page(NOBODY_PICKS);
    keys.follow("#view-balance");
    // A device that does not recognise its user; then Enter again, where the focus is still.
    phone.set_verified(false);
    keys.reach("#passkey");
    keys.strike("Enter", "\r");
    wait::until("words", Duration::from_secs(20), || {
        let said = page.text("#ceremony-status");
        said.starts_with("Nothing was confirmed").then_some(())
    });
    assert!(keys.is_at("#passkey"));
    phone.set_verified(true);
    keys.strike("Enter", "\r");
    page.wait_for("#result");
    assert_eq!(page.text("#before-acr"), "phr");
}

#[test]
fn without_scripts_the_set_up_of_a_passkey_says_why_and_a_transfer_goes_on_without() {
    let scene = Scene::set();
    let page = scene.browser.page();
    page.set_javascript(false);
    scene.view_balance(&page);
    scene.type_name_and_password(&page);
    page.click("#change-payout");
    page.fill("#code", &scene.provider.authenticator().fresh_code());
    page.click("#continue");
    page.press("#enrol-form [value=passkey]");
    page.click("#continue");
    assert!(page.text("noscript").contains("Passkeys need JavaScript"));
    assert!(!page.has("#enrol-form #continue:not([hidden])"));
    // Enter in the field sends the form all the same, with nothing in it.
    Keyboard::of(&page).fill_and_enter("#label", "My phone");
    let said = page.text("#continue-problem");
    assert!(said.contains("choose another way"), "{said}");
    page.click("#cancel");
    assert!(page.text("#error").contains("access_denied"));

    // Nobody needs one for a transfer.
    page.click("#home");
    page.click("#transfer");
    assert!(page.text("#result").contains("Transfer done"));
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

#[test]
fn a_synced_passkey_set_up_on_the_way_does_not_meet_phrh_either() {
    let scene = Scene::with(&[HARDWARE]);
    let page = scene.browser.page();
    let phone = VirtualAuthenticator::add(&page, Device::phone());
    phone.set_presence(false);
    let app = app(&scene.provider);
    page.goto(&app.authorize_url(&[("acr_values", "phrh")]));
    scene.type_name_and_password(&page);
    page.fill("#code", &scene.provider.authenticator().fresh_code());
    page.click("#continue");
    page.press("#enrol-form [value=passkey]");
    page.click("#continue");
    page.wait_for("#enrol-form #continue:not([hidden])");
    phone.set_presence(true);
    page.click("#continue");
    // It is there, and something else has to be set up.
    assert_eq!(phone.credentials().len(), 1);
    assert_eq!(page.text("h1"), "Add a security key");
    assert_eq!(page.csp_violations(), Vec::<String>::new());
    page.click("#cancel");
    assert_eq!(parameter(&answer(&page), "error"), "access_denied");
}

/// A device that refuses as `window.refusal` says: by one of the errors of WebAuthn §5.1.
const REFUSES: &str = "\
    navigator.credentials.create = () => Promise.reject(new DOMException('refused', window.refusal));";

#[test]
fn each_way_in_which_a_device_refuses_is_told_in_words_that_help() {
    let scene = Scene::set();
    let page = scene.browser.page();
    page.goto(&format!("{}/account/security", scene.provider.ready.issuer));
    scene.type_name_and_password(&page);
    page.before_each_page(REFUSES);
    page.click("#add-security-key");
    page.fill("#code", &scene.provider.authenticator().fresh_code());
    page.click("#continue");
    page.wait_for("#enrol-form #continue:not([hidden])");
    let words = [
        ("NotAllowedError", "Nothing was confirmed."),
        (
            "InvalidStateError",
            "There is a passkey for your account on this device already.",
        ),
        (
            "ConstraintError",
            "This security key has no PIN yet. Set one in the settings",
        ),
        (
            "NotSupportedError",
            "This browser or device cannot use passkeys here.",
        ),
        (
            "SecurityError",
            "This browser or device cannot use passkeys here.",
        ),
        ("UnknownError", "Your browser could not finish."),
    ];
    for (refusal, said) in words {
        page.eval(&format!("window.refusal = '{refusal}'"));
        page.press("#enrol-form #continue");
        wait::until(refusal, Duration::from_secs(20), || {
            page.text("#ceremony-status")
                .starts_with(said)
                .then_some(())
        });
    }
    // A dialogue that ran out of time is told from one that was closed: the device's own clock says so.
    page.eval("window.refusal = 'NotAllowedError'");
    page.eval(
        "Date.now = ((real, late) => () => real() + (late = late ? 0 : 300000))(Date.now, 1)",
    );
    page.press("#enrol-form #continue");
    wait::until("time", Duration::from_secs(20), || {
        let said = page.text("#ceremony-status");
        said.starts_with("That took too long.").then_some(())
    });
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}
