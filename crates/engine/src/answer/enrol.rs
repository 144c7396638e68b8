//! An authenticator that is set up on a page: chosen, started, and stored once its first use was right.
//!
//! That first use counts as evidence in the very write that stores the authenticator; the hub is asked once more
//! inside it, so that nothing is set up that is not asked for at that instant.

use stepwell_core::audit::names;
use stepwell_core::authn::{Enrol, Evidence, Method, Step, Verdict};
use stepwell_core::display_text;
use stepwell_core::ids::{EvidenceId, InteractionId};
use stepwell_core::user::User;
use stepwell_store::credentials::{self, Credential};
use stepwell_store::{StoreError, Tx, Unique, evidence, interactions, users};

use super::guesses::{Guesses, Taken};
use super::prove::{Attempt, Lost};
use super::{Answered, Trouble};
use crate::Engine;
use crate::account::LONGEST_LABEL;
use crate::authorize::{Loaded, Outcome, Setup, encode, is_step_up, pending};
use crate::call::{Call, Cookies};
use crate::courier::Happened;
use crate::error::EngineError;
use crate::factors::{self, Enrolled, Failure};

/// Authenticators that one account may have.
const MOST: usize = 50;

/// A set-up page, filled in.
pub(super) struct Filled<'a> {
    pub(super) answer: &'a str,
    pub(super) label: &'a str,
    pub(super) lost: &'a [&'a str],
}

impl Engine {
    pub(super) fn choose_setup(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        loaded: &Loaded,
        cookies: &Cookies,
        method: &str,
    ) -> Result<Answered, EngineError> {
        let (known, decision) = self
            .db
            .read(|tx| self.judge(tx, call.now, loaded, cookies.session.as_ref()))?;
        let (Some(enrol), Some(user)) = (asked(&decision.verdict), &known.user) else {
            return Ok(Answered::on());
        };
        let method = Method::new(method);
        let mut state = loaded.state.clone();
        state.setup = None;
        if !method.as_str().is_empty() {
            if !enrol.methods.contains(&method) {
                return Ok(Answered::Again(Trouble::NotEnough));
            }
            state.setup = Some(Setup {
                method,
                user: user.id.clone(),
                started: None,
            });
        }
        self.save(loaded, id, &state)
    }

    pub(super) fn set_up(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        loaded: &Loaded,
        cookies: &Cookies,
        filled: &Filled<'_>,
    ) -> Result<Answered, EngineError> {
        let (known, decision) = self
            .db
            .read(|tx| self.judge(tx, call.now, loaded, cookies.session.as_ref()))?;
        let Some(setup) = asked(&decision.verdict).and_then(|e| pending(loaded, &known, e)) else {
            return Ok(Answered::on());
        };
        let enrolment = self.enrolment_of(&setup.method)?;
        let (tools, whom) = (self.tools(call), self.whom(loaded, &known, None));
        let Some(started) = &setup.started else {
            if enrolment.asks().is_none() {
                return Ok(Answered::on());
            }
            // It may send something to whatever was typed.
            let budget = Method::new(format!("{}-start", setup.method));
            let starts = Guesses::of(self, call, loaded, &known, None, &budget);
            if let Taken::Wait(wait) = starts.take()? {
                return Ok(Answered::Again(Trouble::Wait(wait.0)));
            }
            return match enrolment.start(&tools, &whom, filled.answer) {
                Ok(challenge) => {
                    let mut state = loaded.state.clone();
                    state.setup = Some(Setup {
                        started: Some(challenge),
                        ..setup
                    });
                    self.save(loaded, id, &state)
                }
                Err(failure) => {
                    if matches!(failure, Failure::Malformed(_)) {
                        starts.give_back()?;
                    }
                    refused(failure)
                }
            };
        };
        let label = filled.label.trim();
        if !label.is_empty() && display_text::check(label, LONGEST_LABEL).is_err() {
            return Ok(Answered::Again(Trouble::BadLabel));
        }
        if known.credentials.len() >= MOST {
            return Ok(Answered::Again(Trouble::Full));
        }
        // A code that was sent somewhere must not be guessed here either; from one budget, however many browsers are
        // known.
        let budget = Method::new(format!("{}-setup", setup.method));
        let guesses = Guesses::of(self, call, loaded, &known, None, &budget);
        if let Taken::Wait(wait) = guesses.take()? {
            return Ok(Answered::Again(Trouble::Wait(wait.0)));
        }
        let answer = factors::Answer {
            secret: filled.answer,
            credential: None,
            challenge: Some(started),
        };
        let attempt = Attempt {
            call,
            id,
            cookies,
            loaded,
            known: &known,
            method: &setup.method,
        };
        let finished = match enrolment.finish(&tools, &whom, started, &answer) {
            Ok(mut enrolled) => {
                if !label.is_empty() {
                    label.clone_into(&mut enrolled.credential.label);
                }
                self.enrolled(&attempt, enrolled, filled.lost)
            }
            Err(failure) => Err(failure),
        };
        match finished {
            Ok(answered) => {
                match answered {
                    Answered::Continue { .. } => guesses.clear()?,
                    _ => guesses.give_back()?,
                }
                Ok(answered)
            }
            Err(failure) => {
                let why = match failure {
                    Failure::Wrong(_) => Some("wrong"),
                    Failure::Refused { rule, .. } => Some(rule),
                    _ => None,
                };
                if let Some(why) = why {
                    self.db.write(|tx| -> Result<(), EngineError> {
                        let name = names::FACTOR_ENROLMENT_FAILED;
                        let event = self.about(call, loaded, &known, name);
                        tx.audit(event.with("method", setup.method.as_str()).with("why", why));
                        Ok(())
                    })?;
                    guesses.count_network()?;
                }
                if !matches!(failure, Failure::Wrong(_)) {
                    guesses.give_back()?;
                }
                let factor = self.factors.find(&setup.method);
                if factor.is_some_and(|factor| factor.answered_once()) {
                    let mut state = loaded.state.clone();
                    state.setup = Some(Setup {
                        started: None,
                        ..setup
                    });
                    self.save(loaded, id, &state)?;
                }
                refused(failure)
            }
        }
    }

    /// Stores it, counts its first use and rotates the session, if the hub still asks for it; all or nothing.
    fn enrolled(
        &self,
        attempt: &Attempt<'_>,
        enrolled: Enrolled,
        lost: &[&str],
    ) -> Result<Answered, Failure> {
        let Attempt {
            call,
            id,
            cookies,
            loaded,
            method,
            ..
        } = *attempt;
        let Enrolled {
            credential,
            traits,
            amr,
        } = enrolled;
        let secret = call.secret();
        let outcome = self.db.write(|tx| {
            if !lost.is_empty() {
                // First of all: of two removals at once the second counts what the first left.
                users::hold(tx, &credential.user_id)?;
            }
            let (known, decision) = self.judge(tx, call.now, loaded, cookies.session.as_ref())?;
            let offered = asked(&decision.verdict).is_some_and(|e| e.methods.contains(method));
            let Some(user) = known
                .user
                .as_ref()
                .filter(|user| offered && user.id == credential.user_id)
            else {
                return Err(Lost::Race);
            };
            let attempt = &Attempt {
                known: &known,
                ..*attempt
            };
            let sign_in = self.sign_in(tx, call, cookies, user)?;
            // Recovery codes are saved, not used; and there is one set of them.
            let codes = traits.recovery;
            let gone: Vec<&Credential> = if codes {
                let mine = known.credentials.iter();
                mine.filter(|c| c.method == *method).collect()
            } else {
                let could = self.could_be_lost(call.now, loaded, &known, method);
                let said = |c: &&Credential| lost.contains(&c.id.as_str());
                could.into_iter().filter(said).collect()
            };
            credentials::insert(tx, &credential).map_err(|error| match error {
                StoreError::Conflict(Unique::CredentialExternal) => Lost::Taken,
                error => error.into(),
            })?;
            // With the old and the new one in place, so that the addresses of both are told.
            self.tell_of_new(tx, attempt, user, &gone)?;
            let why = if codes { "replaced" } else { "lost" };
            self.remove(tx, attempt, user, &gone, why)?;
            let (session, _) = self.renewed_session(tx, attempt, user, &secret)?;
            let proof = (!codes).then(|| Evidence {
                id: EvidenceId::new(call.id()),
                method: method.clone(),
                credential: credential.id.clone(),
                at: call.now,
                traits,
                amr,
                enrolled_at: Some(credential.created_at),
            });
            if let Some(proof) = &proof {
                evidence::insert(tx, &session, &user.id, proof)?;
            }
            let used = proof.as_ref().map(|proof| proof.id.as_str());
            tx.audit(
                self.about(call, loaded, &known, names::FACTOR_ENROLLED)
                    .session(&session)
                    .with("method", method.as_str())
                    .with("credential", credential.id.as_str())
                    .with("evidence", used),
            );
            let mut state = loaded.state.clone();
            (state.setup, state.challenge, state.method) = (None, None, None);
            let (event, through) = self.went_on(tx, attempt, &secret, &mut state)?;
            if !interactions::save_state(tx, id, loaded.version, &encode(&state)?)? {
                return Err(Lost::Race);
            }
            let step_up = is_step_up(loaded, &known);
            if step_up || !codes {
                let by = proof.as_ref().map(|proof| proof.method.as_str());
                let event = event.session(&session).with("method", by);
                tx.audit(event.with("evidence", used));
            }
            let device = match through {
                true => self.recognise(tx, &sign_in, false)?,
                false => None,
            };
            Ok((step_up && !codes, step_up && through, device))
        });
        match outcome {
            Ok((enrolled, passed, device)) => {
                if enrolled {
                    self.count_step_up(loaded, Outcome::Enrolled);
                }
                if passed {
                    self.count_step_up(loaded, Outcome::Passed);
                }
                Ok(Answered::Continue {
                    session: Some(secret),
                    device,
                })
            }
            Err(Lost::Race | Lost::Used) => Ok(Answered::Again(Trouble::TryAgain)),
            // WebAuthn §7.1 step 26: a credential id is one person's, once.
            Err(Lost::Taken) => Err(Failure::Refused {
                rule: "registered-already",
                suspect: None,
            }),
            Err(Lost::Engine(error)) => Err(Failure::Engine(error)),
        }
    }

    /// Tells the person what was set up, and what goes for it: one of the same method is replaced.
    fn tell_of_new(
        &self,
        tx: &mut Tx<'_>,
        attempt: &Attempt<'_>,
        user: &User,
        gone: &[&Credential],
    ) -> Result<(), EngineError> {
        let Attempt { call, method, .. } = *attempt;
        let mut methods: Vec<&Method> = gone.iter().map(|one| &one.method).collect();
        methods.sort();
        methods.dedup();
        let (same, others): (Vec<&Method>, Vec<&Method>) =
            methods.into_iter().partition(|one| *one == method);
        let of = method.clone();
        let what = if same.is_empty() {
            Happened::FactorAdded { method: of }
        } else {
            Happened::FactorReplaced { method: of }
        };
        self.notify(tx, call, user, what)?;
        for method in others.into_iter().cloned() {
            self.notify(tx, call, user, Happened::FactorRemoved { method })?;
        }
        Ok(())
    }

    /// Removes authenticators of the person, with all that rested on them.
    fn remove(
        &self,
        tx: &mut Tx<'_>,
        attempt: &Attempt<'_>,
        user: &User,
        old: &[&Credential],
        why: &'static str,
    ) -> Result<(), EngineError> {
        let Attempt {
            call,
            loaded,
            known,
            ..
        } = *attempt;
        let event = || {
            self.about(call, loaded, known, names::FACTOR_REMOVED)
                .with("why", why)
        };
        self.take_away(tx, call, user, old, event)?;
        Ok(())
    }
}

/// What is to be set up, when that is what the hub asks for.
fn asked(verdict: &Verdict) -> Option<&Enrol> {
    match verdict {
        Verdict::Ask(Step::Enrol(enrol)) => Some(enrol),
        _ => None,
    }
}

fn refused(failure: Failure) -> Result<Answered, EngineError> {
    Trouble::of(failure).map(Answered::Again)
}
