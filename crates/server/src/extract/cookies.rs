//! The cookies of a browser: their names, how they are read and how they are set. Three are secrets; one remembers a
//! language, and one for a moment what was just done.
//!
//! `__Host-` pins a cookie to this very host over https; only on loopback http the plain name is used.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::COOKIE;
use actix_web::{HttpRequest, HttpResponse};
use stepwell_core::secret::Secret;
use stepwell_engine::Cookies;
use stepwell_engine::devices::KEPT;

use crate::app::Edge;

const SESSION: &str = "stepwell-session";
const BROWSER: &str = "stepwell-browser";
const DEVICE: &str = "stepwell-device";
const HOST_DEVICE: &str = "__Host-stepwell-device";
const HOST_SESSION: &str = "__Host-stepwell-session";
const HOST_BROWSER: &str = "__Host-stepwell-browser";
const LANGUAGE: &str = "stepwell-lang";
const HOST_LANGUAGE: &str = "__Host-stepwell-lang";

const TOLD: &str = "stepwell-told";
const HOST_TOLD: &str = "__Host-stepwell-told";

/// How long what was done waits for the page that tells it.
const TELLING: Duration = Duration::minutes(1);

/// How long a language is remembered.
const REMEMBERED: Duration = Duration::days(365);

/// Longer than any of ours is no cookie of ours.
const LONGEST: usize = 128;

/// Reads the secrets. A name that comes twice is taken for absent: one of them was put there by somebody
/// else (spec §5 line 43).
pub(crate) fn read(request: &HttpRequest, edge: &Edge) -> Cookies {
    Cookies {
        session: one(request, session_name(edge)),
        browser: one(request, if edge.secure { HOST_BROWSER } else { BROWSER }),
        device: one(request, device_name(edge)),
    }
}

fn device_name(edge: &Edge) -> &'static str {
    if edge.secure { HOST_DEVICE } else { DEVICE }
}

fn session_name(edge: &Edge) -> &'static str {
    if edge.secure { HOST_SESSION } else { SESSION }
}

fn one(request: &HttpRequest, name: &str) -> Option<Secret> {
    let lines = request
        .headers()
        .get_all(COOKIE)
        .filter_map(|value| value.to_str().ok());
    let mut found = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    });
    let value = found.next().filter(|_| found.next().is_none())?;
    (!value.is_empty() && value.len() <= LONGEST).then(|| Secret::new(value))
}

/// The session cookie; it goes when the browser closes, the session itself ends by its own times.
pub(crate) fn session(edge: &Edge, secret: &Secret) -> Cookie<'static> {
    cookie(edge, session_name(edge), secret.expose())
}

/// The cookie that interactions are bound to.
pub(crate) fn browser(edge: &Edge, secret: &Secret) -> Cookie<'static> {
    cookie(
        edge,
        if edge.secure { HOST_BROWSER } else { BROWSER },
        secret.expose(),
    )
}

/// The cookie that the browser is recognised by.
pub(crate) fn device(edge: &Edge, secret: &Secret) -> Cookie<'static> {
    let mut kept = cookie(edge, device_name(edge), secret.expose());
    kept.set_max_age(Duration::seconds(i64::try_from(KEPT.0).unwrap_or(i64::MAX)));
    kept
}

/// Puts a cookie on an answer.
pub(crate) fn set(answer: &mut HttpResponse, cookie: &Cookie<'_>) {
    if answer.add_cookie(cookie).is_err() {
        tracing::error!(name = cookie.name(), "a cookie could not be set");
    }
}

/// What the person chose with the language switch.
pub(crate) fn language(request: &HttpRequest, edge: &Edge) -> Option<String> {
    one(request, language_name(edge)).map(|value| value.expose().to_owned())
}

/// Remembers a language.
pub(crate) fn chosen(edge: &Edge, value: &str) -> Cookie<'static> {
    let mut kept = cookie(edge, language_name(edge), value);
    kept.set_max_age(REMEMBERED);
    kept
}

fn language_name(edge: &Edge) -> &'static str {
    if edge.secure { HOST_LANGUAGE } else { LANGUAGE }
}

/// What was just done, for the next page to tell.
pub(crate) fn told(request: &HttpRequest, edge: &Edge) -> Option<String> {
    one(request, told_name(edge)).map(|value| value.expose().to_owned())
}

/// Has the next page tell it.
pub(crate) fn tell(edge: &Edge, what: &str) -> Cookie<'static> {
    let mut kept = cookie(edge, told_name(edge), what);
    kept.set_max_age(TELLING);
    kept
}

/// It was told.
pub(crate) fn no_more_told(edge: &Edge) -> Cookie<'static> {
    let mut gone = cookie(edge, told_name(edge), "");
    gone.make_removal();
    gone
}

fn told_name(edge: &Edge) -> &'static str {
    if edge.secure { HOST_TOLD } else { TOLD }
}

/// Takes the session cookie away.
pub(crate) fn no_session(edge: &Edge) -> Cookie<'static> {
    let mut gone = cookie(edge, session_name(edge), "");
    gone.make_removal();
    gone
}

fn cookie(edge: &Edge, name: &'static str, value: &str) -> Cookie<'static> {
    Cookie::build(name, value.to_owned())
        .path("/")
        .secure(edge.secure)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn edge(secure: bool) -> Edge {
        Edge {
            origin: String::new(),
            secure,
            product_name: String::new(),
            brand: std::sync::Arc::default(),
            trusted_proxies: Vec::new(),
        }
    }

    #[test]
    fn cookies_over_https_are_host_bound_secure_http_only_and_lax() {
        for made in [
            session(&edge(true), &Secret::new("s")),
            browser(&edge(true), &Secret::new("b")),
            device(&edge(true), &Secret::new("d.s")),
            chosen(&edge(true), "de.5"),
            tell(&edge(true), "renamed"),
        ] {
            let text = made.to_string();
            assert!(text.starts_with("__Host-"), "{text}");
            for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(text.contains(part), "{text}");
            }
            assert!(!text.contains("Domain"), "{text}");
        }
    }

    #[test]
    fn a_cookie_of_the_same_name_from_a_sibling_domain_is_not_believed() {
        let request = TestRequest::default()
            .insert_header((
                COOKIE,
                "__Host-stepwell-session=ours; __Host-stepwell-session=theirs",
            ))
            .to_http_request();
        assert!(read(&request, &edge(true)).session.is_none());
        let plain = TestRequest::default()
            .insert_header((COOKIE, "stepwell-session=tossed"))
            .to_http_request();
        assert!(read(&plain, &edge(true)).session.is_none());
    }
}
