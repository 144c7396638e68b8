//! The answers to a request that is refused: RFC 6750 §3 and RFC 9470 §3, rendered to the letter.
//! It must not decide anything; the requirement and the verifier do.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::requirement::RequirementError;

/// The `error` of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The request is malformed (RFC 6750 §3.1), status 400.
    InvalidRequest,
    /// The token is not valid here (RFC 6750 §3.1), status 401.
    InvalidToken,
    /// The token lacks a scope (RFC 6750 §3.1), status 403.
    InsufficientScope,
    /// The sign-in behind the token is too weak or too old (RFC 9470 §3), status 401.
    InsufficientUserAuthentication,
}

impl ErrorCode {
    /// The registered error code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::InvalidRequest => "invalid_request",
            ErrorCode::InvalidToken => "invalid_token",
            ErrorCode::InsufficientScope => "insufficient_scope",
            ErrorCode::InsufficientUserAuthentication => "insufficient_user_authentication",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// No credentials at all: no error code (RFC 6750 §3.1, last paragraph), only the realm.
    Bare,
    Error(ErrorCode),
    /// The issuer's keys cannot be had; nobody can say whether the token is good.
    Unavailable,
    /// The requirement has a flaw, which is the operator's mistake.
    Misconfigured,
}

/// A refusal, ready to be sent: a status, a `WWW-Authenticate` value and a JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    kind: Kind,
    description: String,
    acr_values: Vec<String>,
    max_age: Option<u64>,
    scope: Vec<String>,
    realm: String,
}

impl Challenge {
    fn new(kind: Kind, description: impl Into<String>) -> Self {
        Challenge {
            kind,
            description: description.into(),
            acr_values: Vec::new(),
            max_age: None,
            scope: Vec::new(),
            realm: String::new(),
        }
    }

    pub(crate) fn bare() -> Self {
        Self::new(Kind::Bare, "")
    }

    pub(crate) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(Kind::Error(ErrorCode::InvalidRequest), description)
    }

    pub(crate) fn invalid_token(description: impl Into<String>) -> Self {
        Self::new(Kind::Error(ErrorCode::InvalidToken), description)
    }

    pub(crate) fn insufficient_scope(scope: Vec<String>) -> Self {
        Self::new(
            Kind::Error(ErrorCode::InsufficientScope),
            "The access token lacks a scope that this request needs",
        )
        .with_scope(scope)
    }

    pub(crate) fn insufficient_user_authentication(
        description: &str,
        acr_values: Vec<String>,
        max_age: Option<u64>,
    ) -> Self {
        Challenge {
            acr_values,
            max_age,
            ..Self::new(
                Kind::Error(ErrorCode::InsufficientUserAuthentication),
                description,
            )
        }
    }

    pub(crate) fn unavailable() -> Self {
        Self::new(
            Kind::Unavailable,
            "The issuer's keys cannot be fetched at the moment",
        )
    }

    pub(crate) fn misconfigured(flaw: &RequirementError) -> Self {
        Self::new(
            Kind::Misconfigured,
            format!("What this operation requires is not usable: {flaw}"),
        )
    }

    /// Names the resource server where nothing else would stand after `Bearer`, which must be
    /// followed by one parameter at least (RFC 6750 §3).
    pub(crate) fn in_realm(mut self, realm: &str) -> Self {
        realm.clone_into(&mut self.realm);
        self
    }

    pub(crate) fn with_scope(mut self, scope: Vec<String>) -> Self {
        self.scope = scope;
        self
    }

    /// The HTTP status: 400, 401 or 403, 503 while the issuer's keys cannot be fetched, or 500
    /// where the [`Requirement`](crate::Requirement) has a flaw.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.kind {
            Kind::Error(ErrorCode::InvalidRequest) => 400,
            Kind::Error(ErrorCode::InsufficientScope) => 403,
            Kind::Bare | Kind::Error(_) => 401,
            Kind::Unavailable => 503,
            Kind::Misconfigured => 500,
        }
    }

    /// The error code; `None` where no token was sent, and for a 500 or 503.
    #[must_use]
    pub fn error(&self) -> Option<ErrorCode> {
        match self.kind {
            Kind::Error(code) => Some(code),
            Kind::Bare | Kind::Unavailable | Kind::Misconfigured => None,
        }
    }

    /// Which rule was broken, in words; empty where no token was sent.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The acrs that would do, in order of preference.
    #[must_use]
    pub fn acr_values(&self) -> &[String] {
        &self.acr_values
    }

    /// How old the authentication may be, in seconds.
    #[must_use]
    pub fn max_age(&self) -> Option<u64> {
        self.max_age
    }

    /// The scope values that the request needs.
    #[must_use]
    pub fn scope(&self) -> &[String] {
        &self.scope
    }

    /// The value of the `WWW-Authenticate` header; `None` for a 500 or 503.
    #[must_use]
    pub fn www_authenticate(&self) -> Option<String> {
        let code = match self.kind {
            Kind::Bare => {
                let mut value = "Bearer ".to_owned();
                parameter(&mut value, "realm", &self.realm);
                return Some(value);
            }
            Kind::Unavailable | Kind::Misconfigured => return None,
            Kind::Error(code) => code,
        };
        let mut value = "Bearer ".to_owned();
        parameter(&mut value, "error", code.as_str());
        parameter(
            &mut value,
            "error_description",
            &described(&self.description),
        );
        if !self.acr_values.is_empty() {
            parameter(&mut value, "acr_values", &self.acr_values.join(" "));
        }
        if let Some(seconds) = self.max_age {
            parameter(&mut value, "max_age", &seconds.to_string());
        }
        if !self.scope.is_empty() {
            parameter(&mut value, "scope", &self.scope.join(" "));
        }
        Some(value)
    }

    /// A JSON object with the same fields as the header.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = Map::new();
        let error = match self.kind {
            Kind::Bare => return Value::Object(body),
            Kind::Unavailable => "temporarily_unavailable",
            Kind::Misconfigured => "server_error",
            Kind::Error(code) => code.as_str(),
        };
        body.insert("error".into(), error.into());
        body.insert(
            "error_description".into(),
            described(&self.description).into(),
        );
        if !self.acr_values.is_empty() {
            body.insert("acr_values".into(), self.acr_values.join(" ").into());
        }
        if let Some(seconds) = self.max_age {
            body.insert("max_age".into(), seconds.into());
        }
        if !self.scope.is_empty() {
            body.insert("scope".into(), self.scope.join(" ").into());
        }
        Value::Object(body)
    }
}

impl std::fmt::Display for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {}",
            self.status(),
            self.www_authenticate().unwrap_or_default()
        )
    }
}

impl std::error::Error for Challenge {}

/// Appends `name="value"` as a quoted-string (RFC 9110 §5.6.4), after a comma unless it is the
/// first. What a header cannot carry becomes `?`, so that no value can end the string or the header.
fn parameter(header: &mut String, name: &str, value: &str) {
    let comma = if header.ends_with(' ') { "" } else { ", " };
    let _ = write!(header, "{comma}{name}=\"");
    for character in value.chars() {
        match character {
            '"' | '\\' => {
                header.push('\\');
                header.push(character);
            }
            ' '..='~' => header.push(character),
            _ => header.push('?'),
        }
    }
    header.push('"');
}

/// An `error_description` may hold neither quotes nor backslashes (RFC 6750 §3).
fn described(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '"' | '\\' => '\'',
            ' '..='~' => character,
            _ => '?',
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Challenge;

    #[test]
    fn quotes_and_backslashes_in_an_acr_are_escaped() {
        let challenge =
            Challenge::insufficient_user_authentication("Needed", vec!["a\"b\\c".into()], None);
        assert_eq!(
            challenge.www_authenticate().unwrap(),
            r#"Bearer error="insufficient_user_authentication", error_description="Needed", acr_values="a\"b\\c""#
        );
    }

    #[test]
    fn no_value_can_break_out_of_the_header() {
        let challenge = Challenge::insufficient_user_authentication(
            "a\"\r\nSet-Cookie: x",
            vec!["é\r\n".into()],
            None,
        );
        assert_eq!(
            challenge.www_authenticate().unwrap(),
            "Bearer error=\"insufficient_user_authentication\", error_description=\"a'??Set-Cookie: x\", acr_values=\"???\""
        );
    }

    #[test]
    fn keys_that_cannot_be_fetched_are_nobodys_fault_and_make_no_challenge() {
        let challenge = Challenge::unavailable();
        assert_eq!(
            (challenge.status(), challenge.www_authenticate()),
            (503, None)
        );
        assert_eq!(challenge.body()["error"], "temporarily_unavailable");
    }
}
