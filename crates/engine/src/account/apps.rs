//! The apps that a person let in, and putting them out again.
//!
//! Putting an app out takes back the consent and ends every grant to it, with all tokens made from them.

use std::collections::BTreeMap;

use stepwell_core::audit::names;
use stepwell_core::ids::ClientId;
use stepwell_core::oauth::Scope;
use stepwell_core::time::Timestamp;
use stepwell_store::{consents, grants};

use super::Me;
use crate::Engine;
use crate::authorize::ScopeView;
use crate::call::Call;
use crate::error::EngineError;
use crate::grants::ended;

/// An app that the person let in.
#[derive(Clone, Debug)]
pub struct AppView {
    /// Its identity, for putting it out.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<ScopeView>,
    /// Since when.
    pub since: Timestamp,
    /// When it was last let in anew.
    pub last_granted: Option<Timestamp>,
    /// Whether it may go on while nobody is signed in (`offline_access`).
    pub offline: bool,
}

impl Engine {
    /// The apps that the person agreed to, and those that hold a live grant without having asked.
    ///
    /// # Errors
    /// When the database is away.
    pub fn account_apps(&self, call: &Call<'_>, me: &Me) -> Result<Vec<AppView>, EngineError> {
        let (agreed, granted) = self.db.read(|tx| -> Result<_, EngineError> {
            let agreed = consents::of(tx, &me.user.id)?;
            Ok((agreed, grants::live_of(tx, &me.user.id, call.now)?))
        })?;
        let mut apps: BTreeMap<ClientId, (Scope, Timestamp, Option<Timestamp>)> = BTreeMap::new();
        for consent in agreed {
            let scope = Scope::parse(&consent.scopes).unwrap_or_default();
            apps.insert(consent.client_id, (scope, consent.granted_at, None));
        }
        for grant in granted {
            let scope = Scope::parse(&grant.scope).unwrap_or_default();
            let app =
                apps.entry(grant.client_id)
                    .or_insert((Scope::default(), grant.created_at, None));
            app.0 = app.0.or(&scope);
            app.1 = app.1.min(grant.created_at);
            app.2 = app.2.max(Some(grant.created_at));
        }
        let mut shown = Vec::new();
        for (id, (scope, since, last_granted)) in apps {
            let name = match self.client(&id)? {
                Some(client) => client.name.clone(),
                None => id.as_str().to_owned(),
            };
            shown.push(AppView {
                name,
                scopes: scope
                    .iter()
                    .filter(|one| *one != "offline_access")
                    .map(|one| self.scope_view(call, one))
                    .collect(),
                offline: scope.contains("offline_access"),
                id,
                since,
                last_granted,
            });
        }
        shown.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
        Ok(shown)
    }

    /// Puts an app out; `false` when it was not in.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn revoke_account_app(
        &self,
        call: &Call<'_>,
        me: &Me,
        client: &ClientId,
    ) -> Result<bool, EngineError> {
        self.db.write(|tx| {
            let agreed = consents::revoke(tx, &me.user.id, client, call.now)?;
            let why = "the person put the app out";
            let revoked = grants::revoke_of_client(tx, &me.user.id, client, why, call.now)?;
            if !agreed && revoked.is_empty() {
                return Ok(false);
            }
            let about = |name| {
                call.event(name)
                    .user(&me.user.id)
                    .client(client)
                    .session(&me.session.id)
            };
            if agreed {
                tx.audit(about(names::CONSENT_REVOKED));
            }
            if let Some(event) = ended(call, &me.user.id, why, revoked) {
                tx.audit(event.client(client).session(&me.session.id));
            }
            Ok(true)
        })
    }
}
