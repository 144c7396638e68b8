//! A person with a browser that runs no scripts: cookies, forms, redirects and refreshes over plain
//! HTTP. It stops where the browser would leave for the relying party, and must not go there.

use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{HeaderMap, LOCATION, ORIGIN};
use url::Url;

use crate::html::{self, Form};
use crate::totp::Authenticator;

const MOST_HOPS: usize = 12;

/// A page as it arrived.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Where it came from, redirects followed.
    pub url: Url,
    /// HTTP status.
    pub status: u16,
    /// Response header fields.
    pub headers: HeaderMap,
    /// The HTML.
    pub body: String,
}

impl Shown {
    /// The forms on the page.
    pub fn forms(&self) -> Vec<Form> {
        html::forms(&self.body)
    }

    /// The form whose action ends with `/{factor}`, such as `password` or `consent`.
    pub fn form_for(&self, factor: &str) -> Option<Form> {
        let wanted = format!("/{factor}");
        let path = |form: &Form| Some(self.url.join(&form.action).ok()?.path().to_owned());
        self.forms()
            .into_iter()
            .find(|form| path(form).is_some_and(|path| path.ends_with(&wanted)))
    }
}

/// Where a step ended.
#[derive(Debug, Clone)]
pub enum Landing {
    /// On a page of the provider.
    Page(Shown),
    /// At the relying party, by address.
    Left(Url),
    /// At the relying party, by `response_mode=form_post`.
    Posted(Url, Vec<(String, String)>),
}

impl Landing {
    /// The page; fails the test when the visitor has left.
    #[track_caller]
    pub fn page(self) -> Shown {
        match self {
            Self::Page(page) => page,
            other => panic!("a page was expected, but the visitor left: {other:?}"),
        }
    }

    /// A parameter that the relying party received, by query or by form.
    pub fn parameter(&self, name: &str) -> Option<String> {
        match self {
            Self::Page(_) => None,
            Self::Left(url) => {
                let found = url.query_pairs().find(|(known, _)| known == name)?;
                Some(found.1.into_owned())
            }
            Self::Posted(_, fields) => {
                let found = fields.iter().find(|(known, _)| known == name)?;
                Some(found.1.clone())
            }
        }
    }

    /// [`parameter`](Self::parameter) that must be there.
    #[track_caller]
    pub fn expect(&self, name: &str) -> String {
        match self.parameter(name) {
            Some(value) => value,
            None => panic!("the relying party received no {name}: {self:#?}"),
        }
    }
}

/// What a person types.
#[derive(Debug)]
pub struct Credentials<'a> {
    /// Sign-in name.
    pub username: &'a str,
    /// Password.
    pub password: &'a str,
    /// Authenticator app.
    pub phone: &'a Authenticator,
}

/// A scriptless browser with its cookies.
#[derive(Debug)]
pub struct Visitor {
    http: Client,
    home: Url,
}

impl Visitor {
    /// A visitor who stays on the origin of `issuer`; everything else counts as having left.
    #[track_caller]
    pub fn new(issuer: &str) -> Self {
        let http = Client::builder()
            .no_proxy()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("an HTTP client can be made");
        let home = Url::parse(issuer).expect("the issuer is a URL");
        Self { http, home }
    }

    /// The client with this visitor's cookies, for requests of another shape.
    pub fn http(&self) -> &Client {
        &self.http
    }

    /// Opens an address.
    #[track_caller]
    pub fn open(&self, address: &str) -> Landing {
        let address = Url::parse(address)
            .unwrap_or_else(|problem| panic!("{address} is not a URL: {problem}"));
        self.follow(self.http.get(address))
    }

    /// Sends a form of `page` with `values` put in, by pressing the button of this id, or the first.
    #[track_caller]
    pub fn submit(
        &self,
        page: &Shown,
        form: &Form,
        values: &[(&str, &str)],
        press: &str,
    ) -> Landing {
        let mut fields = form.fields.clone();
        let pressed = form.buttons.iter().find(|button| button.id == press);
        let pressed = pressed.or_else(|| form.buttons.first());
        if let Some(button) = pressed.filter(|button| !button.name.is_empty()) {
            fields.push((button.name.clone(), button.value.clone()));
        }
        for (name, value) in values {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let action = page
            .url
            .join(&form.action)
            .expect("a form's action is an address");
        let request = if form.method == "post" {
            let origin = self.home.origin().ascii_serialization();
            self.http.post(action).header(ORIGIN, origin).form(&fields)
        } else {
            self.http.get(action).query(&fields)
        };
        self.follow(request)
    }

    /// Does what each page asks (name, password, code, allow) until the visitor leaves or stands
    /// before a page that asks for none of it, such as an error.
    #[track_caller]
    pub fn sign_in(&self, address: &str, person: &Credentials<'_>) -> Landing {
        self.go_on(self.open(address), person)
    }

    /// [`sign_in`](Self::sign_in) from a page on.
    #[track_caller]
    pub fn go_on(&self, mut landing: Landing, person: &Credentials<'_>) -> Landing {
        let mut last_step = String::new();
        for _ in 0..MOST_HOPS {
            let Landing::Page(page) = &landing else {
                return landing;
            };
            let Some((step, form)) = next_step(page) else {
                return landing;
            };
            // The same page again means that the answer was refused.
            if step == last_step && page.status >= 400 {
                return landing;
            }
            let code;
            let values: &[(&str, &str)] = match step {
                "consent" => &[("decision", "allow")],
                "totp" => {
                    code = person.phone.fresh_code();
                    &[("code", code.as_str())]
                }
                "password" => &[("password", person.password)],
                "identify" => &[("username", person.username)],
                "another-way" => &[("method", "password")],
                _ => &[],
            };
            last_step = step.to_owned();
            landing = self.submit(page, &form, values, "continue");
        }
        panic!("the sign-in did not end after {MOST_HOPS} pages: {landing:#?}");
    }

    #[track_caller]
    fn follow(&self, request: RequestBuilder) -> Landing {
        let mut response = send(request);
        for _ in 0..MOST_HOPS {
            let target = match next_address(&response) {
                Some(target) => target,
                None => {
                    let page = read(response);
                    match self.leaves(&page) {
                        Some(Landing::Left(url)) if self.is_home(&url) => url,
                        Some(landing) => return landing,
                        None => return Landing::Page(page),
                    }
                }
            };
            if !self.is_home(&target) {
                return Landing::Left(target);
            }
            response = send(self.http.get(target));
        }
        panic!("more than {MOST_HOPS} redirects");
    }

    /// The way out of a page that sends the browser on: a refresh, or a form for another origin.
    fn leaves(&self, page: &Shown) -> Option<Landing> {
        if let Some(address) = html::refresh(&page.body) {
            return page.url.join(&address).ok().map(Landing::Left);
        }
        page.forms().into_iter().find_map(|form| {
            let action = page.url.join(&form.action).ok()?;
            (!self.is_home(&action)).then(|| Landing::Posted(action, form.fields))
        })
    }

    fn is_home(&self, address: &Url) -> bool {
        address.origin() == self.home.origin()
    }
}

fn next_step(page: &Shown) -> Option<(&'static str, Form)> {
    ["consent", "account", "totp", "password", "identify"]
        .into_iter()
        .find_map(|step| {
            let form = page.form_for(step)?;
            form.has_button("continue").then_some((step, form))
        })
        .or_else(|| instead_of_a_passkey(page))
}

/// The password, where a passkey is asked for: without scripts there is none.
fn instead_of_a_passkey(page: &Shown) -> Option<(&'static str, Form)> {
    page.form_for("passkey")?;
    let password = |form: &Form| form.buttons.iter().any(|b| b.value == "password");
    let form = page.forms().into_iter().find(password)?;
    Some(("another-way", form))
}

fn next_address(response: &Response) -> Option<Url> {
    if !response.status().is_redirection() {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    response.url().join(location).ok()
}

#[track_caller]
fn send(request: RequestBuilder) -> Response {
    match request.send() {
        Ok(response) => response,
        Err(problem) => panic!("the provider did not answer: {problem:?}"),
    }
}

#[track_caller]
fn read(response: Response) -> Shown {
    Shown {
        url: response.url().clone(),
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.text().expect("a page is text"),
    }
}
