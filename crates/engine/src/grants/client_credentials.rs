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
        let scope = self.own_scope(client, params.get("scope"))?;
        let resources = stepwell_core::oauth::request::read_resources(params, client)?;
        self.refuse_floors(&resources)?;
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

    /// A resource that demands a person's authentication is not open to a client acting for itself.
    fn refuse_floors(&self, resources: &[String]) -> Result<(), OAuthError> {
        let mut floors = self
            .settings
            .resources
            .iter()
            .filter(|r| r.minimum_acr.is_some());
        match floors.find(|floor| resources.contains(&floor.identifier)) {
            None => Ok(()),
            Some(floor) => Err(OAuthError::invalid_target(
                "RFC 8707 §2",
                format!(
                    "the resource {} demands that a person has signed in",
                    floor.identifier
                ),
            )),
        }
    }

    /// Scopes that speak of a person, or demand that one has signed in, mean nothing here.
    fn own_scope(&self, client: &Client, asked: Option<&str>) -> Result<Scope, OAuthError> {
        let floors = self
            .settings
            .scopes
            .iter()
            .filter(|s| s.minimum_acr.is_some());
        let floors: Vec<&str> = floors.map(|s| s.name.as_str()).collect();
        scope(client, asked, &Scope::of(floors))
    }
}

fn scope(client: &Client, asked: Option<&str>, floors: &Scope) -> Result<Scope, OAuthError> {
    let personal = Scope::of([
        OPENID,
        OFFLINE_ACCESS,
        "profile",
        "email",
        "address",
        "phone",
    ]);
    let allowed = client.scope.without(&personal).without(floors);
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
