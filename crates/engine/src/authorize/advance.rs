//! The hub: facts, decision, and what follows from it.
//!
//! Decides in a read; only for a grant does it open a write and decide once more inside it, on facts read
//! there. Errors are recorded as the interaction's outcome, so that nothing is answered twice.

use stepwell_core::audit::{Event, names};
use stepwell_core::authn::{Decision, Error, Reason, Request, Step, Verdict, decide};
use stepwell_core::ids::InteractionId;
use stepwell_core::oauth::{ErrorCode, OAuthError, Return};
use stepwell_core::secret::Secret;
use stepwell_core::time::Timestamp;
use stepwell_store::sessions::{self, Session};
use stepwell_store::{Tx, interactions};

use super::asker::Asker;
use super::facts::{About, Known};
use super::state::State;
use super::stepup::Outcome;
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;
use crate::here::Place;

/// How often it is decided anew when something is ended or revoked just before a grant.
const TRIES: usize = 3;

/// An interaction in memory: one that is stored, or one that may never need to be.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// None until a page has to be shown.
    pub(crate) id: Option<InteractionId>,
    pub(crate) asker: Asker,
    pub(crate) state: State,
    pub(crate) began: Timestamp,
    pub(crate) expires: Timestamp,
    /// For compare-and-set.
    pub(crate) version: i64,
}

/// What the hub came to.
#[derive(Debug)]
pub enum Next {
    /// A page has to be shown.
    Ask(Step, Vec<Reason>),
    /// The answer for the client.
    Leave {
        /// Where it goes.
        to: Return,
        /// The error, when it is one, with its reasons.
        refused: Option<(Error, Vec<Reason>)>,
    },
    /// Back to a page of our own, which had asked.
    Home {
        /// Which.
        to: Place,
        /// The error, when it came to one.
        refused: Option<Error>,
    },
    /// Another request answered it or changed it meanwhile: nothing is answered twice, nor on what was so before. Open
    /// it again and see.
    Overtaken,
}

impl Loaded {
    pub(crate) fn question(&self, engine: &Engine) -> Request {
        self.asker.question(&engine.settings, self.began)
    }

    /// The way out with an error.
    fn refused(&self, error: Error, reasons: Vec<Reason>) -> Next {
        match &self.asker {
            Asker::Client(app) => Next::Leave {
                to: app.path.error(&refusal(error, &reasons)),
                refused: Some((error, reasons)),
            },
            Asker::Here(here) => Next::Home {
                to: here.left_to(),
                refused: Some(error),
            },
        }
    }
}

impl Engine {
    /// Facts and decision at `call.now`, within whatever transaction `tx` is.
    pub(crate) fn judge(
        &self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        loaded: &Loaded,
        cookie: Option<&Secret>,
    ) -> Result<(Known, Decision), EngineError> {
        let question = loaded.question(self);
        let about = About {
            asker: &loaded.asker,
            question: &question,
            state: &loaded.state,
        };
        let known = self.gather(tx, cookie, now, &about)?;
        let decision = decide(&question, &known.facts, &self.policy, now);
        Ok((known, decision))
    }

    /// Takes the interaction as far as it goes without the person.
    pub(crate) fn advance(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        cookie: Option<&Secret>,
    ) -> Result<(Next, Known), EngineError> {
        for _ in 0..TRIES {
            let (known, decision) = self
                .db
                .read(|tx| self.judge(tx, call.now, loaded, cookie))?;
            match decision.verdict {
                Verdict::Ask(step) => return Ok((Next::Ask(step, decision.reasons), known)),
                Verdict::Refuse(error) => {
                    let next = self.refuse(call, loaded, &known, error, decision.reasons)?;
                    return Ok((next, known));
                }
                Verdict::Grant(_) => {
                    let seen = known.session.as_ref();
                    if let Some(granted) = self.grant(call, loaded, cookie, seen)? {
                        return Ok(granted);
                    }
                }
            }
        }
        Err(EngineError::Broken(
            "what a grant rests on changed at every try".into(),
        ))
    }

    fn refuse(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        known: &Known,
        error: Error,
        reasons: Vec<Reason>,
    ) -> Result<Next, EngineError> {
        let answer = refusal(error, &reasons);
        // A request turned down at once changes nothing, unless a signed-in person fell short of it.
        let fell_short =
            error == Error::UnmetAuthenticationRequirements && known.facts.session.is_some();
        if loaded.id.is_none() && !(fell_short && self.notes_unmet(call, known)?) {
            if fell_short {
                self.count_step_up(loaded, Outcome::Unmet);
            }
            return Ok(loaded.refused(error, reasons));
        }
        let done = self.db.write(|tx| -> Result<bool, EngineError> {
            if let Some(id) = &loaded.id
                && !interactions::finish(tx, id, loaded.version, answer.code().as_str(), call.now)?
            {
                return Ok(false);
            }
            if loaded.state.stepup_started && reasons.contains(&Reason::Cancelled) {
                tx.audit(
                    self.about(call, loaded, known, names::STEPUP_ABANDONED)
                        .with("why", "cancelled"),
                );
            }
            let event = if fell_short {
                names::STEPUP_UNMET
            } else {
                names::AUTHORIZATION_REFUSED
            };
            tx.audit(
                self.about(call, loaded, known, event)
                    .with("error", answer.code().as_str())
                    .with("reasons", json(&reasons)?),
            );
            Ok(true)
        })?;
        if done && fell_short {
            self.count_step_up(loaded, Outcome::Unmet);
        }
        Ok(if done {
            loaded.refused(error, reasons)
        } else {
            Next::Overtaken
        })
    }

    /// `None`: something was ended or revoked between the read and the write, so decide again.
    fn grant(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        cookie: Option<&Secret>,
        seen: Option<&Session>,
    ) -> Result<Option<(Next, Known)>, EngineError> {
        let Some(seen) = seen else {
            return Ok(None);
        };
        self.db
            .write(|tx| -> Result<Option<(Next, Known)>, EngineError> {
                // First of all: a logout at the same time now comes wholly before this write, or wholly after.
                if !sessions::hold(tx, &seen.id, call.now)? {
                    return Ok(None);
                }
                let (known, decision) = self.judge(tx, call.now, loaded, cookie)?;
                let (Verdict::Grant(grounds), Some(session)) = (&decision.verdict, &known.session)
                else {
                    return Ok(None);
                };
                if session.id != seen.id {
                    return Ok(None);
                }
                if let Some(id) = &loaded.id
                    && !interactions::finish(tx, id, loaded.version, "granted", call.now)?
                {
                    return Ok(Some((Next::Overtaken, known)));
                }
                let app = match &loaded.asker {
                    Asker::Client(app) => app,
                    Asker::Here(here) => {
                        let to = here.return_to();
                        return Ok(Some((Next::Home { to, refused: None }, known)));
                    }
                };
                let code = self.issue_code(tx, call, app, session, grounds)?;
                if loaded.id.is_none() && steps_up(&loaded.question(self)) {
                    self.count_step_up(loaded, Outcome::Satisfied);
                    tx.audit(
                        self.about(call, loaded, &known, names::STEPUP_SATISFIED)
                            .with("reasons", json(&decision.reasons)?),
                    );
                }
                let to = app.path.success(code.expose());
                Ok(Some((Next::Leave { to, refused: None }, known)))
            })
    }

    /// An event that says who, for which client, in which interaction.
    pub(crate) fn about(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        known: &Known,
        name: &'static str,
    ) -> Event {
        let mut event = call.event(name).client(&loaded.asker.client_id());
        if let Some(id) = &loaded.id {
            event = event.interaction(id);
        }
        if let Some(user) = &known.user {
            event = event.user(&user.id);
        }
        if let Some(session) = &known.session {
            event = event.session(&session.id);
        }
        event
    }
}

/// Reasons as data for the audit.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<serde_json::Value, EngineError> {
    serde_json::to_value(value).map_err(EngineError::broken)
}

/// Whether a request asks for more than being signed in.
fn steps_up(question: &Request) -> bool {
    !question.demand.clauses.is_empty() || question.demand.fresh.max_age.is_some()
}

/// The words of a refusal for the client's developer.
pub(super) fn refusal(error: Error, reasons: &[Reason]) -> OAuthError {
    let (code, rule, text) = match error {
        Error::AccessDenied => (
            ErrorCode::AccessDenied,
            "RFC 6749 §4.1.2.1",
            "the person or a policy turned the request down; offer to try again",
        ),
        Error::LoginRequired if reasons.contains(&Reason::WrongSubject) => (
            ErrorCode::LoginRequired,
            "OIDC Core §3.1.2.2",
            "another person is signed in than id_token_hint or claims name; sign in as that person",
        ),
        Error::LoginRequired => (
            ErrorCode::LoginRequired,
            "OIDC Core §3.1.2.6",
            "prompt=none, but the person has to sign in or prove more; repeat without prompt=none",
        ),
        Error::AccountSelectionRequired => (
            ErrorCode::AccountSelectionRequired,
            "OIDC Core §3.1.2.6",
            "the person has to choose an account; repeat without prompt=none",
        ),
        Error::ConsentRequired => (
            ErrorCode::ConsentRequired,
            "OIDC Core §3.1.2.6",
            "prompt=none, but the person has not consented to this scope yet; repeat without prompt=none",
        ),
        Error::UnmetAuthenticationRequirements => (
            ErrorCode::UnmetAuthenticationRequirements,
            "RFC 9470 §5",
            if reasons
                .iter()
                .any(|r| matches!(r, Reason::NotConfigured { .. }))
            {
                "none of the acrs asked for can be reached here; compare acr_values_supported in the metadata"
            } else if reasons.contains(&Reason::TooYoung) {
                "what the person owns was set up too recently for the acr asked for; try again later"
            } else {
                "the person owns no authenticator that reaches the acr asked for"
            },
        ),
    };
    OAuthError::new(code, rule, text)
}
