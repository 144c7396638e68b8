//! `GET` and `POST /authorize`: from parameters to an answer or a page to go to.
//!
//! Until client and redirect URI are known, errors are pages and nothing is sent anywhere; afterwards
//! everything goes back by the ReturnPath.

use std::sync::Arc;

use stepwell_core::authn::{Error, Reason, Step};
use stepwell_core::client::Client;
use stepwell_core::ids::{InteractionId, UserId};
use stepwell_core::oauth::request::{client_id, return_path};
use stepwell_core::oauth::{
    AuthorizationRequest, OAuthError, Params, Problem, Return, ServerRules,
};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_store::interactions::{self, Interaction};

use super::advance::{Loaded, Next, refusal};
use super::asker::{Asker, ForClient};
use super::facts::Known;
use super::state::State;
use super::stepup::Outcome;
use crate::Engine;
use crate::call::{Call, Cookies};
use crate::error::EngineError;
use crate::here;
use crate::limits::Rule;

/// How a request arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// By a link or redirect, with the browser's cookies.
    Get,
    /// By a form, perhaps from another site and then without cookies (SameSite=Lax).
    Post,
}

/// What became of an authorization request.
#[derive(Debug)]
pub enum Begun {
    /// It cannot be answered: an error page, never a redirect.
    Page(Problem),
    /// The answer for the client.
    Return(Return),
    /// An error for a client that nobody vouches for: shown, with a link (RFC 9700 §4.11.2).
    Interstitial {
        /// The client's name.
        client: String,
        /// Where the link goes.
        to: Return,
        /// The error.
        error: OAuthError,
    },
    /// A signed-in person cannot reach what is asked: they are told before they go back.
    Stop {
        /// The client's name.
        client: String,
        /// Where they go.
        to: Return,
    },
    /// A page of ours comes next.
    Interact {
        /// The interaction to go to.
        id: InteractionId,
        /// A cookie to set, when the browser had none.
        browser: Option<Secret>,
    },
}

/// Whether it is the person in this browser who cannot reach what is asked, and not anybody at all.
fn owns_too_little(error: Error, reasons: &[Reason], known: &Known) -> bool {
    let by_anybody = |reason: &Reason| matches!(reason, Reason::NotConfigured { .. });
    error == Error::UnmetAuthenticationRequirements
        && known.facts.session.is_some()
        && !reasons.iter().any(by_anybody)
}

impl Engine {
    /// Begins an authorization request from its raw query or body.
    ///
    /// # Errors
    /// When the database is away, or the network began too many interactions; everything else is an answer.
    pub fn begin(
        &self,
        call: &Call<'_>,
        raw: &[u8],
        via: Via,
        cookies: &Cookies,
    ) -> Result<Begun, EngineError> {
        let params = match Params::parse_authorization(raw) {
            Ok(params) => params,
            Err(error) => return Ok(Begun::Page(Problem::from(error))),
        };
        let client = match client_id(&params) {
            Ok(id) => match self.client(&id)? {
                Some(client) => client,
                None => return Ok(Begun::Page(Problem::unknown_client(&id))),
            },
            Err(problem) => return Ok(Begun::Page(problem)),
        };
        let rules = ServerRules::default();
        let path = match return_path(&params, &client, &self.settings.issuer) {
            Ok(path) => path,
            Err(problem) => return Ok(Begun::Page(problem)),
        };
        let parsed = AuthorizationRequest::parse(&params, &client, &rules).and_then(|request| {
            Ok((
                self.hinted(request.id_token_hint.as_deref(), &client)?,
                request,
            ))
        });
        let (hinted, request) = match parsed {
            Ok(parsed) => parsed,
            Err(error) => {
                let to = path.error(&error);
                return self.unasked(call, &client, cookies, to, error);
            }
        };
        let mut loaded = Loaded {
            id: None,
            asker: Asker::Client(Box::new(ForClient {
                client: Arc::clone(&client),
                request,
                path,
                hinted,
            })),
            state: State::default(),
            began: call.now,
            expires: call.now.plus(self.settings.lifetimes.interaction),
            version: 0,
        };
        // A form from another site comes without cookies: the page that follows has them. What is refused
        // whoever it may be must not become a redirect there, for a client that nobody vouches for.
        if via == Via::Post {
            let nobody = Cookies::default();
            if !client.verified {
                let next = self.advance(call, &loaded, None)?.0;
                if let Next::Leave {
                    to,
                    refused: Some((error, reasons)),
                } = next
                {
                    let error = refusal(error, &reasons);
                    return self.unasked(call, &client, &nobody, to, error);
                }
            }
            let (id, browser) = self.store(call, loaded, &nobody, None, None)?;
            return Ok(Begun::Interact { id, browser });
        }
        let (next, known) = self.advance(call, &loaded, cookies.session.as_ref())?;
        match next {
            Next::Ask(step, reasons) => {
                let why = matches!(step, Step::Prove(_) | Step::Enrol(_)).then_some(reasons);
                if step == Step::Identify {
                    self.begin_naming(call, &mut loaded, &known)?;
                }
                let (id, browser) = self.store(call, loaded, cookies, Some(&known), why)?;
                Ok(Begun::Interact { id, browser })
            }
            Next::Leave {
                to,
                refused: Some((error, reasons)),
            } => {
                if owns_too_little(error, &reasons, &known) && !loaded.question(self).prompt.none {
                    let client = client.name.clone();
                    return Ok(Begun::Stop { client, to });
                }
                self.unasked(call, &client, cookies, to, refusal(error, &reasons))
            }
            Next::Leave { to, refused: None } => Ok(Begun::Return(to)),
            Next::Overtaken | Next::Home { .. } => Err(EngineError::broken(
                "a request was answered before it was stored",
            )),
        }
    }

    /// An error before anybody was asked for anything. A client that nobody vouches for may not use it to
    /// send people elsewhere unseen (spec §5 line 47).
    fn unasked(
        &self,
        call: &Call<'_>,
        client: &Client,
        cookies: &Cookies,
        to: Return,
        error: OAuthError,
    ) -> Result<Begun, EngineError> {
        let known = client.verified
            || self
                .db
                .read(|tx| self.session_of(tx, cookies.session.as_ref(), call.now))?
                .is_some();
        Ok(if known {
            Begun::Return(to)
        } else {
            Begun::Interstitial {
                client: client.name.clone(),
                to,
                error,
            }
        })
    }

    /// The person that `id_token_hint` names (OIDC Core §3.1.2.1). An expired hint of ours will do.
    fn hinted(&self, hint: Option<&str>, client: &Client) -> Result<Option<UserId>, OAuthError> {
        let Some(hint) = hint else { return Ok(None) };
        let claims = self.verify_id_token_hint(hint).map_err(|why| {
            OAuthError::invalid_request(
                "OIDC Core §3.1.2.1",
                format!("id_token_hint is not an ID token of this issuer: {why}"),
            )
        })?;
        if claims.aud != client.id.as_str() {
            return Err(OAuthError::invalid_request(
                "OIDC Core §3.1.2.1",
                "id_token_hint was issued to another client; send one that this client received",
            ));
        }
        Ok(Some(UserId::new(claims.sub)))
    }

    /// Keeps an interaction for its pages: its id, and a cookie to set when the browser had none.
    pub(crate) fn store(
        &self,
        call: &Call<'_>,
        mut loaded: Loaded,
        cookies: &Cookies,
        known: Option<&Known>,
        why: Option<Vec<Reason>>,
    ) -> Result<(InteractionId, Option<Secret>), EngineError> {
        self.may_be_stored(call)?;
        let id = InteractionId::new(call.secret().expose());
        let fresh = (known.is_some() && cookies.browser.is_none()).then(|| call.secret());
        let browser = known
            .and(cookies.browser.as_ref().or(fresh.as_ref()))
            .map(Hashed::of);
        loaded.id = Some(id.clone());
        let required = known
            .filter(|k| k.facts.session.is_some())
            .zip(why.as_ref());
        loaded.state.stepup_required = required.is_some();
        let row = Interaction {
            id: id.clone(),
            browser_hash: browser,
            client_id: loaded.asker.client_id(),
            request: match &loaded.asker {
                Asker::Client(app) => encode(&(&app.request, &app.hinted))?,
                Asker::Here(here) => encode(here)?,
            },
            state: encode(&loaded.state)?,
            began_at: loaded.began,
            expires_at: loaded.expires,
            version: 0,
            finished_at: None,
            outcome: None,
        };
        self.db.write(|tx| -> Result<(), EngineError> {
            interactions::insert(tx, &row)?;
            match required {
                Some((known, why)) => self.note_required(tx, call, &loaded, known, why),
                None => Ok(()),
            }
        })?;
        if required.is_some() {
            self.count_step_up(&loaded, Outcome::Required);
        }
        Ok((id, fresh))
    }

    /// Anybody can begin interactions, and each takes room until it ends: a network has a budget of them.
    fn may_be_stored(&self, call: &Call<'_>) -> Result<(), EngineError> {
        let rule = Rule {
            budget: self.settings.limits.interactions_per_network,
            window: self.settings.limits.window,
        };
        self.count_of_network(call, "interactions", rule)
    }

    /// An interaction as stored, with who asks.
    pub(crate) fn load(&self, row: &Interaction) -> Result<Option<Loaded>, EngineError> {
        let asker = if row.client_id.as_str() == here::CLIENT_ID {
            Asker::Here(serde_json::from_str(&row.request).map_err(EngineError::broken)?)
        } else {
            let Some(client) = self.client(&row.client_id)? else {
                return Ok(None);
            };
            let (request, hinted): (AuthorizationRequest, _) =
                serde_json::from_str(&row.request).map_err(EngineError::broken)?;
            Asker::Client(Box::new(ForClient {
                path: request.return_path(&self.settings.issuer),
                client,
                request,
                hinted,
            }))
        };
        Ok(Some(Loaded {
            id: Some(row.id.clone()),
            asker,
            state: serde_json::from_str(&row.state).map_err(EngineError::broken)?,
            began: row.began_at,
            expires: row.expires_at,
            version: row.version,
        }))
    }
}

pub(crate) fn encode(value: &impl serde::Serialize) -> Result<String, EngineError> {
    serde_json::to_string(value).map_err(EngineError::broken)
}
