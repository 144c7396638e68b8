//! What could be proven next: the shortest ways from what is proven to what is demanded.
//!
//! Works by trial: pretend that owned authenticators were used now, and ask again. It never offers a
//! method that leads nowhere, and never one that could not be used as things stand.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::decision::{Choice, Prove};
use super::evidence::Evidence;
use super::facts::Owned;
use super::standing::Question;
use crate::ids::{CredentialId, EvidenceId};
use crate::time::Timestamp;

/// No acr needs more than this many further proofs at once.
const LONGEST: u32 = 4;
/// More kinds of authenticator than this are not tried together.
const WIDEST: usize = 10;

/// A minimal set of authenticators, as bits, that would meet the demand.
struct Way {
    set: u32,
    counted: Vec<EvidenceId>,
    /// Whether any factor may come next, or only one that a sign-in may begin with.
    begun: bool,
}

/// Finds every minimal set of owned authenticators that would meet the demand: what begins one is a choice, and what
/// counts on a shortest one is counted.
pub(super) fn plan(
    question: &Question<'_>,
    proven: &[&Evidence],
    owned: &[Owned],
) -> Option<Prove> {
    let question = &question.just_after();
    let mut kinds: Vec<&Owned> = owned.iter().collect();
    kinds.sort_by_key(|one| {
        (
            Reverse(one.traits.strength()),
            &one.method,
            &one.traits,
            !one.opens,
            // Of two that differ in age alone, the older one can do all that the younger one can.
            one.enrolled_at.unwrap_or(Timestamp::from_micros(i64::MAX)),
            &one.credential,
        )
    });
    kinds.dedup_by(|a, b| a.method == b.method && a.traits == b.traits);
    let kinds = narrowed(kinds, |some| way(question, proven, some, 0).is_some());

    let mut ways: Vec<Way> = Vec::new();
    let mut sets: Vec<u32> = (1..1u32 << kinds.len())
        .filter(|s| s.count_ones() <= LONGEST)
        .collect();
    sets.sort_by_key(|s| s.count_ones());
    for set in sets {
        if !ways.iter().any(|way| way.set & set == way.set) {
            let some: Vec<&Owned> = members(set, &kinds).copied().collect();
            ways.extend(way(question, proven, &some, set));
        }
    }

    let mut choices: Vec<Choice> = Vec::new();
    for (i, one) in kinds.iter().enumerate() {
        let first_on = |way: &&Way| way.set & (1 << i) != 0 && (way.begun || one.opens);
        if let Some(way) = ways.iter().filter(first_on).min_by_key(|way| way.steps()) {
            choices.push(Choice {
                method: one.method.clone(),
                steps: way.steps(),
                then: members(way.set & !(1 << i), &kinds)
                    .map(|other| other.method.clone())
                    .collect(),
                opens: one.opens,
                traits: one.traits.clone(),
                by: Some(leading(question, proven, &kinds, &ways, one, owned)),
            });
        }
    }
    rank(&mut choices);
    let remaining = choices.first()?.steps;
    let shortest = || ways.iter().filter(|way| way.steps() == remaining);
    let counts = |id: &&EvidenceId| shortest().any(|way| way.counted.contains(id));
    let counted = proven
        .iter()
        .map(|e| &e.id)
        .filter(counts)
        .cloned()
        .collect();
    Some(Prove {
        choices,
        counted,
        remaining,
    })
}

/// The authenticators of the same method as `one` that a way may begin with: in place of another of the method they
/// meet the demand too.
fn leading(
    question: &Question<'_>,
    proven: &[&Evidence],
    kinds: &[&Owned],
    ways: &[Way],
    one: &Owned,
    owned: &[Owned],
) -> BTreeSet<CredentialId> {
    let same = |other: &Owned| other.method == one.method;
    let leads = |mine: &Owned| {
        let mut begins = ways.iter().filter(|way| way.begun || mine.opens);
        begins.any(|way| {
            let some: Vec<&Owned> = members(way.set, kinds).copied().collect();
            (0..some.len()).filter(|at| same(some[*at])).any(|at| {
                let mut instead = some.clone();
                instead[at] = mine;
                some[at].credential == mine.credential
                    || self::way(question, proven, &instead, way.set).is_some()
            })
        })
    };
    let mine = owned.iter().filter(|mine| same(mine) && leads(mine));
    mine.map(|mine| mine.credential.clone()).collect()
}

/// Whether this one alone would meet the demand, with nothing proven before.
pub(super) fn suffices(question: &Question<'_>, one: &Owned) -> bool {
    way(&question.just_after(), &[], &[one], 1).is_some()
}

/// Puts choices in order and leaves each method once: shortest, then what opens, then strongest. A recovery
/// code comes last, however short its way: it is spent by being used.
pub(super) fn rank(choices: &mut Vec<Choice>) {
    choices.sort_by(|a, b| place(a).cmp(&place(b)));
    each_once(choices);
}

/// Leaves each method once, where it stands first, with every authenticator that it may be proven by.
pub(super) fn each_once(choices: &mut Vec<Choice>) {
    let mut once: Vec<Choice> = Vec::new();
    for choice in choices.drain(..) {
        let Some(first) = once.iter_mut().find(|c| c.method == choice.method) else {
            once.push(choice);
            continue;
        };
        first.by = first.by.take().zip(choice.by).map(|(mut by, more)| {
            by.extend(more);
            by
        });
    }
    *choices = once;
}

fn place(c: &Choice) -> impl Ord + '_ {
    (
        c.traits.recovery,
        c.steps,
        !c.opens,
        Reverse(c.traits.strength()),
        &c.method,
        &c.traits,
    )
}

impl Way {
    fn steps(&self) -> usize {
        self.set.count_ones() as usize
    }
}

/// Whether using all of `some` now would meet the demand, beginning with something that may come first.
fn way(question: &Question<'_>, proven: &[&Evidence], some: &[&Owned], set: u32) -> Option<Way> {
    let imagined = imagine(question, some);
    let trial: Vec<&Evidence> = proven.iter().copied().chain(&imagined).collect();
    let standing = question.put(trial).ok()?;
    let counted: Vec<&Evidence> = proven
        .iter()
        .copied()
        .filter(|e| standing.evidence.contains(&e.id))
        .collect();
    // A remembered device is nobody's proof: it lets no sign-in begin in the middle.
    let begun =
        counted.iter().any(|e| !e.traits.remembered) || question.signed_in(proven.iter().copied());
    let opens = some.iter().any(|one| one.opens);
    (begun || opens).then(|| Way {
        set,
        counted: counted.iter().map(|e| e.id.clone()).collect(),
        begun,
    })
}

/// Leaves out the weakest of too many authenticators, but never one without which there is no way.
fn narrowed(mut kinds: Vec<&Owned>, leads: impl Fn(&[&Owned]) -> bool) -> Vec<&Owned> {
    while kinds.len() > WIDEST {
        let without = |i: &usize| {
            let mut rest = kinds.clone();
            rest.remove(*i);
            leads(&rest)
        };
        match (0..kinds.len()).rev().find(without) {
            Some(needless) => drop(kinds.remove(needless)),
            None => return Vec::new(),
        }
    }
    kinds
}

fn members<T>(set: u32, of: &[T]) -> impl Iterator<Item = &T> {
    of.iter()
        .enumerate()
        .filter(move |(i, _)| set & (1 << i) != 0)
        .map(|(_, one)| one)
}

/// The evidence that using each of `some` right now would add.
pub(super) fn imagine(question: &Question<'_>, some: &[&Owned]) -> Vec<Evidence> {
    let used = |(i, one): (usize, &&Owned)| Evidence {
        id: EvidenceId::new(format!("imagined-{i}")),
        method: one.method.clone(),
        credential: one.credential.clone(),
        at: question.now,
        traits: one.traits.clone(),
        amr: Vec::new(),
        enrolled_at: one.enrolled_at,
    };
    some.iter().enumerate().map(used).collect()
}
