//! What the hub answers: a page to show, an error, or the grounds of a grant, always with reasons.
//!
//! Plain data. Nothing here decides.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::acr::AcrName;
use super::evidence::{Method, Traits};
use super::reason::Reason;
use crate::ids::{CredentialId, EvidenceId, UserId};
use crate::time::Timestamp;

/// A method that may be asked next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The method.
    pub method: Method,
    /// How many proofs the shortest way through it needs. Before anything is proven nobody is told what an account
    /// owns: then 1 says that the method can do alone, and 2 that it cannot.
    pub steps: usize,
    /// The methods that this shortest way needs besides.
    pub then: Vec<Method>,
    /// Whether a sign-in may begin with it.
    pub opens: bool,
    /// What it will show.
    pub traits: Traits,
    /// The authenticators of the method that lead there, where some may not: one may be too young, or lack a trait.
    /// None where any may be tried, as before anything is proven.
    pub by: Option<BTreeSet<CredentialId>>,
}

impl Choice {
    /// Whether a proof by this authenticator of the method leads there, as far as can be told.
    pub fn may_be_by(&self, credential: &CredentialId) -> bool {
        self.by.as_ref().is_none_or(|by| by.contains(credential))
    }
}

/// A proof to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prove {
    /// Methods that lead to the demand, best first; never empty.
    pub choices: Vec<Choice>,
    /// Proofs that already count.
    pub counted: Vec<EvidenceId>,
    /// How many proofs the shortest way needs, this one included.
    pub remaining: usize,
}

/// Why an authenticator is to be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Nothing that the person owns reaches what is asked.
    Missing,
    /// A recovery code was used: what was lost is replaced.
    Lost,
    /// The person came for it.
    Chosen,
    /// The first recovery codes, after something else was set up.
    Spare,
}

/// An authenticator to set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrol {
    /// Methods of which one is to be set up, best first; never empty.
    pub methods: Vec<Method>,
    /// Why.
    pub occasion: Occasion,
    /// The proofs that let it be set up.
    pub counted: Vec<EvidenceId>,
}

/// The page to show next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask who it is.
    Identify,
    /// Ask which account.
    ChooseAccount,
    /// Ask for a proof.
    Prove(Prove),
    /// Let an authenticator be set up.
    Enrol(Enrol),
    /// Ask for consent.
    Consent,
}

/// Why a request is turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// `access_denied` (RFC 6749 §4.1.2.1).
    AccessDenied,
    /// `login_required` (OIDC Core §3.1.2.6).
    LoginRequired,
    /// `account_selection_required` (OIDC Core §3.1.2.6).
    AccountSelectionRequired,
    /// `consent_required` (OIDC Core §3.1.2.6).
    ConsentRequired,
    /// `unmet_authentication_requirements` (OpenID Connect Core Error Code).
    UnmetAuthenticationRequirements,
}

/// What is frozen into a code and copied to every token made from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// Whom it is about.
    pub subject: UserId,
    /// The acr answered, spelled as it was asked for.
    pub acr: Option<AcrName>,
    /// Methods behind it (RFC 8176).
    pub amr: Vec<String>,
    /// The time the acr claims.
    pub auth_time: Timestamp,
    /// The proofs that it and every floor rest on.
    pub evidence: Vec<EvidenceId>,
    /// The authenticators and trusted browsers behind these proofs, each once: the proofs go with their session, and
    /// what rests on one of these is to end with it all the same. Empty in what was frozen before this was kept.
    #[serde(default)]
    pub credentials: Vec<CredentialId>,
    /// The last instant at which all of it stays true; none when it does not lapse.
    pub holds_until: Option<Timestamp>,
}

/// What happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Show a page.
    Ask(Step),
    /// Send the client an error.
    Refuse(Error),
    /// Issue a code.
    Grant(Grounds),
}

/// What happens next, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happens next.
    pub verdict: Verdict,
    /// Why; never empty.
    pub reasons: Vec<Reason>,
}
