//! Which acrs are true of which proofs, and since when: twice over, by two definitions that must agree.
//!
//! One lists every way to read an acr's predicate as a conjunction and every choice of witnesses for it;
//! the other only ever asks whether a predicate is true of what is left above a threshold of time.

use std::collections::{BTreeMap, BTreeSet};

use stepwell_core::authn::{Acr, Barred, Evidence, Method, Pattern, Predicate, Renew};
use stepwell_core::time::{Seconds, Timestamp};

/// Which proofs count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pool {
    /// What the person proved.
    Real,
    /// That, and what a remembered device stands in for.
    WithRemembered,
}

/// The most recent way in which an acr is true.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Best {
    /// Not yet held against now, so that proofs a moment ahead of it still compare.
    pub(crate) auth_time: Timestamp,
    pub(crate) until: Timestamp,
    /// The sets of proofs that make it true so; more than one where they tie.
    pub(crate) sets: Vec<u32>,
}

/// Proofs at an instant.
#[derive(Debug)]
pub(crate) struct Truth<'a> {
    pub(crate) proofs: Vec<&'a Evidence>,
    now: Timestamp,
}

/// One plain demand, and what may not count for it.
struct Leaf<'p> {
    demand: Plain<'p>,
    barred: Vec<&'p Barred>,
}

enum Plain<'p> {
    One(&'p Pattern),
    Kinds(u8, Option<Seconds>, Option<Seconds>),
}

const NEVER: Timestamp = Timestamp::from_micros(i64::MAX);

fn strength(e: &Evidence) -> u8 {
    use stepwell_core::authn::Kind::{Inherence, Possession};
    match (
        e.traits.phishing_resistant,
        e.traits.kinds.contains(&Possession),
        e.traits.kinds.contains(&Inherence),
    ) {
        (true, _, _) => 3,
        (false, false, false) => 1,
        _ => 2,
    }
}

impl<'a> Truth<'a> {
    /// Sorts out what does not count: other methods, remembered devices where they do not, the future, and
    /// what a newer proof with the same authenticator replaces.
    pub(crate) fn new(
        evidence: impl IntoIterator<Item = &'a Evidence>,
        methods: Option<&BTreeSet<Method>>,
        pool: Pool,
        now: Timestamp,
    ) -> Self {
        let mut newest: BTreeMap<_, &Evidence> = BTreeMap::new();
        for e in evidence {
            let counts = methods.is_none_or(|m| m.contains(&e.method))
                && (pool == Pool::WithRemembered || !e.traits.remembered)
                && e.at.as_micros() - now.as_micros() <= 10_000_000;
            if counts {
                let slot = newest
                    .entry((&e.method, &e.credential, &e.traits, e.enrolled_at))
                    .or_insert(e);
                if (e.at, &e.id) > (slot.at, &slot.id) {
                    *slot = e;
                }
            }
        }
        let proofs: Vec<&Evidence> = newest.into_values().collect();
        assert!(proofs.len() < 16, "brute force has its bounds");
        Self { proofs, now }
    }

    /// The most recent way in which `acr` is true now.
    pub(crate) fn best(&self, acr: &Acr) -> Option<Best> {
        let mut best: Option<Best> = None;
        for (set, until) in conjunctions(&acr.requires)
            .iter()
            .flat_map(|leaves| self.ways(leaves))
        {
            let auth_time = self.speaks(set, acr.renew);
            let until = acr
                .lifetime
                .map_or(until, |life| until.min(auth_time.plus(life)));
            if until < self.now {
                continue;
            }
            let worth =
                |at: Timestamp, until: Timestamp, set: u32| (at, until, 32 - set.count_ones());
            match &mut best {
                Some(b)
                    if worth(auth_time, until, set) < worth(b.auth_time, b.until, b.sets[0]) => {}
                Some(b)
                    if worth(auth_time, until, set) == worth(b.auth_time, b.until, b.sets[0]) =>
                {
                    b.sets.push(set);
                }
                _ => {
                    best = Some(Best {
                        auth_time,
                        until,
                        sets: vec![set],
                    })
                }
            }
        }
        let alive = |at: &Timestamp| acr.lifetime.is_none_or(|life| self.now <= at.plus(life));
        let by_threshold = self.latest(&acr.requires, acr.renew).filter(alive);
        assert_eq!(
            by_threshold,
            best.as_ref().map(|b| b.auth_time),
            "the two definitions differ on {acr:?}"
        );
        best
    }

    /// The most recent proof, whatever it is; a recovery code proves nothing by itself.
    pub(crate) fn most_recent(&self) -> Option<Timestamp> {
        let proofs = self.proofs.iter().filter(|e| !e.traits.recovery);
        proofs.map(|e| e.at).max()
    }

    /// The sets that prove every one of the leaves, each with a witness that needs all of its proofs.
    fn ways(&self, leaves: &[Leaf<'_>]) -> Vec<(u32, Timestamp)> {
        let mut ways = vec![(0, NEVER)];
        for leaf in leaves {
            let witnesses = self.witnesses(leaf);
            ways = ways
                .iter()
                .flat_map(|(set, until)| {
                    witnesses
                        .iter()
                        .map(move |(w, end)| (set | w, *until.min(end)))
                })
                .collect();
        }
        ways.retain(|(set, _)| *set != 0);
        ways
    }

    fn witnesses(&self, leaf: &Leaf<'_>) -> Vec<(u32, Timestamp)> {
        let open = |i: usize| counts(self.proofs[i], &leaf.barred);
        match &leaf.demand {
            Plain::One(pattern) => (0..self.proofs.len())
                .filter(|i| open(*i))
                .filter(|i| {
                    fits(pattern, self.proofs[*i]) && self.end(1 << i, pattern.within) >= self.now
                })
                .map(|i| (1 << i, self.end(1 << i, pattern.within)))
                .collect(),
            Plain::Kinds(count, within, settled) => (1u32..1 << self.proofs.len())
                .filter(|set| bits(*set).all(open))
                .filter(|set| set.count_ones() <= 3 && self.end(*set, *within) >= self.now)
                .filter(|set| bits(*set).all(|i| old_enough(self.proofs[i], *settled)))
                .filter(|set| self.shows(*set, *count))
                .filter(|set| {
                    bits(*set).all(|i| set & !(1 << i) == 0 || !self.shows(set & !(1 << i), *count))
                })
                .map(|set| (set, self.end(set, *within)))
                .collect(),
        }
    }

    fn shows(&self, set: u32, count: u8) -> bool {
        let of: Vec<&Evidence> = bits(set).map(|i| self.proofs[i]).collect();
        one_of_each_inbox(&of) && kinds(&of) >= usize::from(count)
    }

    fn end(&self, set: u32, within: Option<Seconds>) -> Timestamp {
        within.map_or(NEVER, |w| {
            bits(set).map(|i| self.proofs[i].at.plus(w)).min().unwrap()
        })
    }

    /// Design §2.3: the time of the strongest; of equals the older; or, with renew = "all", the oldest.
    fn speaks(&self, set: u32, renew: Renew) -> Timestamp {
        let mut of: Vec<&Evidence> = bits(set).map(|i| self.proofs[i]).collect();
        of.sort_by_key(|e| {
            (
                if renew == Renew::All {
                    0
                } else {
                    3 - strength(e)
                },
                e.at,
            )
        });
        of[0].at
    }

    /// The latest threshold that an acr's time can reach, by truth alone.
    fn latest(&self, requires: &Predicate, renew: Renew) -> Option<Timestamp> {
        let mut thresholds: Vec<Timestamp> = self.proofs.iter().map(|e| e.at).collect();
        thresholds.sort();
        thresholds.into_iter().rev().find(|at| match renew {
            Renew::All => {
                let left = self.left(|e| e.at >= *at);
                [1, 2, 3].iter().any(|r| self.uses(requires, &left, *r))
            }
            Renew::Strongest => [1, 2, 3].iter().any(|r| {
                let left = self.left(|e| strength(e) < *r || (strength(e) == *r && e.at >= *at));
                self.uses(requires, &left, *r)
            }),
        })
    }

    fn left(&self, keep: impl Fn(&Evidence) -> bool) -> Vec<&'a Evidence> {
        self.proofs.iter().copied().filter(|e| keep(e)).collect()
    }

    /// Whether the predicate is true of these proofs.
    fn holds(&self, requires: &Predicate, left: &[&Evidence]) -> bool {
        match requires {
            Predicate::Proof(p) => left.iter().any(|e| fits(p, e) && self.young(e, p.within)),
            Predicate::Kinds {
                count,
                within,
                settled,
            } => {
                let young: Vec<&Evidence> = left
                    .iter()
                    .copied()
                    .filter(|e| self.young(e, *within))
                    .filter(|e| old_enough(e, *settled))
                    .collect();
                // Whichever proof of each inbox is taken: one choice that shows enough will do.
                (0u32..1 << young.len())
                    .map(|set| bits(set).map(|i| young[i]).collect::<Vec<_>>())
                    .any(|of| one_of_each_inbox(&of) && kinds(&of) >= usize::from(*count))
            }
            Predicate::Any(parts) => parts.iter().any(|p| self.holds(p, left)),
            Predicate::All(parts) => parts.iter().all(|p| self.holds(p, left)),
            Predicate::Without { barred, requires } => self.holds(requires, &without(left, barred)),
        }
    }

    /// Whether the predicate can be made true of these proofs with one of that strength among them.
    fn uses(&self, requires: &Predicate, left: &[&Evidence], rank: u8) -> bool {
        match requires {
            Predicate::Proof(p) => left
                .iter()
                .any(|e| strength(e) == rank && fits(p, e) && self.young(e, p.within)),
            Predicate::Kinds {
                count,
                within,
                settled,
            } => {
                let young: Vec<&Evidence> = left
                    .iter()
                    .copied()
                    .filter(|e| self.young(e, *within) && old_enough(e, *settled))
                    .collect();
                (1u32..1 << young.len())
                    .filter(|set| set.count_ones() <= 3)
                    .any(|set| {
                        let of: Vec<&Evidence> = bits(set).map(|i| young[i]).collect();
                        let needless = |i: usize| {
                            let mut rest = of.clone();
                            rest.remove(i);
                            !rest.is_empty() && kinds(&rest) >= usize::from(*count)
                        };
                        of.iter().any(|e| strength(e) == rank)
                            && one_of_each_inbox(&of)
                            && kinds(&of) >= usize::from(*count)
                            && !(0..of.len()).any(needless)
                    })
            }
            Predicate::Any(parts) => parts.iter().any(|p| self.uses(p, left, rank)),
            Predicate::All(parts) => {
                parts.iter().all(|p| self.holds(p, left))
                    && parts.iter().any(|p| self.uses(p, left, rank))
            }
            Predicate::Without { barred, requires } => {
                self.uses(requires, &without(left, barred), rank)
            }
        }
    }

    fn young(&self, e: &Evidence, within: Option<Seconds>) -> bool {
        within.is_none_or(|w| self.now.since(e.at) <= w.as_micros())
    }
}

fn fits(p: &Pattern, e: &Evidence) -> bool {
    let lacks = (!p.methods.is_empty() && !p.methods.contains(&e.method))
        || (p.phishing_resistant && !e.traits.phishing_resistant)
        || (p.user_verified && !e.traits.user_verified)
        || (p.hardware_bound && !e.traits.hardware_bound)
        || (p.methods.is_empty() && e.traits.recovery);
    !lacks && old_enough(e, p.settled)
}

/// Whether what was used had been set up so long before.
fn old_enough(e: &Evidence, settled: Option<Seconds>) -> bool {
    match (settled, e.enrolled_at) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(age), Some(since)) => {
            i128::from(e.at.as_micros()) - i128::from(since.as_micros())
                >= i128::from(age.as_micros())
        }
    }
}

fn counts(e: &Evidence, barred: &[&Barred]) -> bool {
    !barred
        .iter()
        .any(|b| b.methods.contains(&e.method) || (b.restricted && e.traits.restricted))
}

fn without<'e>(left: &[&'e Evidence], barred: &Barred) -> Vec<&'e Evidence> {
    left.iter()
        .copied()
        .filter(|e| counts(e, &[barred]))
        .collect()
}

fn kinds(of: &[&Evidence]) -> usize {
    of.iter()
        .flat_map(|e| &e.traits.kinds)
        .collect::<BTreeSet<_>>()
        .len()
}

fn one_of_each_inbox(of: &[&Evidence]) -> bool {
    let inboxes: Vec<&String> = of
        .iter()
        .filter_map(|e| e.traits.through.as_ref())
        .collect();
    inboxes.iter().collect::<BTreeSet<_>>().len() == inboxes.len()
}

fn bits(set: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |i| set & (1 << i) != 0)
}

/// The predicate as a choice between conjunctions of leaves.
fn conjunctions(requires: &Predicate) -> Vec<Vec<Leaf<'_>>> {
    let leaf = |(plain, barred)| {
        let demand = match plain {
            &Predicate::Kinds {
                count,
                within,
                settled,
            } => Plain::Kinds(count, within, settled),
            Predicate::Proof(pattern) => Plain::One(pattern),
            _ => return None,
        };
        Some(Leaf { demand, barred })
    };
    branches(requires)
        .into_iter()
        .map(|branch| branch.into_iter().filter_map(leaf).collect())
        .collect()
}

/// A plain predicate, and what is barred around it.
type Held<'p> = (&'p Predicate, Vec<&'p Barred>);

/// The predicate as a choice between conjunctions of plain predicates.
fn branches(requires: &Predicate) -> Vec<Vec<Held<'_>>> {
    match requires {
        Predicate::Any(parts) => parts.iter().flat_map(branches).collect(),
        Predicate::All(parts) => {
            parts
                .iter()
                .fold(vec![Vec::new()], |so_far: Vec<Vec<Held<'_>>>, part| {
                    let branches = branches(part);
                    so_far
                        .iter()
                        .flat_map(|c| branches.iter().map(move |b| [c.as_slice(), b].concat()))
                        .collect()
                })
        }
        Predicate::Without { barred, requires } => {
            let mut inner = branches(requires);
            inner
                .iter_mut()
                .flatten()
                .for_each(|(_, around)| around.push(barred));
            inner
        }
        plain => vec![vec![(plain, Vec::new())]],
    }
}
