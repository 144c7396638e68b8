//! The tokens a person's visit holds, and the three claims of them that the panel shows.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// Tokens of one sign-in. The ID token has been verified; the access token is the API's business.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) id_token: String,
    /// Who signed in, as the provider names them.
    pub(crate) subject: String,
    /// How to call the person.
    pub(crate) name: String,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// How the person signed in, according to one token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct SignInFacts {
    pub(crate) acr: Option<String>,
    pub(crate) amr: Vec<String>,
    pub(crate) auth_time: Option<i64>,
}

impl SignInFacts {
    /// Reads them for display only, without verifying anything. An access token is opaque to a
    /// client: the panel opens it to show what the API sees, and nothing is decided by it.
    pub(crate) fn shown_by(token: &str) -> SignInFacts {
        let payload = token.split('.').nth(1).unwrap_or_default();
        URL_SAFE_NO_PAD
            .decode(payload)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .unwrap_or_default()
    }
}

/// Both tokens' facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BothFacts {
    pub(crate) access: SignInFacts,
    pub(crate) id: SignInFacts,
}

impl From<&Tokens> for BothFacts {
    fn from(tokens: &Tokens) -> Self {
        BothFacts {
            access: SignInFacts::shown_by(&tokens.access_token),
            id: SignInFacts::shown_by(&tokens.id_token),
        }
    }
}
