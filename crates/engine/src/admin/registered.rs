//! What administrators do to a client that is registered: switch it off and on, give it another secret.

use stepwell_core::audit::{Event, names};
use stepwell_core::client::Client;
use stepwell_core::ids::ClientId;
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_store::clients;

use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;

/// The longest that a replaced secret may stay valid.
const LONGEST: Seconds = Seconds(90 * 86_400);

/// A client's new secret.
#[derive(Debug)]
pub struct RotatedSecret {
    /// The secret, shown once.
    pub secret: Secret,
    /// Until when the one before stays valid; none where it ended at once.
    pub old_until: Option<Timestamp>,
}

impl Engine {
    /// Switches a client off or on; says whether that changed anything. While it is off it is nobody: it
    /// cannot authenticate, ask for a sign-in or refresh, and its access tokens are live no more where that is
    /// asked. Where they are verified without asking they are good to their end.
    ///
    /// # Errors
    /// When there is no such client, or the database is away.
    pub fn switch_client(
        &self,
        call: &Call<'_>,
        id: &ClientId,
        on: bool,
    ) -> Result<bool, EngineError> {
        let changed = self.db.write(|tx| -> Result<bool, EngineError> {
            if clients::find(tx, id)?.is_none() {
                return Err(nobody(id));
            }
            let (changed, name) = if on {
                (clients::enable(tx, id, call.now)?, names::CLIENT_ENABLED)
            } else {
                (clients::disable(tx, id, call.now)?, names::CLIENT_DISABLED)
            };
            if changed {
                tx.audit(event(call, name, id));
            }
            Ok(changed)
        })?;
        self.refresh()?;
        Ok(changed)
    }

    /// Draws another secret for a client. The one before stays valid for `old_for`, or ends at once.
    ///
    /// # Errors
    /// When there is no such client, it has no secret, or somebody else changed it in the same moment.
    pub fn rotate_client_secret(
        &self,
        call: &Call<'_>,
        id: &ClientId,
        old_for: Option<Seconds>,
    ) -> Result<RotatedSecret, EngineError> {
        if old_for.is_some_and(|length| length > LONGEST) {
            return Err(EngineError::Invalid(vec![format!(
                "a replaced secret stays valid for {LONGEST} at most"
            )]));
        }
        let secret = call.secret();
        let old_until = old_for.map(|length| call.now.plus(length));
        self.db.write(|tx| -> Result<(), EngineError> {
            let before = clients::find(tx, id)?.ok_or_else(|| nobody(id))?;
            let mut client: Client =
                serde_json::from_str(&before.json).map_err(EngineError::broken)?;
            if !client.keeps_secret() {
                return Err(EngineError::Invalid(vec![format!(
                    "the client {id} authenticates by {} and has no secret",
                    client.auth_method
                )]));
            }
            client.replace_secret(Hashed::of(&secret), old_until);
            let json = serde_json::to_string(&client).map_err(EngineError::broken)?;
            if !clients::replace(tx, &before, &json, call.now)? {
                return Err(EngineError::Conflict(format!(
                    "the client {id} was changed in the same moment; try again"
                )));
            }
            let end = old_until.map_or_else(|| "at once".to_owned(), Timestamp::rfc3339);
            tx.audit(event(call, names::CLIENT_SECRET_ROTATED, id).with("old_ends", end));
            Ok(())
        })?;
        self.refresh()?;
        Ok(RotatedSecret { secret, old_until })
    }
}

fn nobody(id: &ClientId) -> EngineError {
    EngineError::NotFound(format!("no client is registered under {id}"))
}

fn event(call: &Call<'_>, name: &'static str, id: &ClientId) -> Event {
    call.event(name).client(id)
}
