//! `prompt` (OIDC Core §3.1.2.1): what the person must, or must not, be asked.

use serde::{Deserialize, Serialize};

use crate::oauth::error::{OAuthError, quoted};

const RULE: &str = "OIDC Core §3.1.2.1";

/// The values of `prompt`; all false when it was not sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// No page may be shown; excludes the others.
    #[serde(default)]
    pub none: bool,
    /// Authenticate again, even with a live session.
    #[serde(default)]
    pub login: bool,
    /// Ask for consent, even when it was given.
    #[serde(default)]
    pub consent: bool,
    /// Let the person choose an account.
    #[serde(default)]
    pub select_account: bool,
}

impl Prompt {
    /// The values offered, for metadata (`prompt_values_supported`).
    pub const OFFERED: &'static [&'static str] = &["none", "login", "consent", "select_account"];

    /// Reads the parameter; absent asks for nothing.
    ///
    /// # Errors
    /// `invalid_request` for a value that is not offered and for `none` with any other.
    pub fn parse(text: Option<&str>) -> Result<Self, OAuthError> {
        let mut prompt = Self::default();
        for value in text
            .unwrap_or_default()
            .split(' ')
            .filter(|value| !value.is_empty())
        {
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                _ => {
                    let offered = Self::OFFERED.join(", ");
                    return Err(OAuthError::invalid_request(
                        RULE,
                        format!("the prompt {} is not offered; use {offered}", quoted(value)),
                    ));
                }
            }
        }
        if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
            return Err(OAuthError::invalid_request(
                RULE,
                "prompt=none forbids every page and cannot be combined with another value; send it alone",
            ));
        }
        Ok(prompt)
    }
}
