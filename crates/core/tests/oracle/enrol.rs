//! What may be set up, when, and what is proven before, by brute force.

use std::collections::{BTreeMap, BTreeSet};

use stepwell_core::authn::{Acr, Error, Evidence, Freshness, Method, Occasion, Owned, Renew};
use stepwell_core::ids::CredentialId;

use super::outcome::{Oracle, Outcome};
use super::truth::{Pool, Truth};

impl Oracle<'_> {
    /// What stands between a demand that is met and the way out.
    pub(super) fn before_leaving(&self, owned: &[Owned], proven: &[Evidence]) -> Option<Outcome> {
        let methods = &self.scene.policy.enrolment.methods;
        let fresh = self.set_up_now(owned);
        let wanted = self.scene.request.change.as_ref().map(|c| c.enrol.as_ref());
        let guards = match wanted {
            None => false,
            Some(None) => true,
            Some(Some(method)) => !fresh.contains(method),
        };
        if guards && !self.may_change(owned, proven, &[]) {
            return Some(self.proof_before_change(owned, proven));
        }
        if let Some(Some(method)) = wanted.filter(|_| guards) {
            return Some(if methods.contains(method) {
                Outcome::Enrol(Occasion::Chosen, [method.clone()].into())
            } else {
                Outcome::Refuse(Error::UnmetAuthenticationRequirements)
            });
        }
        let codes = Method::new("recovery");
        let due = !fresh.is_empty()
            && methods.contains(&codes)
            && owned.iter().all(|o| o.method != codes)
            && !self.scene.request.prompt.none;
        due.then(|| Outcome::Enrol(Occasion::Spare, [codes].into()))
    }

    /// Whoever used a recovery code since the request began sets something up instead of proving more; where what a
    /// sign-in begins with is not fresh enough beside it, that comes first.
    pub(super) fn replacing(
        &self,
        owned: &[Owned],
        proven: &[Evidence],
        insist: bool,
    ) -> Option<Outcome> {
        if !self.used_a_code(proven) {
            return None;
        }
        let scene = &self.a_moment_later();
        let later = Oracle { scene };
        let costs = |after: &[Evidence]| match later.recovered(after) {
            true => self.costs(after, &later.just_shown(owned, after), insist),
            false => BTreeMap::new(),
        };
        let at_once = costs(proven);
        if !at_once.is_empty() {
            return Some(Outcome::Enrol(
                Occasion::Lost,
                at_once.into_keys().collect(),
            ));
        }
        let mut offer: BTreeMap<Method, usize> = BTreeMap::new();
        for one in owned.iter().filter(|o| o.opens) {
            let after = [proven, &later.used(&[one])].concat();
            if let Some(more) = costs(&after).into_values().min() {
                let least = offer.entry(one.method.clone()).or_insert(more + 1);
                *least = (more + 1).min(*least);
            }
        }
        (!offer.is_empty()).then_some(Outcome::Prove(offer))
    }

    fn used_a_code(&self, proven: &[Evidence]) -> bool {
        let used = |e: &Evidence| e.traits.recovery && e.at > self.scene.request.began;
        proven.iter().any(used)
    }

    /// Where nothing that is owned would do.
    pub(super) fn on_demand(&self, owned: &[Owned], proven: &[Evidence]) -> Option<Outcome> {
        if !proven.iter().any(|e| !e.traits.remembered) {
            return None;
        }
        let base: Vec<&Owned> = owned.iter().collect();
        let costs = self.costs(proven, &base, false);
        if costs.is_empty() {
            return None;
        }
        if self.may_change(owned, proven, &[]) {
            let methods = costs.into_keys().collect();
            return Some(Outcome::Enrol(Occasion::Missing, methods));
        }
        Some(self.proof_before_change(owned, proven))
    }

    /// The recovery code as a choice, and how many proofs and set-ups it takes by it.
    pub(super) fn last_resort(
        &self,
        owned: &[Owned],
        proven: &[Evidence],
        insist: bool,
    ) -> Option<(Method, usize)> {
        let code = owned.iter().find(|o| o.traits.recovery)?;
        if self.used_a_code(proven) {
            return None;
        }
        let scene = &self.a_moment_later();
        let later = Oracle { scene };
        let mut best: Option<usize> = None;
        let mut with: Vec<Vec<&Owned>> = vec![vec![code]];
        with.extend(owned.iter().filter(|o| o.opens).map(|o| vec![code, o]));
        for used in with {
            let mut after = proven.to_vec();
            after.extend(later.used(&used));
            if !later.recovered(&after) {
                continue;
            }
            let base = later.just_shown(owned, &after);
            let more = self.costs(&after, &base, insist).into_values().min();
            let total = more.map(|more| more + used.len());
            best = [best, total].into_iter().flatten().min();
        }
        Some((code.method.clone(), best?))
    }

    /// The methods that help, each with the least number of set-ups and proofs through it.
    fn costs(&self, proven: &[Evidence], base: &[&Owned], insist: bool) -> BTreeMap<Method, usize> {
        let mut costs = BTreeMap::new();
        let policy = &self.scene.policy;
        if !policy.enrolment.on_demand || self.scene.request.prompt.none {
            return costs;
        }
        let scene = &self.a_moment_later();
        let later = Oracle { scene };
        let owned = self.scene.facts.person.iter().flat_map(|p| &p.owned);
        let done = self.set_up_now(&owned.cloned().collect::<Vec<_>>());
        let new: Vec<Owned> = policy
            .available
            .iter()
            .filter(|a| policy.enrolment.methods.contains(&a.method))
            .filter(|a| self.allowed(&a.method) && !a.traits.recovery)
            .filter(|a| !done.contains(&a.method))
            .map(|a| Owned {
                method: a.method.clone(),
                credential: CredentialId::new("new"),
                traits: a.traits.clone(),
                opens: a.opens,
                enrolled_at: Some(scene.now),
            })
            .collect();
        let pick = |set: u32| -> Vec<&Owned> {
            (0..new.len())
                .filter(|i| set & (1 << i) != 0)
                .map(|i| &new[i])
                .collect()
        };
        let enough: Vec<u32> = (0..1u32 << new.len())
            .filter(|set| {
                let all: Vec<&Owned> = base.iter().copied().chain(pick(*set)).collect();
                later.met(proven, &later.used(&all), insist).is_some()
            })
            .collect();
        for set in &enough {
            if enough.iter().any(|less| less != set && less & set == *less) {
                continue;
            }
            let chosen = pick(*set);
            let mut after = proven.to_vec();
            after.extend(later.used(&chosen));
            let more = match later.met(&after, &[], insist) {
                Some(_) => Some(0),
                None => {
                    let base: Vec<&Owned> = base
                        .iter()
                        .copied()
                        .filter(|o| self.allowed(&o.method))
                        .collect();
                    let ways = later.next(&after, &base, insist);
                    ways.and_then(|ways| ways.into_values().min())
                }
            };
            let Some(more) = more else { continue };
            for one in &chosen {
                let total = chosen.len() + more;
                let cost = costs.entry(one.method.clone()).or_insert(total);
                *cost = total.min(*cost);
            }
        }
        costs
    }

    /// Whether a change may be made: all that the person can prove was proven of late, or a recovery code and what
    /// a sign-in begins with were.
    fn may_change(&self, owned: &[Owned], proven: &[Evidence], added: &[Evidence]) -> bool {
        let all = [proven, added].concat();
        let late: Vec<Evidence> = all.iter().filter(|e| self.late(e)).cloned().collect();
        let truth = Truth::new(&late, None, Pool::Real, self.scene.now);
        let full = match self.strongest(owned) {
            Some(acr) => truth
                .best(&Acr {
                    lifetime: None,
                    renew: Renew::All,
                    ..acr.clone()
                })
                .is_some(),
            None => truth.most_recent().is_some(),
        };
        full || self.recovered(&all)
    }

    fn recovered(&self, proven: &[Evidence]) -> bool {
        let begins = |m: &Method| {
            let mut all = self.scene.policy.available.iter();
            all.any(|a| a.method == *m && a.opens && !a.traits.recovery)
        };
        let now = self.scene.now.as_micros();
        let late: Vec<&Evidence> = proven
            .iter()
            .filter(|e| self.late(e) && e.at.as_micros() - now <= 10_000_000)
            .filter(|e| !e.traits.remembered)
            .collect();
        late.iter().any(|e| e.method.as_str() == "recovery")
            && late.iter().any(|e| begins(&e.method))
    }

    fn late(&self, e: &Evidence) -> bool {
        let max_age = Some(self.scene.policy.enrolment.fresh_for);
        self.recent(
            e.at,
            Freshness {
                max_age,
                after: None,
            },
        )
    }

    /// The last acr that all of these, used now, would make true; recovery codes are none of them.
    fn strongest(&self, owned: &[Owned]) -> Option<&Acr> {
        let scene = &self.a_moment_later();
        let own: Vec<&Owned> = owned.iter().filter(|o| !o.traits.recovery).collect();
        let used = Oracle { scene }.used(&own);
        let truth = Truth::new(&used, None, Pool::Real, scene.now);
        let acrs: Vec<&Acr> = self.scene.policy.catalog.iter().collect();
        acrs.into_iter().rev().find(|acr| truth.best(acr).is_some())
    }

    /// Every method that begins a minimal way to being allowed a change.
    fn proof_before_change(&self, owned: &[Owned], proven: &[Evidence]) -> Outcome {
        let scene = &self.a_moment_later();
        let later = Oracle { scene };
        let mut makes: Vec<&Owned> = Vec::new();
        let mut oldest: Vec<&Owned> = owned.iter().collect();
        oldest.sort_by_key(|o| o.enrolled_at.map_or(i64::MAX, |at| at.as_micros()));
        for one in oldest {
            let known = |m: &&Owned| m.method == one.method && m.traits == one.traits;
            if !makes.iter().any(known) {
                makes.push(one);
            }
        }
        let pick = |set: u32| -> Vec<&Owned> {
            (0..makes.len())
                .filter(|i| set & (1 << i) != 0)
                .map(|i| makes[i])
                .collect()
        };
        // Where the session proves nothing after all, a sign-in has to begin anew.
        let valid = Truth::new(proven, None, Pool::Real, scene.now);
        let signed_in = valid.most_recent().is_some();
        let enough: Vec<u32> = (1u32..1 << makes.len())
            .filter(|set| signed_in || pick(*set).iter().any(|o| o.opens))
            .filter(|set| later.may_change(owned, proven, &later.used(&pick(*set))))
            .collect();
        let mut offer = BTreeMap::new();
        for set in &enough {
            if enough.iter().any(|less| less != set && less & set == *less) {
                continue;
            }
            for one in pick(*set).into_iter().filter(|o| signed_in || o.opens) {
                let steps = set.count_ones() as usize;
                let least = offer.entry(one.method.clone()).or_insert(steps);
                *least = steps.min(*least);
            }
        }
        if offer.is_empty() {
            return Outcome::Refuse(Error::UnmetAuthenticationRequirements);
        }
        Outcome::Prove(offer)
    }

    /// What the person has just shown to have.
    fn just_shown<'o>(&self, owned: &'o [Owned], proven: &[Evidence]) -> Vec<&'o Owned> {
        owned
            .iter()
            .filter(|o| {
                proven
                    .iter()
                    .any(|e| e.credential == o.credential && self.late(e))
            })
            .collect()
    }

    fn set_up_now(&self, owned: &[Owned]) -> BTreeSet<Method> {
        let policy = &self.scene.policy.enrolment;
        owned
            .iter()
            .filter(|o| o.enrolled_at > Some(self.scene.request.began))
            .map(|o| o.method.clone())
            .filter(|m| policy.methods.contains(m))
            .collect()
    }
}
