//! The challenge of the factor whose page is shown: made once for an interaction, kept until answered.
//!
//! Only a factor knows what is in it. Nothing here verifies.

use serde_json::Value;
use stepwell_core::authn::Method;
use stepwell_store::interactions;

use super::advance::Loaded;
use super::begin::encode;
use super::facts::Known;
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::factors::Whom;

impl Engine {
    /// What the factor's page shows of its challenge; makes the challenge where none is pending.
    pub(super) fn challenge(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        known: &Known,
        method: &Method,
    ) -> Result<Option<Value>, EngineError> {
        if let Some((_, pending)) = loaded.state.challenge.as_ref().filter(|(m, _)| m == method) {
            return Ok(Some(pending.show.clone()));
        }
        let (Some(factor), Some(id)) = (self.factors.find(method), &loaded.id) else {
            return Ok(None);
        };
        let action = self.action_of(loaded);
        let whom = self.whom(loaded, known, action.as_deref());
        let Some(challenge) = factor.begin(&self.tools(call), &whom)? else {
            return Ok(None);
        };
        let show = challenge.show.clone();
        let mut state = loaded.state.clone();
        state.challenge = Some((method.clone(), challenge));
        let text = encode(&state)?;
        if self
            .db
            .write(|tx| interactions::save_state(tx, id, loaded.version, &text))?
        {
            loaded.state = state;
            loaded.version += 1;
        }
        Ok(Some(show))
    }

    /// Whom a factor's page is for, and what for.
    pub(crate) fn whom<'a>(
        &'a self,
        loaded: &'a Loaded,
        known: &'a Known,
        action: Option<&'a str>,
    ) -> Whom<'a> {
        Whom {
            user: known.user.as_ref(),
            credentials: &known.credentials,
            app: loaded.asker.name(&self.settings),
            action,
        }
    }
}
