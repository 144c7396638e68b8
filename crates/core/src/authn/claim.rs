//! From evidence to claims: which acrs are true at an instant, since when, and on what they rest.
//!
//! Pure: an acr rests on as many proofs as its predicate needs and no more, every way to meet it that could speak is
//! considered, and the one with the latest `auth_time` speaks. So, among the 64 newest that are looked at, more proofs
//! never lower a claim; and time alone never raises one, except that a proof by a clock that is ahead claims the present.
//! Nothing here knows of requests.

use super::acr::{Acr, AcrName, Barred, Predicate, Renew};
use super::evidence::{Evidence, Kind};
use crate::ids::EvidenceId;
use crate::time::{Seconds, Timestamp};

/// Clocks of two nodes may differ by this much before a proof counts as coming from the future.
const CLOCK_SKEW: Seconds = Seconds(10);

/// An acr that is true of the evidence, with the time it claims: always a pair (design §2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The acr's configured name.
    pub acr: AcrName,
    /// The time it claims.
    pub auth_time: Timestamp,
    /// The proofs it rests on, oldest first.
    pub evidence: Vec<EvidenceId>,
    /// The last instant at which it stays true on these proofs; none when it does not lapse.
    pub holds_until: Option<Timestamp>,
}

/// How recent a claim has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Freshness {
    /// Elapsed seconds allowed since `auth_time` (OIDC Core §3.1.2.1).
    pub max_age: Option<Seconds>,
    /// Only what was proven after this instant.
    pub after: Option<Timestamp>,
}

impl Freshness {
    /// Whether a claim made at `auth_time` is recent enough at `now`, in a request that began at `began`.
    ///
    /// What was proven during the request itself is always recent: asking again for the same proof would
    /// never end. `max_age=0` therefore means "after the request began".
    pub fn allows(&self, auth_time: Timestamp, began: Timestamp, now: Timestamp) -> bool {
        let active = auth_time > began;
        let young = self
            .max_age
            .is_none_or(|age| active || (age.0 > 0 && now.since(auth_time) <= age.as_micros()));
        young && self.after.is_none_or(|after| auth_time > after)
    }
}

/// The proofs that may be rested on at `now`.
#[derive(Clone, Debug)]
pub(super) struct Proofs<'a> {
    list: Vec<&'a Evidence>,
    now: Timestamp,
}

/// A set of proofs as bits over `Proofs::list`, how strong the strongest is, and until when it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Support {
    set: u64,
    rank: u8,
    until: Option<Timestamp>,
}

impl Support {
    const NOTHING: Self = Self {
        set: 0,
        rank: 0,
        until: None,
    };
}

impl<'a> Proofs<'a> {
    /// Sorts out proofs from the future (spec §5 line 10) and those that a newer equal proof replaces.
    pub(super) fn new(evidence: impl IntoIterator<Item = &'a Evidence>, now: Timestamp) -> Self {
        let mut list: Vec<&Evidence> = evidence
            .into_iter()
            .filter(|e| e.at <= now.plus(CLOCK_SKEW))
            .collect();
        list.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        let mut kept: Vec<&Evidence> = Vec::new();
        for proof in list {
            let same = |k: &&&Evidence| {
                k.method == proof.method
                    && k.credential == proof.credential
                    && k.traits == proof.traits
                    && k.enrolled_at == proof.enrolled_at
            };
            if kept.len() < 64 && kept.iter().find(same).is_none() {
                kept.push(proof);
            }
        }
        kept.reverse();
        Self { list: kept, now }
    }

    /// The claim of `acr` with the latest `auth_time` that is fresh enough, if any.
    pub(super) fn claim(&self, acr: &Acr, fresh: Freshness, began: Timestamp) -> Option<Claim> {
        self.supports(&acr.requires, u64::MAX)
            .into_iter()
            // A predicate without parts would be true of nothing at all.
            .filter(|support| support.set != 0)
            .filter_map(|support| {
                let auth_time = self.auth_time(support, acr.renew);
                let lapses = acr.lifetime.map(|life| auth_time.plus(life));
                let until = earlier(support.until, lapses);
                let alive = until.is_none_or(|until| self.now <= until);
                // What is claimed is what is judged: never a time later than now.
                let recent = fresh.allows(auth_time.min(self.now), began, self.now);
                (alive && recent).then_some((support, auth_time, until))
            })
            .max_by_key(|(support, auth_time, until)| {
                let never = Timestamp::from_micros(i64::MAX);
                (
                    *auth_time,
                    until.unwrap_or(never),
                    std::cmp::Reverse(support.set.count_ones()),
                )
            })
            .map(|(support, auth_time, holds_until)| Claim {
                acr: acr.name.clone(),
                auth_time: auth_time.min(self.now),
                evidence: self.members(support.set).map(|e| e.id.clone()).collect(),
                holds_until,
            })
    }

    fn members(&self, set: u64) -> impl Iterator<Item = &'a Evidence> + '_ {
        self.list
            .iter()
            .enumerate()
            .filter(move |(i, _)| set & (1 << i) != 0)
            .map(|(_, e)| *e)
    }

    /// The time a set of proofs claims: that of its strongest, the older of equals; or its oldest.
    fn auth_time(&self, support: Support, renew: Renew) -> Timestamp {
        self.members(support.set)
            .filter(|e| renew == Renew::All || e.traits.strength() == support.rank)
            .map(|e| e.at)
            .min()
            .unwrap_or(Timestamp::from_micros(i64::MIN))
    }

    /// Every way to make `predicate` true now on the `open` proofs, those apart that could never speak.
    fn supports(&self, predicate: &Predicate, open: u64) -> Vec<Support> {
        match predicate {
            Predicate::Proof(pattern) => {
                let fits = self
                    .young(pattern.within, open)
                    .filter(|(proof, _)| pattern.matches(proof));
                fits.map(|(_, support)| support).collect()
            }
            Predicate::Kinds {
                count,
                within,
                settled,
            } => {
                let young: Vec<Support> = self
                    .young(*within, open)
                    .filter(|(proof, _)| proof.is_settled(*settled))
                    .map(|(_, support)| support)
                    .collect();
                let mut found = Vec::new();
                self.spread(&young, usize::from(*count), Support::NOTHING, &mut found);
                needed(found)
            }
            Predicate::Any(parts) => {
                worthwhile(parts.iter().flat_map(|p| self.supports(p, open)).collect())
            }
            Predicate::All(parts) => parts.iter().fold(vec![Support::NOTHING], |so_far, part| {
                let part = self.supports(part, open);
                worthwhile(
                    so_far
                        .iter()
                        .flat_map(|a| part.iter().map(move |b| join(*a, *b)))
                        .collect(),
                )
            }),
            Predicate::Without { barred, requires } => {
                self.supports(requires, open & !self.barred(barred))
            }
        }
    }

    /// The proofs that do not count.
    fn barred(&self, by: &Barred) -> u64 {
        let barred = |e: &Evidence| by.bars(&e.method, &e.traits);
        self.list
            .iter()
            .enumerate()
            .filter(|(_, e)| barred(e))
            .fold(0, |set, (i, _)| set | 1 << i)
    }

    /// The open proofs younger than `within`, each with what it supports alone.
    fn young(
        &self,
        within: Option<Seconds>,
        open: u64,
    ) -> impl Iterator<Item = (&'a Evidence, Support)> + '_ {
        let open = self
            .list
            .iter()
            .enumerate()
            .filter(move |(i, _)| open & (1 << i) != 0);
        open.filter_map(move |(i, proof)| {
            let until = within.map(|age| proof.at.plus(age));
            let support = Support {
                set: 1 << i,
                rank: proof.traits.strength(),
                until,
            };
            until
                .is_none_or(|until| self.now <= until)
                .then_some((*proof, support))
        })
    }

    /// Extends `base` by one proof at a time until `count` kinds are shown, by at most one proof of each inbox.
    fn spread(&self, young: &[Support], count: usize, base: Support, found: &mut Vec<Support>) {
        let kinds = |set| {
            let mut kinds: Vec<Kind> = self
                .members(set)
                .flat_map(|e| e.traits.kinds.iter().copied())
                .collect();
            kinds.sort_unstable();
            kinds.dedup();
            kinds.len()
        };
        let have = kinds(base.set);
        if base.set != 0 && have >= count {
            found.push(base);
            return;
        }
        for (at, proof) in young.iter().enumerate() {
            let next = join(base, *proof);
            if kinds(next.set) > have && !self.share_an_inbox(base.set, proof.set) {
                self.spread(&young[at + 1..], count, next, found);
            }
        }
    }

    fn share_an_inbox(&self, a: u64, b: u64) -> bool {
        let of_b = |e: &Evidence| self.members(b).any(|o| o.traits.share_an_inbox(&e.traits));
        self.members(a).any(of_b)
    }
}

fn join(a: Support, b: Support) -> Support {
    Support {
        set: a.set | b.set,
        rank: a.rank.max(b.rank),
        until: earlier(a.until, b.until),
    }
}

fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Drops every set that would do without one of its proofs.
fn needed(found: Vec<Support>) -> Vec<Support> {
    let within =
        |less: &Support, more: &Support| less.set != more.set && less.set & more.set == less.set;
    found
        .iter()
        .filter(|more| !found.iter().any(|less| within(less, more)))
        .copied()
        .collect()
}

/// Drops every support that could never speak because of another: fewer proofs, as strong, no earlier end.
///
/// Strength has to be equal: a stronger proof beside may be newer, and then its way claims a later time.
fn worthwhile(found: Vec<Support>) -> Vec<Support> {
    let never = Timestamp::from_micros(i64::MAX);
    let end = |s: &Support| s.until.unwrap_or(never);
    let beats =
        |a: &Support, b: &Support| a.set & b.set == a.set && a.rank == b.rank && end(a) >= end(b);
    let mut kept: Vec<Support> = Vec::new();
    for new in found {
        if !kept.iter().any(|k| beats(k, &new)) {
            kept.retain(|k| !beats(&new, k));
            kept.push(new);
        }
    }
    kept
}
