//! What an interaction remembers between pages: choices of the person, never conclusions.
//!
//! Nothing in here can make a request succeed: whether it does is decided from evidence alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stepwell_core::authn::{Ended, Method};
use stepwell_core::ids::UserId;

use crate::factors::Challenge;

/// The person's choices so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// Who was named on the identifier page.
    pub(crate) identified: Option<Identified>,
    /// The person said "not you": the browser's session is not theirs to continue.
    pub(crate) switched: bool,
    /// An account was chosen.
    pub(crate) account_chosen: bool,
    /// Consent was given on this interaction's page.
    pub(crate) consented: bool,
    /// The person left or declined.
    pub(crate) ended: Option<Ended>,
    /// The method chosen on "another way".
    pub(crate) method: Option<Method>,
    /// What a factor's page left for its answer, by method.
    pub(crate) challenge: Option<(Method, Challenge)>,
    /// The authenticator that is being set up.
    pub(crate) setup: Option<Setup>,
    /// Codes that were sent, by method: choosing another way meanwhile sends none anew.
    pub(crate) sent: BTreeMap<Method, Challenge>,
    /// Whether it was written to the audit that a step-up is required, and not yet that it passed.
    pub(crate) stepup_required: bool,
    /// Whether its start was.
    pub(crate) stepup_started: bool,
}

impl State {
    /// Starts over as `identified`, or as nobody yet. What another person allowed, chose or was sent is not
    /// carried over; only what the audit was told already is.
    pub(crate) fn anew(&self, identified: Option<Identified>) -> Self {
        Self {
            switched: identified.is_none() || self.switched,
            identified,
            account_chosen: true,
            stepup_required: self.stepup_required,
            stepup_started: self.stepup_started,
            ..Self::default()
        }
    }
}

/// A set-up on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Setup {
    /// The method chosen.
    pub(crate) method: Method,
    /// Who chose it: nobody finishes what somebody else began, and may know the secret of.
    pub(crate) user: UserId,
    /// What the first use is held against, once it was made.
    pub(crate) started: Option<Challenge>,
}

/// A name that was typed, and whose it is. A name of nobody's is kept just the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Identified {
    pub(crate) username: String,
    pub(crate) user: Option<UserId>,
}
