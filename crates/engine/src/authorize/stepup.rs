//! Step-ups as operators see them: counted by the acr that was wanted and by how they went.
//!
//! Labels are configured names only, never what a request spelled.

use super::advance::Loaded;
use crate::Engine;

/// How a step-up went on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// More was found necessary.
    Required,
    /// What was there already was enough.
    Satisfied,
    /// A proof was added.
    Passed,
    /// A proof was wrong.
    Failed,
    /// It cannot be reached.
    Unmet,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Satisfied => "satisfied",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unmet => "unmet",
        }
    }
}

impl Engine {
    /// Counts one.
    pub(crate) fn count_step_up(&self, loaded: &Loaded, outcome: Outcome) {
        let question = loaded.question(self);
        let wanted = question.prefer.iter().find_map(|value| self.policy.catalog.find(value));
        let acr = wanted.map_or("unnamed", |acr| acr.name.as_str()).to_owned();
        metrics::counter!("stepwell_stepup_total", "acr" => acr, "outcome" => outcome.as_str()).increment(1);
    }
}
