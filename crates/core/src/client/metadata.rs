//! The closed choices of a client's registration, each written as the standards write it.
//!
//! An enum per choice, so that no unknown word is ever carried along. No rules about combinations.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A word that is none of the offered ones.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{given}' is not offered; use one of: {offered}")]
pub struct UnknownName {
    /// What was given.
    pub given: String,
    /// What is offered, separated by commas.
    pub offered: String,
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident $text:literal)* } $(default $default:ident)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$item_doc])* #[serde(rename = $text)] $item,)*
        }

        impl $name {
            /// Every choice.
            pub const ALL: &'static [Self] = &[$(Self::$item),*];

            /// As it is written in metadata and configuration.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$item => $text,)* }
            }
        }

        $(impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        })?

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                Self::ALL.iter().copied().find(|choice| choice.as_str() == text).ok_or_else(|| UnknownName {
                    given: text.to_owned(),
                    offered: [$($text),*].join(", "),
                })
            }
        }
    };
}

choice! {
    /// What kind of app a client is; its defaults and its redirect rules follow from it.
    ApplicationType {
        /// Runs on a server and keeps a secret.
        Web "web"
        /// Runs in a browser and keeps none.
        Spa "spa"
        /// Runs on a person's device (RFC 8252).
        Native "native"
        /// Acts for itself, without a person.
        Service "service"
    }
}

choice! {
    /// `token_endpoint_auth_method` (OIDC Core §9).
    AuthMethod {
        /// Id and secret in the Authorization header (RFC 6749 §2.3.1).
        ClientSecretBasic "client_secret_basic"
        /// Id and secret in the body (RFC 6749 §2.3.1).
        ClientSecretPost "client_secret_post"
        /// A signed assertion (RFC 7523).
        PrivateKeyJwt "private_key_jwt"
        /// A public client.
        None "none"
    }
}

choice! {
    /// `grant_types` (RFC 7591 §2).
    GrantType {
        /// RFC 6749 §4.1.
        AuthorizationCode "authorization_code"
        /// RFC 6749 §6.
        RefreshToken "refresh_token"
        /// RFC 6749 §4.4.
        ClientCredentials "client_credentials"
    }
}

choice! {
    /// How an answer travels back (OAuth 2.0 Multiple Response Types §2.1; Form Post Response Mode).
    ResponseMode {
        /// In the query of the redirect.
        Query "query"
        /// In a form that the browser posts.
        FormPost "form_post"
    }
}

impl ResponseMode {
    /// Both modes: the default.
    pub fn all() -> Vec<Self> {
        Self::ALL.to_vec()
    }
}

choice! {
    /// A signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1).
    SigningAlg {
        /// ECDSA on P-256 with SHA-256.
        ES256 "ES256"
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        RS256 "RS256"
        /// RSASSA-PSS with SHA-256.
        PS256 "PS256"
        /// Ed25519.
        EdDSA "EdDSA"
    }
    default ES256
}

choice! {
    /// Whether `acr_values` bind.
    AcrValuesMode {
        /// None reachable is an error (RFC 9470 §5).
        Necessary "necessary"
        /// None reachable still signs in, with the acr that is (OIDC Core §5.5.1.1).
        Voluntary "voluntary"
    }
    default Necessary
}

choice! {
    /// What a refresh does once the acr's configured lifetime is over.
    RefreshPolicy {
        /// Go on, with the acr and auth_time of the grant (RFC 9470 §6.1).
        Keep "keep"
        /// Refuse with `invalid_grant`: the app sends the person back.
        RefuseAfterLifetime "refuse_after_lifetime"
    }
    default RefuseAfterLifetime
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_choice_reads_back_from_its_own_word() {
        for method in AuthMethod::ALL {
            assert_eq!(method.as_str().parse::<AuthMethod>().unwrap(), *method);
            assert_eq!(
                serde_json::to_string(method).unwrap(),
                format!("\"{method}\"")
            );
        }
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_offered_ones() {
        let error = "HS256".parse::<SigningAlg>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "'HS256' is not offered; use one of: ES256, RS256, PS256, EdDSA"
        );
        assert!("implicit".parse::<GrantType>().is_err());
        assert!(serde_json::from_str::<GrantType>("\"password\"").is_err());
    }
}
