//! Tokens from a grant: what was frozen at the authorization, and nothing newer (RFC 9068 §2.2.1).
//!
//! Never looks at a session: acr, amr and auth_time are the grant's, for ever.

use serde_json::{Map, Value};
use stepwell_core::client::{Client, RefreshPolicy};
use stepwell_core::oauth::OAuthError;
use stepwell_core::oauth::scope::Scope;
use stepwell_core::secret::Secret;
use stepwell_core::time::Timestamp;
use stepwell_core::user::User;
use super::{Grant, TokenAnswer};
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::tokens::{AccessClaims, Algorithm, Audience, IdClaims, TYP_ACCESS, TYP_ID, UserClaims, left_half_hash};

/// What a token request asks for within a grant.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) scope: Scope,
    pub(super) resources: Vec<String>,
    /// Set when the code is redeemed, absent when a token is refreshed.
    pub(super) nonce: Option<String>,
    pub(super) refresh_token: Option<Secret>,
}

impl Engine {
    pub(super) fn mint(
        &self,
        call: &Call<'_>,
        client: &Client,
        user: &User,
        grant: &Grant,
        wanted: Wanted,
    ) -> Result<TokenAnswer, EngineError> {
        let keys = self.keys();
        let grounds = &grant.grounds;
        let exp = self.expiry(call.now, client, grant)?;
        let acr = grounds.acr.as_ref().map(|acr| acr.as_str().to_owned());
        let access = AccessClaims {
            iss: self.settings.issuer.clone(),
            sub: user.id.as_str().to_owned(),
            aud: self.audience(&wanted.resources),
            client_id: client.id.as_str().to_owned(),
            exp,
            iat: call.now.secs(),
            jti: format!("{}.{}", grant.id, jti(call)),
            scope: wanted.scope.to_string(),
            acr: acr.clone(),
            amr: grounds.amr.clone(),
            auth_time: Some(grounds.auth_time.secs()),
        };
        let alg = algorithm(client.access_token_signed_response_alg);
        let access_token = keys.sign(alg, TYP_ACCESS, &access).map_err(EngineError::broken)?;
        let id_token = if wanted.scope.is_openid() {
            let alg = algorithm(client.id_token_signed_response_alg);
            let claims = IdClaims {
                iss: access.iss,
                sub: access.sub,
                aud: access.client_id,
                exp: call.now.plus(self.settings.lifetimes.id_token).secs(),
                iat: access.iat,
                auth_time: access.auth_time,
                nonce: wanted.nonce,
                acr,
                amr: access.amr,
                azp: None,
                sid: grant.session_id.as_ref().map(|sid| sid.as_str().to_owned()),
                at_hash: Some(left_half_hash(alg, &access_token)),
                c_hash: None,
                user: UserClaims::new(asked_for(user, grant)),
            };
            Some(keys.sign(alg, TYP_ID, &claims).map_err(EngineError::broken)?)
        } else {
            None
        };
        Ok(TokenAnswer {
            access_token,
            token_type: "Bearer",
            expires_in: exp - access.iat,
            refresh_token: wanted.refresh_token.map(|token| token.expose().to_owned()),
            id_token,
            scope: access.scope,
        })
    }

    /// No access token outlives the acr it carries (design §2.6).
    fn expiry(&self, now: Timestamp, client: &Client, grant: &Grant) -> Result<i64, EngineError> {
        let life = client.access_token_lifetime.unwrap_or(self.settings.lifetimes.access_token);
        let full = now.plus(life);
        match grant.grounds.holds_until {
            Some(until) if until.secs() > now.secs() => Ok(full.min(until).secs()),
            Some(_) if client.refresh_policy == RefreshPolicy::RefuseAfterLifetime => Err(lapsed().into()),
            _ => Ok(full.secs()),
        }
    }

    pub(super) fn audience(&self, resources: &[String]) -> Audience {
        if resources.is_empty() { Audience::one(&self.settings.issuer) } else { Audience(resources.to_vec()) }
    }
}

fn lapsed() -> OAuthError {
    OAuthError::invalid_grant(
        "RFC 9470 §6.1",
        "the lifetime of the acr in this grant is over; send the person to the authorization endpoint again",
    )
}

/// Claims that the `claims` parameter wants in the ID token (OIDC Core §5.5).
fn asked_for(user: &User, grant: &Grant) -> Map<String, Value> {
    let names = grant.claims.id_token.keys();
    names.filter_map(|name| Some((name.clone(), user.claims.get(name)?.clone()))).collect()
}

/// 128 random bits: one access token apart from the next.
pub(super) fn jti(call: &Call<'_>) -> String {
    let mut bytes = [0u8; 16];
    call.entropy.fill(&mut bytes);
    stepwell_core::entropy::hex(&bytes)
}

/// The algorithm a registration names.
pub(super) fn algorithm(alg: stepwell_core::client::SigningAlg) -> Algorithm {
    use stepwell_core::client::SigningAlg;
    match alg {
        SigningAlg::ES256 => Algorithm::Es256,
        SigningAlg::RS256 => Algorithm::Rs256,
        SigningAlg::PS256 => Algorithm::Ps256,
        SigningAlg::EdDSA => Algorithm::EdDsa,
    }
}

/// The scope a token request asks for within what was granted (RFC 6749 §6).
pub(crate) fn live_scope(asked: Option<&str>, granted: &Scope) -> Result<Scope, OAuthError> {
    let Some(asked) = asked else { return Ok(granted.clone()) };
    let asked = Scope::parse(asked)?;
    if asked.is_subset_of(granted) {
        Ok(asked)
    } else {
        Err(OAuthError::invalid_scope(
            "RFC 6749 §6",
            format!("the scope reaches beyond what was granted; ask for no more than: {granted}"),
        ))
    }
}
