//! The one table of error codes, and the error value that every endpoint answers with.
//!
//! A description says which rule was broken and how to mend it. It is written for developers, goes
//! over the wire, and therefore never holds a secret, a registered value of another client, or a
//! character outside RFC 6749's set.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $text:literal $status:literal)*) => {
        /// Every error code this provider can answer with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)*
        }

        impl ErrorCode {
            /// All codes, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as it is written on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status where the code is the body of an answer: at the token endpoint, or,
            /// for bearer errors, at a protected resource. At the authorization endpoint codes
            /// travel in a redirect and have no status of their own.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
        }
    };
}

codes! {
    /// A parameter is missing, repeated, malformed or contradictory (RFC 6749 §4.1.2.1, §5.2).
    InvalidRequest "invalid_request" 400
    /// The client is not registered for this (RFC 6749 §4.1.2.1, §5.2).
    UnauthorizedClient "unauthorized_client" 400
    /// The person or the policy said no (RFC 6749 §4.1.2.1).
    AccessDenied "access_denied" 400
    /// Only `code` is offered (RFC 6749 §4.1.2.1).
    UnsupportedResponseType "unsupported_response_type" 400
    /// A scope is unknown, malformed or not the client's (RFC 6749 §4.1.2.1, §5.2).
    InvalidScope "invalid_scope" 400
    /// Something broke on our side (RFC 6749 §4.1.2.1).
    ServerError "server_error" 500
    /// Try again later (RFC 6749 §4.1.2.1).
    TemporarilyUnavailable "temporarily_unavailable" 503
    /// `prompt=none`, but a page would be needed (OIDC Core §3.1.2.6).
    InteractionRequired "interaction_required" 400
    /// `prompt=none`, or a named person, but a sign-in would be needed (OIDC Core §3.1.2.6).
    LoginRequired "login_required" 400
    /// The person would have to choose an account (OIDC Core §3.1.2.6).
    AccountSelectionRequired "account_selection_required" 400
    /// The person would have to consent (OIDC Core §3.1.2.6).
    ConsentRequired "consent_required" 400
    /// A `request_uri` is unknown, used or expired (OIDC Core §3.1.2.6, RFC 9126 §2.2).
    InvalidRequestUri "invalid_request_uri" 400
    /// A request object is not valid (OIDC Core §3.1.2.6).
    InvalidRequestObject "invalid_request_object" 400
    /// `request` is not offered (OIDC Core §3.1.2.6).
    RequestNotSupported "request_not_supported" 400
    /// `request_uri` is not offered (OIDC Core §3.1.2.6).
    RequestUriNotSupported "request_uri_not_supported" 400
    /// `registration` is not offered (OIDC Core §3.1.2.6).
    RegistrationNotSupported "registration_not_supported" 400
    /// The acr asked for cannot be reached (RFC 9470 §5).
    UnmetAuthenticationRequirements "unmet_authentication_requirements" 400
    /// `authorization_details` are not valid (RFC 9396 §5).
    InvalidAuthorizationDetails "invalid_authorization_details" 400
    /// `resource` is malformed or not the client's (RFC 8707 §2).
    InvalidTarget "invalid_target" 400
    /// Client authentication failed (RFC 6749 §5.2).
    InvalidClient "invalid_client" 401
    /// The code or refresh token is not valid here and now (RFC 6749 §5.2).
    InvalidGrant "invalid_grant" 400
    /// The grant type is not offered (RFC 6749 §5.2).
    UnsupportedGrantType "unsupported_grant_type" 400
    /// A token of this type cannot be revoked (RFC 7009 §2.2.1).
    UnsupportedTokenType "unsupported_token_type" 400
    /// The DPoP proof is not valid (RFC 9449 §5).
    InvalidDpopProof "invalid_dpop_proof" 400
    /// The DPoP proof lacks our nonce (RFC 9449 §8).
    UseDpopNonce "use_dpop_nonce" 400
    /// The person has not answered yet (RFC 8628 §3.5).
    AuthorizationPending "authorization_pending" 400
    /// Polling too fast (RFC 8628 §3.5).
    SlowDown "slow_down" 400
    /// The device code expired (RFC 8628 §3.5).
    ExpiredToken "expired_token" 400
    /// The access token is expired, revoked or malformed (RFC 6750 §3.1).
    InvalidToken "invalid_token" 401
    /// The access token's scope does not reach (RFC 6750 §3.1).
    InsufficientScope "insufficient_scope" 403
    /// The access token's authentication is too weak or too old (RFC 9470 §3).
    InsufficientUserAuthentication "insufficient_user_authentication" 401
    /// A redirect URI cannot be registered (RFC 7591 §3.2.2).
    InvalidRedirectUri "invalid_redirect_uri" 400
    /// Client metadata cannot be registered (RFC 7591 §3.2.2).
    InvalidClientMetadata "invalid_client_metadata" 400
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Longest description, in bytes; a longer one is cut.
const MAX_DESCRIPTION: usize = 400;
/// Longest description with its rule.
const MAX_ON_THE_WIRE: usize = 500;

/// One refusal: its code, what was wrong and how to mend it, and the rule that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    code: ErrorCode,
    description: String,
    rule: &'static str,
}

impl OAuthError {
    /// A refusal under `rule`, for example `"RFC 7636 §4.3"`. The description is made safe for the
    /// wire: `§` becomes `section`, a double quote a single one, anything else outside RFC 6749 §5.2 `?`.
    pub fn new(code: ErrorCode, rule: &'static str, description: impl AsRef<str>) -> Self {
        Self {
            code,
            description: sanitise(description.as_ref(), MAX_DESCRIPTION),
            rule,
        }
    }

    /// The code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What was wrong and how to mend it, in characters of RFC 6749 §5.2 only.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The rule that was broken, as people cite it. May hold `§`: for pages and logs, not for headers.
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// The `error_description` that is sent: the description with its rule, in RFC 6749 §5.2's set.
    pub fn wire_description(&self) -> String {
        sanitise(
            &format!("{} ({})", self.description, self.rule),
            MAX_ON_THE_WIRE,
        )
    }

    /// The HTTP status at the token endpoint or protected resource; see [`ErrorCode::status`].
    pub fn status(&self) -> u16 {
        self.code.status()
    }
}

macro_rules! helpers {
    ($($name:ident $code:ident)*) => {
        impl OAuthError {
            $(
                #[doc = concat!("A refusal with [`ErrorCode::", stringify!($code), "`].")]
                pub fn $name(rule: &'static str, description: impl AsRef<str>) -> Self {
                    Self::new(ErrorCode::$code, rule, description)
                }
            )*
        }
    };
}

helpers! {
    invalid_request InvalidRequest
    unauthorized_client UnauthorizedClient
    access_denied AccessDenied
    unsupported_response_type UnsupportedResponseType
    invalid_scope InvalidScope
    server_error ServerError
    temporarily_unavailable TemporarilyUnavailable
    interaction_required InteractionRequired
    login_required LoginRequired
    account_selection_required AccountSelectionRequired
    consent_required ConsentRequired
    unmet UnmetAuthenticationRequirements
    invalid_target InvalidTarget
    invalid_client InvalidClient
    invalid_grant InvalidGrant
    unsupported_grant_type UnsupportedGrantType
    invalid_token InvalidToken
    insufficient_scope InsufficientScope
    insufficient_user_authentication InsufficientUserAuthentication
    invalid_redirect_uri InvalidRedirectUri
    invalid_client_metadata InvalidClientMetadata
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.code, self.description, self.rule)
    }
}

impl std::error::Error for OAuthError {}

/// The JSON body of RFC 6749 §5.2: `error` and `error_description`.
impl Serialize for OAuthError {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(2))?;
        map.serialize_entry("error", self.code.as_str())?;
        map.serialize_entry("error_description", &self.wire_description())?;
        map.end()
    }
}

/// Keeps `text` within RFC 6749 §5.2's characters and `max` bytes.
fn sanitise(text: &str, max: usize) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '§' => safe.push_str("section "),
            '"' | '’' => safe.push('\''),
            '\\' => safe.push('/'),
            ' '..='~' => safe.push(c),
            '\t' | '\r' | '\n' => safe.push(' '),
            _ => safe.push('?'),
        }
        if safe.len() >= max {
            safe.truncate(max);
            break;
        }
    }
    safe
}

/// A value from a request, shortened and quoted for a description.
pub(crate) fn quoted(value: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = value.chars().take(SHOWN).collect();
    if shown.len() < value.len() {
        shown.push_str("...");
    }
    format!("'{shown}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_the_wire(c: char) -> bool {
        matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e')
    }

    #[test]
    fn every_code_is_named_once_and_has_a_status_of_its_own_kind() {
        let mut seen = std::collections::HashSet::new();
        for code in ErrorCode::ALL {
            assert!(seen.insert(code.as_str()), "{code} is listed twice");
            assert!(
                code.as_str()
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '_')
            );
            assert!(
                matches!(code.status(), 400 | 401 | 403 | 500 | 503),
                "{code}"
            );
        }
        assert_eq!(ErrorCode::InvalidClient.status(), 401);
        assert_eq!(ErrorCode::InvalidGrant.status(), 400);
        assert_eq!(ErrorCode::InsufficientScope.status(), 403);
        assert_eq!(ErrorCode::TemporarilyUnavailable.status(), 503);
    }

    #[test]
    fn a_description_never_carries_a_line_break_a_quote_or_a_foreign_character() {
        let every_ascii: String = (0u8..128).map(char::from).collect();
        for nasty in [
            "a\r\nSet-Cookie: x=1",
            "say \"hi\" \\ there",
            "snow ☃ \u{202e}",
            &every_ascii,
        ] {
            let error = OAuthError::invalid_request("RFC 6749 §4.1.2.1", nasty);
            assert!(error.description().chars().all(on_the_wire), "{nasty:?}");
            assert!(
                error.wire_description().chars().all(on_the_wire),
                "{nasty:?}"
            );
        }
    }

    #[test]
    fn a_description_of_any_length_stays_short() {
        for long in ["é".repeat(100_000), "§".repeat(100_000)] {
            let wire = OAuthError::invalid_request("RFC 6749 §5.2", long).wire_description();
            assert!(
                wire.len() <= MAX_ON_THE_WIRE && wire.ends_with("(RFC 6749 section 5.2)"),
                "{wire}"
            );
        }
    }

    #[test]
    fn the_body_names_the_code_the_rule_and_the_remedy() {
        let error = OAuthError::invalid_grant("RFC 7636 §4.6", "send the code_verifier");
        assert_eq!(
            serde_json::to_string(&error).unwrap_or_default(),
            r#"{"error":"invalid_grant","error_description":"send the code_verifier (RFC 7636 section 4.6)"}"#
        );
        assert_eq!(
            error.to_string(),
            "invalid_grant: send the code_verifier (RFC 7636 §4.6)"
        );
    }
}
