//! Setting an authenticator up: when nothing that is owned reaches the demand, when something was lost, and
//! when the person comes for it. Always after the most that they can prove, freshly (design §2.10, spec §5
//! line 69).
//!
//! A part of the hub: decides from the request, the facts and the policy alone, so that no page, cookie or
//! parameter skips it. What was set up in this interaction and did not lead on is not offered again, so it ends.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::acr::{Acr, AcrName, Catalog, Pattern, Predicate, Renew};
use super::claim::Freshness;
use super::decide::{Case, allowed};
use super::decision::{Choice, Enrol, Error, Occasion, Prove, Step, Verdict};
use super::demand::{Clause, Demand, Source};
use super::evidence::{Evidence, Method};
use super::facts::{Owned, Person};
use super::plan::{imagine, plan, rank};
use super::reason::Reason;
use super::standing::Question;
use crate::ids::{CredentialId, EvidenceId};
use crate::time::Timestamp;

/// More methods than this are not tried together.
const WIDEST: usize = 6;

/// What has to be proven before a change of the account: a catalog of one acr, and the demand for it.
struct Gate {
    catalog: Catalog,
    demand: Demand,
}

/// A method that may be set up, and how many set-ups and proofs it takes to get to the demand by it.
struct Lead {
    owned: Owned,
    steps: usize,
    /// What comes after it on that way.
    then: Vec<Method>,
}

impl Case<'_> {
    /// What comes though everything that the request demands is met: the proof before a change, the change
    /// itself, the first recovery codes.
    pub(super) fn before_leaving(
        &mut self,
        person: &Person,
        proven: &[&Evidence],
    ) -> Option<Verdict> {
        let done = self.set_up_now(person);
        let change = self.request.change.as_ref();
        // Once what the person came for is set up there is nothing left to guard.
        let change = change.filter(|c| c.enrol.as_ref().is_none_or(|m| !done.contains(&m)));
        if let Some(change) = change {
            let counted = match self.prove_fully(person, proven) {
                Ok(counted) => counted,
                Err(verdict) => return Some(verdict),
            };
            if let Some(method) = &change.enrol {
                return Some(self.chosen(method, counted));
            }
        }
        self.spare_codes(person)
    }

    /// A recovery code was used in this interaction: what it stands in for is replaced before anything else.
    pub(super) fn replace(
        &mut self,
        person: &Person,
        proven: &[&Evidence],
        insist: bool,
        missing: &[Reason],
    ) -> Option<Verdict> {
        let lost = |e: &&&Evidence| e.traits.recovery && e.at > self.request.began;
        proven.iter().find(lost)?;
        let base = self.held(person, proven, self.now);
        let leads = self.leads(&base, proven, insist);
        if leads.is_empty() {
            return None;
        }
        self.reasons.extend_from_slice(missing);
        self.reasons.push(Reason::FactorLost);
        Some(self.offer(person, proven, leads, Occasion::Lost))
    }

    /// Nothing that the person owns reaches the demand: something is set up that does, where policy allows it.
    pub(super) fn on_demand(&mut self, person: &Person, proven: &[&Evidence]) -> Option<Verdict> {
        // Before a first proof this would tell what is owned.
        if proven.iter().all(|e| e.traits.remembered) {
            return None;
        }
        let base: Vec<&Owned> = person.owned.iter().collect();
        let leads = self.leads(&base, proven, false);
        (!leads.is_empty()).then(|| self.offer(person, proven, leads, Occasion::Missing))
    }

    /// Why nothing that is owned reaches the demand.
    pub(super) fn why_not_owned(&self, person: &Person, proven: &[&Evidence]) -> Reason {
        // Before a first proof this would tell what is owned.
        if proven.iter().all(|e| e.traits.remembered) {
            return Reason::NotOwned;
        }
        let long_ago = Some(Timestamp::from_micros(i64::MIN));
        let aged = |o: &Owned| Owned {
            enrolled_at: long_ago,
            ..o.clone()
        };
        let owned: Vec<Owned> = person.owned.iter().map(aged).collect();
        let proven: Vec<Evidence> = proven
            .iter()
            .map(|e| Evidence {
                enrolled_at: long_ago,
                ..(*e).clone()
            })
            .collect();
        let question = self.question(&self.request.demand, false).just_after();
        let imagined = imagine(&question, &owned.iter().collect::<Vec<_>>());
        match question.put(proven.iter().chain(&imagined)) {
            Ok(_) => Reason::TooYoung,
            Err(_) => Reason::NotOwned,
        }
    }

    /// Adds the way of whoever lost an authenticator: a recovery code, and then something new.
    pub(super) fn with_last_resort(
        &self,
        mut prove: Prove,
        person: &Person,
        proven: &[&Evidence],
        insist: bool,
    ) -> Prove {
        let code = person.owned.iter().find(|o| o.traits.recovery);
        let choice = code.and_then(|code| self.last_resort(code, person, proven, insist));
        if let Some(choice) = choice {
            prove.choices.push(choice);
            rank(&mut prove.choices);
        }
        prove
    }

    fn last_resort(
        &self,
        code: &Owned,
        person: &Person,
        proven: &[&Evidence],
        insist: bool,
    ) -> Option<Choice> {
        let gate = self.gate(None);
        let question = self.gate_question(&gate).just_after();
        let beside = person.owned.iter().filter(|o| o.opens).map(Some);
        let ways = std::iter::once(None).chain(beside).filter_map(|beside| {
            let used: Vec<&Owned> = std::iter::once(code).chain(beside).collect();
            let imagined = imagine(&question, &used);
            let after: Vec<&Evidence> = proven.iter().copied().chain(&imagined).collect();
            question.put(after.iter().copied()).ok()?;
            let base = self.held(person, &after, question.just_after().now);
            let lead = self.leads(&base, &after, insist).into_iter().next()?;
            let first = used[1..].iter().map(|o| o.method.clone());
            let then = first.chain([lead.owned.method]).chain(lead.then);
            Some(Choice {
                method: code.method.clone(),
                steps: used.len() + lead.steps,
                then: then.collect(),
                opens: code.opens,
                traits: code.traits.clone(),
            })
        });
        ways.min_by_key(|choice| choice.steps)
    }

    /// The proof that comes first, or the page on which something is set up.
    fn offer(
        &mut self,
        person: &Person,
        proven: &[&Evidence],
        leads: Vec<Lead>,
        occasion: Occasion,
    ) -> Verdict {
        let methods: Vec<Method> = leads.into_iter().map(|lead| lead.owned.method).collect();
        self.reasons.push(Reason::EnrolmentOffered {
            methods: methods.clone(),
        });
        match self.prove_fully(person, proven) {
            Ok(counted) => Verdict::Ask(Step::Enrol(Enrol {
                methods,
                occasion,
                counted,
            })),
            Err(verdict) => verdict,
        }
    }

    fn chosen(&mut self, method: &Method, counted: Vec<EvidenceId>) -> Verdict {
        let method = method.clone();
        if !self.policy.enrolment.methods.contains(&method) {
            self.reasons.push(Reason::NotEnrollable { method });
            return Verdict::Refuse(Error::UnmetAuthenticationRequirements);
        }
        self.reasons.push(Reason::EnrolmentChosen {
            method: method.clone(),
        });
        Verdict::Ask(Step::Enrol(Enrol {
            methods: vec![method],
            occasion: Occasion::Chosen,
            counted,
        }))
    }

    /// Whoever sets something up and has no recovery codes gets them before going on.
    fn spare_codes(&mut self, person: &Person) -> Option<Verdict> {
        let codes = Method::recovery();
        let has = person.owned.iter().any(|o| o.method == codes);
        let offered = self.policy.enrolment.methods.contains(&codes) && !self.request.prompt.none;
        if has || !offered || self.set_up_now(person).is_empty() {
            return None;
        }
        self.reasons.push(Reason::NoRecoveryCodes);
        Some(Verdict::Ask(Step::Enrol(Enrol {
            methods: vec![codes],
            occasion: Occasion::Spare,
            counted: Vec::new(),
        })))
    }

    /// The proofs by which the most that the person can prove is proven, every part of it freshly; else what is
    /// asked for until it is.
    fn prove_fully(
        &mut self,
        person: &Person,
        proven: &[&Evidence],
    ) -> Result<Vec<EvidenceId>, Verdict> {
        let gate = self.gate(Some(&person.owned));
        let question = self.gate_question(&gate);
        let missing = match question.put(proven.iter().copied()) {
            Ok(standing) => return Ok(standing.evidence),
            Err(missing) => missing,
        };
        let found = plan(&question, proven, &person.owned);
        self.reasons.extend(missing);
        Err(match found {
            Some(plan) => Verdict::Ask(Step::Prove(Prove {
                choices: plan.choices,
                counted: plan.counted,
                remaining: plan.remaining,
            })),
            None => {
                self.reasons.push(Reason::NotOwned);
                Verdict::Refuse(Error::UnmetAuthenticationRequirements)
            }
        })
    }

    /// What has to be proven before a change: by the authenticators that the person owns the strongest acr they
    /// reach; or, whatever they own, a recovery code together with what a sign-in begins with. Without `owned`
    /// the second alone, where there is such a thing.
    fn gate(&self, owned: Option<&[Owned]>) -> Gate {
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

    fn gate_question<'q>(&'q self, gate: &'q Gate) -> Question<'q> {
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
    fn held<'p>(&self, person: &'p Person, proven: &[&Evidence], now: Timestamp) -> Vec<&'p Owned> {
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

    /// The methods that were set up in this interaction.
    fn set_up_now<'p>(&self, person: &'p Person) -> Vec<&'p Method> {
        let now = |o: &&Owned| o.enrolled_at.is_some_and(|at| at > self.request.began);
        let methods = &self.policy.enrolment.methods;
        let mine = person.owned.iter().filter(now).map(|o| &o.method);
        mine.filter(|m| methods.contains(m)).collect()
    }

    /// The methods of which one, set up now, would lead from `base` to the demand: shortest way first, then
    /// strongest. Empty where nothing has to be set up, and where policy forbids it.
    fn leads(&self, base: &[&Owned], proven: &[&Evidence], insist: bool) -> Vec<Lead> {
        if !self.policy.enrolment.on_demand || self.request.prompt.none {
            return Vec::new();
        }
        let question = self.question(&self.request.demand, insist).just_after();
        let candidates = self.candidates(question.now);
        let reaches = |set: u32| {
            let some = members(set, &candidates);
            let all: Vec<&Owned> = base.iter().copied().chain(some).collect();
            let imagined = imagine(&question, &all);
            question
                .put(proven.iter().copied().chain(&imagined))
                .is_ok()
        };
        let mut sets: Vec<u32> = (0..1u32 << candidates.len()).collect();
        sets.sort_by_key(|set| set.count_ones());
        let mut least: Vec<u32> = Vec::new();
        for set in sets {
            if !least.iter().any(|less| less & set == *less) && reaches(set) {
                least.push(set);
            }
        }
        let mut leads: Vec<Lead> = Vec::new();
        for (i, one) in candidates.iter().enumerate() {
            let through = least.iter().filter(|set| **set & (1 << i) != 0);
            let way = through
                .filter_map(|set| self.rest(&question, base, proven, &candidates, i, *set))
                .min_by_key(Vec::len);
            leads.extend(way.map(|then| Lead {
                owned: one.clone(),
                steps: then.len() + 1,
                then,
            }));
        }
        leads.sort_by_key(|lead| (lead.steps, Reverse(lead.owned.traits.strength())));
        let mut seen = BTreeSet::new();
        leads.retain(|lead| seen.insert(lead.owned.method.clone()));
        leads
    }

    /// What comes after setting up the first of a set: the others, and what of `base` has to be proven anew.
    fn rest(
        &self,
        question: &Question<'_>,
        base: &[&Owned],
        proven: &[&Evidence],
        candidates: &[Owned],
        first: usize,
        set: u32,
    ) -> Option<Vec<Method>> {
        let new = members(set, candidates).collect::<Vec<_>>();
        let imagined = imagine(question, &new);
        let after: Vec<&Evidence> = proven.iter().copied().chain(&imagined).collect();
        let others = members(set & !(1 << first), candidates).map(|o| o.method.clone());
        if question.put(after.iter().copied()).is_ok() {
            return Some(others.collect());
        }
        let base: Vec<Owned> = base.iter().map(|o| (*o).clone()).collect();
        let base = allowed(base.into_iter(), &self.request.demand);
        let next = plan(question, &after, &base)?.choices.into_iter().next()?;
        Some(others.chain([next.method]).chain(next.then).collect())
    }

    /// What may be set up for this request, as it would be a moment later.
    fn candidates(&self, now: Timestamp) -> Vec<Owned> {
        let mine = self.facts.person.iter().flat_map(|p| self.set_up_now(p));
        let done: BTreeSet<&Method> = mine.collect();
        let methods = self.policy.enrolment.methods.iter();
        let new = methods
            .filter(|m| !done.contains(m))
            .flat_map(|m| self.policy.available.iter().filter(move |a| a.method == *m))
            .filter(|a| !a.traits.recovery)
            .map(|a| Owned {
                method: a.method.clone(),
                credential: CredentialId::new(""),
                traits: a.traits.clone(),
                opens: a.opens,
                enrolled_at: Some(now),
            });
        let mut new = allowed(new, &self.request.demand);
        new.truncate(WIDEST);
        new
    }
}

fn members(set: u32, of: &[Owned]) -> impl Iterator<Item = &Owned> {
    of.iter()
        .enumerate()
        .filter(move |(i, _)| set & (1 << i) != 0)
        .map(|(_, one)| one)
}
