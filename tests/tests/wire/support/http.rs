//! Plain HTTP without cookies and without following anything.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::blocking::{Client, RequestBuilder};
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) url: Url,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Got {
    /// A header field, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// Every `Set-Cookie` line.
    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        let lines = self.headers.get_all("set-cookie").iter();
        lines.map(|line| line.to_str().unwrap()).collect()
    }

    /// Where a redirect leads.
    pub(crate) fn location(&self) -> Option<Url> {
        let to = self.headers.get("location")?.to_str().unwrap();
        Some(self.url.join(to).unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|problem| panic!("not JSON ({problem}): {self:#?}"))
    }

    /// The `error` member of a JSON answer.
    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or("").to_owned()
    }

    /// The text of the element with this id, where it holds nothing but text.
    pub(crate) fn text_of(&self, id: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("id=\"{id}\""))?;
        let (_, rest) = rest.split_once('>')?;
        Some(rest.split_once('<')?.0.trim())
    }

    /// The reference that a page shows.
    pub(crate) fn reference(&self) -> &str {
        self.text_of("reference")
            .unwrap_or_else(|| panic!("no reference on the page: {self:#?}"))
    }

    /// An error page of the provider: this status, and nobody is sent anywhere.
    #[track_caller]
    pub(crate) fn assert_page(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self:#?}");
        assert!(self.headers.get("location").is_none(), "{self:#?}");
        assert!(!self.body.contains("http-equiv=\"refresh\""), "{self:#?}");
        assert_eq!(
            self.header("content-type"),
            "text/html; charset=utf-8",
            "{self:#?}"
        );
        assert!(!self.reference().is_empty());
        self
    }

    /// The error code that a page tells the developer.
    #[track_caller]
    pub(crate) fn developer_error(&self) -> &str {
        self.text_of("error-code")
            .unwrap_or_else(|| panic!("no error code on the page: {self:#?}"))
    }

    /// A JSON refusal of the token, introspection or revocation endpoint, as RFC 6749 §5.2 has it.
    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16, error: &str) -> &Self {
        assert_eq!((self.status, &*self.error()), (status, error), "{self:#?}");
        assert!(
            self.header("content-type").starts_with("application/json"),
            "{self:#?}"
        );
        assert_eq!(self.header("cache-control"), "no-store", "{self:#?}");
        let json = self.json();
        for member in ["access_token", "refresh_token", "id_token"] {
            assert!(json[member].is_null(), "{self:#?}");
        }
        let description = json["error_description"].as_str().unwrap_or("");
        assert!(description.len() > 10, "says too little: {self:#?}");
        assert!(is_wire_text(description), "{description:?}");
        self
    }
}

/// The character set of `error_description` (RFC 6749 §5.2).
pub(crate) fn is_wire_text(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// A client that follows nothing and keeps nothing.
pub(crate) fn client() -> Client {
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}

#[track_caller]
pub(crate) fn send(request: RequestBuilder) -> Got {
    match try_send(request) {
        Ok(got) => got,
        Err(problem) => panic!("the provider did not answer: {problem:?}"),
    }
}

pub(crate) fn try_send(request: RequestBuilder) -> Result<Got, reqwest::Error> {
    let response = request.send()?;
    Ok(Got {
        url: response.url().clone(),
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: String::from_utf8_lossy(&response.bytes()?).into_owned(),
    })
}

/// The parameters that go back to the client by a 303 to this redirect URI; each may come once.
#[track_caller]
pub(crate) fn sent_back(got: &Got, redirect_uri: &str) -> BTreeMap<String, String> {
    assert_eq!(got.status, 303, "{got:#?}");
    assert_eq!(got.header("cache-control"), "no-store", "{got:#?}");
    let to = got.location().unwrap();
    assert!(
        to.as_str().starts_with(&format!("{redirect_uri}?")),
        "{to} is not {redirect_uri}"
    );
    parameters(&to)
}

/// The query of an address; a name that comes twice fails the test.
#[track_caller]
pub(crate) fn parameters(url: &Url) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, value) in url.query_pairs() {
        let twice = found.insert(name.clone().into_owned(), value.into_owned());
        assert!(twice.is_none(), "{name} comes twice in {url}");
    }
    found
}
