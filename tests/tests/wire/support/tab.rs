//! A browser tab in slow motion: it takes one step at a time, so that a test can look at each answer
//! and send each form with headers, cookies and fields of its own. No script runs.

use std::cell::RefCell;
use std::collections::BTreeMap;

use reqwest::blocking::{Client, RequestBuilder};
use reqwest::header::COOKIE;
use stepwell_tests::html::{self, Form};
use url::Url;

use super::Got;
use super::http::{self, send};

/// A tab with cookies that a test may read and write.
#[derive(Debug)]
pub(crate) struct Tab {
    http: Client,
    home: Url,
    pub(crate) cookies: RefCell<BTreeMap<String, String>>,
}

impl Tab {
    pub(crate) fn new(issuer: &str) -> Self {
        Self {
            http: http::client(),
            home: Url::parse(issuer).unwrap(),
            cookies: RefCell::default(),
        }
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.borrow_mut();
        cookies.insert(name.to_owned(), value.to_owned());
    }

    /// `GET`, and nothing followed.
    #[track_caller]
    pub(crate) fn get(&self, address: &str) -> Got {
        self.sent(self.http.get(self.home.join(address).unwrap()))
    }

    /// `GET`, then every redirect and refresh that stays with the provider.
    #[track_caller]
    pub(crate) fn open(&self, address: &str) -> Got {
        self.follow(self.get(address))
    }

    #[track_caller]
    pub(crate) fn follow(&self, mut got: Got) -> Got {
        for _ in 0..10 {
            match got.location() {
                Some(next) if next.origin() == self.home.origin() => got = self.get(next.as_str()),
                _ => return got,
            }
        }
        panic!("more than ten redirects: {got:#?}");
    }

    /// Sends a form as it stands on the page with these values and headers; nothing is followed.
    #[track_caller]
    pub(crate) fn post_with(
        &self,
        page: &Got,
        form: &Form,
        values: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Got {
        let action = page.url.join(&form.action).unwrap();
        let mut request = self.http.post(action).form(&filled(form, values));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.sent(request)
    }

    /// [`post_with`](Self::post_with) as a browser does it from our own page, redirects followed.
    #[track_caller]
    pub(crate) fn submit(&self, page: &Got, step: &str, values: &[(&str, &str)]) -> Got {
        let origin = self.home.origin().ascii_serialization();
        let headers = [
            ("origin", origin.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        // Without scripts there are no passkeys: where one is asked for, the password is one press away.
        if let Some(instead) = instead_of_a_passkey(page).filter(|_| step == "password") {
            let pressed = [("method", "password")];
            let page = self.follow(self.post_with(page, &instead, &pressed, &headers));
            return self.submit(&page, step, values);
        }
        let form = form(page, step);
        self.follow(self.post_with(page, &form, values, &headers))
    }

    /// A request of another shape, with this tab's cookies.
    #[track_caller]
    pub(crate) fn sent(&self, request: RequestBuilder) -> Got {
        let line: Vec<String> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = if line.is_empty() {
            request
        } else {
            request.header(COOKIE, line.join("; "))
        };
        let got = send(request);
        for line in got.set_cookies() {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
        got
    }

    /// The client, for requests of another shape.
    pub(crate) fn http(&self) -> &Client {
        &self.http
    }
}

/// The fields of a form with values put in.
pub(crate) fn filled(form: &Form, values: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fields = form.fields.clone();
    for (name, value) in values {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

/// Whether the page asks for this step.
pub(crate) fn asks(page: &Got, step: &str) -> bool {
    find(page, step).is_some()
}

/// The form of a step (`identify`, `password`, `totp`, `consent`, …), which must be there.
#[track_caller]
pub(crate) fn form(page: &Got, step: &str) -> Form {
    find(page, step).unwrap_or_else(|| panic!("the page has no form for {step}: {page:#?}"))
}

/// The way from the page of a passkey to that of the password.
pub(crate) fn instead_of_a_passkey(page: &Got) -> Option<Form> {
    find(page, "passkey")?;
    let password = |form: &Form| form.buttons.iter().any(|b| b.value == "password");
    html::forms(&page.body).into_iter().find(password)
}

fn find(page: &Got, step: &str) -> Option<Form> {
    html::forms(&page.body)
        .into_iter()
        .find(|form| form.action.ends_with(&format!("/{step}")))
}
