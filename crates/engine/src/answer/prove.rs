//! A proof that was sent in: verified without a transaction; then one write makes it count once, adds the
//! evidence, rotates the session and audits, or none of that happens.

use stepwell_core::audit::{Event, names};
use stepwell_core::authn::device::may_be_trusted;
use stepwell_core::authn::{Decision, Evidence, Method, Step, Verdict};
use stepwell_core::ids::{CredentialId, EvidenceId, InteractionId, SessionId, UserId};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_core::user::User;
use stepwell_store::sessions::{self, Session};
use stepwell_store::{StoreError, Tx, credentials, evidence, interactions};

use super::guesses::{Guesses, Taken};
use super::suspected::Suspect;
use super::{Answered, Trouble};
use crate::Engine;
use crate::authorize::{Known, Loaded, Outcome, State, encode, is_step_up, json};
use crate::call::{Call, Cookies};
use crate::courier::Happened;
use crate::devices::known_to;
use crate::error::EngineError;
use crate::factors::{self, Failure, Verified};

/// A factor's form, filled in.
pub(super) struct Typed<'a> {
    pub(super) method: Method,
    pub(super) secret: &'a str,
    pub(super) credential: Option<&'a str>,
    pub(super) trust: bool,
}

impl<'a> Typed<'a> {
    /// What the factor is handed: the answer, with the challenge that is pending for it.
    pub(super) fn against<'b>(&'b self, loaded: &'b Loaded) -> factors::Answer<'b>
    where
        'a: 'b,
    {
        let pending = loaded.state.challenge.as_ref();
        factors::Answer {
            secret: self.secret,
            credential: self.credential,
            challenge: pending
                .filter(|(method, _)| *method == self.method)
                .map(|(_, challenge)| challenge)
                .or_else(|| loaded.state.sent.get(&self.method)),
        }
    }
}

/// A form, and the interaction and person it belongs to.
pub(super) struct Attempt<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) id: &'a InteractionId,
    pub(super) cookies: &'a Cookies,
    pub(super) loaded: &'a Loaded,
    pub(super) known: &'a Known,
    pub(super) method: &'a Method,
}

/// Why the write that would have added evidence was undone.
pub(super) enum Lost {
    /// Another tab changed the same session or interaction first.
    Race,
    /// The answer was used by somebody faster.
    Used,
    /// The authenticator is registered already.
    Taken,
    Engine(EngineError),
}

impl From<StoreError> for Lost {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

impl From<EngineError> for Lost {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl Engine {
    pub(super) fn prove(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        loaded: &Loaded,
        cookies: &Cookies,
        typed: &Typed<'_>,
    ) -> Result<Answered, EngineError> {
        let cookie = cookies.session.as_ref();
        let judged = self
            .db
            .read(|tx| self.judge(tx, call.now, loaded, cookie))?;
        let answered = if judged.1.verdict == Verdict::Ask(Step::Identify) {
            let Some(name) = self.named_in(loaded, typed) else {
                return Ok(Answered::on());
            };
            match self.named(call, loaded, &judged.0, typed, &name)? {
                Ok(named) => {
                    let judged = self
                        .db
                        .read(|tx| self.judge(tx, call.now, &named, cookie))?;
                    self.prove_as(call, id, &named, cookies, typed, judged)?
                }
                Err(trouble) => Answered::Again(trouble),
            }
        } else {
            self.prove_as(call, id, loaded, cookies, typed, judged)?
        };
        if matches!(answered, Answered::Again(_)) {
            self.spend(id, loaded, &typed.method)?;
        }
        Ok(answered)
    }

    fn prove_as(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        loaded: &Loaded,
        cookies: &Cookies,
        typed: &Typed<'_>,
        (mut known, decision): (Known, Decision),
    ) -> Result<Answered, EngineError> {
        let Verdict::Ask(Step::Prove(prove)) = &decision.verdict else {
            return Ok(Answered::on());
        };
        let mut choices = prove.choices.iter();
        let choice = choices.find(|choice| choice.method == typed.method);
        let (Some(choice), Some(factor)) = (choice, self.factors.find(&typed.method)) else {
            return Ok(Answered::Again(Trouble::NotEnough));
        };
        // An authenticator that leads nowhere is no more taken than a method that does not.
        known.leave_what_is_meant(choice);
        let device = match &known.user {
            Some(user) if cookies.device.is_some() => {
                self.db.read(|tx| known_to(tx, cookies, &user.id))?
            }
            _ => None,
        };
        let device = device.as_ref().map(|device| &device.id);
        let guesses = Guesses::of(self, call, loaded, &known, device, &typed.method);
        let last = match guesses.take()? {
            Taken::Guess { last } => last,
            Taken::Wait(wait) => return Ok(Answered::Again(Trouble::Wait(wait.0))),
        };
        let answer = typed.against(loaded);
        let tools = self.tools(call);
        let attempt = Attempt {
            call,
            id,
            cookies,
            loaded,
            known: &known,
            method: &typed.method,
        };
        let failure = match factor.verify(&tools, &known.credentials, &answer) {
            Ok(verified) => {
                let answered = self.proven(&attempt, verified, typed.trust);
                match answered {
                    Ok(Answered::Continue { .. }) => guesses.clear()?,
                    _ => guesses.give_back()?,
                }
                return answered;
            }
            Err(failure) => failure,
        };
        // Only a wrong secret is a guess.
        match failure {
            Failure::Wrong(_) => {
                guesses.count_network()?;
            }
            // No guesses, but written down each time: a network has only so many.
            Failure::Refused { .. } | Failure::Replayed => {
                guesses.count_network()?;
                guesses.give_back()?;
            }
            _ => guesses.give_back()?,
        }
        let noted = matches!(
            failure,
            Failure::Wrong(_) | Failure::Refused { .. } | Failure::Replayed
        );
        let answered = Answered::Again(match &failure {
            Failure::Refused { rule, suspect } => {
                self.db.write(|tx| {
                    if let Some(suspect) = suspect {
                        let suspect = Suspect {
                            method: &typed.method,
                            credential: suspect,
                            why: rule,
                            accepted: false,
                        };
                        self.suspect(tx, call, (loaded, &known), &suspect)?;
                    }
                    self.note_failure_of(tx, &attempt, rule)
                })?;
                Trouble::of(failure)?
            }
            Failure::Replayed => {
                self.db
                    .write(|tx| self.note_failure_of(tx, &attempt, "replayed"))?;
                Trouble::of(failure)?
            }
            Failure::Wrong(tried) => {
                match self.guessed_wrong(&attempt, tried, factor.budget(), last)? {
                    Some(until) => Trouble::Locked(until),
                    None if typed.method == Method::password() => Trouble::WrongPassword,
                    None => Trouble::of(failure)?,
                }
            }
            _ => Trouble::of(failure)?,
        });
        if noted {
            count(&typed.method, "failed");
            if is_step_up(loaded, &known) && known.user.is_some() {
                self.count_step_up(loaded, Outcome::Failed);
            }
        }
        Ok(answered)
    }

    /// Counts and writes down a wrong guess at these authenticators; says until when the first of them rests,
    /// if it was one too many for all of them.
    fn guessed_wrong(
        &self,
        attempt: &Attempt<'_>,
        tried: &[CredentialId],
        budget: Option<(u32, Seconds)>,
        last: bool,
    ) -> Result<Option<Timestamp>, EngineError> {
        let Attempt {
            call,
            loaded,
            known,
            method,
            ..
        } = *attempt;
        self.db.write(|tx| {
            let mut resting = Vec::new();
            if let Some((budget, rest)) = budget {
                for credential in tried {
                    let Some(failure) = credentials::record_failure(
                        tx,
                        credential,
                        i64::from(budget),
                        rest,
                        call.now,
                    )?
                    else {
                        continue;
                    };
                    if let Some(until) = failure.locked_until.filter(|until| *until > call.now) {
                        resting.push(until);
                        tx.audit(
                            self.about(call, loaded, known, names::FACTOR_LOCKED)
                                .with("method", method.as_str())
                                .with("failures", failure.count),
                        );
                    }
                }
            }
            if let (Some(user), false) = (&known.user, resting.is_empty()) {
                let method = method.clone();
                self.notify(tx, call, user, Happened::FactorLocked { method })?;
            }
            let locked = (resting.len() == tried.len())
                .then(|| resting.into_iter().min())
                .flatten();
            self.note_failure_of(tx, attempt, "wrong")?;
            // What is turned away from now on is not written down one by one, or a flood would fill the disk.
            if last {
                let throttled = self.about(call, loaded, known, names::LOGIN_THROTTLED);
                tx.audit(throttled.with("method", method.as_str()));
            }
            Ok(locked)
        })
    }

    fn note_failure_of(
        &self,
        tx: &mut Tx<'_>,
        attempt: &Attempt<'_>,
        why: &'static str,
    ) -> Result<(), EngineError> {
        let Attempt {
            call,
            loaded,
            known,
            method,
            ..
        } = *attempt;
        // Named, and yet not found among those who may sign in: an administrator locked the account.
        let named = loaded
            .state
            .identified
            .as_ref()
            .and_then(|identified| identified.user.as_ref());
        let locked_out = named.filter(|_| known.user.is_none());
        let name = match locked_out {
            Some(_) => names::LOGIN_LOCKED,
            None if is_step_up(loaded, known) => names::STEPUP_FAILED,
            None => names::LOGIN_FAILED,
        };
        let mut event = self.about(call, loaded, known, name);
        if let Some(user) = locked_out {
            event = event.user(user);
        }
        tx.audit(event.with("method", method.as_str()).with("why", why));
        Ok(())
    }

    fn proven(
        &self,
        attempt: &Attempt<'_>,
        verified: Verified,
        trust: bool,
    ) -> Result<Answered, EngineError> {
        let Attempt {
            call,
            loaded,
            known,
            method,
            ..
        } = *attempt;
        let Some(user) = &known.user else {
            return Ok(Answered::Again(Trouble::WrongPassword));
        };
        let secret = call.secret();
        let Verified {
            credential,
            traits,
            amr,
            suspected,
            consume,
        } = verified;
        let mine = known.credentials.iter().find(|c| c.id == credential);
        let proof = Evidence {
            enrolled_at: mine.map(|c| c.created_at),
            id: EvidenceId::new(call.id()),
            method: method.clone(),
            credential,
            at: call.now,
            traits,
            amr,
        };
        let outcome = self.db.write(|tx| {
            if !consume(tx, call.now)? {
                return Err(Lost::Used);
            }
            if let Some(why) = suspected {
                let suspect = Suspect {
                    method,
                    credential: &proof.credential,
                    why,
                    accepted: true,
                };
                self.suspect(tx, call, (loaded, known), &suspect)?;
            }
            let sign_in = self.sign_in(tx, call, attempt.cookies, user)?;
            let (session, goes_on) = self.renewed_session(tx, attempt, user, &secret)?;
            let before = match goes_on {
                true => evidence::live_of(tx, &session)?,
                false => Vec::new(),
            };
            evidence::insert(tx, &session, &user.id, &proof)?;
            if proof.traits.recovery {
                let set = credentials::find(tx, &proof.credential)?;
                let left = set.as_ref().map_or(0, factors::left);
                let left = u32::try_from(left).unwrap_or(u32::MAX);
                self.notify(tx, call, user, Happened::RecoveryCodeUsed { left })?;
            }
            let remembered = self.remember(tx, &sign_in, &session, &before)?;
            let through = self.note_success(
                tx,
                attempt,
                &session,
                (&proof, remembered.as_ref()),
                &secret,
            )?;
            let trust = trust && may_be_trusted(&proof.traits, &before);
            let device = match through || trust {
                true => self.recognise(tx, &sign_in, trust)?,
                false => None,
            };
            Ok((device, through))
        });
        match outcome {
            Ok((device, through)) => {
                count(method, "passed");
                if through && is_step_up(loaded, known) {
                    self.count_step_up(loaded, Outcome::Passed);
                }
                Ok(Answered::Continue {
                    session: Some(secret),
                    device,
                })
            }
            // Nothing is registered here.
            Err(Lost::Race | Lost::Taken) => Ok(Answered::Again(Trouble::TryAgain)),
            // A password is not used up: it was changed meanwhile, or only hashed anew.
            Err(Lost::Used) if *method == Method::password() => {
                Ok(Answered::Again(Trouble::TryAgain))
            }
            Err(Lost::Used) => Ok(Answered::Again(Trouble::UsedCode)),
            Err(Lost::Engine(error)) => Err(error),
        }
    }

    /// The session that the proof goes to, under a new secret (spec §5 line 36): the same person's goes on,
    /// nobody else's does. Says whether it was there before.
    pub(super) fn renewed_session(
        &self,
        tx: &mut Tx<'_>,
        attempt: &Attempt<'_>,
        user: &User,
        secret: &Secret,
    ) -> Result<(SessionId, bool), Lost> {
        let Attempt {
            call,
            cookies,
            loaded,
            known,
            ..
        } = *attempt;
        if let Some(session) = known
            .session
            .as_ref()
            .filter(|session| session.user_id == user.id)
        {
            let old = cookies.session.as_ref().map(Hashed::of).ok_or(Lost::Race)?;
            let rotated = sessions::rotate(tx, &session.id, &old, &Hashed::of(secret), call.now)?;
            return if rotated {
                Ok((session.id.clone(), true))
            } else {
                Err(Lost::Race)
            };
        }
        if let Some(theirs) = &known.session {
            self.end_session(tx, call, theirs, "another person signed in")?;
        }
        let session = self.new_session(call, &user.id, secret);
        sessions::insert(tx, &session)?;
        tx.audit(
            self.about(call, loaded, known, names::SESSION_STARTED)
                .session(&session.id),
        );
        Ok((session.id, false))
    }

    /// Saves the interaction and writes down what the proof led to, as the hub sees it now; says whether that is
    /// all the person has to prove.
    fn note_success(
        &self,
        tx: &mut Tx<'_>,
        attempt: &Attempt<'_>,
        session: &SessionId,
        (proof, remembered): (&Evidence, Option<&Evidence>),
        secret: &Secret,
    ) -> Result<bool, Lost> {
        let mut state = attempt.loaded.state.clone();
        state.challenge = None;
        state.sent.remove(&proof.method);
        state.method = None;
        let (event, through) = self.went_on(tx, attempt, secret, &mut state)?;
        if !interactions::save_state(tx, attempt.id, attempt.loaded.version, &encode(&state)?)? {
            return Err(Lost::Race);
        }
        let mut event = event.session(session).with("method", proof.method.as_str());
        if proof.traits.restricted {
            event = event.with("restricted", true);
        }
        if let Some(remembered) = remembered {
            event = event.with("remembered", remembered.credential.as_str());
        }
        tx.audit(event.with("evidence", proof.id.as_str()));
        Ok(through)
    }

    /// What new evidence led to, as the hub sees it now: the event that says so, and whether nothing more has to
    /// be proven: what leads to a refusal is no end of a step-up. Once one is through, the state says that none goes on.
    pub(super) fn went_on(
        &self,
        tx: &mut Tx<'_>,
        attempt: &Attempt<'_>,
        secret: &Secret,
        state: &mut State,
    ) -> Result<(Event, bool), Lost> {
        let Attempt {
            call,
            loaded,
            known,
            ..
        } = *attempt;
        let (_, decision) = self.judge(tx, call.now, loaded, Some(secret))?;
        let through = matches!(
            decision.verdict,
            Verdict::Grant(_) | Verdict::Ask(Step::Consent)
        );
        let mut event = self.about(call, loaded, known, names::LOGIN_PASSED);
        if is_step_up(loaded, known) {
            let name = if through {
                names::STEPUP_PASSED
            } else {
                names::STEPUP_ADVANCED
            };
            event = self
                .about(call, loaded, known, name)
                .with("reasons", json(&decision.reasons)?);
            if through {
                // Whoever leaves now abandons no step-up.
                (state.stepup_required, state.stepup_started) = (false, false);
            }
        }
        Ok((event, through))
    }

    fn new_session(&self, call: &Call<'_>, user: &UserId, secret: &Secret) -> Session {
        Session {
            id: SessionId::new(call.id()),
            user_id: user.clone(),
            secret_hash: Hashed::of(secret),
            created_at: call.now,
            last_seen_at: call.now,
            expires_at: call.now.plus(self.settings.lifetimes.session),
            ended_at: None,
            ip: call.peer.ip.map(|ip| ip.to_string()),
            user_agent: Some(call.peer.user_agent.clone()),
        }
    }
}

pub(super) fn count(method: &Method, outcome: &'static str) {
    metrics::counter!("stepwell_authn_attempts_total", "factor" => method.as_str().to_owned(), "outcome" => outcome)
        .increment(1);
}
