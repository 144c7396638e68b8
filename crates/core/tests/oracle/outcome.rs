//! The whole answer by brute force: which page, which error, or what is claimed.

use std::collections::{BTreeMap, BTreeSet};

use stepwell_core::authn::{
    Acr, AcrName, Clause, Consent, Decision, Error, Evidence, Freshness, Method, Occasion, Owned,
    Pin, Source, Step, Verdict,
};
use stepwell_core::ids::{CredentialId, EvidenceId};
use stepwell_core::time::Timestamp;

use super::truth::{Best, Pool, Truth};
use crate::support::Scene;

/// What the hub ought to say, or said, as far as the two are compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Identify,
    ChooseAccount,
    Consent,
    /// Every method offered, with the least number of proofs when beginning with it.
    Prove(BTreeMap<Method, usize>),
    /// Any of these is set up, and why.
    Enrol(Occasion, BTreeSet<Method>),
    Refuse(Error),
    Grant {
        acr: Option<AcrName>,
        auth_time: Timestamp,
    },
    /// Equally good ways differ in whether they rest on an earlier proof, which decides what is offered.
    EitherWay,
}

impl From<&Decision> for Outcome {
    fn from(decision: &Decision) -> Self {
        match &decision.verdict {
            Verdict::Ask(Step::Identify) => Self::Identify,
            Verdict::Ask(Step::ChooseAccount) => Self::ChooseAccount,
            Verdict::Ask(Step::Consent) => Self::Consent,
            Verdict::Ask(Step::Prove(prove)) => Self::Prove(
                prove
                    .choices
                    .iter()
                    .map(|c| (c.method.clone(), c.steps))
                    .collect(),
            ),
            Verdict::Ask(Step::Enrol(enrol)) => {
                Self::Enrol(enrol.occasion, enrol.methods.iter().cloned().collect())
            }
            Verdict::Refuse(error) => Self::Refuse(*error),
            Verdict::Grant(g) => Self::Grant {
                acr: g.acr.clone(),
                auth_time: g.auth_time,
            },
        }
    }
}

/// A demand that is met.
pub(super) struct Met {
    acr: Option<AcrName>,
    auth_time: Timestamp,
    /// Whether it rests on a proof made before: surely, and possibly.
    surely_earlier: bool,
    possibly_earlier: bool,
}

impl Outcome {
    /// The answer that the design calls for.
    pub(crate) fn expected(scene: &Scene) -> Self {
        let asked = Oracle { scene }.answer();
        if !scene.request.prompt.none {
            return asked;
        }
        match asked {
            Self::Identify | Self::Prove(_) | Self::EitherWay => Self::Refuse(Error::LoginRequired),
            Self::Enrol(..) => Self::Refuse(Error::UnmetAuthenticationRequirements),
            Self::ChooseAccount => Self::Refuse(Error::AccountSelectionRequired),
            Self::Consent => Self::Refuse(Error::ConsentRequired),
            other => other,
        }
    }
}

pub(super) struct Oracle<'s> {
    pub(super) scene: &'s Scene,
}

impl Oracle<'_> {
    fn answer(&self) -> Outcome {
        let Scene {
            request,
            facts,
            policy,
            ..
        } = self.scene;
        if facts.ended.is_some() || !request.demand.denied.is_empty() {
            return Outcome::Refuse(Error::AccessDenied);
        }
        let offered: Vec<Owned> = policy
            .available
            .iter()
            .map(|a| Owned {
                method: a.method.clone(),
                credential: CredentialId::new("any"),
                traits: a.traits.clone(),
                opens: a.opens,
                enrolled_at: Some(Timestamp::from_micros(i64::MIN)),
            })
            .filter(|o| self.allowed(&o.method))
            .collect();
        let all = self.used(&offered.iter().collect::<Vec<_>>());
        let hopeless = |clause: &Clause| {
            let truth = self.truth(&all, self.pool(clause));
            !clause.voluntary
                && !clause
                    .any_of
                    .iter()
                    .filter_map(|v| self.find(v))
                    .any(|acr| truth.best(acr).is_some())
        };
        if request.demand.clauses.iter().any(hopeless) {
            return Outcome::Refuse(Error::UnmetAuthenticationRequirements);
        }
        if request.prompt.select_account && !facts.account_chosen {
            return if facts.session.is_some() {
                Outcome::ChooseAccount
            } else {
                Outcome::Identify
            };
        }
        let Some(person) = &facts.person else {
            return Outcome::Identify;
        };
        if request.demand.subject == Pin::Nobody {
            return Outcome::Refuse(Error::LoginRequired);
        }
        let mine = facts
            .session
            .iter()
            .filter(|s| Some(&s.subject) == person.subject.as_ref());
        let proven: Vec<Evidence> = mine.flat_map(|s| s.evidence.clone()).collect();
        match &request.demand.subject {
            Pin::Only(who) if Some(who) != person.subject.as_ref() && !proven.is_empty() => {
                return Outcome::Refuse(Error::LoginRequired);
            }
            _ => {}
        }
        let owned: Vec<&Owned> = person
            .owned
            .iter()
            .filter(|o| self.allowed(&o.method))
            .collect();

        let wants = request.demand.clauses.iter().any(|c| c.voluntary);
        for insist in [true, false] {
            if let Some(met) = self.met(&proven, &[], insist) {
                if let Some(first) = self.before_leaving(&person.owned, &proven) {
                    return first;
                }
                return match facts.consent {
                    Consent::Missing => Outcome::Consent,
                    Consent::Given => Outcome::Grant {
                        acr: met.acr,
                        auth_time: met.auth_time,
                    },
                };
            }
            let begun = proven.iter().any(|e| !e.traits.remembered);
            if let Some(instead) = self.replacing(&person.owned, &proven, insist) {
                return instead;
            }
            let scene = &self.a_moment_later();
            let later = Oracle { scene };
            let next = if !begun {
                Some(later.openers(&offered)).filter(|first| !first.is_empty())
            } else if insist && wants && request.prompt.none {
                None
            } else {
                later.next(&proven, &owned, insist)
            };
            match next {
                None => {}
                Some(offer) if offer.is_empty() => return Outcome::EitherWay,
                Some(mut offer) => {
                    if begun {
                        offer.extend(self.last_resort(&person.owned, &proven, insist));
                    }
                    return Outcome::Prove(offer);
                }
            }
        }
        self.on_demand(&person.owned, &proven)
            .unwrap_or(Outcome::Refuse(Error::UnmetAuthenticationRequirements))
    }

    /// An answer comes later than the request, if only by a moment.
    pub(super) fn a_moment_later(&self) -> Scene {
        let least = self.scene.request.began.as_micros() + 1;
        Scene {
            now: Timestamp::from_micros(self.scene.now.as_micros().max(least)),
            ..self.scene.clone()
        }
    }

    /// What may come first, whoever it is: with one proof where it would do alone, else with more than one.
    fn openers(&self, offered: &[Owned]) -> BTreeMap<Method, usize> {
        let mut first: BTreeMap<Method, usize> = BTreeMap::new();
        for one in offered.iter().filter(|o| o.opens) {
            let alone = self.met(&[], &self.used(&[one]), true).is_some();
            let steps = if alone { 1 } else { 2 };
            first
                .entry(one.method.clone())
                .and_modify(|n| *n = steps.min(*n))
                .or_insert(steps);
        }
        first
    }

    /// Every method that begins a minimal way to the demand, with the length of the shortest such way.
    ///
    /// None where there is no way; empty where equally good ways differ.
    pub(super) fn next(
        &self,
        proven: &[Evidence],
        owned: &[&Owned],
        insist: bool,
    ) -> Option<BTreeMap<Method, usize>> {
        let mut makes: Vec<&Owned> = Vec::new();
        let mut owned = owned.to_vec();
        owned.sort_by_key(|o| o.enrolled_at.map_or(i64::MAX, Timestamp::as_micros));
        for one in owned {
            if !makes
                .iter()
                .any(|m| m.method == one.method && m.traits == one.traits)
            {
                makes.push(one);
            }
        }
        let signed_in = self.signed_in(proven);
        // Which sets meet the demand, and whether anything may come first in them.
        let mut works: Vec<(u32, bool)> = Vec::new();
        for set in 1u32..1 << makes.len() {
            let some: Vec<&Owned> = (0..makes.len())
                .filter(|i| set & (1 << i) != 0)
                .map(|i| makes[i])
                .collect();
            let Some(met) = self.met(proven, &self.used(&some), insist) else {
                continue;
            };
            if !signed_in && met.surely_earlier != met.possibly_earlier {
                return Some(BTreeMap::new());
            }
            let begun = signed_in || met.surely_earlier;
            if begun || some.iter().any(|o| o.opens) {
                works.push((set, begun));
            }
        }
        let mut offer: BTreeMap<Method, usize> = BTreeMap::new();
        for (set, begun) in &works {
            let needless = works
                .iter()
                .any(|(less, _)| less != set && less & set == *less);
            for (i, one) in makes.iter().enumerate() {
                if !needless && set & (1 << i) != 0 && (*begun || one.opens) {
                    let steps = set.count_ones() as usize;
                    offer
                        .entry(one.method.clone())
                        .and_modify(|n| *n = steps.min(*n))
                        .or_insert(steps);
                }
            }
        }
        (!offer.is_empty()).then_some(offer)
    }

    pub(super) fn met(&self, proven: &[Evidence], added: &[Evidence], insist: bool) -> Option<Met> {
        let demand = &self.scene.request.demand;
        let everything: Vec<Evidence> = proven.iter().chain(added).cloned().collect();
        let (mut surely, mut possibly) = (false, false);
        let mut rests_on = |truth: &Truth<'_>, sets: &[u32]| {
            let earlier = |set: &u32| {
                truth.proofs.iter().enumerate().any(|(i, e)| {
                    set & (1 << i) != 0
                        && !e.traits.remembered
                        && proven.iter().any(|p| p.id == e.id)
                })
            };
            surely |= sets.iter().all(earlier);
            possibly |= sets.iter().any(earlier);
        };
        for clause in demand.clauses.iter().filter(|c| insist || !c.voluntary) {
            let truth = self.truth(&everything, self.pool(clause));
            let named = clause.source.is_named();
            let best: Vec<Best> = clause
                .any_of
                .iter()
                .filter_map(|value| truth.best(self.find(value)?))
                .filter(|b| {
                    self.recent(
                        b.auth_time,
                        Freshness {
                            max_age: clause.max_age,
                            after: None,
                        },
                    )
                })
                .filter(|b| {
                    let floor = !named && clause.source != Source::ClientMinimum;
                    floor || self.recent(b.auth_time, demand.fresh)
                })
                .collect();
            let claimed = |b: &Best| b.auth_time.min(self.scene.now);
            let latest = best.iter().map(claimed).max()?;
            if !named {
                let speaking = best.iter().filter(|b| claimed(b) == latest);
                rests_on(
                    &truth,
                    &speaking.flat_map(|b| b.sets.clone()).collect::<Vec<_>>(),
                );
            }
        }
        let real = self.truth(&everything, Pool::Real);
        let claim = |acr: &Acr| {
            real.best(acr)
                .filter(|b| self.recent(b.auth_time, demand.fresh))
        };
        let preferred = self
            .scene
            .request
            .prefer
            .iter()
            .find_map(|value| Some((Some(value.clone()), claim(self.find(value)?)?)));
        let strongest = || {
            self.scene
                .policy
                .catalog
                .iter()
                .rev()
                .find_map(|acr| Some((Some(acr.name.clone()), claim(acr)?)))
        };
        let nameless = || {
            let at = real
                .most_recent()
                .filter(|at| self.recent(*at, demand.fresh))?;
            let sets = (0..real.proofs.len())
                .filter(|i| real.proofs[*i].at == at)
                .map(|i| 1 << i)
                .collect();
            Some((
                None,
                Best {
                    auth_time: at,
                    until: at,
                    sets,
                },
            ))
        };
        let (acr, best) = preferred.or_else(strongest).or_else(nameless)?;
        rests_on(&real, &best.sets);
        let auth_time = best.auth_time.min(self.scene.now);
        Some(Met {
            acr,
            auth_time,
            surely_earlier: surely,
            possibly_earlier: possibly,
        })
    }

    fn signed_in(&self, proven: &[Evidence]) -> bool {
        let real = Truth::new(proven, None, Pool::Real, self.scene.now);
        real.most_recent()
            .is_some_and(|at| self.recent(at, self.scene.request.demand.fresh))
    }

    pub(super) fn recent(&self, auth_time: Timestamp, fresh: Freshness) -> bool {
        let auth_time = auth_time.min(self.scene.now);
        let in_this_interaction = auth_time > self.scene.request.began;
        let too_old = match fresh.max_age {
            Some(age) if age.0 == 0 => true,
            Some(age) => self.scene.now.since(auth_time) > age.as_micros(),
            None => false,
        };
        (in_this_interaction || !too_old) && fresh.after.is_none_or(|after| auth_time > after)
    }

    fn truth<'e>(&self, evidence: &'e [Evidence], pool: Pool) -> Truth<'e> {
        Truth::new(
            evidence,
            self.scene.request.demand.methods.as_ref(),
            pool,
            self.scene.now,
        )
    }

    fn pool(&self, clause: &Clause) -> Pool {
        let asked = &self.scene.request.demand.fresh;
        let aged = asked.max_age.is_some() || asked.after.is_some();
        match clause.source {
            _ if clause.max_age.is_some() => Pool::Real,
            Source::ClientMinimum if aged => Pool::Real,
            Source::ClientMinimum | Source::Scope(_) | Source::Resource(_) | Source::Policy(_) => {
                Pool::WithRemembered
            }
            _ => Pool::Real,
        }
    }

    fn find(&self, value: &AcrName) -> Option<&Acr> {
        self.scene
            .policy
            .catalog
            .iter()
            .find(|acr| acr.name == *value || acr.aliases.contains(value))
    }

    pub(super) fn allowed(&self, method: &Method) -> bool {
        self.scene
            .request
            .demand
            .methods
            .as_ref()
            .is_none_or(|m| m.contains(method))
    }

    /// The proofs that using these right now would make.
    pub(super) fn used(&self, some: &[&Owned]) -> Vec<Evidence> {
        let proof = |(i, o): (usize, &&Owned)| Evidence {
            id: EvidenceId::new(format!("if used {i}")),
            method: o.method.clone(),
            credential: o.credential.clone(),
            at: self.scene.now,
            traits: o.traits.clone(),
            amr: Vec::new(),
            enrolled_at: o.enrolled_at,
        };
        some.iter().enumerate().map(proof).collect()
    }
}
