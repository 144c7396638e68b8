//! Tokens from a grant: what was frozen at the authorization, and nothing newer (RFC 9068 §2.2.1).
//!
//! Never looks at a session: acr, amr and auth_time are the grant's, for ever.

use super::{Grant, TokenAnswer};
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::tokens::{
    AccessClaims, Algorithm, Audience, IdClaims, TYP_ACCESS, TYP_ID, UserClaims, left_half_hash,
};
use serde_json::{Map, Value};
use stepwell_core::client::{Client, RefreshPolicy};
use stepwell_core::oauth::scope::Scope;
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_core::secret::Secret;
use stepwell_core::time::Timestamp;
use stepwell_core::user::User;

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
        let exp = self.expiry(call.now, client, grant);
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
        let access_token = keys
            .sign(alg, TYP_ACCESS, &access)
            .map_err(EngineError::broken)?;
        let access = keys.remember(&access_token, access);
        let id_token = if wanted.scope.is_openid() {
            let alg = algorithm(client.id_token_signed_response_alg);
            let claims = IdClaims {
                iss: access.iss.clone(),
                sub: access.sub.clone(),
                aud: access.client_id.clone(),
                exp: call.now.plus(self.settings.lifetimes.id_token).secs(),
                iat: access.iat,
                auth_time: access.auth_time,
                nonce: wanted.nonce,
                acr,
                amr: access.amr.clone(),
                azp: None,
                sid: grant.session_id.as_ref().map(|sid| sid.as_str().to_owned()),
                at_hash: Some(left_half_hash(alg, &access_token)),
                c_hash: None,
                user: UserClaims::new(asked_for(user, grant)),
            };
            Some(
                keys.sign(alg, TYP_ID, &claims)
                    .map_err(EngineError::broken)?,
            )
        } else {
            None
        };
        Ok(TokenAnswer {
            access_token,
            token_type: "Bearer",
            expires_in: exp - access.iat,
            refresh_token: wanted.refresh_token.map(|token| token.expose().to_owned()),
            id_token,
            scope: access.scope.clone(),
        })
    }

    /// Whether a client may still be given tokens once the acr in the grant has lapsed. Ask before a code
    /// or token is spent.
    pub(super) fn still_holds(
        &self,
        now: Timestamp,
        client: &Client,
        grant: &Grant,
    ) -> Result<(), OAuthError> {
        if lapsed(now, grant) && client.refresh_policy == RefreshPolicy::RefuseAfterLifetime {
            return Err(OAuthError::invalid_grant(
                "RFC 9470 §6.1",
                "the lifetime of the acr in this grant is over; send the person to the authorization endpoint again",
            ));
        }
        Ok(())
    }

    /// No access token outlives its grant, or the acr it carries as long as that is true (design §2.6).
    fn expiry(&self, now: Timestamp, client: &Client, grant: &Grant) -> i64 {
        let life = client
            .access_token_lifetime
            .unwrap_or(self.settings.lifetimes.access_token);
        let full = now.plus(life).min(grant.expires_at);
        match grant.grounds.holds_until {
            Some(until) if !lapsed(now, grant) => full.min(until).secs(),
            _ => full.secs(),
        }
    }

    pub(super) fn audience(&self, resources: &[String]) -> Audience {
        if resources.is_empty() {
            Audience::one(&self.settings.issuer)
        } else {
            Audience(resources.to_vec())
        }
    }
}

/// Whether the acr no longer holds, in the whole seconds that tokens count in.
fn lapsed(now: Timestamp, grant: &Grant) -> bool {
    grant
        .grounds
        .holds_until
        .is_some_and(|until| until.secs() <= now.secs())
}

/// Claims that the `claims` parameter wants in the ID token (OIDC Core §5.5).
fn asked_for(user: &User, grant: &Grant) -> Map<String, Value> {
    let names = grant.claims.id_token.keys();
    names
        .filter_map(|name| Some((name.clone(), user.claim(name)?)))
        .collect()
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

impl Engine {
    /// Whom the token of a request is meant for. `resource` at the token endpoint may only narrow what was granted, and
    /// is then all there is (RFC 8707 §2.2). Without it a token of an OpenID request is meant for this issuer's
    /// userinfo beside the resources (OIDC Core §5.3), and says so (RFC 9068 §3).
    pub(super) fn meant_for(
        &self,
        params: &Params,
        grant: &Grant,
        scope: &Scope,
    ) -> Result<Vec<String>, OAuthError> {
        let asked = narrowed(params, grant)?;
        if !asked.is_empty() {
            return Ok(asked);
        }
        let mut all = grant.resources.clone();
        if !all.is_empty() && scope.is_openid() && !all.contains(&self.settings.issuer) {
            all.push(self.settings.issuer.clone());
        }
        Ok(all)
    }
}

fn narrowed(params: &Params, grant: &Grant) -> Result<Vec<String>, OAuthError> {
    let mut asked: Vec<String> = Vec::new();
    for one in params.get_all("resource") {
        if !grant.resources.iter().any(|granted| granted == one) {
            return Err(OAuthError::invalid_target(
                "RFC 8707 §2.2",
                "this resource was not part of the authorization request",
            ));
        }
        if !asked.iter().any(|known| known == one) {
            asked.push(one.to_owned());
        }
    }
    Ok(asked)
}

/// The scope a token request asks for within what was granted (RFC 6749 §6).
pub(crate) fn live_scope(asked: Option<&str>, granted: &Scope) -> Result<Scope, OAuthError> {
    let Some(asked) = asked else {
        return Ok(granted.clone());
    };
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
