//! Whoever lost an authenticator: a recovery code, beside it what a sign-in begins with, and then something
//! new (design §2.10).
//!
//! The code proves nothing else, and one of them is enough for an interaction.

use super::decide::Case;
use super::decision::{Choice, Enrol, Occasion, Prove, Step, Verdict};
use super::evidence::{Evidence, Method};
use super::facts::{Owned, Person};
use super::leads::Lead;
use super::plan::{imagine, rank};
use super::reason::Reason;
use crate::ids::EvidenceId;

/// A way to be allowed to replace what was lost, and what may then be set up.
struct Way<'p> {
    /// What is proven beside the code, where that was not done of late.
    beside: Option<&'p Owned>,
    /// The proofs that count already.
    counted: Vec<EvidenceId>,
    leads: Vec<Lead>,
}

impl Case<'_> {
    /// Adds the recovery code to the choices, as the last of them.
    pub(super) fn with_last_resort(
        &self,
        mut prove: Prove,
        person: &Person,
        proven: &[&Evidence],
        insist: bool,
    ) -> Prove {
        let code = person.owned.iter().find(|o| o.traits.recovery);
        if let Some(code) = code.filter(|_| !self.used_a_code(proven)) {
            let ways = self.ways_of_the_lost(Some(code), person, proven, insist);
            let choices = ways.into_iter().filter_map(|way| {
                let lead = way.leads.into_iter().next()?;
                let first = way.beside.map(|o| o.method.clone());
                let then = first.into_iter().chain([lead.owned.method]);
                let then: Vec<Method> = then.chain(lead.then).collect();
                Some(choice(code, then))
            });
            let best = choices.min_by(|a, b| (a.steps, &a.then).cmp(&(b.steps, &b.then)));
            prove.choices.extend(best);
            rank(&mut prove.choices);
        }
        prove
    }

    /// A recovery code was used in this interaction: what it stands in for is replaced before anything else.
    pub(super) fn replace(
        &mut self,
        person: &Person,
        proven: &[&Evidence],
        insist: bool,
        missing: &[Reason],
    ) -> Option<Verdict> {
        if !self.used_a_code(proven) {
            return None;
        }
        let ways = self.ways_of_the_lost(None, person, proven, insist);
        let first = ways.first()?;
        let methods: Vec<Method> = first.leads.iter().map(|l| l.owned.method.clone()).collect();
        let counted = first.counted.clone();
        let step = if first.beside.is_none() {
            Step::Enrol(Enrol {
                methods: methods.clone(),
                occasion: Occasion::Lost,
                counted,
            })
        } else {
            let choices = ways.into_iter().filter_map(|way| {
                let (beside, lead) = (way.beside?, way.leads.into_iter().next()?);
                let then = std::iter::once(lead.owned.method).chain(lead.then);
                Some(choice(beside, then.collect()))
            });
            let mut choices: Vec<Choice> = choices.collect();
            rank(&mut choices);
            Step::Prove(Prove {
                remaining: choices.first()?.steps,
                choices,
                counted,
            })
        };
        self.reasons.extend_from_slice(missing);
        self.reasons.push(Reason::FactorLost);
        self.reasons.push(Reason::EnrolmentOffered { methods });
        Some(Verdict::Ask(step))
    }

    fn used_a_code(&self, proven: &[&Evidence]) -> bool {
        let used = |e: &&Evidence| e.traits.recovery && e.at > self.request.began;
        proven.iter().any(used)
    }

    /// The ways that lead on to a set-up: by what was proven of late alone, or with one proof beside. `code` is
    /// the recovery code to be used, when none was.
    fn ways_of_the_lost<'p>(
        &self,
        code: Option<&Owned>,
        person: &'p Person,
        proven: &[&Evidence],
        insist: bool,
    ) -> Vec<Way<'p>> {
        let gate = self.gate(None);
        let question = self.gate_question(&gate).just_after();
        let beside = person.owned.iter().filter(|o| o.opens).map(Some);
        let ways = std::iter::once(None).chain(beside).filter_map(|beside| {
            let used: Vec<&Owned> = code.into_iter().chain(beside).collect();
            let imagined = imagine(&question, &used);
            let after: Vec<&Evidence> = proven.iter().copied().chain(&imagined).collect();
            let standing = question.put(after.iter().copied()).ok()?;
            let base = self.held(person, &after, question.now);
            let leads = self.leads(&base, &after, insist);
            let known = |id: &EvidenceId| proven.iter().any(|e| e.id == *id);
            (!leads.is_empty()).then(|| Way {
                beside,
                counted: standing.evidence.into_iter().filter(known).collect(),
                leads,
            })
        });
        ways.collect()
    }
}

/// Using `one`, and what follows.
fn choice(one: &Owned, then: Vec<Method>) -> Choice {
    Choice {
        method: one.method.clone(),
        steps: then.len() + 1,
        then,
        opens: one.opens,
        traits: one.traits.clone(),
        // A code is of whichever set it stands in.
        by: (!one.traits.recovery).then(|| [one.credential.clone()].into()),
    }
}
