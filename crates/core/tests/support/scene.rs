//! A scene: somebody, with some proofs, of whom something is asked.

use std::collections::BTreeSet;

use stepwell_core::authn::{
    Acr, AcrName, Catalog, Clause, Consent, Decision, Demand, Ended, EnrolmentPolicy, Error,
    Evidence, Facts, Freshness, Grounds, Method, Person, Pin, Policy, Predicate, Prompt, Prove,
    Proven, Renew, Request, Source, Step, Verdict, decide,
};
use stepwell_core::ids::UserId;
use stepwell_core::time::{Seconds, Timestamp};

use super::authenticators::{
    Authenticator, code, face, hardware_key, mailed_code, password, pin, security_key,
};

/// The instant at which every scene is decided.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// So many seconds before now.
pub(crate) fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_micros(NOW.as_micros() - seconds * 1_000_000)
}

/// An acr with nothing but a name and a predicate.
pub(crate) fn named(name: &str, requires: Predicate) -> Acr {
    Acr {
        name: AcrName::new(name),
        aliases: Vec::new(),
        requires,
        lifetime: None,
        renew: Renew::Strongest,
    }
}

/// What is asked, of whom, where and when.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) request: Request,
    pub(crate) facts: Facts,
    pub(crate) policy: Policy,
    pub(crate) now: Timestamp,
}

impl Scene {
    /// Nobody is there, nothing special is asked, and the interaction began ten seconds ago.
    pub(crate) fn nobody() -> Self {
        let offered = [
            password(),
            pin(),
            code(),
            mailed_code(),
            face(),
            hardware_key(),
            security_key(),
        ];
        Self {
            request: Request {
                prefer: Vec::new(),
                demand: Demand::default(),
                prompt: Prompt::default(),
                began: ago(10),
                change: None,
            },
            facts: Facts::default(),
            policy: Policy {
                catalog: Catalog::shipped(),
                available: offered.iter().map(Authenticator::available).collect(),
                enrolment: EnrolmentPolicy::default(),
            },
            now: NOW,
        }
    }

    /// Somebody typed a name that belongs to alice, who owns these.
    pub(crate) fn alice(owned: &[Authenticator]) -> Self {
        Self::nobody().about(Some("alice"), owned)
    }

    /// Somebody typed a name that belongs to nobody; the installation pretends that these are owned.
    pub(crate) fn stranger(owned: &[Authenticator]) -> Self {
        Self::nobody().about(None, owned)
    }

    fn about(mut self, subject: Option<&str>, owned: &[Authenticator]) -> Self {
        self.facts.person = Some(Person {
            subject: subject.map(UserId::new),
            owned: owned.iter().map(|one| one.owned.clone()).collect(),
        });
        self
    }

    /// The browser has alice's session with these proofs.
    pub(crate) fn proved(self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.session_of("alice", evidence)
    }

    /// The browser has somebody's session with these proofs.
    pub(crate) fn session_of(
        mut self,
        who: &str,
        evidence: impl IntoIterator<Item = Evidence>,
    ) -> Self {
        let evidence = evidence.into_iter().collect();
        self.facts.session = Some(Proven {
            subject: UserId::new(who),
            evidence,
        });
        self
    }

    /// `acr_values` of a client for whom they are necessary.
    pub(crate) fn asks(self, values: &[&str]) -> Self {
        self.named_acrs(values, false, Source::Request)
    }

    /// `acr_values` of a client for whom they are voluntary.
    pub(crate) fn would_like(self, values: &[&str]) -> Self {
        self.named_acrs(values, true, Source::Request)
    }

    /// An essential `acr` claim.
    pub(crate) fn insists_on(self, values: &[&str]) -> Self {
        self.named_acrs(values, false, Source::EssentialClaim)
    }

    fn named_acrs(mut self, values: &[&str], voluntary: bool, source: Source) -> Self {
        self.request.prefer = values.iter().copied().map(AcrName::new).collect();
        let any_of = self.request.prefer.iter().cloned().collect();
        self.and(Demand::of(Clause {
            any_of,
            max_age: None,
            voluntary,
            source,
        }))
    }

    /// One more demand.
    pub(crate) fn and(mut self, demand: Demand) -> Self {
        self.request.demand = self.request.demand.join(demand);
        self
    }

    /// A floor.
    pub(crate) fn floor(self, acr: &str, max_age: Option<u64>, source: Source) -> Self {
        self.and(Demand::of(Clause::floor(
            AcrName::new(acr),
            max_age.map(Seconds),
            source,
        )))
    }

    /// The client's registered minimum.
    pub(crate) fn minimum(self, acr: &str) -> Self {
        self.floor(acr, None, Source::ClientMinimum)
    }

    /// `max_age`.
    pub(crate) fn max_age(self, seconds: u64) -> Self {
        self.and(Demand::fresh(Freshness {
            max_age: Some(Seconds(seconds)),
            after: None,
        }))
    }

    /// `prompt=login`.
    pub(crate) fn prompt_login(self) -> Self {
        let after = Some(self.request.began);
        self.and(Demand::fresh(Freshness {
            max_age: None,
            after,
        }))
    }

    /// `prompt=none`.
    pub(crate) fn silently(mut self) -> Self {
        self.request.prompt.none = true;
        self
    }

    /// `prompt=select_account`.
    pub(crate) fn select_account(mut self) -> Self {
        self.request.prompt.select_account = true;
        self
    }

    /// Only this person will do.
    pub(crate) fn pinned_to(self, who: &str) -> Self {
        self.and(Demand {
            subject: Pin::Only(UserId::new(who)),
            ..Demand::default()
        })
    }

    /// Only proofs by these methods count.
    pub(crate) fn only_by(self, methods: &[&str]) -> Self {
        let methods = Some(
            methods
                .iter()
                .copied()
                .map(Method::new)
                .collect::<BTreeSet<_>>(),
        );
        self.and(Demand {
            methods,
            ..Demand::default()
        })
    }

    /// Consent is still missing.
    pub(crate) fn without_consent(mut self) -> Self {
        self.facts.consent = Consent::Missing;
        self
    }

    /// The person left.
    pub(crate) fn ended(mut self, how: Ended) -> Self {
        self.facts.ended = Some(how);
        self
    }

    /// The installation knows these acrs, weakest first.
    pub(crate) fn knowing(mut self, acrs: impl IntoIterator<Item = Acr>) -> Self {
        self.policy.catalog = Catalog::new(acrs.into_iter().collect());
        self
    }

    /// The installation offers only these.
    pub(crate) fn offering(mut self, offered: &[Authenticator]) -> Self {
        self.policy.available = offered.iter().map(Authenticator::available).collect();
        self
    }

    /// People may set these up, on demand too, after proofs of the last five minutes.
    pub(crate) fn enrolling(mut self, methods: &[&str]) -> Self {
        self.policy.enrolment = EnrolmentPolicy {
            on_demand: true,
            methods: methods.iter().copied().map(Method::new).collect(),
            fresh_for: Seconds(300),
        };
        self
    }

    /// The person sets this up a second later, in this interaction, and uses it once; recovery codes are not used.
    pub(crate) fn sets_up(&self, new: &Authenticator) -> Self {
        let mut scene = self.clone();
        let at = scene.now.plus(Seconds(1));
        let mut new = new.clone();
        new.owned.enrolled_at = Some(at);
        let person = scene.facts.person.as_mut().unwrap();
        person.owned.push(new.owned.clone());
        if new.owned.traits.recovery {
            scene.now = at;
            return scene;
        }
        scene.then(&new)
    }

    /// The person proves something a second later, in this interaction.
    pub(crate) fn then(&self, with: &Authenticator) -> Self {
        self.clone().and_then(with)
    }

    fn and_then(mut self, with: &Authenticator) -> Self {
        self.now = self.now.plus(Seconds(1));
        let evidence = with.used_at(self.now);
        match &mut self.facts.session {
            Some(session) => session.evidence.push(evidence),
            None => return self.proved([evidence]),
        }
        self
    }

    /// What the hub says.
    pub(crate) fn decide(&self) -> Decision {
        decide(&self.request, &self.facts, &self.policy, self.now)
    }

    /// What a grant claims: acr and how many seconds ago, when it is one.
    pub(crate) fn claims(&self) -> (String, i64) {
        let grounds = granted(&self.decide());
        let acr = grounds.acr.map_or_else(String::new, |acr| acr.to_string());
        (acr, self.now.since(grounds.auth_time) / 1_000_000)
    }
}

/// The grounds of a grant.
#[track_caller]
pub(crate) fn granted(decision: &Decision) -> Grounds {
    match &decision.verdict {
        Verdict::Grant(grounds) => grounds.clone(),
        other => panic!("not a grant: {other:?} because {:?}", decision.reasons),
    }
}

/// The proof that is asked for.
#[track_caller]
pub(crate) fn asked(decision: &Decision) -> Prove {
    match &decision.verdict {
        Verdict::Ask(Step::Prove(prove)) => prove.clone(),
        other => panic!(
            "no proof is asked for: {other:?} because {:?}",
            decision.reasons
        ),
    }
}

/// The methods that are offered, best first.
#[track_caller]
pub(crate) fn methods(decision: &Decision) -> Vec<String> {
    asked(decision)
        .choices
        .into_iter()
        .map(|c| c.method.to_string())
        .collect()
}

/// Whether the person is asked for a name.
pub(crate) fn identifies(decision: &Decision) -> bool {
    decision.verdict == Verdict::Ask(Step::Identify)
}

/// The error that the client gets.
#[track_caller]
pub(crate) fn error(decision: &Decision) -> Error {
    match &decision.verdict {
        Verdict::Refuse(error) => *error,
        other => panic!("not refused: {other:?} because {:?}", decision.reasons),
    }
}
