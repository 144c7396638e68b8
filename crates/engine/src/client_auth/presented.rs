//! What a request carried to prove its client: exactly one method, or it is refused.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use stepwell_core::ids::ClientId;
use stepwell_core::secret::Secret;

use super::assertion::{self, AssertionError};

/// The one `client_assertion_type` there is (RFC 7523 §2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const MAX_HEADER: usize = 4096;
const MAX_PART: usize = 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The places of a request in which a client may prove itself; each at most once, as the caller has
/// already refused repeated parameters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Credentials<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// `client_id` from the body.
    pub client_id: Option<&'a str>,
    /// `client_secret` from the body.
    pub client_secret: Option<&'a str>,
    /// `client_assertion_type` from the body.
    pub client_assertion_type: Option<&'a str>,
    /// `client_assertion` from the body.
    pub client_assertion: Option<&'a str>,
}

/// One client authentication method with what it presented; nothing is verified yet.
#[derive(Clone, Debug)]
pub enum Presented {
    /// `client_secret_basic`.
    Basic {
        /// Who it claims to be.
        client_id: ClientId,
        /// The secret it presented.
        secret: Secret,
    },
    /// `client_secret_post`.
    Post {
        /// Who it claims to be.
        client_id: ClientId,
        /// The secret it presented.
        secret: Secret,
    },
    /// `private_key_jwt`.
    Assertion {
        /// Who it claims to be, from the assertion's unverified `sub`.
        client_id: ClientId,
        /// The assertion.
        assertion: String,
    },
    /// `none`: a public client names itself.
    Public {
        /// Who it claims to be.
        client_id: ClientId,
    },
}

/// Why what a request carried is no client authentication.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PresentedError {
    /// Nothing names a client.
    #[error("the request names no client; authenticate it as it is registered, or send client_id")]
    Missing,
    /// RFC 6749 §2.3: not more than one method in a request.
    #[error("the request authenticates its client in more than one way; use exactly one")]
    Several,
    /// The header is there but not usable.
    #[error(
        "the Authorization header is not Basic with base64 of form-encoded client_id:client_secret"
    )]
    Basic,
    /// The assertion's type is missing or unknown, or there is a type without assertion.
    #[error(
        "client_assertion and client_assertion_type come together, the type being {JWT_BEARER}"
    )]
    AssertionType,
    /// The assertion cannot be read, or names no client.
    #[error(transparent)]
    Assertion(#[from] AssertionError),
    /// Two places name different clients.
    #[error("client_id in the body is not the client that authenticated")]
    Mismatch,
    /// Too long, or with control characters.
    #[error(
        "client_id or client_secret is empty, longer than {MAX_PART} bytes, or has control characters"
    )]
    Text,
}

impl PresentedError {
    /// The `error` of the token endpoint (RFC 6749 §5.2).
    pub fn code(&self) -> &'static str {
        match self {
            Self::Several | Self::AssertionType | Self::Mismatch | Self::Text => "invalid_request",
            Self::Missing | Self::Basic | Self::Assertion(_) => "invalid_client",
        }
    }
}

impl Presented {
    /// Finds the one method that the request used.
    ///
    /// # Errors
    /// None, several, or one that is malformed.
    pub fn from_request(parts: &Credentials<'_>) -> Result<Self, PresentedError> {
        let methods = [
            parts.authorization.is_some(),
            parts.client_secret.is_some(),
            parts.client_assertion.is_some(),
        ];
        if methods.iter().filter(|used| **used).count() > 1 {
            return Err(PresentedError::Several);
        }
        if parts.client_assertion.is_some() != (parts.client_assertion_type == Some(JWT_BEARER))
            || parts
                .client_assertion_type
                .is_some_and(|kind| kind != JWT_BEARER)
        {
            return Err(PresentedError::AssertionType);
        }
        let body_id = parts
            .client_id
            .map(|id| plain(id).map(ClientId::new))
            .transpose()?;
        let found = if let Some(header) = parts.authorization {
            let (id, secret) = basic(header)?;
            Self::Basic {
                client_id: ClientId::new(plain(&id)?),
                secret: Secret::new(plain(&secret)?),
            }
        } else if let Some(assertion) = parts.client_assertion {
            let client_id = assertion::claimed_client(assertion)?;
            Self::Assertion {
                client_id,
                assertion: assertion.to_owned(),
            }
        } else {
            let client_id = body_id.clone().ok_or(PresentedError::Missing)?;
            match parts.client_secret {
                Some(secret) => Self::Post {
                    client_id,
                    secret: Secret::new(plain(secret)?),
                },
                None => Self::Public { client_id },
            }
        };
        if body_id.is_some_and(|id| id != *found.client_id()) {
            return Err(PresentedError::Mismatch);
        }
        Ok(found)
    }

    /// Who the request claims to come from.
    pub fn client_id(&self) -> &ClientId {
        match self {
            Self::Basic { client_id, .. }
            | Self::Post { client_id, .. }
            | Self::Assertion { client_id, .. }
            | Self::Public { client_id } => client_id,
        }
    }

    /// The method's registered name (OIDC Core §9), to compare with the client's registration.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Basic { .. } => "client_secret_basic",
            Self::Post { .. } => "client_secret_post",
            Self::Assertion { .. } => "private_key_jwt",
            Self::Public { .. } => "none",
        }
    }
}

fn plain(text: &str) -> Result<&str, PresentedError> {
    let fine = !text.is_empty() && text.len() <= MAX_PART && !text.chars().any(char::is_control);
    fine.then_some(text).ok_or(PresentedError::Text)
}

fn basic(header: &str) -> Result<(String, String), PresentedError> {
    let read = || {
        let (scheme, data) = header.split_once(' ')?;
        if header.len() > MAX_HEADER || !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(BASE64.decode(data.trim()).ok()?).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        Some((form_decode(id)?, form_decode(secret)?))
    };
    read().ok_or(PresentedError::Basic)
}

/// application/x-www-form-urlencoded, one value; a broken escape is refused, not passed through.
fn form_decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    fn header(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    fn refused(parts: Credentials<'_>) -> PresentedError {
        Presented::from_request(&parts).unwrap_err()
    }

    #[test]
    fn both_halves_of_a_basic_header_are_form_decoded() {
        let authorization = header("https%3A%2F%2Fapp.example:p%2Bq+r%25%C3%A4");
        let found = Presented::from_request(&Credentials {
            authorization: Some(&authorization),
            ..Default::default()
        })
        .unwrap();
        let Presented::Basic { client_id, secret } = found else {
            panic!("{found:?}")
        };
        assert_eq!(client_id.as_str(), "https://app.example");
        assert_eq!(secret.expose(), "p+q r%ä");
    }

    #[test]
    fn a_broken_basic_header_is_invalid_client() {
        let long = header(&"a".repeat(5000));
        for authorization in [
            "Basic",
            "Basic !!!",
            "Bearer abc",
            "",
            &header("no colon"),
            &header("a:%zz"),
            &header("a:%f"),
            &long,
        ] {
            let error = refused(Credentials {
                authorization: Some(authorization),
                ..Default::default()
            });
            assert_eq!(error, PresentedError::Basic, "{authorization}");
            assert_eq!(error.code(), "invalid_client");
        }
    }

    #[test]
    fn two_methods_in_one_request_are_invalid_request() {
        let basic = header("a:b");
        let both = Credentials {
            authorization: Some(&basic),
            client_secret: Some("b"),
            client_id: Some("a"),
            ..Default::default()
        };
        assert_eq!(refused(both), PresentedError::Several);
        let mixed = Credentials {
            client_secret: Some("b"),
            client_assertion: Some("x.y.z"),
            client_assertion_type: Some(JWT_BEARER),
            ..Default::default()
        };
        assert_eq!(refused(mixed).code(), "invalid_request");
    }

    #[test]
    fn a_body_client_id_must_be_the_client_of_the_header() {
        let basic = header("a:b");
        let with = |client_id| Credentials {
            authorization: Some(&basic),
            client_id: Some(client_id),
            ..Default::default()
        };
        assert_eq!(
            Presented::from_request(&with("a")).unwrap().method(),
            "client_secret_basic"
        );
        assert_eq!(refused(with("other")), PresentedError::Mismatch);
    }

    #[test]
    fn a_client_id_alone_is_a_public_client_and_with_a_secret_a_posting_one() {
        let id = Credentials {
            client_id: Some("a"),
            ..Default::default()
        };
        assert_eq!(Presented::from_request(&id).unwrap().method(), "none");
        let post = Credentials {
            client_secret: Some("s"),
            ..id
        };
        assert_eq!(
            Presented::from_request(&post).unwrap().method(),
            "client_secret_post"
        );
        assert_eq!(refused(Credentials::default()), PresentedError::Missing);
    }

    #[test]
    fn an_assertion_and_its_type_come_together() {
        let alone = Credentials {
            client_assertion: Some("a.b.c"),
            ..Default::default()
        };
        assert_eq!(refused(alone), PresentedError::AssertionType);
        assert_eq!(
            refused(Credentials {
                client_assertion_type: Some("saml"),
                ..alone
            }),
            PresentedError::AssertionType
        );
        let typed = Credentials {
            client_id: Some("a"),
            client_assertion_type: Some(JWT_BEARER),
            ..Default::default()
        };
        assert_eq!(refused(typed), PresentedError::AssertionType);
        let garbage = Credentials {
            client_assertion_type: Some(JWT_BEARER),
            ..alone
        };
        assert!(matches!(refused(garbage), PresentedError::Assertion(_)));
    }

    #[test]
    fn an_assertion_that_cannot_be_read_is_told_the_rule_it_breaks() {
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let told = |header: &str, payload: &str| {
            let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
            let assertion = format!("{}.{}.x", part(header), part(payload));
            refused(Credentials {
                client_assertion: Some(&assertion),
                client_assertion_type: Some(JWT_BEARER),
                ..Default::default()
            })
            .to_string()
        };
        let good = r#"{"sub":"app"}"#;
        for (header, payload, rule) in [
            (r#"{"alg":"none"}"#, good, "alg"),
            (r#"{"alg":"HS256"}"#, good, "alg"),
            (r#"{"alg":"ES256","crit":["x"]}"#, good, "crit"),
            (r#"{"alg":"ES256","alg":"ES256"}"#, good, "header"),
            (r#"{"alg":"ES256"}"#, r#"{"sub":"a","sub":"b"}"#, "payload"),
            (r#"{"alg":"ES256"}"#, "{}", "iss and sub"),
        ] {
            let told = told(header, payload);
            assert!(told.contains(rule), "{header} {payload}: {told}");
            assert!(told.starts_with("client_assertion"), "{told}");
        }
    }

    #[test]
    fn control_characters_and_oversized_values_are_refused() {
        for id in ["", "a\0", "a\r\nb", &"a".repeat(1025)] {
            assert_eq!(
                refused(Credentials {
                    client_id: Some(id),
                    ..Default::default()
                }),
                PresentedError::Text
            );
        }
    }

    #[test]
    fn a_presented_secret_never_prints() {
        let post = Credentials {
            client_id: Some("a"),
            client_secret: Some("hunter2"),
            ..Default::default()
        };
        assert!(!format!("{:?}", Presented::from_request(&post).unwrap()).contains("hunter2"));
    }
}
