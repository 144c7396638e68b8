//! `grant_type=refresh_token` (RFC 6749 §6) with rotation (RFC 9700 §4.14.2).
//!
//! Without `offline_access` a refresh ends with the session, and does not extend it.
//!
//! Never raises anything: tokens carry the grant's acr, amr and auth_time for ever. A used token shown again
//! revokes its whole family, except within a short grace while its successor is unused, where an identical
//! retry gets the identical successor.

use stepwell_core::audit::{Event, names};
use stepwell_core::client::{Client, GrantType};
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::user::{Status, User};
use stepwell_store::grants;
use stepwell_store::refresh_tokens::{self, RefreshToken};
use stepwell_store::{Tx, users};

use super::mint::Wanted;
use super::{Grant, TokenAnswer, counted, granted_to, live_scope};
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;

/// A refresh that an authenticated client asks for.
#[derive(Clone, Copy, Debug)]
pub struct Refresh<'a> {
    /// When, and by whom.
    pub call: Call<'a>,
    /// Who.
    pub client: &'a Client,
    /// What.
    pub params: &'a Params,
}

/// A refresh token that was spent, and what its successor's tokens are made from.
#[derive(Debug)]
pub struct Rotated(Box<(Grant, User, Wanted)>);

/// What became of a token that was presented.
enum Presented {
    Rotated(Rotated),
    Reused,
}

impl Engine {
    /// Spends the refresh tokens of requests that came together. Each is answered as it would be alone; what
    /// they change is stored together, and on disk when this returns.
    ///
    /// Then [`Self::refreshed`] makes the tokens of each.
    pub fn rotate_each(&self, asked: &[Refresh<'_>]) -> Vec<Result<Rotated, EngineError>> {
        let works = asked
            .iter()
            .map(|asked| |tx: &mut Tx<'_>| self.present(tx, asked));
        let told = self.db.write_each(works.collect()).into_iter();
        told.map(|told| told?.spent()).collect()
    }

    /// The same for one.
    pub(super) fn rotate(&self, asked: &Refresh<'_>) -> Result<Rotated, EngineError> {
        self.db.write(|tx| self.present(tx, asked))?.spent()
    }

    /// The answer to a refresh, once its token was spent.
    ///
    /// # Errors
    /// The one that is passed in, or that signing failed.
    pub fn refreshed(
        &self,
        asked: &Refresh<'_>,
        rotated: Result<Rotated, EngineError>,
    ) -> Result<TokenAnswer, EngineError> {
        let minted = rotated.and_then(|Rotated(found)| {
            let (grant, user, wanted) = *found;
            self.mint(&asked.call, asked.client, &user, &grant, wanted)
        });
        counted(GrantType::RefreshToken, minted)
    }

    fn present(&self, tx: &mut Tx<'_>, asked: &Refresh<'_>) -> Result<Presented, EngineError> {
        let Refresh {
            call,
            client,
            params,
        } = asked;
        granted_to(client, params)?;
        let token = Secret::new(params.require("refresh_token", "RFC 6749 §6")?);
        let successor = self.rotation.after(&token, params)?;
        let (row, grant, session) =
            refresh_tokens::find_with_grant(tx, &Hashed::of(&token))?.ok_or_else(unknown)?;
        if row.client_id != client.id {
            return Err(invalid("the refresh token was issued to another client").into());
        }
        let grant = Grant::from_row(grant)?;
        if grant.revoked {
            return Err(unknown().into());
        }
        // A used token that comes back is theft, whatever else is wrong with the request.
        if row.used_at.is_some() && !self.is_retry(tx, call, &row, &successor)? {
            return self.reused(tx, call, &grant);
        }
        let idle = self.settings.lifetimes.session_idle;
        if grant.ended_with(session.as_ref(), call.now, idle) {
            return Err(invalid(
                    "the person's session is over, and the grant ends with it; send the person to the authorization endpoint, or ask for offline_access",
                )
                .into());
        }
        if row.expires_at <= call.now || grant.expires_at <= call.now {
            return Err(invalid(
                "the refresh token has expired; send the person to the authorization endpoint",
            )
            .into());
        }
        // Everything that could refuse comes before the token is spent.
        let scope = live_scope(params.get("scope"), &grant.scope)?;
        let resources = self.meant_for(params, &grant, &scope)?;
        self.still_holds(call.now, client, &grant)?;
        let user = users::find(tx, &grant.user_id)?
            .filter(|u| u.status == Status::Active)
            .ok_or_else(unknown)?;
        let mut event = refresh_event(call, &grant, names::TOKEN_REFRESHED);
        if row.used_at.is_none() && refresh_tokens::use_once(tx, &row.hash, call.now)? {
            refresh_tokens::insert(tx, &self.next_refresh(call, &grant, &row, &successor))?;
        } else {
            // Asked above for a token that was seen used; asked now for one that somebody just used.
            if row.used_at.is_none() && !self.is_retry(tx, call, &row, &successor)? {
                return self.reused(tx, call, &grant);
            }
            event = event.with("retry", true);
        }
        tx.audit(event);
        let wanted = Wanted {
            scope,
            resources,
            nonce: None,
            refresh_token: Some(successor),
        };
        Ok(Presented::Rotated(Rotated(Box::new((grant, user, wanted)))))
    }

    /// Whether a used token comes again in good faith: soon, before anybody used its successor, and in the same request,
    /// for another one has another successor, which nobody was ever given.
    fn is_retry(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        row: &RefreshToken,
        successor: &Secret,
    ) -> Result<bool, EngineError> {
        // Without a time it was used this very moment, by somebody faster.
        let used_at = row.used_at.unwrap_or(call.now);
        let in_grace = call.now.since(used_at) <= self.settings.lifetimes.refresh_grace.as_micros();
        Ok(in_grace
            && refresh_tokens::find(tx, &Hashed::of(successor))?
                .is_some_and(|next| next.used_at.is_none()))
    }

    fn reused(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        grant: &Grant,
    ) -> Result<Presented, EngineError> {
        grants::revoke(tx, &grant.id, "refresh token presented twice", call.now)?;
        tx.audit(
            refresh_event(call, grant, names::TOKEN_REUSE_DETECTED).with("what", "refresh token"),
        );
        Ok(Presented::Reused)
    }

    fn next_refresh(
        &self,
        call: &Call<'_>,
        grant: &Grant,
        row: &RefreshToken,
        successor: &Secret,
    ) -> RefreshToken {
        RefreshToken {
            hash: Hashed::of(successor),
            grant_id: grant.id.clone(),
            client_id: grant.client_id.clone(),
            generation: row.generation + 1,
            created_at: call.now,
            expires_at: call
                .now
                .plus(self.settings.lifetimes.refresh_idle)
                .min(grant.expires_at),
            used_at: None,
        }
    }
}

impl Presented {
    fn spent(self) -> Result<Rotated, EngineError> {
        match self {
            Self::Rotated(rotated) => Ok(rotated),
            Self::Reused => Err(invalid(
                "the refresh token was used before; every token of its family is now revoked",
            )
            .into()),
        }
    }
}

fn refresh_event(call: &Call<'_>, grant: &Grant, name: &'static str) -> Event {
    call.event(name)
        .user(&grant.user_id)
        .client(&grant.client_id)
        .with("grant", grant.id.as_str())
}

fn invalid(text: &str) -> OAuthError {
    OAuthError::invalid_grant("RFC 6749 §5.2", text)
}

fn unknown() -> OAuthError {
    invalid(
        "the refresh token is unknown or revoked; send the person to the authorization endpoint",
    )
}
