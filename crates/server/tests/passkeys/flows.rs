//! What a person does with a passkey, and what the app hears of it.

use std::time::Duration;

use serde_json::Value;
use stepwell_tests::browser::Browser;
use stepwell_tests::databases::Database;
use stepwell_tests::page::Page;
use stepwell_tests::process::Provider;
use stepwell_tests::rp::{RelyingParty, claims};
use stepwell_tests::virtual_authenticator::{Device, VirtualAuthenticator};
use stepwell_tests::wait;
use url::Url;

use crate::desk::Desk;

/// The provider, an app, a browser, and the desk where passkeys are made.
struct Scene {
    provider: Provider,
    app: RelyingParty,
    browser: Browser,
    desk: Desk,
}

impl Scene {
    fn set() -> Self {
        Self::with(&[])
    }

    fn with(environment: &[(&str, &str)]) -> Self {
        let provider = Provider::start_with(Database::sqlite(), environment);
        let desk = Desk::open();
        let options = ["--redirect", &desk.callback(), "--skip-consent"];
        let mut app = RelyingParty::register(&provider, &options);
        app.redirect_uri = desk.callback();
        Self {
            provider,
            app,
            browser: Browser::start(),
            desk,
        }
    }

    fn open(&self, page: &Page, more: &[(&str, &str)]) {
        page.goto(&self.app.authorize_url(more));
    }

    /// The claims of the ID token that the app gets, once the browser is back there.
    fn arrives(&self, page: &Page) -> Value {
        let answer = self.returns(page);
        let code = answer
            .query_pairs()
            .find(|(name, _)| name == "code")
            .unwrap_or_else(|| panic!("no code in {answer}"));
        claims(&self.app.redeem(&code.1).expect("id_token"))
    }

    fn returns(&self, page: &Page) -> Url {
        page.wait_for("#back");
        assert_eq!(page.csp_violations(), Vec::<String>::new());
        page.url().parse().unwrap()
    }

    fn type_name(&self, page: &Page) {
        page.wait_for("#identify-form");
        page.fill("#username", &self.provider.ready.username);
        page.click("#identify-form #continue");
    }

    fn type_password(&self, page: &Page) {
        page.fill("#factor-form #password", &self.provider.ready.password);
        page.click("#factor-form #continue");
    }

    /// Signs in with the password, on a page whose authenticator nobody answers for.
    fn sign_in(&self, page: &Page) {
        self.open(page, &[]);
        self.type_name(page);
        self.type_password(page);
        let told = self.arrives(page);
        assert_eq!(told["acr"], "urn:stepwell:acr:basic");
    }
}

fn amr(claims: &Value) -> Vec<&str> {
    let list = claims["amr"].as_array().unwrap();
    list.iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn a_passkey_is_created_and_signs_in_from_the_name_fields_list() {
    let scene = Scene::set();
    let page = scene.browser.page();
    let phone = VirtualAuthenticator::add(&page, Device::phone());
    scene.desk.create(&scene.provider, &page, "passkey");
    let kept = phone.credentials();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["isResidentCredential"], true);
    assert_eq!(kept[0]["rpId"], "localhost");
    assert_eq!(scene.desk.posted(), 0, "the form was posted once");

    // The browser answers as if the person had picked it from the list of the field.
    scene.open(&page, &[]);
    let told = scene.arrives(&page);
    assert_eq!(told["acr"], "phr");
    assert_eq!(amr(&told), ["swk", "user", "mfa"]);
}

/// A list from which nobody picks, and a note of each request in the console.
const NOBODY_PICKS: &str = "\
    const get = navigator.credentials.get.bind(navigator.credentials); \
    navigator.credentials.get = (options) => { \
      console.info(options.mediation ?? 'dialogue'); \
      if (options.mediation !== 'conditional') return get(options); \
      return new Promise((_, refuse) => options.signal.addEventListener('abort', () => { \
        console.info('given up'); \
        refuse(options.signal.reason); \
      })); \
    };";

#[test]
fn the_button_signs_in_and_the_waiting_list_is_given_up_before_the_dialogue_opens() {
    let scene = Scene::set();
    let page = scene.browser.page();
    let _phone = VirtualAuthenticator::add(&page, Device::phone());
    scene.desk.create(&scene.provider, &page, "passkey");
    page.before_each_page(NOBODY_PICKS);
    scene.open(&page, &[]);
    let noted = || page.console().join(" ");
    wait::until("the list to wait", Duration::from_secs(20), || {
        noted().contains("conditional").then_some(())
    });
    page.press("#passkey");
    let told = scene.arrives(&page);
    assert_eq!(told["acr"], "phr");
    let order: Vec<usize> = ["conditional", "given up", "dialogue"]
        .map(|what| {
            noted()
                .find(what)
                .unwrap_or_else(|| panic!("no {what} in {}", noted()))
        })
        .to_vec();
    assert!(order.is_sorted(), "{}", noted());
}

#[test]
fn a_password_steps_up_to_phr_and_a_synced_passkey_is_refused_phrh() {
    // A rule for hardware, so that phrh is there to be asked for.
    let scene = Scene::with(&[
        (
            "STEPWELL__PASSKEYS__HARDWARE_AAGUIDS",
            "2fc0579f-8113-47ea-b116-bb5a8db9202a",
        ),
        ("STEPWELL__ENROLMENT__ON_DEMAND", "false"),
    ]);
    let page = scene.browser.page();
    let phone = VirtualAuthenticator::add(&page, Device::phone());
    scene.desk.create(&scene.provider, &page, "passkey");
    phone.set_presence(false);
    scene.sign_in(&page);

    scene.open(&page, &[("acr_values", "phr")]);
    page.wait_for("#factor-form #continue:not([hidden])");
    assert!(page.text("h1").contains("face, fingerprint or passcode"));
    phone.set_presence(true);
    page.press("#factor-form #continue");
    let told = scene.arrives(&page);
    assert_eq!(told["acr"], "phr");
    assert_eq!(amr(&told), ["swk", "user", "mfa"]);

    scene.open(&page, &[("acr_values", "phrh")]);
    assert_eq!(page.text("h1"), "Your account cannot do this yet");
    page.click("#continue");
    let answer = scene.returns(&page);
    let error = answer
        .query_pairs()
        .find(|(name, _)| name == "error")
        .unwrap();
    assert_eq!(error.1, "unmet_authentication_requirements");
}

#[test]
fn a_security_key_is_added_and_touched_after_the_password() {
    let scene = Scene::set();
    let page = scene.browser.page();
    let key = VirtualAuthenticator::add(&page, Device::security_key());
    scene.desk.create(&scene.provider, &page, "security-key");
    assert_eq!(key.credentials()[0]["isResidentCredential"], false);
    scene.open(&page, &[("acr_values", "phr")]);
    scene.type_name(&page);
    // What could do alone stands first, for everybody; the password is one press away.
    page.click("#instead-1");
    scene.type_password(&page);
    assert_eq!(page.text("h1"), "Use your security key");
    page.press("#factor-form #continue");
    let told = scene.arrives(&page);
    assert_eq!(told["acr"], "phr");
    assert_eq!(amr(&told), ["hwk"], "phr rests on the key alone");
}

#[test]
fn a_device_that_does_not_recognise_its_user_is_cancelled_in_words() {
    let scene = Scene::set();
    let page = scene.browser.page();
    let phone = VirtualAuthenticator::add(&page, Device::phone());
    scene.desk.create(&scene.provider, &page, "passkey");
    phone.set_verified(false);
    scene.open(&page, &[]);
    scene.type_name(&page);
    page.click("#instead-1");
    page.wait_for("#factor-form #continue:not([hidden])");
    page.press("#factor-form #continue");
    wait::until("words", Duration::from_secs(20), || {
        page.text("#ceremony-status")
            .starts_with("Nothing was confirmed.")
            .then_some(())
    });
    // And the button is there to try again.
    phone.set_verified(true);
    page.press("#factor-form #continue");
    assert_eq!(scene.arrives(&page)["acr"], "phr");
}

#[test]
fn one_device_does_not_get_a_second_passkey_for_the_same_account() {
    let scene = Scene::set();
    let page = scene.browser.page();
    let _phone = VirtualAuthenticator::add(&page, Device::phone());
    scene.desk.create(&scene.provider, &page, "passkey");
    scene.desk.offer(&scene.provider, &page, "passkey");
    page.press("#continue");
    wait::until("words", Duration::from_secs(20), || {
        page.text("#ceremony-status")
            .starts_with("There is a passkey for your account")
            .then_some(())
    });
    assert_eq!(scene.desk.posted(), 0);
}

/// A clock that runs ahead: what waits for minutes comes at once, and it is noted that it came.
const AHEAD: &str = "\
    const later = window.setTimeout; \
    window.setTimeout = (f, ms) => \
      ms > 60000 ? later(() => { f(); window.expired = true; }, 1500) : later(f, ms);";

#[test]
fn options_that_grow_old_are_renewed_before_they_expire_unless_something_is_typed() {
    let scene = Scene::set();
    let page = scene.browser.page();
    page.before_each_page(AHEAD);
    let until = |what: &str, expression: &str| {
        wait::until(what, Duration::from_secs(20), || {
            (page.eval(expression) == true).then_some(())
        });
    };
    scene.open(&page, &[]);
    page.eval("window.first = true");
    until("another page", "window.first === undefined");
    page.fill("#username", "half a na");
    page.eval("window.second = true");
    until("the options to be too old", "window.expired === true");
    assert_eq!(page.eval("window.second"), true, "what was typed is kept");
    page.press("#passkey");
    until("another page", "window.second === undefined");
}

#[test]
fn browsers_without_the_json_helpers_sign_in_all_the_same() {
    let scene = Scene::set();
    let page = scene.browser.page();
    page.before_each_page(
        "if (window.PublicKeyCredential) { \
           delete PublicKeyCredential.parseCreationOptionsFromJSON; \
           delete PublicKeyCredential.parseRequestOptionsFromJSON; \
           delete PublicKeyCredential.prototype.toJSON; }",
    );
    let _phone = VirtualAuthenticator::add(&page, Device::phone());
    scene.desk.create(&scene.provider, &page, "passkey");
    scene.open(&page, &[]);
    assert_eq!(scene.arrives(&page)["acr"], "phr");
}

#[test]
fn a_browser_without_passkeys_says_so_and_offers_the_password() {
    let scene = Scene::set();
    let page = scene.browser.page();
    page.before_each_page("delete window.PublicKeyCredential;");
    scene.open(&page, &[("acr_values", "2")]);
    scene.type_name(&page);
    page.click("#instead-1");
    assert!(
        page.text("#ceremony-status")
            .contains("cannot use passkeys")
    );
    assert_eq!(
        page.attribute("#factor-form #continue", "hidden")
            .as_deref(),
        Some("")
    );
    page.click("#instead-1");
    scene.type_password(&page);
    page.wait_for("#factor-form #code");
}

#[test]
fn without_scripts_the_passkey_page_explains_and_the_password_is_one_press_away() {
    let scene = Scene::set();
    let page = scene.browser.page();
    page.set_javascript(false);
    scene.open(&page, &[("acr_values", "2")]);
    scene.type_name(&page);
    page.click("#instead-1");
    assert!(page.text("noscript").contains("Passkeys need JavaScript"));
    page.click("#instead-1");
    scene.type_password(&page);
    page.wait_for("#factor-form #code");
    assert_eq!(page.csp_violations(), Vec::<String>::new());
}
