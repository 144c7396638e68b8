//! Why a decision came out as it did: for the person, the auditor and the developer.
//!
//! Reasons are data; the words for them belong to pages and documentation.

use serde::{Deserialize, Serialize};

use super::acr::AcrName;
use super::demand::Source;
use super::evidence::Method;
use crate::time::{Seconds, Timestamp};

/// One reason behind a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// Nobody is signed in.
    NotSignedIn,
    /// The person started over as somebody else than the session's.
    OtherPerson,
    /// `prompt=login`, `max_age` or a floor asks for a newer proof of what is otherwise true.
    TooOld {
        /// The acrs that would do.
        any_of: Vec<AcrName>,
        /// Who demands it.
        source: Option<Source>,
        /// Since when the best of them is true.
        auth_time: Timestamp,
        /// The age allowed, in seconds.
        max_age: Option<Seconds>,
    },
    /// None of these acrs is true of what was proven.
    NotProven {
        /// The acrs that would do.
        any_of: Vec<AcrName>,
        /// Who demands it.
        source: Option<Source>,
    },
    /// No configured method can make any of these true.
    NotConfigured {
        /// The acrs asked for.
        any_of: Vec<AcrName>,
        /// Who demands it.
        source: Source,
    },
    /// The person owns nothing that could make it true.
    NotOwned,
    /// What could make it true was set up too recently to count.
    TooYoung,
    /// It can be set up here.
    EnrolmentOffered {
        /// The methods of which one would lead there, best first.
        methods: Vec<Method>,
    },
    /// A recovery code was used: what was lost is to be replaced first.
    FactorLost,
    /// The person wants to set it up.
    EnrolmentChosen {
        /// The method.
        method: Method,
    },
    /// It cannot be set up here.
    NotEnrollable {
        /// The method.
        method: Method,
    },
    /// The person has no recovery codes yet.
    NoRecoveryCodes,
    /// A voluntary acr was out of reach and was left out (OIDC Core §5.5.1.1).
    VoluntaryLeftOut {
        /// The acrs asked for.
        any_of: Vec<AcrName>,
    },
    /// The request is about somebody else.
    WrongSubject,
    /// `prompt=select_account`.
    AccountChoiceRequested,
    /// The person has not yet allowed this, or `prompt=consent`.
    ConsentNeeded,
    /// The person said no.
    Declined,
    /// The person left.
    Cancelled,
    /// A rule denies it.
    Denied {
        /// The rule's name.
        rule: String,
    },
    /// `prompt=none` forbids showing the page that would be needed.
    SilenceRequested,
    /// An acr is true and fresh enough.
    Satisfied {
        /// The acr, as asked for.
        acr: Option<AcrName>,
        /// Since when.
        auth_time: Timestamp,
    },
}
