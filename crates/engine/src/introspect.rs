//! `/introspect` (RFC 7662) with acr and auth_time (RFC 9470 §6.2).
//!
//! Tells a confidential client about its own tokens and those made for it, and a resource server about any;
//! everything else is inactive, without a reason.

use serde::Serialize;
use stepwell_core::client::{ApplicationType, Client};
use stepwell_core::ids::{ClientId, GrantId};
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::Timestamp;
use stepwell_core::user::Status;
use stepwell_store::{refresh_tokens, token_status, users};

use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::grants::Grant;
use crate::tokens::{Audience, VerifiedAccess};

/// The answer (RFC 7662 §2.2).
#[derive(Debug, Default, Serialize)]
pub struct Introspection {
    /// Whether the token is good right now.
    pub active: bool,
    /// What more is told of an active one.
    #[serde(flatten)]
    pub about: Option<About>,
}

/// What an active token stands for.
#[derive(Debug, Serialize)]
pub struct About {
    iss: String,
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<Audience>,
    client_id: String,
    exp: i64,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
}

impl Engine {
    /// Answers an authenticated client.
    ///
    /// # Errors
    /// A missing token, a public client, or the database being away.
    pub fn introspect(
        &self,
        call: &Call<'_>,
        client: &Client,
        params: &Params,
    ) -> Result<Introspection, EngineError> {
        if client.is_public() {
            return Err(OAuthError::unauthorized_client(
                "RFC 7662 §2.1",
                "only confidential clients may introspect",
            )
            .into());
        }
        let token = params.require("token", "RFC 7662 §2.1")?;
        let about = match self.live_access(token, call.now)? {
            Some(claims) => may_see(client, &claims).then(|| access(&claims)),
            None => self.refresh_about(call, client, token)?,
        };
        Ok(Introspection {
            active: about.is_some(),
            about,
        })
    }

    /// An access token of ours that verifies, has not expired, whose grant and `jti` were not revoked and whose
    /// client was not switched off.
    pub(crate) fn live_access(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<VerifiedAccess>, EngineError> {
        let Ok(claims) = self.keys().verify_access(token, &self.settings.issuer, now) else {
            return Ok(None);
        };
        if !self.is_client_on(&claims)? {
            return Ok(None);
        }
        let live = self.db.read(|tx| {
            token_status::token_status(
                tx,
                &claims.jti,
                claims.grant_id().map(GrantId::new).as_ref(),
            )
        })?;
        Ok(live.then_some(claims))
    }

    /// Whether the client of a token that verified is registered and on.
    pub(crate) fn is_client_on(&self, claims: &VerifiedAccess) -> Result<bool, EngineError> {
        let client = ClientId::new(claims.client_id.as_str());
        Ok(self.known_client(&client)?.is_some())
    }

    fn refresh_about(
        &self,
        call: &Call<'_>,
        client: &Client,
        token: &str,
    ) -> Result<Option<About>, EngineError> {
        let hash = Hashed::of(&Secret::new(token));
        let found = self.db.read(|tx| -> Result<_, EngineError> {
            let Some((row, grant, session)) = refresh_tokens::find_with_grant(tx, &hash)? else {
                return Ok(None);
            };
            let active =
                users::find(tx, &grant.user_id)?.is_some_and(|user| user.status == Status::Active);
            let grant = Grant::from_row(grant)?;
            let idle = self.settings.lifetimes.session_idle;
            let active = active && !grant.ended_with(session.as_ref(), call.now, idle);
            Ok(active.then_some((row, grant)))
        })?;
        let live = |(row, grant): &(refresh_tokens::RefreshToken, Grant)| {
            row.client_id == client.id
                && row.used_at.is_none()
                && row.expires_at > call.now
                && !grant.revoked
                && grant.expires_at > call.now
        };
        Ok(found.filter(live).map(|(row, grant)| About {
            iss: self.settings.issuer.clone(),
            sub: grant.user_id.as_str().to_owned(),
            aud: None,
            client_id: row.client_id.as_str().to_owned(),
            exp: row.expires_at.secs(),
            iat: row.created_at.secs(),
            jti: None,
            scope: grant.scope.to_string(),
            token_type: None,
            acr: grant.grounds.acr.map(|acr| acr.as_str().to_owned()),
            amr: grant.grounds.amr,
            auth_time: Some(grant.grounds.auth_time.secs()),
        }))
    }
}

/// A client's own token, one made for it, or any for a resource server that acts for itself. That a client
/// may ask for tokens for a resource does not make it that resource.
fn may_see(client: &Client, claims: &VerifiedAccess) -> bool {
    claims.client_id == client.id.as_str()
        || client.application_type == ApplicationType::Service
        || claims.aud.contains(client.id.as_str())
}

fn access(claims: &VerifiedAccess) -> About {
    About {
        iss: claims.iss.clone(),
        sub: claims.sub.clone(),
        aud: Some(claims.aud.clone()),
        client_id: claims.client_id.clone(),
        exp: claims.exp,
        iat: claims.iat,
        jti: Some(claims.jti.clone()),
        scope: claims.scope.clone(),
        token_type: Some("Bearer"),
        acr: claims.acr.clone(),
        amr: claims.amr.clone(),
        auth_time: claims.auth_time,
    }
}
