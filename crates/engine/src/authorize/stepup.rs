//! Step-ups as operators see them: counted by the acr that was wanted and by how they went, and written
//! down with every reason.
//!
//! Labels are configured names only, never what a request spelled.

use stepwell_core::audit::names;
use stepwell_core::authn::Reason;
use stepwell_store::Tx;

use super::advance::{Loaded, json};
use super::facts::Known;
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::limits::{LimitKey, Rule, Verdict};

/// Unmet step-ups of one person that are written down in the window of the limits, where no page was shown.
const NOTED: u32 = 20;

/// How a step-up went on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// More was found necessary.
    Required,
    /// What was there already was enough.
    Satisfied,
    /// What was wanted is proven.
    Passed,
    /// A proof was wrong.
    Failed,
    /// It cannot be reached.
    Unmet,
    /// Something was set up for it.
    Enrolled,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Satisfied => "satisfied",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unmet => "unmet",
            Self::Enrolled => "enrolled",
        }
    }
}

impl Engine {
    /// Counts one.
    pub(crate) fn count_step_up(&self, loaded: &Loaded, outcome: Outcome) {
        let question = loaded.question(self);
        let wanted = question
            .prefer
            .iter()
            .find_map(|value| self.policy.catalog.find(value));
        let acr = wanted.map_or("unnamed", |acr| acr.name.as_str()).to_owned();
        metrics::counter!("stepwell_stepup_total", "acr" => acr, "outcome" => outcome.as_str())
            .increment(1);
    }

    /// Whether an unmet step-up of this person is written down: each is told, but a browser that asks for one again
    /// and again does not fill the disk.
    pub(super) fn notes_unmet(&self, call: &Call<'_>, known: &Known) -> Result<bool, EngineError> {
        let Some(user) = &known.user else {
            return Ok(true);
        };
        let rule = Rule {
            budget: NOTED,
            window: self.settings.limits.window,
        };
        let key = LimitKey::account("unmet", user.id.as_str());
        let verdict = self.limits.hit(&key, &rule, call.now)?;
        Ok(matches!(verdict, Verdict::Allowed { .. }))
    }

    /// Writes down that more is needed than the session holds; to be counted once that is stored.
    pub(super) fn note_required(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        loaded: &Loaded,
        known: &Known,
        why: &[Reason],
    ) -> Result<(), EngineError> {
        let question = loaded.question(self);
        let acr_values: Vec<_> = question.prefer.iter().map(|acr| acr.as_str()).collect();
        tx.audit(
            self.about(call, loaded, known, names::STEPUP_REQUIRED)
                .with("acr_values", acr_values)
                .with("max_age", question.demand.fresh.max_age.map(|age| age.0))
                .with("reasons", json(&why)?),
        );
        Ok(())
    }

    /// The start of a step-up is audited, or its abandonment would be invisible.
    pub(super) fn note_start(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        known: &Known,
        why: &[Reason],
    ) -> Result<(), EngineError> {
        if loaded.id.is_none() || loaded.state.stepup_started || !is_step_up(loaded, known) {
            return Ok(());
        }
        let mut state = loaded.state.clone();
        state.stepup_started = true;
        state.stepup_required = true;
        // A posted request came without cookies, so only its page knows that somebody was signed in.
        let first = !loaded.state.stepup_required;
        let saved = self.keep(loaded, state, |tx, loaded| {
            if first {
                self.note_required(tx, call, loaded, known, why)?;
            }
            let event = self.about(call, loaded, known, names::STEPUP_STARTED);
            tx.audit(event.with("reasons", json(&why)?));
            Ok(())
        })?;
        if saved && first {
            self.count_step_up(loaded, Outcome::Required);
        }
        Ok(())
    }
}

/// A step-up is for those who were signed in when the app asked.
pub(crate) fn is_step_up(loaded: &Loaded, known: &Known) -> bool {
    known.facts.session.is_some()
        && known
            .session
            .as_ref()
            .is_some_and(|s| s.created_at <= loaded.began)
}
