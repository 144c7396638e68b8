//! What could be set up: the methods of which a fresh authenticator would lead to the demand, and how many set-ups
//! and proofs that takes.
//!
//! Works by trial, as `plan` does. Decides nothing.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::decide::{Case, allowed};
use super::evidence::{Evidence, Method};
use super::facts::Owned;
use super::plan::{imagine, plan};
use super::standing::Question;
use crate::ids::CredentialId;
use crate::time::Timestamp;

/// More methods than this are not tried together.
const WIDEST: usize = 6;

/// A method that may be set up, and how many set-ups and proofs it takes to get to the demand by it.
pub(super) struct Lead {
    pub(super) owned: Owned,
    pub(super) steps: usize,
    /// What comes after it on that way.
    pub(super) then: Vec<Method>,
}

impl Case<'_> {
    /// The methods of which one, set up now, would lead from `base` to the demand: shortest way first, then
    /// strongest. Empty where nothing has to be set up, and where policy forbids it.
    pub(super) fn leads(&self, base: &[&Owned], proven: &[&Evidence], insist: bool) -> Vec<Lead> {
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
