//! A running provider that many tests use at once, and people and apps made for one of them.

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use reqwest::blocking::Client;
use serde_json::Value;
use stepwell_tests::databases::Database;
use stepwell_tests::html;
use stepwell_tests::process::{Provider, Ready};
use stepwell_tests::rp::{REDIRECT_URI, RelyingParty};
use stepwell_tests::totp::Authenticator;
use url::Url;

use super::http::{self, parameters, send};
use super::tab::{asks, instead_of_a_passkey};
use super::{Got, Tab};

/// Wrong answers of one test must not throttle another: all come from one address.
const PATIENT: [(&str, &str); 4] = [
    ("STEPWELL__LOG__FORMAT", "json"),
    ("STEPWELL__LIMITS__FAILURES_PER_NETWORK", "1000000"),
    ("STEPWELL__LIMITS__INTERACTIONS_PER_NETWORK", "1000000"),
    ("STEPWELL__LIMITS__PASSWORD_PER_ACCOUNT", "1000"),
];

// Held weakly: the process ends with the last test that uses it.
static SHARED: Mutex<Weak<World>> = Mutex::new(Weak::new());
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A provider and one web app.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) ready: Ready,
    pub(crate) issuer: String,
    /// A confidential web app whose consent has to be asked for.
    pub(crate) web: RelyingParty,
    pub(crate) http: Client,
    provider: Mutex<Provider>,
}

/// Somebody with a password, and an authenticator app unless made without.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) phone: Option<Authenticator>,
}

impl World {
    /// The provider that all tests share which need nothing of their own.
    pub(crate) fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(world) = shared.upgrade() {
            return world;
        }
        let world = Arc::new(Self::alone(Database::sqlite(), &[]));
        *shared = Arc::downgrade(&world);
        world
    }

    /// A provider of one's own, with more settings; a later one replaces an earlier one.
    pub(crate) fn alone(database: Database, settings: &[(&str, &str)]) -> Self {
        let mut all = PATIENT.to_vec();
        all.extend(settings);
        let provider = Provider::start_with(database, &all);
        Self {
            ready: provider.ready.clone(),
            issuer: provider.ready.issuer.clone(),
            web: RelyingParty::register(&provider, &[]),
            http: http::client(),
            provider: Mutex::new(provider),
        }
    }

    pub(crate) fn provider(&self) -> MutexGuard<'_, Provider> {
        self.provider.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers another app; `options` as of `stepwell client create`.
    #[track_caller]
    pub(crate) fn register(&self, options: &[&str]) -> RelyingParty {
        RelyingParty::register(&self.provider(), options)
    }

    /// A service that gets tokens for itself. It has no redirect URI.
    #[track_caller]
    pub(crate) fn service(&self) -> RelyingParty {
        let made = self
            .provider()
            .cli_json(&["client", "create", "--type", "service", "--json"]);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        RelyingParty::known(
            &self.issuer,
            &text("client_id"),
            Some(&text("client_secret")),
        )
    }

    /// Somebody new.
    #[track_caller]
    pub(crate) fn person(&self) -> Person {
        self.made_person(true)
    }

    #[track_caller]
    pub(crate) fn person_without_app(&self) -> Person {
        self.made_person(false)
    }

    #[track_caller]
    fn made_person(&self, totp: bool) -> Person {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let username = format!("person{number:03}@example.com");
        let password = format!("correct-{number}-horse-battery");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(password.as_bytes()).unwrap();
        let path = file.path().display().to_string();
        let mut arguments = vec!["user", "create", &username, "--password-file", &path];
        arguments.extend(totp.then_some("--totp"));
        arguments.push("--json");
        let made: Value = self.provider().cli_json(&arguments);
        let phone = made["totp_uri"].as_str().map(Authenticator::from_uri);
        Person {
            username,
            password,
            phone,
        }
    }

    /// The person of the demo, by password alone: the codes of one phone cannot be shared.
    pub(crate) fn alex(&self) -> Person {
        Person {
            username: self.ready.username.clone(),
            password: self.ready.password.clone(),
            phone: None,
        }
    }

    pub(crate) fn tab(&self) -> Tab {
        Tab::new(&self.issuer)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// An authorization request of the web app without cookies, nothing followed.
    #[track_caller]
    pub(crate) fn ask(&self, more: &[(&str, &str)]) -> Got {
        send(self.http.get(self.web.authorize_url(more)))
    }

    /// A form without any credentials.
    #[track_caller]
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        send(self.http.post(self.url(path)).form(fields))
    }

    /// A form by the web app, authenticated.
    #[track_caller]
    pub(crate) fn post_as(&self, app: &RelyingParty, path: &str, fields: &[(&str, &str)]) -> Got {
        let request = self.http.post(self.url(path)).form(fields);
        send(request.basic_auth(&app.client_id, app.client_secret.as_deref()))
    }

    /// A code for an app by a person in a tab, all steps done.
    #[track_caller]
    pub(crate) fn code(
        &self,
        tab: &Tab,
        app: &RelyingParty,
        person: &Person,
        more: &[(&str, &str)],
    ) -> String {
        let end = self.walk(tab, tab.open(&app.authorize_url(more)), person);
        let found = left(&end).and_then(|to| parameters(&to).remove("code"));
        found.unwrap_or_else(|| panic!("no code at the end: {end:#?}"))
    }

    /// What the person does from a page on, until none of it is asked for.
    #[track_caller]
    pub(crate) fn walk(&self, tab: &Tab, mut page: Got, person: &Person) -> Got {
        for _ in 0..6 {
            page = if asks(&page, "identify") {
                tab.submit(&page, "identify", &[("username", &person.username)])
            } else if asks(&page, "password") || instead_of_a_passkey(&page).is_some() {
                tab.submit(&page, "password", &[("password", &person.password)])
            } else if asks(&page, "totp") {
                let code = person.phone.as_ref().unwrap().fresh_code();
                tab.submit(&page, "totp", &[("code", &code)])
            } else if asks(&page, "consent") {
                tab.submit(&page, "consent", &[("decision", "allow")])
            } else {
                return page;
            };
            assert!(page.status < 400, "{page:#?}");
        }
        panic!("six steps were not enough: {page:#?}");
    }

    /// Tokens of the web app for a person.
    #[track_caller]
    pub(crate) fn tokens(&self, tab: &Tab, person: &Person, more: &[(&str, &str)]) -> Value {
        let code = self.code(tab, &self.web, person, more);
        let answer = self.web.redeem(&code);
        assert_eq!(answer.status, 200, "{answer:#?}");
        answer.json
    }

    /// Whether the tab is signed in, as an app sees it without a page.
    #[track_caller]
    pub(crate) fn is_signed_in(&self, tab: &Tab) -> bool {
        let got = tab.get(&self.web.authorize_url(&[("prompt", "none")]));
        let answer = super::sent_back(&got, REDIRECT_URI);
        match answer.get("error").map(String::as_str) {
            None | Some("consent_required") => true,
            Some("login_required") => false,
            Some(other) => panic!("{other}: {got:#?}"),
        }
    }
}

/// Where an answer sends the browser: by redirect or by a page that refreshes itself.
pub(crate) fn left(got: &Got) -> Option<Url> {
    let refreshed = html::refresh(&got.body).and_then(|to| got.url.join(&to).ok());
    got.location().or(refreshed)
}
