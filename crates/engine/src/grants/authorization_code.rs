//! `grant_type=authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.5).
//!
//! A code counts once, by one conditional UPDATE. Presented again by the right client with the right
//! verifier it revokes what was issued for it (spec §5 line 23); with anything wrong it only fails (line 24).

use stepwell_core::audit::names;
use stepwell_core::client::{Client, GrantType};
use stepwell_core::oauth::pkce::{self, Challenge};
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::user::{Status, User};
use stepwell_store::codes::{self, Code};
use stepwell_store::grants;
use stepwell_store::refresh_tokens::{self, RefreshToken};
use stepwell_store::{Tx, users};

use super::mint::Wanted;
use super::{Grant, TokenAnswer};
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;

const RULE: &str = "RFC 6749 §5.2";

enum Redeemed {
    Once(Box<(Grant, User, Vec<String>)>),
    Again,
}

impl Engine {
    pub(super) fn redeem_code(
        &self,
        call: &Call<'_>,
        client: &Client,
        params: &Params,
    ) -> Result<TokenAnswer, EngineError> {
        let code = Secret::new(params.require("code", "RFC 6749 §4.1.3")?);
        let hash = Hashed::of(&code);
        let refresh = client
            .may_use(GrantType::RefreshToken)
            .then(|| call.secret());
        let redeemed = self.db.write(|tx| -> Result<Redeemed, EngineError> {
            let (row, grant, session) = codes::find_with_grant(tx, &hash)?.ok_or_else(unknown)?;
            check(&row, client, params)?;
            let mut grant = Grant::from_row(grant)?;
            // First of all, and as long as the code is kept: a used one that comes back has leaked.
            if row.used_at.is_some() {
                return self.presented_again(tx, call, client, &grant);
            }
            if row.expires_at <= call.now {
                return Err(invalid("the code has expired; redeem it within a minute").into());
            }
            // A request that can be mended does not cost the code.
            let resources = self.meant_for(params, &grant, &grant.scope)?;
            if !codes::burn(tx, &hash, call.now)? {
                return self.presented_again(tx, call, client, &grant);
            }
            if grant.revoked {
                return Err(unknown().into());
            }
            let life = self.settings.lifetimes;
            if grant.ended_with(session.as_ref(), call.now, life.session_idle) {
                return Err(invalid(
                    "the person's session is over; start a new authorization request",
                )
                .into());
            }
            self.still_holds(call.now, client, &grant)?;
            let user = users::find(tx, &grant.user_id)?
                .filter(|u| u.status == Status::Active)
                .ok_or_else(unknown)?;
            let end = if refresh.is_some() {
                grant.created_at.plus(life.refresh_absolute)
            } else {
                let access = client.access_token_lifetime.unwrap_or(life.access_token);
                call.now.plus(access)
            };
            let end = grant.within(session.as_ref(), end);
            if end > grant.expires_at {
                if !grants::extend(tx, &grant.id, end)? {
                    return Err(unknown().into());
                }
                grant.expires_at = end;
            }
            if let Some(token) = &refresh {
                refresh_tokens::insert(tx, &self.first_refresh(call, &grant, token))?;
            }
            tx.audit(
                call.event(names::TOKEN_ISSUED)
                    .user(&grant.user_id)
                    .client(&client.id)
                    .with("grant", grant.id.as_str()),
            );
            Ok(Redeemed::Once(Box::new((grant, user, resources))))
        })?;
        let Redeemed::Once(found) = redeemed else {
            return Err(invalid("the code was used before; every code works once").into());
        };
        let (grant, user, resources) = *found;
        let wanted = Wanted {
            scope: grant.scope.clone(),
            resources,
            nonce: grant.nonce.clone(),
            refresh_token: refresh,
        };
        self.mint(call, client, &user, &grant, wanted)
    }

    /// Ends what was issued for a code that came a second time (RFC 6749 §4.1.2).
    fn presented_again(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        client: &Client,
        grant: &Grant,
    ) -> Result<Redeemed, EngineError> {
        if grants::revoke(tx, &grant.id, "code presented twice", call.now)? {
            tx.audit(
                call.event(names::TOKEN_REUSE_DETECTED)
                    .user(&grant.user_id)
                    .client(&client.id)
                    .with("grant", grant.id.as_str())
                    .with("what", "authorization code"),
            );
        }
        Ok(Redeemed::Again)
    }

    fn first_refresh(&self, call: &Call<'_>, grant: &Grant, token: &Secret) -> RefreshToken {
        RefreshToken {
            hash: Hashed::of(token),
            grant_id: grant.id.clone(),
            client_id: grant.client_id.clone(),
            generation: 0,
            created_at: call.now,
            expires_at: call
                .now
                .plus(self.settings.lifetimes.refresh_idle)
                .min(grant.expires_at),
            used_at: None,
        }
    }
}

fn check(row: &Code, client: &Client, params: &Params) -> Result<(), OAuthError> {
    if row.client_id != client.id {
        return Err(invalid("the code was issued to another client"));
    }
    match params.get("redirect_uri") {
        Some(uri) if uri == row.redirect_uri => {}
        None if !row.redirect_uri_sent => {}
        _ => {
            return Err(invalid(
                "redirect_uri must be the one of the authorization request, byte for byte",
            ));
        }
    }
    let challenge = row.code_challenge.as_deref().map(Challenge::from_stored);
    pkce::verify(challenge.as_ref(), params.get("code_verifier"))
}

fn invalid(text: &str) -> OAuthError {
    OAuthError::invalid_grant(RULE, text)
}

fn unknown() -> OAuthError {
    invalid(
        "the code is unknown, or what it stood for was revoked; start a new authorization request",
    )
}
