//! The challenge of the factor whose page is shown: made once for an interaction, kept until answered.
//!
//! Only a factor knows what is in it. Nothing here verifies.

use serde_json::Value;
use stepwell_core::authn::Method;
use stepwell_core::time::Timestamp;

use super::advance::Loaded;
use super::facts::Known;
use super::state::State;
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::factors::{Challenge, Factor, Whom};

impl Engine {
    /// What the factor's page shows of its challenge; makes the challenge where none is pending, or only one
    /// that is too old.
    pub(super) fn challenge(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        known: &Known,
        method: &Method,
    ) -> Result<Option<Value>, EngineError> {
        let Some(factor) = self.factors.find(method) else {
            return Ok(None);
        };
        if let Some(pending) = pending(&loaded.state, factor, call.now) {
            return Ok(Some(pending.show.clone()));
        }
        if loaded.id.is_none() {
            return Ok(None);
        }
        let Some(challenge) = self.new_challenge(call, loaded, known, factor)? else {
            return Ok(None);
        };
        let show = challenge.show.clone();
        let mut state = loaded.state.clone();
        state.challenge = Some((method.clone(), challenge));
        if self.keep(loaded, state, |_, _| Ok(()))? {
            return Ok(Some(show));
        }
        // Another tab was first: its challenge is the one that an answer will be held against.
        if let Some(saved) = self.reloaded(loaded)?
            && let Some(pending) = pending(&saved.state, factor, call.now)
        {
            return Ok(Some(pending.show.clone()));
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
        let evidence = known.facts.session.iter().flat_map(|s| &s.evidence);
        Whom {
            user: known.user.as_ref(),
            credentials: &known.credentials,
            proven: evidence.into_iter().any(|e| !e.traits.remembered),
            app: loaded.asker.name(&self.settings),
            action,
        }
    }

    fn new_challenge(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        known: &Known,
        factor: &dyn Factor,
    ) -> Result<Option<Challenge>, EngineError> {
        let action = self.action_of(call, loaded);
        let whom = self.whom(loaded, known, action.as_deref());
        factor.begin(&self.tools(call), &whom)
    }

    /// The passkey, where a sign-in may begin with one: it says by itself whose it is.
    fn naming(&self, loaded: &Loaded) -> Option<&dyn Factor> {
        let methods = loaded.question(self).demand.methods;
        let allowed = methods.is_none_or(|m| m.contains(&Method::passkey()));
        let factor = self.factors.find(&Method::passkey())?;
        Some(factor).filter(|factor| allowed && factor.opens())
    }

    /// What the identifier page shows of the passkey's challenge.
    pub(super) fn naming_challenge(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        known: &Known,
    ) -> Result<Option<Value>, EngineError> {
        match self.naming(loaded) {
            Some(_) => self.challenge(call, loaded, known, &Method::passkey()),
            None => Ok(None),
        }
    }

    /// Makes that challenge for an interaction that is about to be stored, which spares its page a write.
    pub(super) fn begin_naming(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        known: &Known,
    ) -> Result<(), EngineError> {
        let Some(factor) = self.naming(loaded) else {
            return Ok(());
        };
        let challenge = self.new_challenge(call, loaded, known, factor)?;
        loaded.state.challenge = challenge.map(|challenge| (factor.method(), challenge));
        Ok(())
    }
}

/// The challenge that waits for this factor's answer, unless it is too old.
fn pending<'s>(state: &'s State, factor: &dyn Factor, now: Timestamp) -> Option<&'s Challenge> {
    let (method, challenge) = state.challenge.as_ref()?;
    (*method == factor.method() && !factor.is_stale(challenge, now)).then_some(challenge)
}
