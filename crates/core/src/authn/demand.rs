//! What a request needs, and how needs add up.
//!
//! A demand is a conjunction of clauses ("one of these acrs, this fresh") with a common freshness, a set
//! of allowed methods and a subject. Joining two demands never weakens either: it is commutative,
//! associative, idempotent and monotone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::acr::AcrName;
use super::claim::Freshness;
use super::evidence::Method;
use crate::ids::UserId;
use crate::time::Seconds;

/// Who demands something; named in every reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "from", content = "name")]
pub enum Source {
    /// `acr_values` of the request (OIDC Core §3.1.2.1, RFC 9470 §4).
    Request,
    /// An essential `acr` in the `claims` parameter (OIDC Core §5.5.1.1).
    EssentialClaim,
    /// The client's registered `default_acr_values`.
    ClientDefault,
    /// The client's registered `minimum_acr`.
    ClientMinimum,
    /// A requested scope.
    Scope(String),
    /// A requested resource (RFC 8707).
    Resource(String),
    /// A policy rule.
    Policy(String),
    /// A risk signal.
    Risk(String),
    /// A change of the account, such as setting an authenticator up.
    Account,
}

impl Source {
    /// Whether the acr was asked for by name, so that a remembered device cannot stand in.
    pub fn is_named(&self) -> bool {
        matches!(
            self,
            Self::Request | Self::EssentialClaim | Self::ClientDefault
        )
    }

    /// Whether the request's own freshness is asked of it too. What a client must always reach must also be
    /// reached as freshly as it asks, or a fresh weak proof would refresh it.
    pub fn shares_freshness(&self) -> bool {
        self.is_named() || matches!(self, Self::ClientMinimum)
    }

    /// Whether a remembered device may stand in where no age is demanded: for a routine floor only.
    pub fn may_be_remembered(&self) -> bool {
        matches!(
            self,
            Self::ClientMinimum | Self::Scope(_) | Self::Resource(_) | Self::Policy(_)
        )
    }
}

/// One of these acrs has to be true, this fresh.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clause {
    /// Acr values, any of which will do. An unknown value is never true.
    pub any_of: BTreeSet<AcrName>,
    /// The age that the acr's `auth_time` may not exceed.
    pub max_age: Option<Seconds>,
    /// Dropped rather than failed when it cannot be reached (OIDC Core §5.5.1.1).
    pub voluntary: bool,
    /// Who demands it.
    pub source: Source,
}

impl Clause {
    /// A floor: a single acr that must hold.
    pub fn floor(acr: AcrName, max_age: Option<Seconds>, source: Source) -> Self {
        Self {
            any_of: BTreeSet::from([acr]),
            max_age,
            voluntary: false,
            source,
        }
    }
}

/// Whom the answer may be about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Pin {
    /// Whoever signs in.
    #[default]
    Anyone,
    /// This person only.
    Only(UserId),
    /// Two different persons were demanded: nobody can satisfy it.
    Nobody,
}

impl Pin {
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Anyone, pin) | (pin, Self::Anyone) => pin,
            (a, b) if a == b => a,
            _ => Self::Nobody,
        }
    }
}

/// What a request needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// All of these.
    pub clauses: BTreeSet<Clause>,
    /// How fresh the answered acr has to be.
    pub fresh: Freshness,
    /// Only proofs by these methods count; none means all do.
    pub methods: Option<BTreeSet<Method>>,
    /// Whom it has to be about.
    pub subject: Pin,
    /// Why nobody may pass, when that is so.
    pub denied: BTreeSet<String>,
}

impl Demand {
    /// A demand of a single clause.
    pub fn of(clause: Clause) -> Self {
        Self {
            clauses: BTreeSet::from([clause]),
            ..Self::default()
        }
    }

    /// A demand for freshness alone.
    pub fn fresh(fresh: Freshness) -> Self {
        Self {
            fresh,
            ..Self::default()
        }
    }

    /// Both demands at once. Never weaker than either.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.clauses.extend(other.clauses);
        self.denied.extend(other.denied);
        self.fresh = self.fresh.join(other.fresh);
        self.methods = match (self.methods, other.methods) {
            (Some(a), Some(b)) => Some(a.intersection(&b).cloned().collect()),
            (a, b) => a.or(b),
        };
        self.subject = self.subject.join(other.subject);
        self
    }
}

impl Freshness {
    /// Both at once: the smaller age, the later instant.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let max_age = match (self.max_age, other.max_age) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self {
            max_age,
            after: self.after.max(other.after),
        }
    }
}
