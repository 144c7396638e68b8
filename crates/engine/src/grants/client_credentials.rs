//! `grant_type=client_credentials` (RFC 6749 §4.4): a client acting for itself.
//!
//! Pure computation: no person, no grant, nothing stored. The token's `sub` is the client (RFC 9068 §2.2).

use stepwell_core::client::Client;
use stepwell_core::oauth::scope::{OFFLINE_ACCESS, OPENID, Scope};
use stepwell_core::oauth::{OAuthError, Params};

use super::TokenAnswer;
use super::mint::{algorithm, jti};
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::tokens::{AccessClaims, TYP_ACCESS};

impl Engine {
    pub(super) fn client_credentials(
        &self,
        call: &Call<'_>,
        client: &Client,
        params: &Params,
    ) -> Result<TokenAnswer, EngineError> {
        let scope = scope(client, params.get("scope"))?;
        let resources = stepwell_core::oauth::request::read_resources(params, client)?;
        let life = client
            .access_token_lifetime
            .unwrap_or(self.settings.lifetimes.access_token);
        let claims = AccessClaims {
            iss: self.settings.issuer.clone(),
            sub: client.id.as_str().to_owned(),
            aud: self.audience(&resources),
            client_id: client.id.as_str().to_owned(),
            exp: call.now.plus(life).secs(),
            iat: call.now.secs(),
            jti: jti(call),
            scope: scope.to_string(),
            acr: None,
            amr: Vec::new(),
            auth_time: None,
        };
        let alg = algorithm(client.access_token_signed_response_alg);
        let access_token = self
            .keys()
            .sign(alg, TYP_ACCESS, &claims)
            .map_err(EngineError::broken)?;
        Ok(TokenAnswer {
            access_token,
            token_type: "Bearer",
            expires_in: claims.exp - claims.iat,
            refresh_token: None,
            id_token: None,
            scope: claims.scope,
        })
    }
}

/// Scopes that speak of a person mean nothing here.
fn scope(client: &Client, asked: Option<&str>) -> Result<Scope, OAuthError> {
    let personal = Scope::of([
        OPENID,
        OFFLINE_ACCESS,
        "profile",
        "email",
        "address",
        "phone",
    ]);
    let allowed = client.scope.without(&personal);
    let Some(asked) = asked else {
        return Ok(allowed);
    };
    let asked = Scope::parse(asked)?;
    if asked.is_subset_of(&allowed) {
        Ok(asked)
    } else {
        Err(OAuthError::invalid_scope(
            "RFC 6749 §5.2",
            format!(
                "this client may ask for: {allowed}; the standard scopes of OpenID Connect need a person"
            ),
        ))
    }
}
