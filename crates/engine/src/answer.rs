//! `POST /i/{id}/…`: what a person sent in, and what it changes.
//!
//! A factor verifies without a transaction; then one write makes it count once, adds the evidence, rotates
//! the session and audits, or none of that happens. Nothing here decides what comes next: the page that
//! follows asks the hub.

use stepwell_core::audit::names;
use stepwell_core::authn::{Ended, Evidence, Method, Step, Verdict};
use stepwell_core::oauth::Scope;
use stepwell_core::ids::{EvidenceId, InteractionId, SessionId, UserId};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_core::username;
use stepwell_store::sessions::{self, Session};
use stepwell_store::{consents, credentials, evidence, interactions, users};

use crate::Engine;
use crate::authorize::{Identified, Known, Left, Loaded, Opened, Outcome, State, encode, is_step_up};
use crate::call::{Call, Cookies};
use crate::error::EngineError;
use crate::factors::{self, Failure, Tools, Verified};
use crate::limits::{LimitKey, NetworkKey, Rule, Verdict as Limit};

/// What a person sent in.
#[derive(Debug)]
pub enum Input<'a> {
    /// The identifier page.
    Identify {
        /// The name that was typed.
        username: &'a str,
    },
    /// "Not you?"
    Switch,
    /// The account page.
    Account {
        /// The chosen account; none for another one.
        account: Option<&'a str>,
    },
    /// "Another way".
    AnotherWay {
        /// The chosen method.
        method: &'a str,
    },
    /// A factor's form.
    Prove {
        /// Which factor.
        method: &'a str,
        /// The secret that was typed.
        secret: &'a str,
        /// Which of several authenticators.
        credential: Option<&'a str>,
    },
    /// The consent page.
    Consent {
        /// Allowed, or not.
        allow: bool,
    },
    /// The way out.
    Cancel,
}

/// What became of it.
#[derive(Debug)]
pub enum Answered {
    /// Go to `/i/{id}`: the hub says what comes next.
    Continue {
        /// A new session cookie, when evidence was added.
        session: Option<Secret>,
    },
    /// The same page again, with what was wrong.
    Again(Trouble),
    /// The interaction cannot go on.
    Not(Box<Left>),
}

/// What was wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The name breaks a rule of names.
    BadUsername,
    /// Wrong name or password: never which.
    WrongPassword,
    /// Wrong code.
    WrongCode,
    /// The code was used before.
    UsedCode,
    /// Not of the form a right answer has; the rule's name.
    Malformed(&'static str),
    /// Too many attempts; seconds to wait.
    Wait(u64),
    /// The authenticator rests until then.
    Locked(Timestamp),
    /// Somebody else changed the same thing at the same time; nothing was lost, try again.
    TryAgain,
    /// This method does not lead to what is asked.
    NotEnough,
}

impl Engine {
    /// Takes what a person sent in.
    ///
    /// # Errors
    /// When the database is away or too many passwords wait to be hashed.
    pub fn answer(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        cookies: &Cookies,
        input: &Input<'_>,
    ) -> Result<Answered, EngineError> {
        let loaded = match self.open_interaction(call, id, cookies)? {
            Opened::Ok(loaded, _) => loaded,
            Opened::Not(left) => return Ok(Answered::Not(Box::new(left))),
        };
        let mut state = loaded.state.clone();
        match input {
            Input::Prove { method, secret, credential } => {
                let answer = Typed { method: Method::new(*method), secret, credential: *credential };
                return self.prove(call, id, &loaded, cookies, &answer);
            }
            Input::Consent { allow } => return self.consent(call, id, &loaded, cookies, *allow),
            Input::Identify { username } => match self.identify(username)? {
                Some(identified) => {
                    state.identified = Some(identified);
                    state.account_chosen = true;
                }
                None => return Ok(Answered::Again(Trouble::BadUsername)),
            },
            Input::Switch | Input::Account { account: None } => {
                state = State { switched: true, account_chosen: true, ..State::default() };
            }
            Input::Account { account: Some(_) } => state.account_chosen = true,
            Input::AnotherWay { method } => state.method = Some(Method::new(*method)),
            Input::Cancel => state.ended = Some(Ended::Cancelled),
        }
        self.save(&loaded, id, &state)
    }

    fn save(&self, loaded: &Loaded, id: &InteractionId, state: &State) -> Result<Answered, EngineError> {
        let text = encode(state)?;
        let saved = self.db.write(|tx| interactions::save_state(tx, id, loaded.version, &text))?;
        Ok(if saved { Answered::Continue { session: None } } else { Answered::Again(Trouble::TryAgain) })
    }

    /// Whose name it is; a name of nobody's is taken all the same (spec §5 line 71).
    fn identify(&self, typed: &str) -> Result<Option<Identified>, EngineError> {
        let Ok(canonical) = username::canonical(typed) else { return Ok(None) };
        let user = self.db.read(|tx| users::find_by_canonical(tx, &canonical))?;
        Ok(Some(Identified { username: typed.trim().to_owned(), user: user.map(|u| u.id) }))
    }

    fn consent(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        loaded: &Loaded,
        cookies: &Cookies,
        allow: bool,
    ) -> Result<Answered, EngineError> {
        self.db.write(|tx| {
            let (known, decision) = self.judge(tx, call.now, loaded, cookies.session.as_ref())?;
            // Only an open question of consent can be answered, and only once (spec §5 line 39).
            let (Verdict::Ask(Step::Consent), Some(user)) = (&decision.verdict, &known.user) else {
                return Ok(Answered::Continue { session: None });
            };
            let mut state = loaded.state.clone();
            let disclosed = loaded.request.disclosed(&loaded.client);
            if allow {
                state.consented = true;
                // What was allowed before stays allowed.
                let before = consents::find(tx, &user.id, &loaded.client.id)?.filter(|c| c.revoked_at.is_none());
                let before = before.and_then(|c| Scope::parse(&c.scopes).ok()).unwrap_or_default();
                let all = before.or(&disclosed).to_string();
                consents::upsert(tx, &user.id, &loaded.client.id, &all, call.now)?;
            } else {
                state.ended = Some(Ended::Declined);
            }
            if !interactions::save_state(tx, id, loaded.version, &encode(&state)?)? {
                return Ok(Answered::Again(Trouble::TryAgain));
            }
            let name = if allow { names::CONSENT_GRANTED } else { names::CONSENT_DENIED };
            tx.audit(self.about(call, loaded, &known, name).with("scope", disclosed.to_string()));
            Ok(Answered::Continue { session: None })
        })
    }

    fn prove(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        loaded: &Loaded,
        cookies: &Cookies,
        typed: &Typed<'_>,
    ) -> Result<Answered, EngineError> {
        let (known, decision) =
            self.db.read(|tx| self.judge(tx, call.now, loaded, cookies.session.as_ref()))?;
        let Verdict::Ask(Step::Prove(prove)) = &decision.verdict else {
            return Ok(Answered::Continue { session: None });
        };
        let Some(factor) = self.factors.find(&typed.method).filter(|_| prove.choices.iter().any(|c| c.method == typed.method))
        else {
            return Ok(Answered::Again(Trouble::NotEnough));
        };
        let guard = Guesses::of(self, call, loaded, &known, &typed.method);
        if let Some(wait) = guard.wait()? {
            return Ok(Answered::Again(Trouble::Wait(wait.0)));
        }
        let challenge = loaded.state.challenge.as_ref().filter(|(m, _)| *m == typed.method).map(|(_, c)| c);
        let answer = factors::Answer { secret: typed.secret, credential: typed.credential, challenge };
        let tools = Tools { call, passwords: &self.passwords, seal: &self.seal };
        match factor.verify(&tools, &known.credentials, &answer) {
            Ok(verified) => {
                let answered = self.proven(call, id, loaded, &known, typed, verified, cookies)?;
                if matches!(answered, Answered::Continue { .. }) {
                    guard.clear()?;
                }
                Ok(answered)
            }
            Err(Failure::Engine(error)) => Err(error),
            Err(Failure::Malformed(rule)) => Ok(Answered::Again(Trouble::Malformed(rule))),
            Err(Failure::Locked(until)) => Ok(Answered::Again(Trouble::Locked(until))),
            Err(Failure::Replayed) => {
                self.failed(call, loaded, &known, typed, "replayed", None, factor.budget())?;
                Ok(Answered::Again(Trouble::UsedCode))
            }
            Err(Failure::Wrong(credential)) => {
                guard.hit()?;
                let locked =
                    self.failed(call, loaded, &known, typed, "wrong", credential.as_ref(), factor.budget())?;
                Ok(Answered::Again(match locked {
                    Some(until) => Trouble::Locked(until),
                    None if typed.method == Method::password() => Trouble::WrongPassword,
                    None => Trouble::WrongCode,
                }))
            }
        }
    }

    /// Writes down a failed attempt; says until when the authenticator rests, if that was one too many.
    #[allow(clippy::too_many_arguments)]
    fn failed(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        known: &Known,
        typed: &Typed<'_>,
        why: &'static str,
        credential: Option<&stepwell_core::ids::CredentialId>,
        budget: Option<(u32, Seconds)>,
    ) -> Result<Option<Timestamp>, EngineError> {
        count(&typed.method, "failed");
        self.db.write(|tx| {
            let mut locked = None;
            if let (Some(credential), Some((budget, rest))) = (credential, budget) {
                let failure = credentials::record_failure(tx, credential, i64::from(budget), rest, call.now)?;
                let failure = failure.unwrap_or(credentials::Failure { count: 0, locked_until: None });
                locked = failure.locked_until.filter(|until| *until > call.now);
                if locked.is_some() {
                    tx.audit(
                        self.about(call, loaded, known, names::FACTOR_LOCKED)
                            .with("method", typed.method.as_str())
                            .with("failures", failure.count),
                    );
                }
            }
            let step_up = is_step_up(loaded, known);
            if step_up {
                self.count_step_up(loaded, Outcome::Failed);
            }
            let name = if step_up { names::STEPUP_FAILED } else { names::LOGIN_FAILED };
            tx.audit(self.about(call, loaded, known, name).with("method", typed.method.as_str()).with("why", why));
            Ok(locked)
        })
    }

    #[allow(clippy::too_many_arguments)]
    fn proven(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        loaded: &Loaded,
        known: &Known,
        typed: &Typed<'_>,
        verified: Verified,
        cookies: &Cookies,
    ) -> Result<Answered, EngineError> {
        let Some(user) = &known.user else { return Ok(Answered::Again(Trouble::WrongPassword)) };
        let secret = call.secret();
        let Verified { credential, traits, amr, consume } = verified;
        let proof = Evidence {
            id: EvidenceId::new(call.id()),
            method: typed.method.clone(),
            credential,
            at: call.now,
            traits,
            amr,
        };
        let mut state = loaded.state.clone();
        state.challenge = None;
        state.method = None;
        let state = encode(&state)?;
        let outcome = self.db.write(|tx| {
            if !consume(tx, call.now)? {
                return Err(Lost::Used);
            }
            let session = match &known.session {
                // A step-up: the same person's session goes on under a new secret (spec §5 line 36).
                Some(session) if session.user_id == user.id => {
                    let old = cookies.session.as_ref().map(Hashed::of).ok_or(Lost::Race)?;
                    if !sessions::rotate(tx, &session.id, &old, &Hashed::of(&secret), call.now)? {
                        return Err(Lost::Race);
                    }
                    session.id.clone()
                }
                other => {
                    if let Some(theirs) = other {
                        sessions::end(tx, &theirs.id, call.now)?;
                        tx.audit(self.about(call, loaded, known, names::SESSION_ENDED).with("why", "other person signed in"));
                    }
                    let session = self.new_session(call, &user.id, &secret);
                    sessions::insert(tx, &session)?;
                    tx.audit(self.about(call, loaded, known, names::SESSION_STARTED).session(&session.id));
                    session.id
                }
            };
            evidence::insert(tx, &session, &user.id, &proof)?;
            if !interactions::save_state(tx, id, loaded.version, &state)? {
                return Err(Lost::Race);
            }
            let step_up = is_step_up(loaded, known);
            let name = if step_up { names::STEPUP_PASSED } else { names::LOGIN_PASSED };
            tx.audit(
                self.about(call, loaded, known, name)
                    .session(&session)
                    .with("method", proof.method.as_str())
                    .with("evidence", proof.id.as_str()),
            );
            Ok(())
        });
        match outcome {
            Ok(()) => {
                count(&proof.method, "passed");
                if is_step_up(loaded, known) {
                    self.count_step_up(loaded, Outcome::Passed);
                }
                Ok(Answered::Continue { session: Some(secret) })
            }
            Err(Lost::Race) => Ok(Answered::Again(Trouble::TryAgain)),
            Err(Lost::Used) => Ok(Answered::Again(Trouble::UsedCode)),
            Err(Lost::Store(error)) => Err(error.into()),
        }
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

/// A factor's form, filled in.
struct Typed<'a> {
    method: Method,
    secret: &'a str,
    credential: Option<&'a str>,
}

/// Why the write that would have added evidence was undone.
enum Lost {
    /// Another tab changed the same session or interaction first.
    Race,
    /// The answer was used by somebody faster.
    Used,
    Store(stepwell_store::StoreError),
}

impl From<stepwell_store::StoreError> for Lost {
    fn from(error: stepwell_store::StoreError) -> Self {
        Self::Store(error)
    }
}

/// The two budgets that an attempt draws on: the account's and the network's.
struct Guesses<'a> {
    engine: &'a Engine,
    now: Timestamp,
    keys: Vec<(LimitKey, Rule)>,
}

impl<'a> Guesses<'a> {
    fn of(engine: &'a Engine, call: &Call<'_>, loaded: &Loaded, known: &Known, method: &Method) -> Self {
        let limits = engine.settings.limits;
        let name = match (&known.user, &loaded.state.identified) {
            (Some(user), _) => user.id.as_str().to_owned(),
            (None, Some(typed)) => username::canonical(&typed.username).unwrap_or_default(),
            (None, None) => String::new(),
        };
        let account = LimitKey::account(method.as_str(), &name);
        let rule = |budget| Rule { budget, window: limits.window };
        let mut keys = vec![(account, rule(limits.password_per_account))];
        if let Some(ip) = call.peer.ip {
            keys.push((LimitKey::network("login", &NetworkKey::of(ip)), rule(limits.failures_per_network)));
        }
        Self { engine, now: call.now, keys }
    }

    fn wait(&self) -> Result<Option<Seconds>, EngineError> {
        let mut longest = None;
        for (key, rule) in &self.keys {
            if let Limit::Wait { retry_after } = self.engine.limits.peek(key, rule, self.now)? {
                longest = longest.max(Some(retry_after));
            }
        }
        Ok(longest)
    }

    fn hit(&self) -> Result<(), EngineError> {
        for (key, rule) in &self.keys {
            self.engine.limits.hit(key, rule, self.now)?;
        }
        Ok(())
    }

    /// A right answer gives the account its budget back; the network keeps its count.
    fn clear(&self) -> Result<(), EngineError> {
        if let Some((account, _)) = self.keys.first() {
            self.engine.limits.clear(account)?;
        }
        Ok(())
    }
}

fn count(method: &Method, outcome: &'static str) {
    metrics::counter!("stepwell_authn_attempts_total", "factor" => method.as_str().to_owned(), "outcome" => outcome)
        .increment(1);
}
