//! A proof on the page that asks for a name: a passkey says by itself whose it is.
//!
//! It only stands in for the name. What follows is the same proof, held against the same demand, as if the name
//! had been typed; and until it is proven nothing is kept of whom it named.

use stepwell_core::audit::names;
use stepwell_core::authn::Method;
use stepwell_core::ids::InteractionId;
use stepwell_core::user::User;
use stepwell_store::{StoreError, credentials, users};

use super::Trouble;
use super::guesses::Guesses;
use super::prove::{Typed, count};
use crate::Engine;
use crate::authorize::{Identified, Known, Loaded};
use crate::call::Call;
use crate::error::EngineError;

impl Engine {
    /// The authenticator that a proof comes from, where it says so by itself.
    pub(super) fn named_in(&self, loaded: &Loaded, typed: &Typed<'_>) -> Option<String> {
        let factor = self.factors.find(&typed.method)?;
        factor.names(&typed.against(loaded))
    }

    /// The interaction as the person whose authenticator this is. When it is nobody's that is written down, as long as
    /// the network's budget lasts: what is turned away afterwards is not, or a flood would fill the disk.
    pub(super) fn named(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        known: &Known,
        typed: &Typed<'_>,
        name: &str,
    ) -> Result<Result<Loaded, Trouble>, EngineError> {
        let user = self.db.read(|tx| -> Result<Option<User>, StoreError> {
            let found = credentials::find_by_external(tx, name)?;
            match found.filter(|c| c.method == typed.method) {
                Some(credential) => users::find(tx, &credential.user_id),
                None => Ok(None),
            }
        })?;
        let Some(user) = user else {
            let guesses = Guesses::of(self, call, loaded, known, None, &typed.method);
            if let Some(wait) = guesses.count_network()? {
                return Ok(Err(Trouble::Wait(wait.0)));
            }
            self.db.write(|tx| -> Result<(), EngineError> {
                let event = self.about(call, loaded, known, names::LOGIN_FAILED);
                let event = event.with("method", typed.method.as_str());
                tx.audit(event.with("why", "unknown-credential"));
                Ok(())
            })?;
            count(&typed.method, "failed");
            return Ok(Err(Trouble::Refused("unknown-credential")));
        };
        let mut state = loaded.state.anew(Some(Identified {
            username: user.username,
            user: Some(user.id),
        }));
        // The challenge was made for whoever answers it.
        state.challenge = loaded.state.challenge.clone();
        Ok(Ok(Loaded {
            state,
            ..loaded.clone()
        }))
    }

    /// Uses the challenge up, where any answer does. Whoever changed the interaction meanwhile did so already.
    pub(super) fn spend(
        &self,
        id: &InteractionId,
        loaded: &Loaded,
        method: &Method,
    ) -> Result<(), EngineError> {
        let once = self
            .factors
            .find(method)
            .is_some_and(|factor| factor.answered_once());
        let pending = loaded.state.challenge.as_ref();
        if !once || pending.is_none_or(|(m, _)| m != method) {
            return Ok(());
        }
        let mut state = loaded.state.clone();
        state.challenge = None;
        self.save(loaded, id, &state)?;
        Ok(())
    }
}
