//! The budget of a network: whoever asks too often is told to come back later.

use super::{LimitKey, NetworkKey, Rule, Verdict};
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;

impl Engine {
    /// Counts one of whatever `purpose` names. Where nobody knows the network there is no budget.
    ///
    /// # Errors
    /// [`EngineError::TooMany`] once the network has none left.
    pub(crate) fn count_of_network(
        &self,
        call: &Call<'_>,
        purpose: &str,
        rule: Rule,
    ) -> Result<(), EngineError> {
        let Some(ip) = call.peer.ip else {
            return Ok(());
        };
        let key = LimitKey::network(purpose, &NetworkKey::of(ip));
        match self.limits.hit(&key, &rule, call.now)? {
            Verdict::Allowed { .. } => Ok(()),
            Verdict::Wait { retry_after } => Err(EngineError::TooMany { retry_after }),
        }
    }
}
