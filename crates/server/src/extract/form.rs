//! The body of a form: its type is checked, its size bounded, its parameters strict.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use stepwell_core::oauth::{OAuthError, Params};

const FORM: &str = "application/x-www-form-urlencoded";

/// Whether a request says that its body is a form.
pub(crate) fn is_form(request: &HttpRequest) -> bool {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    kind.split(';')
        .next()
        .is_some_and(|name| name.trim().eq_ignore_ascii_case(FORM))
}

/// The parameters of a form.
pub(crate) fn params(request: &HttpRequest, body: &[u8]) -> Result<Params, OAuthError> {
    // An empty body is of no type; what it lacks is told by whoever needs it.
    if !body.is_empty() && !is_form(request) {
        return Err(OAuthError::invalid_request(
            "RFC 6749 §3.2",
            "the body must be application/x-www-form-urlencoded",
        ));
    }
    Params::parse(body)
}
