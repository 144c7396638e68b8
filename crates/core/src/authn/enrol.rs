//! Setting an authenticator up: when nothing that is owned reaches the demand, and when the person comes for
//! it. Always after the most that they can prove, freshly (design §2.10, spec §5 line 69).
//!
//! A part of the hub: decides from the request, the facts and the policy alone, so that no page, cookie or
//! parameter skips it. What was set up in this interaction and did not lead on is not offered again, so it ends.

use super::decide::Case;
use super::decision::{Enrol, Error, Occasion, Step, Verdict};
use super::evidence::{Evidence, Method};
use super::facts::{Owned, Person};
use super::plan::imagine;
use super::reason::Reason;
use crate::ids::EvidenceId;
use crate::time::Timestamp;

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
                Err(verdict) => return Some(*verdict),
            };
            if let Some(method) = &change.enrol {
                return Some(self.chosen(method, counted));
            }
        }
        self.spare_codes(person)
    }

    /// Nothing that the person owns reaches the demand: something is set up that does, where policy allows it.
    pub(super) fn on_demand(&mut self, person: &Person, proven: &[&Evidence]) -> Option<Verdict> {
        // Before a first proof this would tell what is owned.
        if proven.iter().all(|e| e.traits.remembered) {
            return None;
        }
        let base: Vec<&Owned> = person.owned.iter().collect();
        let leads = self.leads(&base, proven, false).into_iter();
        let methods: Vec<Method> = leads.map(|lead| lead.owned.method).collect();
        if methods.is_empty() {
            return None;
        }
        self.reasons.push(Reason::EnrolmentOffered {
            methods: methods.clone(),
        });
        Some(match self.prove_fully(person, proven) {
            Ok(counted) => Verdict::Ask(Step::Enrol(Enrol {
                methods,
                occasion: Occasion::Missing,
                counted,
            })),
            Err(verdict) => *verdict,
        })
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

    /// The methods that were set up in this interaction.
    pub(super) fn set_up_now<'p>(&self, person: &'p Person) -> Vec<&'p Method> {
        let now = |o: &&Owned| o.enrolled_at.is_some_and(|at| at > self.request.began);
        let methods = &self.policy.enrolment.methods;
        let mine = person.owned.iter().filter(now).map(|o| &o.method);
        mine.filter(|m| methods.contains(m)).collect()
    }
}
