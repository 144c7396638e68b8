//! What a request presented: finding the one bearer token, or refusing (RFC 6750 §2).

use crate::challenge::Challenge;

/// The parts of a request in which a token may stand.
#[derive(Debug, Clone, Default)]
pub struct Presented<'a> {
    authorization: Vec<&'a str>,
    query: Option<&'a str>,
}

impl<'a> Presented<'a> {
    /// A request without an `Authorization` header.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// A request with this `Authorization` header value.
    #[must_use]
    pub fn header(value: &'a str) -> Self {
        Self::default().and_header(value)
    }

    /// Adds an `Authorization` header value; a second one makes the request malformed.
    #[must_use]
    pub fn and_header(mut self, value: &'a str) -> Self {
        self.authorization.push(value);
        self
    }

    /// Adds the raw query string, so that a token put there can be refused.
    #[must_use]
    pub fn query(mut self, query: &'a str) -> Self {
        self.query = Some(query);
        self
    }

    /// The one bearer token.
    pub(crate) fn token(&self) -> Result<&'a str, Challenge> {
        if self.query.is_some_and(|query| {
            url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "access_token")
        }) {
            return Err(Challenge::invalid_request(
                "Send the access token in the Authorization header, never in the address",
            ));
        }
        let value = match self.authorization.as_slice() {
            [] => return Err(Challenge::bare()),
            [value] => value.trim_matches(' '),
            _ => {
                return Err(Challenge::invalid_request(
                    "The request has more than one Authorization header",
                ));
            }
        };
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Challenge::bare());
        }
        let token = rest.trim_start_matches(' ');
        if token.is_empty()
            || !token
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))
        {
            return Err(Challenge::invalid_request(
                "The Authorization header must be 'Bearer', a space and one token",
            ));
        }
        Ok(token)
    }
}
