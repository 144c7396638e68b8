//! The end of a successful authorization: a grant with its frozen grounds, and a code for it.
//!
//! Runs inside the write that decided, so that what is frozen was true at that very instant.

use stepwell_core::audit::names;
use stepwell_core::authn::Grounds;
use stepwell_core::client::Client;
use stepwell_core::ids::GrantId;
use stepwell_core::oauth::scope::{OFFLINE_ACCESS, Scope};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::Seconds;
use stepwell_store::codes::{self, Code};
use stepwell_store::sessions::Session;
use stepwell_store::{Tx, grants};

use super::asker::ForClient;
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::grants::Grant;

/// Beyond the last access token of a code, so that introspection never finds a grant gone too early.
const MARGIN: Seconds = Seconds(60);

impl Engine {
    /// Writes the grant and its code; the code is handed out once. Until it is redeemed for a refresh token
    /// the grant lives only as long as an access token of it could.
    pub(super) fn issue_code(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        app: &ForClient,
        session: &Session,
        grounds: &Grounds,
    ) -> Result<Secret, EngineError> {
        let (request, client) = (&app.request, &*app.client);
        let life = self.settings.lifetimes;
        let scope = granted(&request.scope, client);
        let access = client.access_token_lifetime.unwrap_or(life.access_token);
        let brief = call.now.plus(life.code).plus(access).plus(MARGIN);
        let mut grant = Grant {
            id: GrantId::new(call.id()),
            user_id: grounds.subject.clone(),
            client_id: client.id.clone(),
            session_id: Some(session.id.clone()),
            scope,
            resources: request.resources.clone(),
            grounds: grounds.clone(),
            nonce: request.nonce.clone(),
            claims: request.claims.within(&client.scope),
            created_at: call.now,
            expires_at: brief,
            revoked: false,
        };
        grant.expires_at = grant.within(Some(session), brief);
        grants::insert(tx, &grant.to_row()?)?;
        let code = call.secret();
        codes::insert(
            tx,
            &Code {
                hash: Hashed::of(&code),
                grant_id: grant.id.clone(),
                client_id: client.id.clone(),
                redirect_uri: request.redirect_uri.clone(),
                redirect_uri_sent: request.redirect_uri_sent,
                code_challenge: request
                    .code_challenge
                    .as_ref()
                    .map(|c| c.as_str().to_owned()),
                created_at: call.now,
                expires_at: call.now.plus(life.code),
                used_at: None,
            },
        )?;
        tx.audit(
            call.event(names::GRANT_ISSUED)
                .user(&grounds.subject)
                .client(&client.id)
                .session(&session.id)
                .with("grant", grant.id.as_str())
                .with("acr", grounds.acr.as_ref().map(|a| a.as_str()))
                .with("amr", grounds.amr.clone())
                .with("auth_time", grounds.auth_time.secs())
                .with(
                    "evidence",
                    grounds
                        .evidence
                        .iter()
                        .map(|id| id.as_str())
                        .collect::<Vec<_>>(),
                ),
        );
        Ok(code)
    }
}

/// `offline_access` means nothing for a client that cannot refresh (OIDC Core §11).
fn granted(scope: &Scope, client: &Client) -> Scope {
    if client.may_refresh() {
        scope.clone()
    } else {
        scope.without(&Scope::of([OFFLINE_ACCESS]))
    }
}
