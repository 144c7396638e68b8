//! Proof Key for Code Exchange (RFC 7636), S256 only.
//!
//! `plain` is not offered, and a challenge, once sent, is always enforced.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::OAuthError;

/// The only method offered.
pub const METHOD: &str = "S256";

/// A `code_challenge`: the base64url of the verifier's SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Challenge(String);

impl Challenge {
    /// Reads `code_challenge` and `code_challenge_method`; `None` when neither was sent.
    ///
    /// # Errors
    /// `invalid_request` for any method but S256 (a missing one means `plain`, RFC 7636 §4.3), for a
    /// method without a challenge, and for a challenge that no SHA-256 can have.
    pub fn parse(
        challenge: Option<&str>,
        method: Option<&str>,
    ) -> Result<Option<Self>, OAuthError> {
        let challenge = match (challenge, method) {
            (None, None) => return Ok(None),
            (None, Some(_)) => {
                return Err(OAuthError::invalid_request(
                    "RFC 7636 §4.3",
                    "code_challenge_method was sent without code_challenge; send both or neither",
                ));
            }
            (Some(_), None) => {
                return Err(OAuthError::invalid_request(
                    "RFC 7636 §4.3",
                    "code_challenge_method is missing, which means plain; send code_challenge_method=S256",
                ));
            }
            (Some(_), Some(method)) if method != METHOD => {
                return Err(OAuthError::invalid_request(
                    "RFC 7636 §4.2",
                    "only code_challenge_method=S256 is offered; plain gives no protection",
                ));
            }
            (Some(challenge), Some(_)) => challenge,
        };
        match URL_SAFE_NO_PAD.decode(challenge) {
            Ok(hash) if challenge.len() == 43 && hash.len() == 32 => {
                Ok(Some(Self(challenge.to_owned())))
            }
            _ => Err(OAuthError::invalid_request(
                "RFC 7636 §4.2",
                "code_challenge must be the unpadded base64url of a SHA-256: 43 characters",
            )),
        }
    }

    /// The challenge that belongs to `verifier`.
    pub fn of(verifier: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())))
    }

    /// A challenge read back from storage.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The challenge as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Judges the `code_verifier` sent with a code against the challenge the code was asked with.
/// Takes the same time wherever the two differ.
///
/// # Errors
/// `invalid_grant` when the verifier is missing, malformed or another one, or was sent although the
/// code was asked for without a challenge (the downgrade of RFC 9700 §4.8.2).
pub fn verify(challenge: Option<&Challenge>, verifier: Option<&str>) -> Result<(), OAuthError> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(OAuthError::invalid_grant(
            "RFC 9700 §4.8.2",
            "a code_verifier was sent, but the code was asked for without code_challenge",
        )),
        (Some(_), None) => Err(OAuthError::invalid_grant(
            "RFC 7636 §4.5",
            "the code was asked for with code_challenge; send the code_verifier that belongs to it",
        )),
        (Some(_), Some(verifier)) if !is_verifier(verifier) => Err(OAuthError::invalid_grant(
            "RFC 7636 §4.1",
            "code_verifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~",
        )),
        (Some(challenge), Some(verifier)) => {
            let expected = Challenge::of(verifier);
            if bool::from(expected.0.as_bytes().ct_eq(challenge.0.as_bytes())) {
                Ok(())
            } else {
                Err(OAuthError::invalid_grant(
                    "RFC 7636 §4.6",
                    "code_verifier does not belong to the code_challenge the code was asked with",
                ))
            }
        }
    }
}

fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::oauth::ErrorCode;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn challenge() -> Challenge {
        Challenge::parse(Some(CHALLENGE), Some("S256"))
            .unwrap()
            .unwrap()
    }

    fn refused(challenge: Option<&Challenge>, verifier: Option<&str>) -> String {
        let error = verify(challenge, verifier).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidGrant);
        error.description().to_owned()
    }

    #[test]
    fn the_verifier_of_the_rfc_fits_its_challenge() {
        assert_eq!(verify(Some(&challenge()), Some(VERIFIER)), Ok(()));
        assert_eq!(verify(None, None), Ok(()));
    }

    #[test]
    fn another_verifier_is_refused() {
        assert!(
            refused(Some(&challenge()), Some(&VERIFIER.replace('d', "e")))
                .contains("does not belong")
        );
    }

    #[test]
    fn a_verifier_without_an_earlier_challenge_is_refused() {
        assert!(refused(None, Some(VERIFIER)).contains("without code_challenge"));
    }

    #[test]
    fn a_challenge_without_its_verifier_is_refused() {
        assert!(refused(Some(&challenge()), None).contains("send the code_verifier"));
    }

    #[test]
    fn a_verifier_under_43_or_over_128_characters_is_refused_even_when_it_hashes_right() {
        for verifier in [
            "a".repeat(42),
            "a".repeat(129),
            format!("{}+", "a".repeat(60)),
            "é".repeat(30),
        ] {
            let challenge = Challenge::of(&verifier);
            assert!(
                refused(Some(&challenge), Some(&verifier)).contains("43 to 128"),
                "{verifier}"
            );
        }
        for verifier in ["a".repeat(43), "~".repeat(128)] {
            assert_eq!(
                verify(Some(&Challenge::of(&verifier)), Some(&verifier)),
                Ok(())
            );
        }
    }

    #[test]
    fn plain_is_refused_whether_said_or_left_to_the_default() {
        for method in [Some("plain"), None, Some("s256"), Some("S512")] {
            let error = Challenge::parse(Some(CHALLENGE), method).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidRequest);
            assert!(error.description().contains("S256"));
        }
    }

    #[test]
    fn a_challenge_that_no_hash_can_have_is_refused() {
        let not_canonical = format!("{}N", &CHALLENGE[..42]);
        for bad in [
            &CHALLENGE[..42],
            &format!("{CHALLENGE}="),
            &CHALLENGE.replace('-', "+"),
            &not_canonical,
            "é",
        ] {
            assert!(Challenge::parse(Some(bad), Some("S256")).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_method_without_a_challenge_is_refused() {
        assert!(Challenge::parse(None, Some("S256")).is_err());
        assert_eq!(Challenge::parse(None, None).unwrap(), None);
    }
}
