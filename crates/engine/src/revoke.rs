//! `/revoke` (RFC 7009): a client gives a token back.
//!
//! A refresh token takes its whole grant along, access tokens included; an access token goes alone. An
//! unknown token is no error; another client's is.

use stepwell_core::audit::names;
use stepwell_core::client::Client;
use stepwell_core::ids::ClientId;
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::Timestamp;
use stepwell_store::{grants, refresh_tokens, revoked_tokens};

use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;

impl Engine {
    /// Revokes a token of an authenticated client.
    ///
    /// # Errors
    /// A missing token, another client's token, or the database being away.
    pub fn revoke(
        &self,
        call: &Call<'_>,
        client: &Client,
        params: &Params,
    ) -> Result<(), EngineError> {
        let token = params.require("token", "RFC 7009 §2.1")?;
        let event = || call.event(names::TOKEN_REVOKED).client(&client.id);
        if let Ok(claims) = self
            .keys()
            .verify_access(token, &self.settings.issuer, call.now)
        {
            mine(client, &ClientId::new(claims.client_id.clone()))?;
            return self.db.write(|tx| {
                revoked_tokens::insert(tx, &claims.jti, Timestamp::from_secs(claims.exp))?;
                tx.audit(
                    event()
                        .with("what", "access token")
                        .with("jti", claims.jti.as_str()),
                );
                Ok(())
            });
        }
        let hash = Hashed::of(&Secret::new(token));
        self.db.write(|tx| {
            let Some(row) = refresh_tokens::find(tx, &hash)? else {
                return Ok(());
            };
            mine(client, &row.client_id)?;
            if grants::revoke(tx, &row.grant_id, "revoked by the client", call.now)? {
                tx.audit(
                    event()
                        .with("what", "refresh token")
                        .with("grant", row.grant_id.as_str()),
                );
            }
            Ok(())
        })
    }
}

fn mine(client: &Client, owner: &ClientId) -> Result<(), OAuthError> {
    if client.id == *owner {
        return Ok(());
    }
    Err(OAuthError::invalid_grant(
        "RFC 7009 §2.1",
        "the token was issued to another client",
    ))
}
