//! What has to be proven before anything about an account is changed (design §2.10, spec §5 line 69).
//!
//! One question, the same for a set-up in the middle of a request and for the account's own pages. Says nothing of
//! what is changed.

use std::collections::BTreeSet;

use super::acr::{Acr, AcrName, Catalog, Pattern, Predicate, Renew};
use super::claim::Freshness;
use super::decide::Case;
use super::decision::{Error, Step, Verdict};
use super::demand::{Clause, Demand, Source};
use super::evidence::{Evidence, Method};
use super::facts::{Owned, Person};
use super::plan::{imagine, plan};
use super::reason::Reason;
use super::standing::Question;
use crate::ids::EvidenceId;
use crate::time::Timestamp;

/// What has to be proven before a change of the account: a catalog of one acr, and the demand for it.
pub(super) struct Gate {
    catalog: Catalog,
    demand: Demand,
}

impl Case<'_> {
    /// The proofs by which the most that the person can prove is proven, every part of it freshly; else what is
    /// asked for until it is.
    pub(super) fn prove_fully(
        &mut self,
        person: &Person,
        proven: &[&Evidence],
    ) -> Result<Vec<EvidenceId>, Box<Verdict>> {
        let gate = self.gate(Some(&person.owned));
        let question = self.gate_question(&gate);
        let missing = match question.put(proven.iter().copied()) {
            Ok(standing) => return Ok(standing.evidence),
            Err(missing) => missing,
        };
        let found = plan(&question, proven, &person.owned);
        self.reasons.extend(missing);
        Err(Box::new(match found {
            Some(prove) => Verdict::Ask(Step::Prove(prove)),
            None => {
                self.reasons.push(Reason::NotOwned);
                Verdict::Refuse(Error::UnmetAuthenticationRequirements)
            }
        }))
    }

    /// What has to be proven before a change: by the authenticators that the person owns the strongest acr they
    /// reach; or, whatever they own, a recovery code together with what a sign-in begins with. Without `owned`
    /// the second alone, where there is such a thing.
    pub(super) fn gate(&self, owned: Option<&[Owned]>) -> Gate {
        let openers: BTreeSet<Method> = self
            .policy
            .available
            .iter()
            .filter(|a| a.opens && !a.traits.recovery)
            .map(|a| a.method.clone())
            .collect();
        let by = |methods: BTreeSet<Method>| {
            Predicate::Proof(Pattern {
                methods,
                ..Pattern::default()
            })
        };
        let code = by(BTreeSet::from([Method::recovery()]));
        let recovered = (!openers.is_empty()).then(|| Predicate::All(vec![code, by(openers)]));
        let strongest = owned.map(|owned| self.strongest(owned));
        let name = match &strongest {
            Some(Some(acr)) => acr.name.clone(),
            _ => AcrName::new("account"),
        };
        let own = strongest.map(|acr| match acr {
            Some(acr) => acr.requires.clone(),
            None => Predicate::Proof(Pattern::default()),
        });
        let acr = Acr {
            name: name.clone(),
            aliases: Vec::new(),
            requires: Predicate::Any(own.into_iter().chain(recovered).collect()),
            lifetime: None,
            // Every part of it has to be fresh, not the strongest alone.
            renew: Renew::All,
        };
        let clause = Clause::floor(name, Some(self.policy.enrolment.fresh_for), Source::Account);
        Gate {
            catalog: Catalog::new(vec![acr]),
            demand: Demand::of(clause),
        }
    }

    pub(super) fn gate_question<'q>(&'q self, gate: &'q Gate) -> Question<'q> {
        Question {
            catalog: &gate.catalog,
            prefer: &[],
            ..self.question(&gate.demand, true)
        }
    }

    /// The last acr in configured order that these would make true together.
    fn strongest(&self, owned: &[Owned]) -> Option<&Acr> {
        let own: Vec<&Owned> = owned.iter().filter(|o| !o.traits.recovery).collect();
        self.policy.catalog.iter().rev().find(|acr| {
            let demand = Demand::of(Clause::floor(acr.name.clone(), None, Source::Account));
            let question = self.question(&demand, true).just_after();
            question.put(&imagine(&question, &own)).is_ok()
        })
    }

    /// What the person has just shown to have still.
    pub(super) fn held<'p>(
        &self,
        person: &'p Person,
        proven: &[&Evidence],
        now: Timestamp,
    ) -> Vec<&'p Owned> {
        let fresh = Freshness {
            max_age: Some(self.policy.enrolment.fresh_for),
            after: None,
        };
        let now = now.max(self.request.began);
        let shown = |o: &&Owned| {
            proven.iter().any(|e| {
                e.credential == o.credential && fresh.allows(e.at, self.request.began, now)
            })
        };
        person.owned.iter().filter(shown).collect()
    }
}
