//! What is read on every request and changes rarely: clients and keys, parsed once.
//!
//! Swapped whole, never edited. Every write that changes them bumps a revision; `refresh` compares it, on
//! this node and on others, and loads anew.

use std::collections::HashMap;
use std::sync::Arc;

use stepwell_core::authn::Policy;
use stepwell_core::client::Client;
use stepwell_core::ids::ClientId;
use stepwell_store::{Db, clients, revisions};

use crate::Engine;
use crate::client_auth::ClientKeys;
use crate::error::EngineError;
use crate::keys;
use crate::metadata::Metadata;
use crate::seal::SealingKeys;
use crate::settings::Settings;
use crate::tokens::KeyRing;

/// A client with its keys parsed.
#[derive(Debug)]
pub(crate) struct KnownClient {
    pub(crate) client: Arc<Client>,
    pub(crate) keys: Option<ClientKeys>,
}

/// Clients and keys as of some revision.
#[derive(Debug)]
pub(crate) struct Snapshot {
    revisions: Vec<(String, i64)>,
    clients: HashMap<ClientId, Arc<KnownClient>>,
    pub(crate) keys: Arc<KeyRing>,
    metadata: Arc<[u8]>,
}

impl Snapshot {
    pub(crate) fn load(
        db: &Db,
        seal: &SealingKeys,
        settings: &Settings,
        policy: &Policy,
    ) -> Result<Self, EngineError> {
        let (revisions, clients, records) = db.read(|tx| -> Result<_, EngineError> {
            Ok((
                revisions::all(tx)?,
                clients::all(tx)?,
                stepwell_store::keys::all(tx)?,
            ))
        })?;
        let mut known = HashMap::with_capacity(clients.len());
        for row in clients.into_iter().filter(|row| row.disabled_at.is_none()) {
            // One registration that cannot be read is one client that cannot come in, and no more.
            let client: Client = match serde_json::from_str(&row.json) {
                Ok(client) => client,
                Err(error) => {
                    tracing::error!(client = %row.id, %error, "a stored client cannot be read and is left out");
                    continue;
                }
            };
            let keys = match client.jwks.as_ref().map(ClientKeys::parse).transpose() {
                Ok(keys) => keys,
                Err(error) => {
                    tracing::error!(client = %row.id, %error, "the keys of a stored client cannot be used");
                    None
                }
            };
            known.insert(
                client.id.clone(),
                Arc::new(KnownClient {
                    client: Arc::new(client),
                    keys,
                }),
            );
        }
        let keys = keys::ring(&records, seal)?;
        let metadata = Metadata::of(settings, policy, &keys).to_json().into();
        Ok(Self {
            revisions,
            clients: known,
            keys: Arc::new(keys),
            metadata,
        })
    }
}

impl Engine {
    /// The registered client of this id. One that is not known yet may have been registered a moment ago,
    /// so an unknown id looks at the revision first.
    pub(crate) fn client(&self, id: &ClientId) -> Result<Option<Arc<Client>>, EngineError> {
        Ok(self
            .known_client(id)?
            .map(|known| Arc::clone(&known.client)))
    }

    pub(crate) fn known_client(
        &self,
        id: &ClientId,
    ) -> Result<Option<Arc<KnownClient>>, EngineError> {
        if let Some(known) = self.cached_client(id) {
            return Ok(Some(known));
        }
        self.refresh()?;
        Ok(self.cached_client(id))
    }

    /// The client, if this node knows it already: no database is asked.
    pub(crate) fn cached_client(&self, id: &ClientId) -> Option<Arc<KnownClient>> {
        self.snapshot.load().clients.get(id).cloned()
    }

    /// The signing keys.
    pub(crate) fn keys(&self) -> Arc<KeyRing> {
        Arc::clone(&self.snapshot.load().keys)
    }

    /// Loads clients and keys anew if any node changed them; says whether it did.
    ///
    /// # Errors
    /// When the database is away; what was loaded before stays in use.
    pub fn refresh(&self) -> Result<bool, EngineError> {
        let current = self.db.read(revisions::all)?;
        if current == self.snapshot.load().revisions {
            return Ok(false);
        }
        self.snapshot.store(Arc::new(Snapshot::load(
            &self.db,
            &self.seal,
            &self.settings,
            &self.policy,
        )?));
        Ok(true)
    }

    /// Whether scripts of `origin` may call for any client: what a preflight, which names none, is answered by.
    pub fn is_known_origin(&self, origin: &str) -> bool {
        self.snapshot
            .load()
            .clients
            .values()
            .any(|known| known.client.allows_origin(origin))
    }

    /// The body of `/jwks`.
    pub fn jwks(&self) -> Arc<[u8]> {
        self.keys().jwks()
    }

    /// The provider's metadata (OIDC Discovery §3, RFC 8414 §2), for both well-known addresses.
    pub fn metadata(&self) -> Arc<[u8]> {
        Arc::clone(&self.snapshot.load().metadata)
    }
}
