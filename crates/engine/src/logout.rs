//! `/logout` (OIDC RP-Initiated Logout 1.0): ending the browser's session, with or without a question.
//!
//! Without an ID token that names this very session the person is asked first (spec §5 line 46), and nobody is
//! sent anywhere but to an exactly registered address by a valid hint (line 45).

use stepwell_core::audit::names;
use stepwell_core::client::Client;
use stepwell_core::ids::ClientId;
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_store::sessions::{self, Session};
use stepwell_store::{Tx, grants};

use crate::Engine;
use crate::call::{Call, Cookies};
use crate::error::EngineError;
use crate::grants::ended;
use crate::tokens::{Expect, Expiry, IdClaims, JwtError, TYP_ID};

/// What a logout request leads to.
#[derive(Debug)]
pub enum Logout {
    /// The session is over; the person goes on to the client, or reads that they are signed out.
    Done {
        /// An exactly registered address, with `state`.
        to: Option<String>,
        /// The client, where one is known.
        client: Option<Leaving>,
    },
    /// The person has to say yes.
    Ask {
        /// The client, where one is known.
        client: Option<Leaving>,
    },
}

/// The client that a person leaves.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// Its name.
    pub name: String,
    /// The host it is at, where it has one.
    pub host: String,
}

/// A logout request, understood.
struct Asked {
    hint: Option<IdClaims>,
    client: Option<Leaving>,
    to: Option<String>,
}

impl Asked {
    fn done(self) -> Logout {
        Logout::Done {
            to: self.to,
            client: self.client,
        }
    }
}

fn host(client: &Client) -> String {
    let uris = client
        .post_logout_redirect_uris
        .iter()
        .chain(&client.redirect_uris);
    uris.filter_map(|uri| url::Url::parse(uri).ok()?.host_str().map(str::to_owned))
        .next()
        .unwrap_or_default()
}

impl Engine {
    /// `GET` or `POST /logout`.
    ///
    /// # Errors
    /// An error to show, never to send anywhere; or the database being away.
    pub fn logout(
        &self,
        call: &Call<'_>,
        params: &Params,
        cookies: &Cookies,
    ) -> Result<Logout, EngineError> {
        let asked = self.asked(params)?;
        let session = self
            .db
            .read(|tx| self.session_of(tx, cookies.session.as_ref(), call.now))?;
        let Some(session) = session else {
            return Ok(asked.done());
        };
        let names_it = asked.hint.as_ref().is_some_and(|hint| {
            hint.sub == session.user_id.as_str()
                && hint
                    .sid
                    .as_deref()
                    .is_none_or(|sid| sid == session.id.as_str())
        });
        if !names_it {
            return Ok(Logout::Ask {
                client: asked.client,
            });
        }
        self.db
            .write(|tx| self.end_session(tx, call, &session, "logout by the app"))?;
        Ok(asked.done())
    }

    /// The person said yes; `params` are those of the request that led to the question.
    ///
    /// # Errors
    /// As [`Engine::logout`].
    pub fn logout_confirmed(
        &self,
        call: &Call<'_>,
        params: &Params,
        cookies: &Cookies,
    ) -> Result<Logout, EngineError> {
        let asked = self.asked(params)?;
        self.db.write(|tx| -> Result<(), EngineError> {
            match self.session_of(tx, cookies.session.as_ref(), call.now)? {
                Some(session) => self.end_session(tx, call, &session, "logout by the person"),
                None => Ok(()),
            }
        })?;
        Ok(asked.done())
    }

    /// Who asks, for whom, and where the person would go on to.
    fn asked(&self, params: &Params) -> Result<Asked, EngineError> {
        let hint = params
            .get("id_token_hint")
            .map(|hint| self.verify_id_token_hint(hint))
            .transpose()
            .map_err(|why| {
                invalid(&format!(
                    "id_token_hint is not an ID token of this issuer: {why}"
                ))
            })?;
        let named = params.get("client_id").map(ClientId::new);
        let client = match (&hint, named) {
            (Some(hint), Some(named)) if hint.aud != named.as_str() => {
                return Err(invalid(
                    "client_id is not the client that id_token_hint was issued to",
                )
                .into());
            }
            (Some(hint), _) => self.client(&ClientId::new(hint.aud.clone()))?,
            (None, Some(named)) => self.client(&named)?,
            (None, None) => None,
        };
        let to = self.way_out(params, hint.is_some(), client.as_deref())?;
        let client = client.map(|c| Leaving {
            name: c.name.clone(),
            host: host(&c),
        });
        Ok(Asked { hint, client, to })
    }

    /// Ends a session and every grant that was to live no longer than it.
    pub(crate) fn end_session(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        session: &Session,
        why: &str,
    ) -> Result<(), EngineError> {
        if !sessions::end(tx, &session.id, call.now)? {
            return Ok(());
        }
        let because = "session ended";
        let revoked = grants::revoke_of_session(tx, &session.id, because, call.now)?;
        if let Some(event) = ended(call, &session.user_id, because, revoked) {
            tx.audit(event.session(&session.id));
        }
        let event = call.event(names::SESSION_ENDED).user(&session.user_id);
        tx.audit(event.session(&session.id).with("why", why));
        Ok(())
    }

    fn way_out(
        &self,
        params: &Params,
        hinted: bool,
        client: Option<&Client>,
    ) -> Result<Option<String>, EngineError> {
        let Some(uri) = params.get("post_logout_redirect_uri") else {
            return Ok(None);
        };
        let Some(client) = client.filter(|_| hinted) else {
            // Without a hint nobody is sent anywhere; the page still ends the session if the person wants.
            return Ok(None);
        };
        if !client.allows_post_logout_redirect(uri) {
            return Err(invalid(
                "post_logout_redirect_uri is not registered for this client, byte for byte; register it or mend the request",
            )
            .into());
        }
        let Some(state) = params.get("state") else {
            return Ok(Some(uri.to_owned()));
        };
        let mut url = url::Url::parse(uri).map_err(EngineError::broken)?;
        url.query_pairs_mut().append_pair("state", state);
        Ok(Some(url.into()))
    }

    /// Reads an ID token of ours; it may have expired (OIDC Core §3.1.2.1).
    pub(crate) fn verify_id_token_hint(&self, hint: &str) -> Result<IdClaims, JwtError> {
        let expect = Expect {
            typ: TYP_ID,
            issuer: &self.settings.issuer,
            expiry: Expiry::Ignored,
        };
        self.keys().verify(hint, &expect)
    }
}

fn invalid(text: &str) -> OAuthError {
    OAuthError::invalid_request("OIDC RP-Initiated Logout §2", text)
}
