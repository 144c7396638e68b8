//! `[sms]`: how text messages are sent. Connects to nothing.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use actix_web::http::header::{HeaderName, HeaderValue};
use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use url::Url;

use super::mail::{console, is_loopback, needed};
use super::read::Reader;

/// The way that text messages take.
#[derive(Clone, Debug)]
pub enum SmsWay {
    /// By an HTTP request to a gateway.
    Gateway(Box<Gateway>),
    /// Into a folder, one file each: for development.
    Folder(PathBuf),
    /// Into the log, secrets and all: for development.
    Console,
}

/// The request that a gateway takes. `{number}` and `{text}` in address and body are filled in.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Its address; it may hold a key.
    pub url: Secret,
    /// `POST`, `PUT` or `GET`.
    pub method: String,
    /// Headers by name; the values may be keys.
    pub headers: Vec<(String, Secret)>,
    /// The body; it may hold a key.
    pub body: Option<Secret>,
    /// What the body is, and so how what is filled in is written there.
    pub body_type: BodyType,
    /// The statuses that mean that the message was taken.
    pub success: Vec<RangeInclusive<u16>>,
    /// How long the whole request may take.
    pub timeout: Seconds,
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyType {
    /// `application/x-www-form-urlencoded`: what is filled in is percent-encoded.
    Form,
    /// `application/json`: what is filled in is escaped as inside a JSON string.
    Json,
    /// `text/plain`: as it is.
    Text,
}

const PLACES: [&str; 2] = ["{number}", "{text}"];

/// Reads the section; none where it is off, or wrong.
pub(super) fn read(reader: &mut Reader) -> Option<SmsWay> {
    match reader.text("sms.transport")?.as_str() {
        "off" => None,
        "gateway" => gateway(reader).map(|gateway| SmsWay::Gateway(Box::new(gateway))),
        "file" => needed(reader, "sms", "folder", "file").map(|f| SmsWay::Folder(f.into())),
        _ => console(reader, "sms").then_some(SmsWay::Console),
    }
}

fn gateway(reader: &mut Reader) -> Option<Gateway> {
    let url = needed(reader, "sms", "url", "gateway").filter(|url| is_sound(reader, url));
    let method = reader.text("sms.method");
    let body = reader.text("sms.body");
    if method.as_deref() == Some("GET") && body.is_some() {
        reader.refuse("sms.body", "sms.body cannot go with sms.method = \"GET\"");
    }
    for place in PLACES {
        let given = url.iter().chain(&body).any(|text| text.contains(place));
        if url.is_some() && !given {
            reader.refuse(
                "sms.url",
                format!("{place} stands neither in sms.url nor in sms.body, so the gateway would not be told it"),
            );
        }
    }
    let body_type = match reader.text("sms.body_type").as_deref() {
        Some("json") => BodyType::Json,
        Some("text") => BodyType::Text,
        _ => BodyType::Form,
    };
    if let (BodyType::Json, Some(body)) = (body_type, &body)
        && serde_json::from_str::<serde_json::Value>(body).is_err()
    {
        reader.refuse("sms.body", "sms.body is no JSON, and sms.body_type says it is; write {number} and {text} inside strings");
    }
    let headers = headers(reader);
    let success = success(reader);
    Some(Gateway {
        url: Secret::new(url?),
        method: method?,
        headers,
        body: body.map(Secret::new),
        body_type,
        success,
        timeout: reader.seconds("sms.timeout"),
    })
}

fn is_sound(reader: &mut Reader, text: &str) -> bool {
    let filled = PLACES
        .iter()
        .fold(text.to_owned(), |text, place| text.replace(place, "0"));
    let refuse = |reader: &mut Reader, why: &str| {
        reader.refuse("sms.url", why);
        false
    };
    let Ok(url) = Url::parse(&filled) else {
        return refuse(
            reader,
            "sms.url takes an address such as \"https://gateway.example/send\"",
        );
    };
    let host = url.host_str().unwrap_or_default();
    let open = url.scheme() == "http" && is_loopback(host);
    // Where a message goes is not for the message to say.
    let fixed = Url::parse(text).is_ok_and(|raw| raw.host_str() == Some(host)) && !host.is_empty();
    match url.scheme() {
        _ if !fixed => refuse(
            reader,
            "sms.url has to name its host; {number} and {text} go into path, query or body",
        ),
        "https" => true,
        _ if open => true,
        _ => refuse(
            reader,
            "sms.url has to be https; http is for localhost, 127.0.0.1 and [::1] only",
        ),
    }
}

fn headers(reader: &mut Reader) -> Vec<(String, Secret)> {
    let mut found = Vec::new();
    for (line, _) in reader.list("sms.headers") {
        let pair = line
            .split_once(':')
            .map(|(name, value)| (name.trim(), value.trim()));
        let sound = pair.filter(|(name, value)| {
            HeaderName::try_from(*name).is_ok() && HeaderValue::from_str(value).is_ok()
        });
        match sound {
            Some((name, value)) => found.push((name.to_owned(), Secret::new(value))),
            // The value is not repeated: it may be a key.
            None => reader.refuse(
                "sms.headers",
                "sms.headers takes lines such as \"Authorization: Bearer …\"",
            ),
        }
    }
    found
}

fn success(reader: &mut Reader) -> Vec<RangeInclusive<u16>> {
    let given = reader.list("sms.success");
    if given.is_empty() {
        reader.refuse(
            "sms.success",
            "sms.success is empty, so no message would count as sent",
        );
    }
    let mut found = Vec::new();
    for (text, _) in given {
        match range(&text) {
            Some(range) => found.push(range),
            None => reader.refuse(
                "sms.success",
                format!("sms.success takes statuses such as \"200\" or \"200-299\", not {text:?}"),
            ),
        }
    }
    found
}

/// One status, or the first and the last of several.
fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u16, u16) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first >= 200 && first <= last && last < 600).then_some(first..=last)
}
