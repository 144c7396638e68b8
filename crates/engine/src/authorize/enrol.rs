//! What the page of a set-up has to show: which methods there are, and what the one chosen shows until its first
//! use.
//!
//! Starts a set-up that needs nothing typed first; verifies and stores no authenticator.

use stepwell_core::authn::{Enrol, Method, Reason};

use super::advance::Loaded;
use super::asked::proven;
use super::facts::Known;
use super::lost::lost;
use super::show::username;
use super::state::Setup;
use super::view::{EnrolStage, EnrolView};
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::factors::{Challenge, Enrolment, Failure, left};

impl Engine {
    pub(super) fn enrol_view(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        known: &Known,
        enrol: &Enrol,
        reasons: &[Reason],
    ) -> Result<EnrolView, EngineError> {
        let stage = self.enrol_stage(call, loaded, known, enrol)?;
        Ok(EnrolView {
            username: username(loaded, known),
            may_switch: self.may_switch(loaded),
            wording: self.wording(call, loaded, known, reasons),
            occasion: enrol.occasion,
            methods: enrol.methods.clone(),
            proven: proven(call.now, known, &enrol.counted),
            lost: match &stage {
                EnrolStage::Verify { method, .. } => {
                    self.lost_views(call.now, loaded, known, method)
                }
                _ => Vec::new(),
            },
            stage,
        })
    }

    fn enrol_stage(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        known: &Known,
        enrol: &Enrol,
    ) -> Result<EnrolStage, EngineError> {
        let Some(setup) = pending(loaded, known, enrol) else {
            return Ok(EnrolStage::Choose);
        };
        let method = setup.method.clone();
        let enrolment = self.enrolment_of(&method)?;
        let factor = self.factors.find(&method);
        let fresh = |c: &Challenge| !factor.is_some_and(|factor| factor.is_stale(c, call.now));
        let started = match (setup.started.filter(fresh), enrolment.asks()) {
            (Some(started), _) => started,
            (None, Some(field)) => return Ok(EnrolStage::Ask { method, field }),
            (None, None) => {
                let whom = self.whom(loaded, known, None);
                let started = enrolment
                    .start(&self.tools(call), &whom, "")
                    .map_err(|failure| match failure {
                        Failure::Engine(error) => error,
                        other => EngineError::broken(format!("a set-up did not start: {other:?}")),
                    })?;
                let mut state = loaded.state.clone();
                state.setup = Some(Setup {
                    method: setup.method,
                    user: setup.user,
                    started: Some(started.clone()),
                });
                // Another tab may have started one at the same moment: that one is shown.
                if !self.keep(loaded, state, |_, _| Ok(()))? {
                    return self.enrol_stage_again(call, loaded, known, enrol);
                }
                started
            }
        };
        let whom = self.whom(loaded, known, None);
        let show = enrolment.show(&self.tools(call), &whom, &started)?;
        let again = enrolment.asks().is_some();
        Ok(EnrolStage::Verify {
            method,
            show,
            again,
        })
    }

    fn enrol_stage_again(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        known: &Known,
        enrol: &Enrol,
    ) -> Result<EnrolStage, EngineError> {
        let saved = self.reloaded(loaded)?;
        let started = |l: &Loaded| l.state.setup.as_ref().is_some_and(|s| s.started.is_some());
        match saved {
            Some(saved) if started(&saved) => {
                *loaded = saved;
                self.enrol_stage(call, loaded, known, enrol)
            }
            _ => Err(EngineError::Unavailable(
                "another tab changed the same page".to_owned(),
            )),
        }
    }

    /// How authenticators of a method are set up.
    pub(crate) fn enrolment_of(&self, method: &Method) -> Result<&dyn Enrolment, EngineError> {
        self.factors
            .find(method)
            .and_then(|factor| factor.enrolment())
            .ok_or_else(|| EngineError::broken(format!("{method} has no set-up")))
    }
}

/// The recovery codes that are left, once one was used in this interaction.
pub(super) fn codes_left(loaded: &Loaded, known: &Known) -> Option<usize> {
    let sets = known.credentials.iter();
    let left = sets.filter(|c| c.method == Method::recovery()).map(left);
    lost(loaded, known).then(|| left.sum())
}

/// The set-up that goes on: the one chosen, if it is this person's and still one that is asked for; or the only
/// one there is.
pub(crate) fn pending(loaded: &Loaded, known: &Known, enrol: &Enrol) -> Option<Setup> {
    let user = &known.user.as_ref()?.id;
    let mine = |s: &&Setup| s.user == *user && enrol.methods.contains(&s.method);
    let chosen = loaded.state.setup.as_ref().filter(mine).cloned();
    chosen.or_else(|| match enrol.methods.as_slice() {
        [only] => Some(Setup {
            method: only.clone(),
            user: user.clone(),
            started: None,
        }),
        _ => None,
    })
}
