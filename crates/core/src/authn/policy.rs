//! What the installation offers and calls things, and which acrs that can make true.
//!
//! Knows no person and no request.

use super::acr::{Acr, AcrName, Catalog};
use super::claim::{Freshness, Proofs};
use super::decide::decide;
use super::decision::{Error, Verdict};
use super::demand::{Clause, Demand, Source};
use super::evidence::{Evidence, Method, Traits};
use super::facts::{Facts, Owned, Prompt, Request};
use crate::time::{Seconds, Timestamp};

/// A method that this installation offers, at its strongest.
#[derive(Clone, Debug)]
pub struct Available {
    /// The method.
    pub method: Method,
    /// The most that a proof by it can show.
    pub traits: Traits,
    /// Whether a sign-in may begin with it.
    pub opens: bool,
}

/// What people may set up here by themselves; nothing by default.
#[derive(Clone, Debug, Default)]
pub struct EnrolmentPolicy {
    /// Whether in the middle of a request, when nothing that they own reaches what is asked.
    pub on_demand: bool,
    /// The methods that can be set up, recovery codes among them.
    pub methods: Vec<Method>,
    /// How recent every proof has to be that comes before a change of the account.
    pub fresh_for: Seconds,
}

/// What the installation offers and calls things.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The configured acrs.
    pub catalog: Catalog,
    /// The methods that can be enrolled here.
    pub available: Vec<Available>,
    /// What people may set up by themselves.
    pub enrolment: EnrolmentPolicy,
}

impl Policy {
    /// What `acr_values_supported` says (RFC 9470 §7): names, then aliases, weakest first, of every acr that a
    /// method of this installation can make true.
    pub fn published(&self) -> Vec<AcrName> {
        let reachable: Vec<Acr> = self.reachable().cloned().collect();
        Catalog::new(reachable).published()
    }

    /// The acrs that a person with these authenticators can make true, weakest first.
    pub fn in_reach(&self, owned: &[Owned]) -> Vec<AcrName> {
        let available = owned.iter().map(|one| Available {
            method: one.method.clone(),
            traits: one.traits.clone(),
            opens: one.opens,
        });
        let theirs = Self {
            catalog: self.catalog.clone(),
            available: available.collect(),
            ..Self::default()
        };
        theirs.reachable().map(|acr| acr.name.clone()).collect()
    }

    /// The acrs that are true of these proofs at `now`, weakest first.
    pub fn held(&self, evidence: &[Evidence], now: Timestamp) -> Vec<AcrName> {
        let real = evidence.iter().filter(|e| !e.traits.remembered);
        let proofs = Proofs::new(real, now);
        self.catalog
            .iter()
            .filter(|acr| proofs.claim(acr, Freshness::default(), now).is_some())
            .map(|acr| acr.name.clone())
            .collect()
    }

    fn reachable(&self) -> impl Iterator<Item = &Acr> {
        self.catalog.iter().filter(|acr| {
            let clause = Clause::floor(acr.name.clone(), None, Source::Request);
            let request = Request {
                prefer: Vec::new(),
                demand: Demand::of(clause),
                prompt: Prompt::default(),
                began: Timestamp::default(),
                change: None,
            };
            let decision = decide(&request, &Facts::default(), self, Timestamp::default());
            decision.verdict != Verdict::Refuse(Error::UnmetAuthenticationRequirements)
        })
    }
}
