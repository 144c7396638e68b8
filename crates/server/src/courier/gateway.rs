//! Text messages by an HTTP request to a gateway, as configuration has it.
//!
//! Redirects are not followed: they would take number, text and keys elsewhere. What the gateway answers is read
//! no further than its status.

use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, redirect};
use stepwell_engine::courier::Undelivered;
use url::form_urlencoded;

use super::smtp::chain;
use crate::config::{BodyType, Gateway};

/// See the module.
#[derive(Debug)]
pub(super) struct HttpGateway {
    client: Client,
    method: Method,
    settings: Gateway,
}

impl HttpGateway {
    pub(super) fn open(settings: &Gateway) -> Result<Self, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in &settings.headers {
            let name = HeaderName::try_from(name.as_str()).map_err(|error| error.to_string())?;
            let mut value =
                HeaderValue::from_str(value.expose()).map_err(|error| error.to_string())?;
            value.set_sensitive(true);
            headers.append(name, value);
        }
        if settings.body.is_some() && !headers.contains_key(CONTENT_TYPE) {
            let kind = match settings.body_type {
                BodyType::Form => "application/x-www-form-urlencoded",
                BodyType::Json => "application/json",
                BodyType::Text => "text/plain; charset=utf-8",
            };
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        let mut client = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(settings.timeout.0))
            .default_headers(headers);
        if settings.url.expose().starts_with("http://") {
            // Only this machine is asked in the open, so no proxy stands between.
            client = client.no_proxy();
        }
        Ok(Self {
            client: client.build().map_err(|error| {
                format!("sms: an HTTP client cannot be made: {}", chain(&error))
            })?,
            method: Method::from_bytes(settings.method.as_bytes())
                .map_err(|error| error.to_string())?,
            settings: settings.clone(),
        })
    }

    pub(super) fn send(&self, number: &str, text: &str) -> Result<(), Undelivered> {
        let fill =
            |template: &str, write: fn(&str) -> String| filled(template, number, text, write);
        let url = fill(self.settings.url.expose(), percent_encoded);
        let mut request = self.client.request(self.method.clone(), url);
        if let Some(body) = &self.settings.body {
            request = request.body(match self.settings.body_type {
                BodyType::Form => fill(body.expose(), percent_encoded),
                BodyType::Json => fill(body.expose(), json_escaped),
                BodyType::Text => fill(body.expose(), str::to_owned),
            });
        }
        let answer = request.send().map_err(|error| {
            // The address may hold a key, and the number is nobody's business.
            Undelivered::Unavailable(chain(&error.without_url()))
        })?;
        let status = answer.status().as_u16();
        if self
            .settings
            .success
            .iter()
            .any(|range| range.contains(&status))
        {
            Ok(())
        } else {
            Err(Undelivered::Unavailable(format!(
                "the gateway answered with status {status}"
            )))
        }
    }
}

/// The template with its places filled in, each once: what is filled in is not looked at again.
fn filled(template: &str, number: &str, text: &str, write: fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("{number}") {
            out.push_str(&write(number));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{text}") {
            out.push_str(&write(text));
            rest = after;
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// As in a query or a form; a space is `%20`, which both read alike.
fn percent_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// As inside a JSON string, without its quotes.
fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "1234 \"is\" your code & {number}\n@id.example #1234";

    #[test]
    fn what_is_filled_in_can_change_neither_form_nor_json_nor_address() {
        let form = filled(
            "to={number}&text={text}&key=k",
            "+49301",
            TEXT,
            percent_encoded,
        );
        let pairs: Vec<_> = form_urlencoded::parse(form.as_bytes())
            .into_owned()
            .collect();
        assert_eq!(
            pairs,
            [
                ("to".to_owned(), "+49301".to_owned()),
                ("text".to_owned(), TEXT.to_owned()),
                ("key".to_owned(), "k".to_owned())
            ]
        );
        let json = filled(
            r#"{"to":"{number}","text":"{text}"}"#,
            "+49301",
            TEXT,
            json_escaped,
        );
        let read: Result<serde_json::Value, _> = serde_json::from_str(&json);
        assert!(read.is_ok_and(|read| read["text"] == TEXT && read["to"] == "+49301"));
    }

    #[test]
    fn other_braces_stay_as_they_are() {
        assert_eq!(filled("{{x}{number}", "1", "", str::to_owned), "{{x}1");
    }
}
