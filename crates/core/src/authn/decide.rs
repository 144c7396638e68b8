//! The hub: one pure function from a request and the facts to what happens next.
//!
//! Every page, every redirect back and every resume re-runs it; steps never route to each other. It is a
//! list of checks, the first that has something to say answers, and every answer carries its reasons.

use super::claim::Claim;
use super::decision::{Choice, Decision, Error, Grounds, Prove, Step, Verdict};
use super::demand::{Clause, Demand, Pin};
use super::evidence::{Evidence, Traits, show_two_kinds};
use super::facts::{Consent, Ended, Facts, Owned, Person, Request};
use super::plan::{each_once, imagine, plan, suffices};
use super::policy::{Available, Policy};
use super::reason::Reason;
use super::standing::{Question, Standing};
use crate::ids::CredentialId;
use crate::time::Timestamp;

/// Decides what happens next. Pure: the same request, facts, policy and instant give the same answer.
pub fn decide(request: &Request, facts: &Facts, policy: &Policy, now: Timestamp) -> Decision {
    let mut case = Case {
        request,
        facts,
        policy,
        now,
        reasons: Vec::new(),
    };
    let checks = [
        Case::ended,
        Case::denied,
        Case::reachable,
        Case::account,
        Case::person,
        Case::subject,
    ];
    let verdict = checks
        .iter()
        .find_map(|check| check(&mut case))
        .unwrap_or_else(|| case.prove());
    let verdict = case.silently(verdict);
    Decision {
        verdict,
        reasons: case.reasons,
    }
}

pub(super) struct Case<'a> {
    pub(super) request: &'a Request,
    pub(super) facts: &'a Facts,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
    pub(super) reasons: Vec<Reason>,
}

impl<'a> Case<'a> {
    fn refuse(&mut self, error: Error, why: Reason) -> Option<Verdict> {
        self.reasons.push(why);
        Some(Verdict::Refuse(error))
    }

    fn ask(&mut self, step: Step, why: Reason) -> Option<Verdict> {
        self.reasons.push(why);
        Some(Verdict::Ask(step))
    }

    fn ended(&mut self) -> Option<Verdict> {
        let why = match self.facts.ended? {
            Ended::Cancelled => Reason::Cancelled,
            Ended::Declined => Reason::Declined,
        };
        self.refuse(Error::AccessDenied, why)
    }

    fn denied(&mut self) -> Option<Verdict> {
        let rule = self.request.demand.denied.first()?.clone();
        self.refuse(Error::AccessDenied, Reason::Denied { rule })
    }

    /// An acr that no method here can make true is refused before anybody is asked for anything.
    fn reachable(&mut self) -> Option<Verdict> {
        let everything = self.offered();
        let everything: Vec<&Owned> = everything.iter().collect();
        let out_of_reach = |clause: &&Clause| {
            let demand = Demand::of(Clause {
                max_age: None,
                ..(*clause).clone()
            });
            let question = self.question(&demand, true);
            question.put(&imagine(&question, &everything)).is_err()
        };
        let clause = self
            .request
            .demand
            .clauses
            .iter()
            .filter(|c| !c.voluntary)
            .find(out_of_reach)?;
        let why = Reason::NotConfigured {
            any_of: clause.any_of.iter().cloned().collect(),
            source: clause.source.clone(),
        };
        self.refuse(Error::UnmetAuthenticationRequirements, why)
    }

    /// Everything that this installation offers and the demand allows, as if somebody owned it.
    fn offered(&self) -> Vec<Owned> {
        let own = |a: &Available| Owned {
            method: a.method.clone(),
            credential: CredentialId::new(""),
            traits: a.traits.clone(),
            opens: a.opens,
            enrolled_at: Some(Timestamp::from_micros(i64::MIN)),
        };
        allowed(self.policy.available.iter().map(own), &self.request.demand)
    }

    fn account(&mut self) -> Option<Verdict> {
        if !self.request.prompt.select_account || self.facts.account_chosen {
            return None;
        }
        let step = if self.facts.session.is_some() {
            Step::ChooseAccount
        } else {
            Step::Identify
        };
        self.ask(step, Reason::AccountChoiceRequested)
    }

    fn person(&mut self) -> Option<Verdict> {
        if self.facts.person.is_some() {
            return None;
        }
        self.ask(Step::Identify, Reason::NotSignedIn)
    }

    /// A step-up completes as the same person or not at all (design §2.7).
    fn subject(&mut self) -> Option<Verdict> {
        let person = self.facts.person.as_ref()?;
        let wrong = match &self.request.demand.subject {
            Pin::Anyone => false,
            // A name alone is no answer: refusing before a proof would tell whose name belongs to the subject.
            Pin::Only(subject) => {
                person.subject.as_ref() != Some(subject) && !self.proven().is_empty()
            }
            Pin::Nobody => true,
        };
        if wrong {
            self.refuse(Error::LoginRequired, Reason::WrongSubject)
        } else {
            None
        }
    }

    pub(super) fn question<'q>(&'q self, demand: &'q Demand, insist: bool) -> Question<'q> {
        Question {
            catalog: &self.policy.catalog,
            demand,
            prefer: &self.request.prefer,
            began: self.request.began,
            now: self.now,
            insist,
        }
    }

    /// The session's proofs, if the session is that of the person the pages are about.
    fn proven(&self) -> Vec<&'a Evidence> {
        let person = self.facts.person.as_ref().and_then(|p| p.subject.as_ref());
        match &self.facts.session {
            Some(session) if Some(&session.subject) == person => session.evidence.iter().collect(),
            _ => Vec::new(),
        }
    }

    fn prove(&mut self) -> Verdict {
        let (facts, demand) = (self.facts, &self.request.demand);
        let Some(person) = &facts.person else {
            return Verdict::Ask(Step::Identify);
        };
        if facts
            .session
            .as_ref()
            .is_some_and(|s| Some(&s.subject) != person.subject.as_ref())
        {
            self.reasons.push(Reason::OtherPerson);
        }
        let proven = self.proven();
        // Voluntary acrs are tried for, but never at the price of the sign-in.
        for insist in [true, false] {
            match self.question(demand, insist).put(proven.iter().copied()) {
                Ok(standing) => {
                    if !insist {
                        self.leave_out_voluntary();
                    }
                    return match self.before_leaving(person, &proven) {
                        Some(verdict) => verdict,
                        None => self.satisfied(person, standing, &proven),
                    };
                }
                Err(missing) => {
                    let step = if proven.iter().all(|e| e.traits.remembered) {
                        self.first_factor()
                    } else {
                        if let Some(verdict) = self.replace(person, &proven, insist, &missing) {
                            return verdict;
                        }
                        let step = self.further_factor(person, &proven, insist);
                        step.map(|step| self.with_last_resort(step, person, &proven, insist))
                    };
                    if let Some(step) = step {
                        self.reasons.extend(missing);
                        return Verdict::Ask(Step::Prove(step));
                    }
                    if !insist {
                        self.reasons.extend(missing);
                    }
                }
            }
        }
        self.reasons.push(self.why_not_owned(person, &proven));
        self.on_demand(person, &proven)
            .unwrap_or(Verdict::Refuse(Error::UnmetAuthenticationRequirements))
    }

    /// Before anything is proven everything that may come first here is offered, whoever it is, so that nothing
    /// tells what an account owns. The order is the installation's. Where the demand takes a key in any case, as
    /// far as configuration can tell, what would meet it alone stands first.
    fn first_factor(&self) -> Option<Prove> {
        let question = self.question(&self.request.demand, true);
        let choice = |o: Owned| Choice {
            steps: if suffices(&question, &o) { 1 } else { 2 },
            method: o.method,
            then: Vec::new(),
            opens: true,
            traits: o.traits,
            by: None,
        };
        let offered = self.offered();
        let keyless = offered.iter().filter(|o| !o.traits.phishing_resistant);
        let soon = question.just_after();
        let takes_a_key = soon
            .put(&imagine(&soon, &keyless.collect::<Vec<_>>()))
            .is_err();
        let place = |choice: &Choice| offered.iter().position(|o| o.method == choice.method);
        let first = offered.iter().filter(|o| o.opens).cloned();
        let mut choices: Vec<Choice> = first.map(choice).collect();
        choices.sort_by_key(|choice| choice.steps);
        each_once(&mut choices);
        if !takes_a_key {
            choices.sort_by_key(place);
        }
        let remaining = choices.first()?.steps;
        Some(Prove {
            choices,
            counted: Vec::new(),
            remaining,
        })
    }

    /// Once something is proven, whatever leads to the demand is offered.
    fn further_factor(&self, person: &Person, proven: &[&Evidence], insist: bool) -> Option<Prove> {
        let demand = &self.request.demand;
        if insist && self.request.prompt.none && demand.clauses.iter().any(|c| c.voluntary) {
            return None;
        }
        let owned = allowed(person.owned.iter().cloned(), demand);
        plan(&self.question(demand, insist), proven, &owned)
    }

    fn leave_out_voluntary(&mut self) {
        let left_out = self.request.demand.clauses.iter().filter(|c| c.voluntary);
        self.reasons
            .extend(left_out.map(|c| Reason::VoluntaryLeftOut {
                any_of: c.any_of.iter().cloned().collect(),
            }));
    }

    fn satisfied(&mut self, person: &Person, standing: Standing, proven: &[&Evidence]) -> Verdict {
        let Some(subject) = person.subject.clone() else {
            return Verdict::Refuse(Error::LoginRequired);
        };
        if self.facts.consent == Consent::Missing {
            self.reasons.push(Reason::ConsentNeeded);
            return Verdict::Ask(Step::Consent);
        }
        let mut rests_on: Vec<&Evidence> = proven
            .iter()
            .copied()
            .filter(|e| standing.evidence.contains(&e.id))
            .collect();
        rests_on.sort_by_key(|e| (e.at, &e.id));
        self.reasons.push(Reason::Satisfied {
            acr: standing.acr.clone(),
            auth_time: standing.claim.auth_time,
        });
        let mut credentials: Vec<CredentialId> =
            rests_on.iter().map(|e| e.credential.clone()).collect();
        credentials.sort();
        credentials.dedup();
        Verdict::Grant(Grounds {
            subject,
            acr: standing.acr,
            amr: amr(&told(&rests_on, &standing.claim)),
            auth_time: standing.claim.auth_time,
            evidence: rests_on.iter().map(|e| e.id.clone()).collect(),
            credentials,
            holds_until: standing.holds_until,
        })
    }

    /// `prompt=none` turns every page into the error that names it (OIDC Core §3.1.2.6).
    fn silently(&mut self, verdict: Verdict) -> Verdict {
        let Verdict::Ask(step) = &verdict else {
            return verdict;
        };
        if !self.request.prompt.none {
            return verdict;
        }
        self.reasons.push(Reason::SilenceRequested);
        Verdict::Refuse(match step {
            Step::Identify | Step::Prove(_) => Error::LoginRequired,
            Step::ChooseAccount => Error::AccountSelectionRequired,
            Step::Consent => Error::ConsentRequired,
            Step::Enrol(_) => Error::UnmetAuthenticationRequirements,
        })
    }
}

/// The proofs that `amr` tells of. A floor's proof as strong as what `auth_time` speaks for, but older, would
/// pass for as recent: it is in the grounds' evidence, not in `amr`.
fn told<'e>(rests_on: &[&'e Evidence], claim: &Claim) -> Vec<&'e Evidence> {
    let of_claim = |e: &&&Evidence| claim.evidence.contains(&e.id);
    let strongest = rests_on
        .iter()
        .filter(of_claim)
        .map(|e| e.traits.strength())
        .max();
    let misleads = |e: &Evidence| e.at < claim.auth_time && Some(e.traits.strength()) >= strongest;
    rests_on
        .iter()
        .copied()
        .filter(|e| claim.evidence.contains(&e.id) || !misleads(e))
        .collect()
}

pub(super) fn allowed(owned: impl Iterator<Item = Owned>, demand: &Demand) -> Vec<Owned> {
    owned
        .filter(|o| {
            demand
                .methods
                .as_ref()
                .is_none_or(|m| m.contains(&o.method))
        })
        .collect()
}

/// Methods in the order they were proven, which `evidence` is in, `mfa` beside them when they show two kinds (RFC 8176 §2).
fn amr(evidence: &[&Evidence]) -> Vec<String> {
    let real = || evidence.iter().filter(|e| !e.traits.remembered);
    let mut values: Vec<String> = Vec::new();
    for value in real().flat_map(|e| &e.amr) {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    let shown: Vec<&Traits> = real().map(|e| &e.traits).collect();
    if show_two_kinds(&shown) && !values.iter().any(|v| v == "mfa") {
        values.push("mfa".to_owned());
    }
    values
}
