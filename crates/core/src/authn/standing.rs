//! How a set of proofs stands against a demand: the acr to answer with, or what is missing.
//!
//! Knows nothing of persons, pages or what could be proven next.

use super::acr::{Acr, AcrName, Catalog, Pattern, Predicate, Renew};
use super::claim::{Claim, Freshness, Proofs};
use super::demand::{Clause, Demand};
use super::evidence::Evidence;
use super::reason::Reason;
use crate::ids::EvidenceId;
use crate::time::Timestamp;

/// A demand that is met, and by what.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// The acr value to answer with; none when no configured acr is true.
    pub(super) acr: Option<AcrName>,
    /// The claim behind it.
    pub(super) claim: Claim,
    /// Every proof that the answer or a floor rests on.
    pub(super) evidence: Vec<EvidenceId>,
    /// The first instant at which any part of it lapses.
    pub(super) holds_until: Option<Timestamp>,
}

/// The question that proofs are held against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) demand: &'a Demand,
    pub(super) prefer: &'a [AcrName],
    pub(super) began: Timestamp,
    pub(super) now: Timestamp,
    /// Whether voluntary clauses have to hold too.
    pub(super) insist: bool,
}

impl Question<'_> {
    /// Holds `evidence` against the demand.
    pub(super) fn put<'e>(
        &self,
        evidence: impl IntoIterator<Item = &'e Evidence> + Clone,
    ) -> Result<Standing, Vec<Reason>> {
        let allowed = |e: &&'e Evidence| {
            self.demand
                .methods
                .as_ref()
                .is_none_or(|m| m.contains(&e.method))
        };
        let all = Proofs::new(evidence.clone().into_iter().filter(allowed), self.now);
        let real = Proofs::new(
            evidence
                .into_iter()
                .filter(allowed)
                .filter(|e| !e.traits.remembered),
            self.now,
        );

        let mut missing = Vec::new();
        let mut floors = Vec::new();
        for clause in self
            .demand
            .clauses
            .iter()
            .filter(|c| self.insist || !c.voluntary)
        {
            // A remembered device may spare a routine factor, never one asked for by name or age.
            let routine =
                clause.source.may_be_remembered() && self.fresh_for(clause) == Freshness::default();
            let proofs = if routine { &all } else { &real };
            match self.clause(clause, proofs) {
                Ok(claim) => floors.extend((!clause.source.is_named()).then_some(claim)),
                Err(reason) => missing.push(reason),
            }
        }
        let answer = self.answer(&real);
        if answer.is_none() {
            missing.extend(missing.is_empty().then(|| self.stale_or_absent(&real)));
        }
        match answer {
            Some((acr, claim)) if missing.is_empty() => Ok(standing(acr, claim, &floors)),
            _ => Err(missing),
        }
    }

    /// The same question a moment later: nobody answers in the instant of being asked, so a proof to come is
    /// later than the request.
    pub(super) fn just_after(&self) -> Self {
        let after = Timestamp::from_micros(self.began.as_micros().saturating_add(1));
        Self {
            now: self.now.max(after),
            ..*self
        }
    }

    /// Whether somebody counts as signed in at all: proved something themselves, as recently as is asked.
    pub(super) fn signed_in<'e>(&self, evidence: impl IntoIterator<Item = &'e Evidence>) -> bool {
        let real = Proofs::new(
            evidence.into_iter().filter(|e| !e.traits.remembered),
            self.now,
        );
        real.claim(&nameless(), self.demand.fresh, self.began)
            .is_some()
    }

    fn fresh_for(&self, clause: &Clause) -> Freshness {
        let own = Freshness {
            max_age: clause.max_age,
            after: None,
        };
        if clause.source.shares_freshness() {
            own.join(self.demand.fresh)
        } else {
            own
        }
    }

    fn clause(&self, clause: &Clause, proofs: &Proofs<'_>) -> Result<Claim, Reason> {
        let acrs = || {
            clause
                .any_of
                .iter()
                .filter_map(|value| self.catalog.find(value))
        };
        let fresh = self.fresh_for(clause);
        let best = |fresh| {
            acrs()
                .filter_map(|acr| proofs.claim(acr, fresh, self.began))
                .max_by_key(|c| c.auth_time)
        };
        let any_of = || clause.any_of.iter().cloned().collect();
        best(fresh).ok_or_else(|| match best(Freshness::default()) {
            Some(old) => Reason::TooOld {
                any_of: any_of(),
                source: Some(clause.source.clone()),
                auth_time: old.auth_time,
                max_age: fresh.max_age,
            },
            None => Reason::NotProven {
                any_of: any_of(),
                source: Some(clause.source.clone()),
            },
        })
    }

    /// The most preferred requested acr that is true; else the strongest configured one (design §2.4).
    fn answer(&self, proofs: &Proofs<'_>) -> Option<(Option<AcrName>, Claim)> {
        let fresh = self.demand.fresh;
        let asked = self.prefer.iter().find_map(|value| {
            let claim = proofs.claim(self.catalog.find(value)?, fresh, self.began)?;
            Some((Some(value.clone()), claim))
        });
        asked
            .or_else(|| {
                self.catalog.iter().rev().find_map(|acr| {
                    let claim = proofs.claim(acr, fresh, self.began)?;
                    Some((Some(acr.name.clone()), claim))
                })
            })
            .or_else(|| Some((None, proofs.claim(&nameless(), fresh, self.began)?)))
    }

    fn stale_or_absent(&self, proofs: &Proofs<'_>) -> Reason {
        match proofs.claim(&nameless(), Freshness::default(), self.began) {
            Some(old) => Reason::TooOld {
                any_of: Vec::new(),
                source: None,
                auth_time: old.auth_time,
                max_age: self.demand.fresh.max_age,
            },
            None => Reason::NotSignedIn,
        }
    }
}

/// One proof, whatever it is: what being signed in at all amounts to.
fn nameless() -> Acr {
    Acr {
        name: AcrName::new(""),
        aliases: Vec::new(),
        requires: Predicate::Proof(Pattern::default()),
        lifetime: None,
        renew: Renew::Strongest,
    }
}

fn standing(acr: Option<AcrName>, claim: Claim, floors: &[Claim]) -> Standing {
    let mut evidence = claim.evidence.clone();
    for id in floors.iter().flat_map(|floor| &floor.evidence) {
        if !evidence.contains(id) {
            evidence.push(id.clone());
        }
    }
    let holds_until = floors
        .iter()
        .chain([&claim])
        .filter_map(|c| c.holds_until)
        .min();
    Standing {
        acr,
        claim,
        evidence,
        holds_until,
    }
}
