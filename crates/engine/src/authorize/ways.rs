//! The ways to prove oneself that a page offers: which one it shows, and which others, in what order.
//!
//! Orders what was decided. Before anything is proven it tells nothing of what a person owns or does.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use stepwell_core::authn::{Choice, Method, Prove};
use stepwell_core::time::Timestamp;

use super::advance::Loaded;
use super::facts::Known;
use super::view::MethodView;

/// The choice that a page shows: the one that the person took on these pages, else the usual one.
pub(super) fn chosen<'p>(loaded: &Loaded, prove: &'p Prove, known: &Known) -> Option<&'p Choice> {
    let taken = loaded.state.method.as_ref();
    let taken = taken.and_then(|m| prove.choices.iter().find(|c| c.method == *m));
    taken.or_else(|| usual(prove, known))
}

/// The choice that a page shows by itself: where one proof is missing the way that the person took last, else the
/// best. Of several proofs that are missing the order is not the person's habit.
fn usual<'p>(prove: &'p Prove, known: &Known) -> Option<&'p Choice> {
    let last = prove.choices.iter().filter(|c| c.steps == 1);
    let taken = last
        .filter(|c| is_signed_in(known) && !c.traits.recovery)
        .filter_map(|c| Some((last_used(known, &c.method)?, c)))
        .max_by_key(|(at, _)| *at);
    taken.map(|(_, c)| c).or(prove.choices.first())
}

/// Other methods than the one shown: those that lead there, strongest first and a recovery code last; then, once
/// something is proven, what the person owns but which is not enough.
pub(super) fn others(
    now: Timestamp,
    shown: &Method,
    prove: &Prove,
    known: &Known,
    goes_to: impl Fn(&Choice) -> Option<String>,
) -> Vec<MethodView> {
    let view = |method: &Method, choice: Option<&Choice>| MethodView {
        method: method.clone(),
        reaches: choice.is_some(),
        resting: rests(now, method, choice, known),
        preselected: false,
        to: choice.filter(|_| is_signed_in(known)).and_then(&goes_to),
    };
    let mut choices: Vec<&Choice> = prove.choices.iter().collect();
    choices.sort_by_key(|c| (c.traits.recovery, Reverse(c.traits.strength())));
    let mut seen: BTreeSet<&Method> = BTreeSet::from([shown]);
    let mut list: Vec<MethodView> = Vec::new();
    for choice in choices {
        if seen.insert(&choice.method) {
            list.push(view(&choice.method, Some(choice)));
        }
    }
    let ready = list.iter_mut().filter(|m| m.reaches && !m.resting);
    let mut ready: Vec<&mut MethodView> = ready.collect();
    let taken = |m: &MethodView| {
        let at = last_used(known, &m.method).filter(|_| is_signed_in(known));
        at.filter(|_| m.method != Method::recovery())
    };
    let last = ready.iter().map(|m| taken(m)).max().flatten();
    let at = ready.iter().position(|m| taken(m) == last);
    if let Some(one) = at.and_then(|at| ready.get_mut(at)) {
        one.preselected = true;
    }
    for credential in known.credentials.iter().filter(|_| is_signed_in(known)) {
        if seen.insert(&credential.method) {
            list.push(view(&credential.method, None));
        }
    }
    list
}

/// Whether every authenticator of the method that could be used rests after too many wrong tries.
fn rests(now: Timestamp, method: &Method, choice: Option<&Choice>, known: &Known) -> bool {
    let mine = known.credentials.iter().filter(|c| c.method == *method);
    let mut mine = mine.filter(|c| choice.is_none_or(|choice| choice.may_be_by(&c.id)));
    let signed_in = is_signed_in(known);
    signed_in && mine.clone().next().is_some() && mine.all(|c| c.is_locked(now))
}

fn last_used(known: &Known, method: &Method) -> Option<Timestamp> {
    let mine = known.credentials.iter().filter(|c| c.method == *method);
    mine.filter_map(|c| c.last_used_at).max()
}

fn is_signed_in(known: &Known) -> bool {
    let session = known.facts.session.as_ref();
    session.is_some_and(|s| s.evidence.iter().any(|e| !e.traits.remembered))
}
