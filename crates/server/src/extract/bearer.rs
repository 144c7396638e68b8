//! The access token of a request to a protected resource (RFC 6750 §2): in the header, or in a form.
//!
//! Never in the query (RFC 9700 §2.3, spec §5 line 106), and never in two places.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use stepwell_core::oauth::{OAuthError, Params};
use url::form_urlencoded;

const RULE: &str = "RFC 6750 §2";

fn is_bearer(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("bearer")
}

/// The token, if one was sent.
pub(crate) fn token(
    request: &HttpRequest,
    form: Option<&Params>,
) -> Result<Option<String>, OAuthError> {
    if form_urlencoded::parse(request.query_string().as_bytes())
        .any(|(name, _)| name == "access_token")
    {
        return Err(OAuthError::invalid_request(
            "RFC 9700 §2.3",
            "access tokens are not taken from the query; send it in the Authorization header",
        ));
    }
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let header = headers.next();
    if headers.next().is_some() {
        return Err(OAuthError::invalid_request(
            RULE,
            "the Authorization header comes more than once",
        ));
    }
    let in_header = match header.map(|value| value.to_str()) {
        None => None,
        Some(Ok(text)) => match text.split_once(' ') {
            Some((scheme, token)) if is_bearer(scheme) && !token.trim().is_empty() => {
                Some(token.trim().to_owned())
            }
            None | Some(_) if is_bearer(text.split(' ').next().unwrap_or_default()) => {
                return Err(OAuthError::invalid_request(
                    RULE,
                    "the Authorization header must be: Bearer TOKEN",
                ));
            }
            // RFC 6750 §3.1: another way to authenticate carries no token, and is answered as none.
            _ => None,
        },
        Some(Err(_)) => {
            return Err(OAuthError::invalid_request(
                RULE,
                "the Authorization header is not ASCII",
            ));
        }
    };
    let in_form = form
        .and_then(|form| form.get("access_token"))
        .map(str::to_owned);
    match (in_header, in_form) {
        (Some(_), Some(_)) => Err(OAuthError::invalid_request(
            RULE,
            "the access token comes in two places",
        )),
        (token, None) | (None, token) => Ok(token),
    }
}
