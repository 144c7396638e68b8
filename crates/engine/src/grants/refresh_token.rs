//! `grant_type=refresh_token` (RFC 6749 §6) with rotation (RFC 9700 §4.14.2).
//!
//! Never raises anything: tokens carry the grant's acr, amr and auth_time for ever. A used token shown again
//! revokes its whole family, except within a short grace while its successor is unused, where an identical
//! retry gets the identical successor.

use stepwell_core::audit::{Event, names};
use stepwell_core::client::Client;
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::user::{Status, User};
use stepwell_store::grants;
use stepwell_store::refresh_tokens::{self, RefreshToken};
use stepwell_store::{Tx, users};

use super::mint::Wanted;
use super::{Grant, TokenAnswer, live_scope};
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;

enum Rotated {
    To(Secret, Box<(Grant, User)>),
    Reused,
}

impl Engine {
    pub(super) fn refresh_token(
        &self,
        call: &Call<'_>,
        client: &Client,
        params: &Params,
    ) -> Result<TokenAnswer, EngineError> {
        let token = Secret::new(params.require("refresh_token", "RFC 6749 §6")?);
        let successor = self.rotation.after(&token)?;
        let rotated = self.db.write(|tx| -> Result<Rotated, EngineError> {
            let row = refresh_tokens::find(tx, &Hashed::of(&token))?.ok_or_else(unknown)?;
            if row.client_id != client.id {
                return Err(invalid("the refresh token was issued to another client").into());
            }
            let grant = Grant::from_row(grants::find(tx, &row.grant_id)?.ok_or_else(unknown)?)?;
            if grant.revoked {
                return Err(unknown().into());
            }
            if row.expires_at <= call.now || grant.expires_at <= call.now {
                return Err(invalid("the refresh token has expired; send the person to the authorization endpoint").into());
            }
            // Everything that could refuse comes before the token is spent.
            live_scope(params.get("scope"), &grant.scope)?;
            self.narrowed(params, &grant)?;
            let user = users::find(tx, &grant.user_id)?.filter(|u| u.status == Status::Active).ok_or_else(unknown)?;
            if !self.spend(tx, call, &row, &grant, &successor)? {
                return Ok(Rotated::Reused);
            }
            Ok(Rotated::To(successor, Box::new((grant, user))))
        })?;
        let Rotated::To(next, found) = rotated else {
            return Err(invalid("the refresh token was used before; every token of its family is now revoked").into());
        };
        let (grant, user) = *found;
        let wanted = Wanted {
            scope: live_scope(params.get("scope"), &grant.scope)?,
            resources: self.narrowed(params, &grant)?,
            nonce: None,
            refresh_token: Some(next),
        };
        self.mint(call, client, &user, &grant, wanted)
    }

    /// Uses the token up and stores its successor; or recognises a retry; or revokes the family.
    fn spend(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        row: &RefreshToken,
        grant: &Grant,
        successor: &Secret,
    ) -> Result<bool, EngineError> {
        let hash = Hashed::of(successor);
        if row.used_at.is_none() && refresh_tokens::use_once(tx, &row.hash, call.now)? {
            let life = self.settings.lifetimes;
            refresh_tokens::insert(
                tx,
                &RefreshToken {
                    hash,
                    grant_id: grant.id.clone(),
                    client_id: grant.client_id.clone(),
                    generation: row.generation + 1,
                    created_at: call.now,
                    expires_at: call.now.plus(life.refresh_idle).min(grant.expires_at),
                    used_at: None,
                },
            )?;
            tx.audit(self.refresh_event(call, grant, names::TOKEN_REFRESHED));
            return Ok(true);
        }
        let used_at = row.used_at.unwrap_or(call.now);
        let in_grace = call.now.since(used_at) <= self.settings.lifetimes.refresh_grace.as_micros();
        if in_grace && refresh_tokens::find(tx, &hash)?.is_some_and(|next| next.used_at.is_none()) {
            return Ok(true);
        }
        grants::revoke(tx, &grant.id, "refresh token presented twice", call.now)?;
        tx.audit(self.refresh_event(call, grant, names::TOKEN_REUSE_DETECTED).with("what", "refresh token"));
        Ok(false)
    }

    fn refresh_event(&self, call: &Call<'_>, grant: &Grant, name: &'static str) -> Event {
        Event::new(name, call.now)
            .reference(call.reference)
            .user(&grant.user_id)
            .client(&grant.client_id)
            .with("grant", grant.id.as_str())
    }
}

fn invalid(text: &str) -> OAuthError {
    OAuthError::invalid_grant("RFC 6749 §5.2", text)
}

fn unknown() -> OAuthError {
    invalid("the refresh token is unknown or revoked; send the person to the authorization endpoint")
}
