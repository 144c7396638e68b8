//! Every flow from start to end by keyboard alone, with scripts and without: Tab, Enter, Space, arrows and typing.
//! Where the focus is, it is seen, at every stop on the way.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::time::Duration;

use stepwell_tests::browser::Browser;
use stepwell_tests::databases::Database;
use stepwell_tests::keyboard::Keyboard;
use stepwell_tests::page::Page;
use stepwell_tests::process::Provider;
use stepwell_tests::rp::RelyingParty;
use stepwell_tests::totp::Authenticator;
use stepwell_tests::wait;

const NEW_PASSWORD: &str = "quiet-harbour-lantern-58";

/// A demo, somebody before a page of it, and what they have to press.
struct Scene {
    provider: Provider,
    browser: Browser,
    scripts: bool,
}

impl Scene {
    fn set(scripts: bool, environment: &[(&str, &str)]) -> Self {
        Self {
            provider: Provider::start_with(Database::sqlite(), environment),
            browser: Browser::start(),
            scripts,
        }
    }

    fn page(&self) -> Page {
        let page = self.browser.page();
        page.set_javascript(self.scripts);
        page
    }

    /// From the page that asks for a name.
    fn sign_in(&self, keys: &Keyboard<'_>) {
        keys.fill_and_enter("#username", &self.provider.ready.username);
        keys.fill_and_enter("#factor-form #password", &self.provider.ready.password);
    }

    /// The newest message in the demo's mailbox with this in its subject, once it is there.
    fn mail(&self, subject: &str) -> String {
        let mailbox = self.browser.page();
        let newest = format!(
            "[...document.querySelectorAll('.mail')]\
             .find(mail => mail.querySelector('h2').innerText.includes('{subject}'))?.innerText"
        );
        wait::until(subject, Duration::from_secs(20), || {
            mailbox.goto(&self.provider.ready.inbox);
            mailbox.eval(&newest).as_str().map(str::to_owned)
        })
    }

    /// Types the code that the page asks for, of the app or out of the mailbox, and tells which.
    fn confirm(&self, page: &Page, keys: &Keyboard<'_>) -> &'static str {
        page.wait_for("#code");
        if !page.has("#resend-form") {
            keys.fill_and_enter("#code", &self.provider.authenticator().fresh_code());
            return "totp";
        }
        let mail = self.mail("Your code");
        keys.fill("#code", sent_code(&mail));
        keys.follow("#factor-form #continue");
        "mail"
    }

    /// Somebody beside the demo's own person, and their password.
    fn person(&self, username: &str) -> String {
        self.person_with(username, &[])
    }

    fn person_with(&self, username: &str, more: &[&str]) -> String {
        let password = "violet-teapot-92-marmalade";
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(password.as_bytes()).unwrap();
        let path = file.path().display().to_string();
        let made = [
            "user",
            "create",
            username,
            "--password-file",
            &path,
            "--json",
        ];
        self.provider.cli_json(&[&made, more].concat());
        password.to_owned()
    }

    fn transfer_is_done(&self, page: &Page) {
        let done = page.text("#result");
        assert!(done.contains("250") && done.contains("Jane Roe"), "{done}");
    }
}

/// A mailed code counts as a second kind in this house, so that there is another way.
const MAIL_COUNTS: (&str, &str) = (
    "STEPWELL__ACR",
    r#"[
      { name = "urn:stepwell:acr:basic", requires = { proof = {} } },
      { name = "urn:stepwell:acr:mfa", requires = { kinds = 2 } },
    ]"#,
);

fn at_the_bank(scripts: bool) {
    let scene = Scene::set(scripts, &[MAIL_COUNTS]);
    let page = scene.page();
    let keys = Keyboard::of(&page);
    page.goto(&scene.provider.ready.bank);
    keys.follow("#view-balance");
    scene.sign_in(&keys);
    page.wait_for("#result");

    // Which of two ways that are as strong is shown first is not said.
    keys.follow("#transfer");
    let first = scene.confirm(&page, &keys);
    scene.transfer_is_done(&page);
    keys.follow("#logout");
    page.wait_for("#signed-out");

    // The same again, by the other way.
    keys.follow("#transfer");
    scene.sign_in(&keys);
    page.wait_for("#another-way");
    keys.follow("#another-way");
    let other = if first == "mail" { "totp" } else { "mail" };
    keys.choose(&format!("[name=method][value={other}]"));
    keys.follow("#another-way-form #continue");
    assert_eq!(scene.confirm(&page, &keys), other);
    scene.transfer_is_done(&page);

    // Out, at the provider.
    page.goto(&format!("{}/logout", scene.provider.ready.issuer));
    keys.follow("#continue");
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

fn recovery(scripts: bool) {
    let scene = Scene::set(scripts, &[]);
    let page = scene.page();
    let keys = Keyboard::of(&page);
    page.goto(&format!("{}/account/security", scene.provider.ready.issuer));
    scene.sign_in(&keys);
    keys.follow("#add-recovery");
    keys.fill_and_enter("#code", &scene.provider.authenticator().fresh_code());
    let codes = save_codes(&page, &keys);
    page.wait_for("#add-form");
    keys.follow("#sign-out");
    keys.follow("#logout-form #continue");

    page.goto(&scene.provider.ready.bank);
    keys.follow("#transfer");
    scene.sign_in(&keys);
    page.wait_for("#another-way");
    keys.follow("#another-way");
    keys.choose("[name=method][value=recovery]");
    keys.follow("#another-way-form #continue");
    keys.fill("#recovery_code", codes.lines().next().unwrap());
    keys.follow("#factor-form #continue");
    keys.choose("#enrol-form [value=totp]");
    keys.follow("#enrol-form #continue");
    set_up_an_app(&page, &keys);
    scene.transfer_is_done(&page);

    // Somebody who has a password only sets an app up on the way.
    let sam = scene.person("sam@example.com");
    let page = scene.page();
    let keys = Keyboard::of(&page);
    page.goto(&scene.provider.ready.bank);
    keys.follow("#transfer");
    keys.fill_and_enter("#username", "sam@example.com");
    keys.fill_and_enter("#factor-form #password", &sam);
    keys.choose("#enrol-form [value=totp]");
    keys.follow("#enrol-form #continue");
    set_up_an_app(&page, &keys);
    save_codes(&page, &keys);
    scene.transfer_is_done(&page);
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

fn save_codes(page: &Page, keys: &Keyboard<'_>) -> String {
    page.wait_for("#codes");
    let codes = page.text("#codes");
    keys.reach("#download");
    keys.space("#saved");
    keys.follow("#enrol-form #continue");
    codes
}

fn set_up_an_app(page: &Page, keys: &Keyboard<'_>) {
    let app = Authenticator::from_uri(&page.attribute("#open-app", "href").unwrap());
    keys.reach("#open-app");
    keys.fill("#label", "My other phone");
    keys.fill("#enrol-form #code", &app.fresh_code());
    keys.enter();
}

fn apps_and_accounts(scripts: bool) {
    let scene = Scene::set(scripts, &[]);
    let back = scene.provider.ready.inbox.clone();
    let mut app = RelyingParty::register(&scene.provider, &["--redirect", &back]);
    app.redirect_uri = back;
    let sam = scene.person("sam@example.com");
    let page = scene.page();
    let keys = Keyboard::of(&page);

    // Consent, refused and given.
    page.goto(&app.authorize_url(&[("scope", "openid profile")]));
    scene.sign_in(&keys);
    page.wait_for("#consent-form");
    keys.follow("#cancel");
    page.wait_for("#inbox-link");
    assert!(page.url().contains("error=access_denied"), "{}", page.url());
    page.goto(&app.authorize_url(&[("scope", "openid profile")]));
    keys.follow("#consent-form #continue");
    page.wait_for("#inbox-link");
    assert!(page.url().contains("code="), "{}", page.url());

    // Which account: another one, then the one that is there.
    page.goto(&app.authorize_url(&[("prompt", "select_account")]));
    keys.follow("#switch");
    keys.fill_and_enter("#username", "sam@example.com");
    keys.fill_and_enter("#factor-form #password", &sam);
    keys.follow("#consent-form #continue");
    page.wait_for("#inbox-link");
    page.goto(&app.authorize_url(&[("prompt", "select_account")]));
    assert!(page.text("#account-form").contains("sam@example.com"));
    keys.follow("#account-form #continue");
    page.wait_for("#inbox-link");
    assert!(page.url().contains("code="), "{}", page.url());

    // The app is put out again.
    page.goto(&format!("{}/account", scene.provider.ready.issuer));
    keys.follow("#tab-apps");
    keys.follow("#remove-app-1");
    page.wait_for("#done");
    assert!(!page.has("#remove-app-1"));
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

fn account(scripts: bool) {
    let scene = Scene::set(scripts, &[]);
    let elsewhere = scene.page();
    elsewhere.goto(&format!("{}/account", scene.provider.ready.issuer));
    scene.sign_in(&Keyboard::of(&elsewhere));
    let page = scene.page();
    let keys = Keyboard::of(&page);
    page.goto(&format!("{}/account", scene.provider.ready.issuer));
    scene.sign_in(&keys);

    keys.follow("#tab-sessions");
    keys.follow("[id^=end-button-]");
    page.wait_for("#done");
    elsewhere.goto(&format!("{}/account", scene.provider.ready.issuer));
    elsewhere.wait_for("#identify-form");

    keys.follow("#tab-profile");
    keys.fill_and_enter("#name", "Alex of the Keys");
    page.wait_for("#done");
    assert_eq!(
        page.attribute("#name", "value").as_deref(),
        Some("Alex of the Keys")
    );

    keys.follow("#tab-security");
    keys.reach(".rows li:has([value='']) summary");
    keys.strike("Enter", "\r");
    keys.fill_and_enter("[name=label][value='']", "My phone");
    page.wait_for("#done");
    assert!(page.text("main").contains("My phone"));

    // The first change asks for the strongest proof; those soon after do not.
    keys.follow("#change-password");
    keys.fill_and_enter("#code", &scene.provider.authenticator().fresh_code());
    keys.fill_and_enter("#new-password", "short");
    page.wait_for("#new-password-problem");
    keys.fill_and_enter("#new-password", NEW_PASSWORD);
    page.wait_for("#done");

    keys.follow("#tab-security");
    keys.follow(".rows li:has([value='alex@example.com']) a[id^=remove-]");
    keys.follow("#remove-form #continue");
    page.wait_for("#done");
    assert!(!page.has("[name=label][value='alex@example.com']"));

    keys.follow("#add-mail");
    keys.fill_and_enter("#address", "alex@example.com");
    keys.fill_and_enter("#code", "123");
    assert!(page.text("#code-problem").contains("8 digits"));
    let mail = scene.mail("Confirm this address");
    keys.fill_and_enter("#code", sent_code(&mail));
    save_codes(&page, &keys);

    keys.follow("#add-totp");
    set_up_an_app(&page, &keys);
    page.wait_for("#add-form");
    assert!(page.text("main").contains("My other phone"));

    keys.follow("#tab-activity");
    keys.follow("#report-button-1");
    page.wait_for("#done");
    keys.follow("#tab-overview");
    keys.follow("#sign-out");
    keys.follow("#logout-form #continue");
    page.goto(&format!("{}/account", scene.provider.ready.issuer));
    keys.fill_and_enter("#username", &scene.provider.ready.username);
    keys.fill_and_enter("#factor-form #password", NEW_PASSWORD);
    page.wait_for("#tab-overview");
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

fn browsers(scripts: bool) {
    let scene = Scene::set(scripts, &[("STEPWELL__DEVICES__TRUSTED_FOR", "30d")]);
    let back = scene.provider.ready.inbox.clone();
    let mfa = "urn:stepwell:acr:mfa";
    let registered = ["--redirect", &back, "--minimum-acr", mfa];
    let mut app = RelyingParty::register(&scene.provider, &registered);
    app.redirect_uri = back;
    let account = format!("{}/account", scene.provider.ready.issuer);
    let others = [scene.page(), scene.page()];
    for other in &others {
        other.goto(&account);
        scene.sign_in(&Keyboard::of(other));
        other.wait_for("#tab-overview");
    }

    // Trusted beside the second factor, which is not asked for a second time.
    let page = scene.page();
    let keys = Keyboard::of(&page);
    page.goto(&app.authorize_url(&[]));
    scene.sign_in(&keys);
    keys.fill("#code", &scene.provider.authenticator().fresh_code());
    keys.space("#trust");
    keys.follow("#factor-form #continue");
    keys.follow("#consent-form #continue");
    page.wait_for("#inbox-link");
    page.goto(&format!("{}/logout", scene.provider.ready.issuer));
    keys.follow("#continue");
    page.goto(&app.authorize_url(&[]));
    scene.sign_in(&keys);
    page.wait_for("#inbox-link");

    page.goto(&account);
    keys.follow("#tab-devices");
    keys.follow("[id^=distrust-button-]");
    page.wait_for("#done");
    assert!(!page.has("[id^=distrust-button-]"));
    assert!(page.has("#forget-button-3"));
    keys.follow("#forget-button-3");
    page.wait_for("#done");
    assert!(page.has("#forget-button-2") && !page.has("#forget-button-3"));
    keys.follow("#forget-others");
    page.wait_for("#done");
    assert!(page.has("#forget-button-1") && !page.has("#forget-button-2"));

    // The others are signed in still.
    keys.follow("#tab-sessions");
    keys.follow("#end-others");
    page.wait_for("#done");
    assert!(!page.has("#end-others"));
    for other in &others {
        other.goto(&account);
        other.wait_for("#identify-form");
    }
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

fn another_code(scripts: bool) {
    let scene = Scene::set(
        scripts,
        &[MAIL_COUNTS, ("STEPWELL__CODES__COOLDOWN", "10s")],
    );
    let address = "kim@example.com";
    let mailed = ["--email", address, "--email-verified", "--mail-codes"];
    let password = scene.person_with(address, &mailed);
    let page = scene.page();
    let keys = Keyboard::of(&page);
    page.goto(&scene.provider.ready.bank);
    keys.follow("#transfer");
    keys.fill_and_enter("#username", address);
    keys.fill_and_enter("#factor-form #password", &password);
    page.wait_for("#resend-form");
    let here = page.url();
    let first = scene.mail("Your code");
    keys.follow("#resend");
    page.wait_for("#delivery");
    wait::until("another code to be had", Duration::from_secs(30), || {
        page.goto(&here);
        (!page.has("#resend-wait")).then_some(())
    });
    keys.follow("#resend");
    let second = wait::until("the other code", Duration::from_secs(20), || {
        let newest = scene.mail("Your code");
        (sent_code(&newest) != sent_code(&first)).then_some(newest)
    });
    keys.fill("#code", sent_code(&second));
    keys.follow("#factor-form #continue");
    scene.transfer_is_done(&page);
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

fn links(scripts: bool) {
    let scene = Scene::set(scripts, &[("STEPWELL__REGISTRATION__OPEN", "true")]);
    let page = scene.page();
    let keys = Keyboard::of(&page);

    // A forgotten password.
    page.goto(&scene.provider.ready.bank);
    keys.follow("#view-balance");
    keys.fill_and_enter("#username", &scene.provider.ready.username);
    keys.follow("#forgot");
    keys.fill_and_enter("#username", &scene.provider.ready.username);
    page.goto(&link_in(&scene.mail("password")));
    keys.fill_and_enter("#new-password", NEW_PASSWORD);
    keys.follow("#continue");
    page.goto(&scene.provider.ready.bank);
    keys.follow("#view-balance");
    keys.fill_and_enter("#username", &scene.provider.ready.username);
    keys.fill_and_enter("#factor-form #password", NEW_PASSWORD);
    page.wait_for("#result");

    // An invitation, made by an administrator.
    let lee = "lee@example.com";
    scene.provider.cli_json(&["user", "create", lee, "--json"]);
    let made = scene.provider.cli_json(&["user", "link", lee, "--json"]);
    let page = scene.page();
    let keys = Keyboard::of(&page);
    page.goto(made["url"].as_str().unwrap());
    keys.fill_and_enter("#new-password", "short");
    page.wait_for("#new-password-problem");
    keys.fill_and_enter("#new-password", NEW_PASSWORD);
    keys.follow("#continue");
    page.goto(&scene.provider.ready.bank);
    keys.follow("#view-balance");
    keys.fill_and_enter("#username", lee);
    keys.fill_and_enter("#factor-form #password", NEW_PASSWORD);
    page.wait_for("#result");

    // A new account.
    let page = scene.page();
    let keys = Keyboard::of(&page);
    page.goto(&scene.provider.ready.bank);
    keys.follow("#view-balance");
    keys.follow("#register");
    keys.fill_and_enter("#username", "kim@example.com");
    page.goto(&link_in(&scene.mail("Confirm your address")));
    keys.fill_and_enter("#new-password", NEW_PASSWORD);
    keys.follow("#continue");
    page.goto(&scene.provider.ready.bank);
    keys.follow("#view-balance");
    keys.fill_and_enter("#username", "kim@example.com");
    keys.fill_and_enter("#factor-form #password", NEW_PASSWORD);
    page.wait_for("#result");
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}

/// The code in a message: its digits stand alone, in two halves.
fn sent_code(mail: &str) -> &str {
    let is_code =
        |line: &&str| line.len() == 9 && line.bytes().all(|b| b.is_ascii_digit() || b == b' ');
    mail.lines().find(is_code).unwrap()
}

fn link_in(mail: &str) -> String {
    let mut words = mail.split_whitespace();
    let link = words.find(|word| word.starts_with("http") && word.contains("/link/"));
    link.unwrap_or_else(|| panic!("no link in {mail}"))
        .to_owned()
}

#[test]
fn the_bank_with_scripts() {
    at_the_bank(true);
}

#[test]
fn the_bank_without_scripts() {
    at_the_bank(false);
}

#[test]
fn recovery_with_scripts() {
    recovery(true);
}

#[test]
fn recovery_without_scripts() {
    recovery(false);
}

#[test]
fn apps_and_accounts_with_scripts() {
    apps_and_accounts(true);
}

#[test]
fn apps_and_accounts_without_scripts() {
    apps_and_accounts(false);
}

#[test]
fn the_account_with_scripts() {
    account(true);
}

#[test]
fn the_account_without_scripts() {
    account(false);
}

#[test]
fn browsers_with_scripts() {
    browsers(true);
}

#[test]
fn browsers_without_scripts() {
    browsers(false);
}

#[test]
fn another_code_with_scripts() {
    another_code(true);
}

#[test]
fn another_code_without_scripts() {
    another_code(false);
}

#[test]
fn links_with_scripts() {
    links(true);
}

#[test]
fn links_without_scripts() {
    links(false);
}
