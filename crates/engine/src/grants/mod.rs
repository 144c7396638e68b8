//! The token endpoint: one file a grant type, and what they share.
//!
//! Adding a grant type touches its own file, the list in [`Engine::token`], the client's `GrantType`, and
//! its tests. Client authentication comes before any of them.

mod authorization_code;
mod client_credentials;
mod ended;
mod mint;
mod record;
mod refresh_token;
mod successors;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use stepwell_core::client::{Client, GrantType};
use stepwell_core::oauth::{OAuthError, Params};

pub(crate) use ended::ended;
pub(crate) use mint::live_scope;
pub(crate) use record::Grant;
pub use refresh_token::{Refresh, Rotated};
pub(crate) use successors::Successors;

use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;

/// A successful answer (RFC 6749 §5.1).
#[derive(Serialize)]
pub struct TokenAnswer {
    /// The access token.
    pub access_token: String,
    /// Always `Bearer` (RFC 6750).
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// For the next refresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// For OpenID requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// What was granted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
}

impl fmt::Debug for TokenAnswer {
    /// Never a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("expires_in", &self.expires_in)
            .field("refresh_token", &self.refresh_token.is_some())
            .field("id_token", &self.id_token.is_some())
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// How a token request is best answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Where it was read: [`Engine::token`] touches neither database nor network.
    AtOnce,
    /// With others that come meanwhile, by [`Engine::rotate_each`]: what they change is stored together.
    Together,
    /// By itself, off the event loop.
    Apart,
}

impl Engine {
    /// How a token request of an authenticated client is best answered.
    pub fn token_way(&self, params: &Params) -> Way {
        match params.get("grant_type").map(str::parse) {
            Some(Ok(GrantType::ClientCredentials)) => Way::AtOnce,
            Some(Ok(GrantType::RefreshToken)) if self.db.shares_commits() => Way::Together,
            _ => Way::Apart,
        }
    }

    /// Answers a token request of an authenticated client.
    ///
    /// # Errors
    /// The error of RFC 6749 §5.2, or the database being away.
    pub fn token(
        &self,
        call: &Call<'_>,
        client: &Arc<Client>,
        params: &Params,
    ) -> Result<TokenAnswer, EngineError> {
        let grant = granted_to(client, params)?;
        let answer = match grant {
            GrantType::AuthorizationCode => self.redeem_code(call, client, params),
            GrantType::RefreshToken => {
                let asked = Refresh {
                    call: *call,
                    client,
                    params,
                };
                let rotated = self.rotate(&asked);
                return self.refreshed(&asked, rotated);
            }
            GrantType::ClientCredentials => self.client_credentials(call, client, params),
        };
        counted(grant, answer)
    }
}

/// The grant type of a request, if the client may use it.
fn granted_to(client: &Client, params: &Params) -> Result<GrantType, OAuthError> {
    let name = params.require("grant_type", "RFC 6749 §4.1.3")?;
    let grant: GrantType = name.parse().map_err(|_| {
        OAuthError::unsupported_grant_type(
            "RFC 6749 §5.2",
            "this grant_type is not offered; see grant_types_supported in the metadata",
        )
    })?;
    if !client.may_use(grant) {
        return Err(OAuthError::unauthorized_client(
            "RFC 6749 §5.2",
            format!(
                "this client is not registered for the grant type {grant}; register it with --grant {grant}"
            ),
        ));
    }
    Ok(grant)
}

fn counted(
    grant: GrantType,
    answer: Result<TokenAnswer, EngineError>,
) -> Result<TokenAnswer, EngineError> {
    let outcome = match &answer {
        Ok(_) => "issued",
        Err(EngineError::OAuth(_)) => "refused",
        Err(_) => "failed",
    };
    metrics::counter!("stepwell_token_requests_total", "grant" => grant.as_str(), "outcome" => outcome).increment(1);
    answer
}
