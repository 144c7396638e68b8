//! `/userinfo` (OIDC Core §5.3): claims about the person, for an access token with the scope `openid`.
//!
//! `sub` is always the token's. What is told follows the scope and the `claims` parameter of the grant.

use serde_json::{Map, Value};
use stepwell_core::ids::GrantId;
use stepwell_core::oauth::OAuthError;
use stepwell_core::oauth::scope::{OPENID, Scope};
use stepwell_store::users;

use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::grants::Grant;

impl Engine {
    /// The claims that an access token is good for.
    ///
    /// # Errors
    /// `invalid_token` or `insufficient_scope` (RFC 6750 §3.1), or the database being away.
    pub fn userinfo(
        &self,
        call: &Call<'_>,
        token: &str,
    ) -> Result<Map<String, Value>, EngineError> {
        let claims = self
            .keys()
            .verify_access(token, &self.settings.issuer, call.now)
            .map_err(|why| {
                OAuthError::invalid_token(
                    "RFC 6750 §3.1",
                    format!("not a live access token of this issuer: {why}"),
                )
            })?;
        if !claims.aud.contains(&self.settings.issuer) {
            return Err(OAuthError::invalid_token(
                "RFC 9068 §4",
                "the token is meant for another resource; name no resource at the token endpoint, or ask for a further token without",
            )
            .into());
        }
        let scope = Scope::parse(&claims.scope).unwrap_or_default();
        if !scope.contains(OPENID) {
            return Err(OAuthError::insufficient_scope(
                "OIDC Core §5.3",
                "the token needs the scope openid",
            )
            .into());
        }
        let dead = || OAuthError::invalid_token("RFC 6750 §3.1", "the access token was revoked");
        if !self.is_client_on(&claims)? {
            return Err(dead().into());
        }
        let grant_id = claims.grant_id().map(GrantId::new).ok_or_else(dead)?;
        let found = self
            .db
            .read(|tx| users::of_live_token(tx, &claims.jti, &grant_id))?;
        let (user, grant) = found.ok_or_else(dead)?;
        let grant = Grant::from_row(grant)?;
        let mut told = Map::new();
        told.insert("sub".to_owned(), Value::String(claims.sub.clone()));
        let mut names: Vec<&str> = scope.claims().collect();
        names.extend(grant.claims.userinfo.keys().map(String::as_str));
        for name in names.into_iter().filter(|name| *name != "sub") {
            if let Some(value) = user.claim(name) {
                told.insert(name.to_owned(), value);
            }
        }
        Ok(told)
    }
}
