//! The first half of an authorization request: who asks, and where the answer may go.
//!
//! Until both are known every refusal is a page with status 400 and nothing is sent anywhere: an error
//! that travelled to an unregistered address would make an open redirector (RFC 9700 §4.11).

use std::fmt;

use crate::client::{Client, ResponseMode};
use crate::ids::ClientId;
use crate::oauth::error::{OAuthError, quoted};
use crate::oauth::params::Params;
use crate::oauth::redirect_uri::match_redirect_uri;
use crate::oauth::return_path::ReturnPath;
use crate::oauth::scope::OPENID;

/// Longest `client_id` that is looked up, in bytes.
const MAX_CLIENT_ID: usize = 256;
/// Longest `state`, in bytes.
const MAX_STATE: usize = 4096;

/// What stands between a request and a trusted way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The parameters cannot be read.
    Malformed,
    /// `client_id` is missing, repeated or not registered.
    Client,
    /// `redirect_uri` is missing, repeated or not registered.
    RedirectUri,
    /// `response_mode` is not offered: no known way to answer (OIDC Core §3.1.2.6).
    ResponseMode,
    /// `state` cannot be returned, so no answer would be recognised.
    State,
}

/// A refusal that is shown as a page with status 400 and never sent to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is missing for a way back.
    pub kind: ProblemKind,
    /// What was wrong, for the developer's half of the page and for the log.
    pub error: OAuthError,
}

impl Problem {
    fn new(kind: ProblemKind, error: OAuthError) -> Self {
        Self { kind, error }
    }

    /// No client has this id.
    pub fn unknown_client(id: &ClientId) -> Self {
        let id = quoted(id.as_str());
        Self::new(
            ProblemKind::Client,
            OAuthError::invalid_request(
                "RFC 6749 §4.1.2.1",
                format!(
                    "no client is registered with the client_id {id}; compare it with the registration"
                ),
            ),
        )
    }
}

/// Parameters that cannot be read at all.
impl From<OAuthError> for Problem {
    fn from(error: OAuthError) -> Self {
        Self::new(ProblemKind::Malformed, error)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Problem {}

/// Reads which client is asking.
///
/// # Errors
/// A [`Problem`] when `client_id` is missing, repeated or too long.
pub fn client_id(params: &Params) -> Result<ClientId, Problem> {
    let refuse = |text: String| {
        Err(Problem::new(
            ProblemKind::Client,
            OAuthError::invalid_request("RFC 6749 §4.1.1", text),
        ))
    };
    match once(params, "client_id", ProblemKind::Client)? {
        None => refuse("the parameter 'client_id' is missing".to_owned()),
        Some(id) if id.len() > MAX_CLIENT_ID => {
            refuse(format!("client_id is longer than {MAX_CLIENT_ID} bytes"))
        }
        Some(id) => Ok(ClientId::new(id)),
    }
}

/// Resolves the way back for an identified client. From here on errors go back by it.
///
/// # Errors
/// A [`Problem`] when `redirect_uri` is missing or not registered, `response_mode` is not offered to
/// this client, or `state` is repeated or over 4096 bytes.
pub fn return_path(params: &Params, client: &Client, issuer: &str) -> Result<ReturnPath, Problem> {
    let asked_mode = once(params, "response_mode", ProblemKind::ResponseMode)?;
    Ok(ReturnPath {
        redirect_uri: redirect_uri(params, client)?.to_owned(),
        response_mode: response_mode(client, asked_mode)
            .map_err(|error| Problem::new(ProblemKind::ResponseMode, error))?,
        state: state(params)?.map(str::to_owned),
        issuer: issuer.to_owned(),
    })
}

/// The value of a parameter that the way back depends on; never chooses among several.
fn once<'a>(params: &'a Params, name: &str, kind: ProblemKind) -> Result<Option<&'a str>, Problem> {
    if params.is_repeated(name) {
        let text = format!("the parameter '{name}' comes more than once; send it once");
        return Err(Problem::new(
            kind,
            OAuthError::invalid_request("RFC 6749 §3.1", text),
        ));
    }
    Ok(params.get(name))
}

/// The redirect URI that was sent; or, without OpenID Connect, the only registered one (RFC 6749
/// §3.1.2.3).
fn redirect_uri<'a>(params: &'a Params, client: &'a Client) -> Result<&'a str, Problem> {
    let sent = once(params, "redirect_uri", ProblemKind::RedirectUri)?;
    let openid = params
        .get("scope")
        .is_some_and(|scope| scope.split(' ').any(|token| token == OPENID));
    let resolved = match (sent, client.redirect_uris.as_slice()) {
        (Some(sent), _) => match_redirect_uri(client, sent).map(|()| sent),
        (None, [only]) if !openid && !params.is_repeated("scope") => Ok(only.as_str()),
        (None, _) => Err(OAuthError::invalid_request(
            "OIDC Core §3.1.2.1",
            "the parameter 'redirect_uri' is missing; send one of the client's registered redirect URIs",
        )),
    };
    resolved.map_err(|error| Problem::new(ProblemKind::RedirectUri, error))
}

/// The mode asked for, or else `query`, the default for codes, where the client may use it.
fn response_mode(client: &Client, asked: Option<&str>) -> Result<ResponseMode, OAuthError> {
    let allowed = &client.response_modes;
    let chosen = match asked {
        Some(asked) => asked.parse().ok().filter(|mode| allowed.contains(mode)),
        None if allowed.contains(&ResponseMode::Query) => Some(ResponseMode::Query),
        None => allowed.first().copied(),
    };
    chosen.ok_or_else(|| {
        let names: Vec<_> = allowed.iter().map(|mode| mode.as_str()).collect();
        let asked = quoted(asked.unwrap_or_default());
        OAuthError::invalid_request(
            "OAuth 2.0 Multiple Response Types §2.1",
            format!(
                "the response_mode {asked} is not offered to this client; use {}",
                names.join(" or ")
            ),
        )
    })
}

/// A state that cannot be returned whole makes any answer look forged, so it is refused on a page.
fn state(params: &Params) -> Result<Option<&str>, Problem> {
    match once(params, "state", ProblemKind::State)? {
        Some(state) if state.len() > MAX_STATE => Err(Problem::new(
            ProblemKind::State,
            OAuthError::invalid_request(
                "RFC 6749 §4.1.1",
                format!(
                    "state is longer than {MAX_STATE} bytes; keep the data yourself and send a reference"
                ),
            ),
        )),
        state => Ok(state),
    }
}

#[cfg(test)]
#[path = "identify_tests.rs"]
mod tests;
