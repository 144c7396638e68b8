//! An authorization request, once the way back is known: a list of small checks, each with its reason.
//!
//! The order of work: [`identify::client_id`], then [`identify::return_path`] (until then errors are
//! pages), then [`AuthorizationRequest::parse`] (from then on errors go back by the
//! [`ReturnPath`]). The result says what was asked, and nothing about whether a person meets it: that
//! is `authn`.

mod acr;
mod checks;
pub mod identify;
mod prompt;

use serde::{Deserialize, Serialize};

pub use acr::AcrRequest;
pub use checks::read_resources;
pub use identify::{Problem, ProblemKind, client_id, return_path};
pub use prompt::Prompt;

use super::claims::ClaimsRequest;
use super::error::OAuthError;
use super::params::Params;
use super::pkce::Challenge;
use super::return_path::ReturnPath;
use super::scope::Scope;
use crate::client::{Client, ResponseMode};
use crate::ids::ClientId;
use crate::time::Seconds;

/// What the server demands of every authorization request.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerRules {
    /// Whether confidential clients must use PKCE too. Public clients always must.
    pub require_pkce: bool,
}

/// What a client asked for, checked against its registration. Kept with the interaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client_id: ClientId,
    /// Where the answer goes: registered, as it was sent.
    pub redirect_uri: String,
    /// Whether it was sent, and so must be sent again with the code (RFC 6749 §4.1.3).
    pub redirect_uri_sent: bool,
    /// How the answer travels.
    pub response_mode: ResponseMode,
    /// Returned unchanged.
    #[serde(default)]
    pub state: Option<String>,
    /// What for; a subset of what the client is registered for, never empty.
    pub scope: Scope,
    /// Resources the tokens are for (RFC 8707); empty means the default audience.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Returned in the ID token.
    #[serde(default)]
    pub nonce: Option<String>,
    /// The PKCE challenge the code is bound to.
    #[serde(default)]
    pub code_challenge: Option<Challenge>,
    /// What the person must or must not be asked.
    #[serde(default)]
    pub prompt: Prompt,
    /// How old the authentication may be, as asked; the client's default does not show here.
    #[serde(default)]
    pub max_age: Option<Seconds>,
    /// The acrs asked for, as asked; the client's defaults do not show here.
    #[serde(default)]
    pub acr: AcrRequest,
    /// Claims asked for by name.
    #[serde(default)]
    pub claims: ClaimsRequest,
    /// An ID token naming the expected person; not yet verified.
    #[serde(default)]
    pub id_token_hint: Option<String>,
    /// What to fill in as username; says nothing about who it is.
    #[serde(default)]
    pub login_hint: Option<String>,
    /// Preferred languages of the pages, best first.
    #[serde(default)]
    pub ui_locales: Vec<String>,
}

impl AuthorizationRequest {
    /// Checks everything that may be answered at the redirect URI.
    ///
    /// # Errors
    /// The first refusal in the order of the list, to be returned by [`ReturnPath::error`].
    pub fn parse(
        params: &Params,
        client: &Client,
        rules: &ServerRules,
    ) -> Result<Self, OAuthError> {
        // The caller has resolved the way back already; resolving it again keeps this safe by itself.
        let path = return_path(params, client, "").map_err(|problem| problem.error)?;
        let request = Self {
            client_id: client.id.clone(),
            redirect_uri: path.redirect_uri,
            redirect_uri_sent: params.get("redirect_uri").is_some(),
            response_mode: path.response_mode,
            state: path.state,
            scope: Scope::default(),
            resources: Vec::new(),
            nonce: None,
            code_challenge: None,
            prompt: Prompt::default(),
            max_age: None,
            acr: AcrRequest::default(),
            claims: ClaimsRequest::default(),
            id_token_hint: None,
            login_hint: None,
            ui_locales: Vec::new(),
        };
        let mut draft = checks::Draft {
            params,
            client,
            rules,
            request,
        };
        for check in checks::ALL {
            check(&mut draft)?;
        }
        Ok(draft.request)
    }

    /// The way back of this request.
    pub fn return_path(&self, issuer: impl Into<String>) -> ReturnPath {
        ReturnPath {
            redirect_uri: self.redirect_uri.clone(),
            response_mode: self.response_mode,
            state: self.state.clone(),
            issuer: issuer.into(),
        }
    }

    /// The acrs to satisfy: those asked for, else the client's `default_acr_values`.
    pub fn effective_acr(&self, client: &Client) -> AcrRequest {
        if self.acr.values.is_empty() && !client.default_acr_values.is_empty() {
            AcrRequest {
                values: client.default_acr_values.clone(),
                ..self.acr.clone()
            }
        } else {
            self.acr.clone()
        }
    }

    /// What the person has to agree to: the scope, and the standard scopes of claims asked for by name.
    pub fn disclosed(&self, client: &Client) -> Scope {
        self.scope.or(&self.claims.scopes().and(&client.scope))
    }

    /// The age to satisfy: the one asked for, else the client's `default_max_age`; never above the
    /// client's `maximum_auth_age`.
    pub fn effective_max_age(&self, client: &Client) -> Option<Seconds> {
        let asked = self.max_age.or(client.default_max_age);
        asked.into_iter().chain(client.maximum_auth_age).min()
    }
}

#[cfg(test)]
mod tests;
