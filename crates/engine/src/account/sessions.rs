//! Where a person is signed in, and signing out elsewhere.
//!
//! Ends sessions of the person alone. Which apps a session holds follows from its grants.

use stepwell_core::authn::AcrName;
use stepwell_core::ids::{ClientId, SessionId};
use stepwell_core::time::Timestamp;
use stepwell_store::sessions::{self, Session};
use stepwell_store::{Tx, grants};

use super::Me;
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::grants::ended;

/// The most sessions that are shown; more are ended together.
const SHOWN: usize = 50;

/// A browser that is signed in.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// Its identity, for ending it.
    pub id: SessionId,
    /// Whether it is this very browser's.
    pub current: bool,
    /// Its `User-Agent`.
    pub user_agent: String,
    /// The address it began from.
    pub ip: Option<String>,
    /// When the person signed in.
    pub began: Timestamp,
    /// When it was last used.
    pub last_used: Timestamp,
    /// The names of the apps that were let in from it.
    pub apps: Vec<String>,
    /// The acrs that are true of it now, weakest first.
    pub acrs: Vec<AcrName>,
}

impl Engine {
    /// The browsers that a person is signed in with, this one first.
    ///
    /// # Errors
    /// When the database is away.
    pub fn account_sessions(
        &self,
        call: &Call<'_>,
        me: &Me,
    ) -> Result<Vec<SessionView>, EngineError> {
        let idle = self.settings.lifetimes.session_idle;
        self.db.read(|tx| -> Result<_, EngineError> {
            let mut live = sessions::live_of(tx, &me.user.id, call.now)?;
            live.retain(|session| session.is_live(call.now, idle));
            live.sort_by_key(|session| session.id != me.session.id);
            let granted = grants::live_of(tx, &me.user.id, call.now)?;
            let mut shown = Vec::new();
            for session in live.into_iter().take(SHOWN) {
                let proofs = self.proofs_of(tx, &session.id, call.now)?;
                let clients = granted
                    .iter()
                    .filter(|grant| grant.session_id.as_ref() == Some(&session.id))
                    .map(|grant| grant.client_id.clone());
                shown.push(SessionView {
                    current: session.id == me.session.id,
                    user_agent: session.user_agent.clone().unwrap_or_default(),
                    ip: session.ip.clone(),
                    began: session.created_at,
                    last_used: session.last_seen_at,
                    apps: self.app_names(clients)?,
                    acrs: self.policy.held(&proofs, call.now),
                    id: session.id,
                });
            }
            Ok(shown)
        })
    }

    /// Signs another browser of the person out; `false` when there is no such session of theirs.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn end_account_session(
        &self,
        call: &Call<'_>,
        me: &Me,
        id: &SessionId,
    ) -> Result<bool, EngineError> {
        let idle = self.settings.lifetimes.session_idle;
        self.db.write(|tx| {
            let theirs = sessions::find(tx, id)?
                .filter(|session| session.user_id == me.user.id && session.is_live(call.now, idle));
            match theirs {
                Some(session) => {
                    self.end_session(tx, call, &session, "ended by the person")?;
                    Ok(true)
                }
                None => Ok(false),
            }
        })
    }

    /// Signs every browser of the person out but this one; says how many.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn end_other_sessions(&self, call: &Call<'_>, me: &Me) -> Result<usize, EngineError> {
        self.db
            .write(|tx| self.end_others(tx, call, me, "ended by the person"))
    }

    pub(super) fn end_others(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        me: &Me,
        why: &str,
    ) -> Result<usize, EngineError> {
        let live = sessions::live_of(tx, &me.user.id, call.now)?;
        let others: Vec<Session> = live
            .into_iter()
            .filter(|session| session.id != me.session.id)
            .collect();
        for session in &others {
            self.end_session(tx, call, session, why)?;
        }
        Ok(others.len())
    }

    /// Ends what apps were let in to from anywhere but this session, for offline access too, and says how much.
    pub(super) fn end_grants_elsewhere(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        me: &Me,
        why: &str,
    ) -> Result<usize, EngineError> {
        let session = &me.session.id;
        let revoked = grants::revoke_elsewhere(tx, &me.user.id, session, why, call.now)?;
        let count = revoked.len();
        if let Some(event) = ended(call, &me.user.id, why, revoked) {
            tx.audit(event);
        }
        Ok(count)
    }

    /// The names of registered clients, each once, in order.
    pub(super) fn app_names(
        &self,
        clients: impl Iterator<Item = ClientId>,
    ) -> Result<Vec<String>, EngineError> {
        let mut names = Vec::new();
        for id in clients {
            let name = match self.client(&id)? {
                Some(client) => client.name.clone(),
                None => id.as_str().to_owned(),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}
