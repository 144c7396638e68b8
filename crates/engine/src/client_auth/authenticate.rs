//! Who is calling the token, introspection or revocation endpoint (RFC 6749 §2.3).
//!
//! Exactly one way, and the one the client is registered for. A failure counts against the network; a
//! success asks no limiter over the network.

use std::sync::Arc;

use stepwell_core::audit::names;
use stepwell_core::client::{AuthMethod, Client};
use stepwell_core::oauth::{ErrorCode, OAuthError, Params};
use stepwell_core::time::Timestamp;

use super::{Credentials, Presented, PresentedError, assertion};
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::limits::{LimitKey, NetworkKey, Rule, Verdict};
use crate::snapshot::KnownClient;

const RULE: &str = "RFC 6749 §5.2";

impl Engine {
    /// Authenticates the client of a request.
    ///
    /// # Errors
    /// `invalid_client` without saying what exactly was wrong with a secret, too many failures before, or the
    /// database being away.
    pub fn authenticate_client(
        &self,
        call: &Call<'_>,
        params: &Params,
        authorization: Option<&str>,
    ) -> Result<Arc<Client>, EngineError> {
        let presented = Presented::from_request(&parts(params, authorization)).map_err(refused)?;
        let throttle = self.throttle(call, &presented);
        if let Some((key, rule)) = &throttle
            && let Verdict::Wait { retry_after } = self.limits.peek(key, rule, call.now)?
        {
            return Err(EngineError::TooMany { retry_after });
        }
        let known = self.known_client(presented.client_id())?;
        match self.check(call, known.as_deref(), &presented) {
            Ok(client) => Ok(client),
            Err(error @ EngineError::OAuth(_)) => {
                metrics::counter!("stepwell_client_authentication_failures_total").increment(1);
                // Names of nobody's are counted with their network only, or they would fill the memory of limits.
                if let Some((key, rule)) = throttle.as_ref().filter(|_| known.is_some()) {
                    self.limits.hit(key, rule, call.now)?;
                }
                // The audit cannot be cleared, so no stranger may fill it: not with names of nobody's, and not with
                // more failures than a network has left.
                self.fail_network(call)?;
                if known.is_some() {
                    self.note_failure(call, &presented, &error)?;
                }
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The client of a request, where that takes neither database nor network: it is known here, its
    /// secret is right and its network may try. `None` says nothing about the request, and nothing was
    /// counted or recorded: [`Self::authenticate_client`] does that, where it may wait.
    pub fn authenticate_at_once(
        &self,
        call: &Call<'_>,
        params: &Params,
        authorization: Option<&str>,
    ) -> Option<Arc<Client>> {
        let presented = Presented::from_request(&parts(params, authorization)).ok()?;
        let known = self.cached_client(presented.client_id())?;
        if !self.has_right_secret(&known.client, &presented, call.now) {
            return None;
        }
        let may_try = match self.throttle(call, &presented) {
            Some((key, rule)) => {
                let verdict = self.limits.peek(&key, &rule, call.now);
                verdict.is_ok_and(Verdict::is_allowed)
            }
            None => true,
        };
        may_try.then(|| Arc::clone(&known.client))
    }

    fn has_right_secret(&self, client: &Client, presented: &Presented, now: Timestamp) -> bool {
        match presented {
            Presented::Basic { secret, .. } => {
                client.auth_method == AuthMethod::ClientSecretBasic
                    && client.has_secret(secret, now)
            }
            Presented::Post { secret, .. } => {
                client.auth_method == AuthMethod::ClientSecretPost && client.has_secret(secret, now)
            }
            Presented::Public { .. } => client.auth_method == AuthMethod::None,
            Presented::Assertion { .. } => false,
        }
    }

    fn check(
        &self,
        call: &Call<'_>,
        known: Option<&KnownClient>,
        presented: &Presented,
    ) -> Result<Arc<Client>, EngineError> {
        let Some(known) = known else {
            return Err(denied("client authentication failed").into());
        };
        let client = &known.client;
        if presented.method() != client.auth_method.as_str() {
            let text = format!(
                "this client is registered for {}, and authenticated by {}",
                client.auth_method,
                presented.method()
            );
            return Err(denied(&text).into());
        }
        let fine = match (presented, &known.keys) {
            (Presented::Assertion { assertion, .. }, Some(keys)) => {
                let audiences = [
                    self.settings.issuer.clone(),
                    format!("{}/token", self.settings.issuer),
                ];
                let audiences: Vec<&str> = audiences.iter().map(String::as_str).collect();
                let accepted = assertion::verify(assertion, &client.id, keys, &audiences, call.now)
                    .map_err(|error| denied(&error.to_string()))?;
                let key = LimitKey::replay("client-assertion", client.id.as_str(), &accepted.jti);
                if !self.limits.first_use(&key, accepted.until, call.now)? {
                    return Err(denied(
                        "client_assertion was used before; make a new one with a new jti",
                    )
                    .into());
                }
                true
            }
            _ => self.has_right_secret(client, presented, call.now),
        };
        if fine {
            Ok(Arc::clone(client))
        } else {
            Err(denied("client authentication failed").into())
        }
    }

    fn throttle(&self, call: &Call<'_>, presented: &Presented) -> Option<(LimitKey, Rule)> {
        let ip = call.peer.ip?;
        let limits = self.settings.limits;
        let key = LimitKey::network(
            &format!("client:{}", presented.client_id()),
            &NetworkKey::of(ip),
        );
        Some((
            key,
            Rule {
                budget: limits.failures_per_network,
                window: limits.window,
            },
        ))
    }

    /// Counts a failure of the network, whichever clients it names. One that has none left is told to wait,
    /// known client or not; a right secret is never asked for this budget.
    fn fail_network(&self, call: &Call<'_>) -> Result<(), EngineError> {
        let limits = self.settings.limits;
        let rule = Rule {
            budget: limits.failures_per_network,
            window: limits.window,
        };
        self.count_of_network(call, "client-failures", rule)
    }

    fn note_failure(
        &self,
        call: &Call<'_>,
        presented: &Presented,
        error: &EngineError,
    ) -> Result<(), EngineError> {
        let EngineError::OAuth(why) = error else {
            return Ok(());
        };
        let event = call
            .event(names::CLIENT_AUTHENTICATION_FAILED)
            .client(presented.client_id())
            .with("method", presented.method())
            .with("why", why.description());
        self.db.write(|tx| -> Result<(), EngineError> {
            tx.audit(event);
            Ok(())
        })
    }
}

fn parts<'a>(params: &'a Params, authorization: Option<&'a str>) -> Credentials<'a> {
    Credentials {
        authorization,
        client_id: params.get("client_id"),
        client_secret: params.get("client_secret"),
        client_assertion_type: params.get("client_assertion_type"),
        client_assertion: params.get("client_assertion"),
    }
}

fn denied(text: &str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, RULE, text)
}

fn refused(error: PresentedError) -> OAuthError {
    let code = if error.code() == "invalid_client" {
        ErrorCode::InvalidClient
    } else {
        ErrorCode::InvalidRequest
    };
    OAuthError::new(code, "RFC 6749 §2.3", error.to_string())
}
