//! The hub: one pure function from a request and the facts to what happens next.
//!
//! Every page, every redirect back and every resume re-runs it; steps never route to each other. It is a
//! list of checks, the first that has something to say answers, and every answer carries its reasons.

use serde::{Deserialize, Serialize};

use super::acr::{Acr, AcrName, Catalog};
use super::claim::Claim;
use super::demand::{Clause, Demand, Pin, Source};
use super::evidence::{Evidence, Kind, Method, Traits};
use super::plan::{imagine, plan, rank};
use super::reason::Reason;
use super::standing::{Question, Standing};
use crate::ids::{CredentialId, EvidenceId, UserId};
use crate::time::Timestamp;

/// The `prompt` parameter (OIDC Core §3.1.2.1), `login` excepted: that is a demand for freshness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Show no page.
    pub none: bool,
    /// Let the person choose the account.
    pub select_account: bool,
}

/// What is asked of the hub.
#[derive(Clone, Debug)]
pub struct Request {
    /// The acrs asked for, most preferred first, as the client spelled them.
    pub prefer: Vec<AcrName>,
    /// Everything that has to hold.
    pub demand: Demand,
    /// Which pages are forbidden or wanted.
    pub prompt: Prompt,
    /// When the interaction began.
    pub began: Timestamp,
}

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct Proven {
    /// Whose session it is.
    pub subject: UserId,
    /// What was proven and not revoked.
    pub evidence: Vec<Evidence>,
}

/// An enrolled authenticator that may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// How it proves.
    pub method: Method,
    /// Which one it is.
    pub credential: CredentialId,
    /// What a proof by it will show.
    pub traits: Traits,
    /// Whether a sign-in may begin with it.
    pub opens: bool,
}

/// The person the pages are about.
#[derive(Clone, Debug)]
pub struct Person {
    /// None when the name that was typed belongs to nobody; pages must not show the difference.
    pub subject: Option<UserId>,
    /// What the person could prove with.
    pub owned: Vec<Owned>,
}

/// How consent stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Given before, or not needed.
    #[default]
    Given,
    /// Still to be asked.
    Missing,
}

/// How the person ended the interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Chose to go back to the app.
    Cancelled,
    /// Refused consent.
    Declined,
}

/// What is known when the question is put.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The browser's session.
    pub session: Option<Proven>,
    /// Whom the pages are about: the session's person, or the one named in this interaction.
    pub person: Option<Person>,
    /// Whether an account was chosen in this interaction.
    pub account_chosen: bool,
    /// How consent stands.
    pub consent: Consent,
    /// Whether the person ended it.
    pub ended: Option<Ended>,
}

/// A method that this installation offers, at its strongest.
#[derive(Clone, Debug)]
pub struct Available {
    /// The method.
    pub method: Method,
    /// The most that a proof by it can show.
    pub traits: Traits,
    /// Whether a sign-in may begin with it.
    pub opens: bool,
}

/// What the installation offers and calls things.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The configured acrs.
    pub catalog: Catalog,
    /// The methods that can be enrolled here.
    pub available: Vec<Available>,
}

impl Policy {
    /// What `acr_values_supported` says (RFC 9470 §7): names, then aliases, weakest first, of every acr that a
    /// method of this installation can make true.
    pub fn published(&self) -> Vec<AcrName> {
        let reachable = |acr: &&Acr| {
            let clause = Clause::floor(acr.name.clone(), None, Source::Request);
            let request = Request {
                prefer: Vec::new(),
                demand: Demand::of(clause),
                prompt: Prompt::default(),
                began: Timestamp::default(),
            };
            let decision = decide(&request, &Facts::default(), self, Timestamp::default());
            decision.verdict != Verdict::Refuse(Error::UnmetAuthenticationRequirements)
        };
        let reachable: Vec<Acr> = self.catalog.iter().filter(reachable).cloned().collect();
        Catalog::new(reachable).published()
    }
}

/// A method that may be asked next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The method.
    pub method: Method,
    /// How many proofs the shortest way through it needs.
    pub steps: usize,
    /// The methods that this shortest way needs besides.
    pub then: Vec<Method>,
    /// Whether a sign-in may begin with it.
    pub opens: bool,
    /// What it will show.
    pub traits: Traits,
}

/// A proof to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prove {
    /// Methods that lead to the demand, best first; never empty.
    pub choices: Vec<Choice>,
    /// Proofs that already count.
    pub counted: Vec<EvidenceId>,
    /// How many proofs the shortest way needs, this one included.
    pub remaining: usize,
}

/// The page to show next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask who it is.
    Identify,
    /// Ask which account.
    ChooseAccount,
    /// Ask for a proof.
    Prove(Prove),
    /// Ask for consent.
    Consent,
}

/// Why a request is turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// `access_denied` (RFC 6749 §4.1.2.1).
    AccessDenied,
    /// `login_required` (OIDC Core §3.1.2.6).
    LoginRequired,
    /// `account_selection_required` (OIDC Core §3.1.2.6).
    AccountSelectionRequired,
    /// `consent_required` (OIDC Core §3.1.2.6).
    ConsentRequired,
    /// `unmet_authentication_requirements` (OpenID Connect Core Error Code).
    UnmetAuthenticationRequirements,
}

/// What is frozen into a code and copied to every token made from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// Whom it is about.
    pub subject: UserId,
    /// The acr answered, spelled as it was asked for.
    pub acr: Option<AcrName>,
    /// Methods behind it (RFC 8176).
    pub amr: Vec<String>,
    /// The time the acr claims.
    pub auth_time: Timestamp,
    /// The proofs that it and every floor rest on.
    pub evidence: Vec<EvidenceId>,
    /// The last instant at which all of it stays true; none when it does not lapse.
    pub holds_until: Option<Timestamp>,
}

/// What happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Show a page.
    Ask(Step),
    /// Send the client an error.
    Refuse(Error),
    /// Issue a code.
    Grant(Grounds),
}

/// What happens next, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happens next.
    pub verdict: Verdict,
    /// Why; never empty.
    pub reasons: Vec<Reason>,
}

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

struct Case<'a> {
    request: &'a Request,
    facts: &'a Facts,
    policy: &'a Policy,
    now: Timestamp,
    reasons: Vec<Reason>,
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

    fn question<'q>(&'q self, demand: &'q Demand, insist: bool) -> Question<'q> {
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
                    return self.satisfied(person, standing, &proven);
                }
                Err(missing) => {
                    let step = if proven.iter().all(|e| e.traits.remembered) {
                        self.first_factor(person)
                    } else {
                        self.further_factor(person, &proven, insist)
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
        self.reasons.push(Reason::NotOwned);
        Verdict::Refuse(Error::UnmetAuthenticationRequirements)
    }

    /// Before anything is proven, only what may come first is offered, and nothing tells what else is owned.
    fn first_factor(&self, person: &Person) -> Option<Prove> {
        let opening = |owned: Vec<Owned>| owned.into_iter().filter(|o| o.opens).collect::<Vec<_>>();
        let mut first = opening(allowed(person.owned.iter().cloned(), &self.request.demand));
        if first.is_empty() {
            // Refusing here would tell that the person exists and what they lack.
            first = opening(self.offered());
        }
        let choice = |o: Owned| Choice {
            method: o.method,
            steps: 1,
            then: Vec::new(),
            opens: true,
            traits: o.traits,
        };
        let mut choices = first.into_iter().map(choice).collect();
        rank(&mut choices);
        (!choices.is_empty()).then_some(Prove {
            choices,
            counted: Vec::new(),
            remaining: 1,
        })
    }

    /// Once something is proven, whatever leads to the demand is offered.
    fn further_factor(&self, person: &Person, proven: &[&Evidence], insist: bool) -> Option<Prove> {
        let demand = &self.request.demand;
        if insist && self.request.prompt.none && demand.clauses.iter().any(|c| c.voluntary) {
            return None;
        }
        let owned = allowed(person.owned.iter().cloned(), demand);
        let plan = plan(&self.question(demand, insist), proven, &owned)?;
        Some(Prove {
            choices: plan.choices,
            counted: plan.counted,
            remaining: plan.remaining,
        })
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
        Verdict::Grant(Grounds {
            subject,
            acr: standing.acr,
            amr: amr(&told(&rests_on, &standing.claim)),
            auth_time: standing.claim.auth_time,
            evidence: rests_on.iter().map(|e| e.id.clone()).collect(),
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
        .map(|e| e.traits.rank())
        .max();
    let misleads = |e: &Evidence| e.at < claim.auth_time && Some(e.traits.rank()) >= strongest;
    rests_on
        .iter()
        .copied()
        .filter(|e| claim.evidence.contains(&e.id) || !misleads(e))
        .collect()
}

fn allowed(owned: impl Iterator<Item = Owned>, demand: &Demand) -> Vec<Owned> {
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
    let mut kinds: Vec<Kind> = real()
        .flat_map(|e| e.traits.kinds.iter().copied())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() > 1 && !values.iter().any(|v| v == "mfa") {
        values.push("mfa".to_owned());
    }
    values
}
