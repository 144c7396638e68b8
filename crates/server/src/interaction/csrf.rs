//! Forms are answered only from our own pages: a token bound to the browser, and the Origin header.
//!
//! The token is a digest of a cookie that no script can read and no other site can set, so nothing is stored.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, ORIGIN};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use stepwell_core::oauth::Params;
use stepwell_core::secret::{Hashed, Secret};

use crate::app::Edge;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The token for a form of `context`.
pub(crate) fn token(cookie: &Secret, context: &str) -> String {
    let digest = Sha256::new()
        .chain_update(b"stepwell form\0")
        .chain_update(cookie.expose().as_bytes())
        .chain_update(b"\0")
        .chain_update(context.as_bytes())
        .finalize();
    URL_SAFE_NO_PAD.encode(digest)
}

/// Whether a form comes from a page of ours and carries the token that the page was given.
pub(crate) fn is_genuine(
    request: &HttpRequest,
    edge: &Edge,
    cookie: Option<&Secret>,
    context: &str,
    params: &Params,
) -> bool {
    is_ours(request, edge)
        && cookie.is_some_and(|cookie| matches(cookie, context, params.get("csrf")))
}

/// Whether a form carries its token; compared in constant time.
fn matches(cookie: &Secret, context: &str, sent: Option<&str>) -> bool {
    sent.is_some_and(|sent| {
        Hashed::of(&Secret::new(token(cookie, context))).matches(&Secret::new(sent))
    })
}

/// Whether the browser says that the form comes from our own origin, where it says anything.
fn is_ours(request: &HttpRequest, edge: &Edge) -> bool {
    let header = |name| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    header(ORIGIN).is_none_or(|origin| origin == edge.origin)
        && header(FETCH_SITE).is_none_or(|site| site == "same-origin" || site == "none")
}

/// Whether the browser says so in so many words: for a form that can carry no token. Every browser sends
/// at least one of the two with a form.
pub(crate) fn is_surely_ours(request: &HttpRequest, edge: &Edge) -> bool {
    let headers = request.headers();
    let said = headers.contains_key(ORIGIN) || headers.contains_key(FETCH_SITE);
    said && is_ours(request, edge)
}
