//! `POST /i/{id}/…`: what a person sent in, and what it changes.
//!
//! Nothing here decides what comes next: the page that follows asks the hub.

mod enrol;
mod guesses;
mod prove;
mod resend;
mod suspected;
mod unnamed;

use stepwell_core::audit::names;
use stepwell_core::authn::{Ended, Method, Pin, Step, Verdict};
use stepwell_core::ids::InteractionId;
use stepwell_core::oauth::Scope;
use stepwell_core::secret::Secret;
use stepwell_core::time::Timestamp;
use stepwell_core::username;
use stepwell_store::{consents, interactions, users};

use crate::Engine;
use crate::authorize::{Identified, Left, Loaded, Opened, Seen, State, encode};
use crate::call::{Call, Cookies};
use crate::error::EngineError;
use crate::factors::Failure;

use enrol::Filled;
use prove::Typed;

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
        /// The browser is to be trusted.
        trust: bool,
    },
    /// The choice of what to set up; an empty one goes back to the list.
    Enrol {
        /// The chosen method.
        method: &'a str,
    },
    /// The set-up page: the field it needs before it starts, or the first use.
    SetUp {
        /// What was typed.
        answer: &'a str,
        /// The person's own name for it; empty for the usual one.
        label: &'a str,
        /// What the person says is lost, by authenticator: it is removed, where it may have been.
        lost: Vec<&'a str>,
    },
    /// "Send another code".
    Resend {
        /// Of which method.
        method: &'a str,
        /// To which of several addresses, by authenticator.
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
        /// A new cookie that this browser is recognised by, when a sign-in went through.
        device: Option<Secret>,
    },
    /// The same page again, with what was wrong.
    Again(Trouble),
    /// The interaction cannot go on.
    Not(Box<Left>),
}

impl Answered {
    /// On to the page, and nothing was added.
    fn on() -> Self {
        Self::Continue {
            session: None,
            device: None,
        }
    }
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
    /// Another code may be asked for after so many seconds.
    TooSoon(u64),
    /// The message that it needs did not leave.
    Undelivered,
    /// Somebody else changed the same thing at the same time; nothing was lost, try again.
    TryAgain,
    /// This method does not lead to what is asked.
    NotEnough,
    /// The name for an authenticator breaks a rule of texts.
    BadLabel,
    /// The account has as many authenticators as one may have.
    Full,
    /// It breaks a rule that is nobody's slip; the rule's name.
    Refused(&'static str),
}

impl Trouble {
    /// What a person is told of an answer that a factor refused.
    fn of(failure: Failure) -> Result<Self, EngineError> {
        Ok(match failure {
            Failure::Engine(error) => return Err(error),
            Failure::Malformed(rule) => Self::Malformed(rule),
            Failure::Locked(until) => Self::Locked(until),
            Failure::Replayed => Self::UsedCode,
            Failure::Refused { rule, .. } => Self::Refused(rule),
            Failure::Undelivered(_) => Self::Undelivered,
            Failure::TooSoon(wait) => Self::TooSoon(wait.0),
            Failure::Wrong(_) => Self::WrongCode,
        })
    }
}

impl Engine {
    /// Takes what a person sent in to an interaction, as the request has `seen` it if it looked before.
    ///
    /// # Errors
    /// When the database is away or too many passwords wait to be hashed.
    pub fn answer(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        seen: Option<Seen>,
        cookies: &Cookies,
        input: &Input<'_>,
    ) -> Result<Answered, EngineError> {
        // Forms come from pages, and a page leaves its cookie: a browser without one has seen none.
        if cookies.browser.is_none() {
            return Ok(Answered::Not(Box::new(Left::OtherBrowser)));
        }
        let loaded = match self.open_interaction(call, id, seen, cookies)? {
            Opened::Ok(loaded, _) => loaded,
            Opened::Not(left) => return Ok(Answered::Not(Box::new(left))),
        };
        let mut state = loaded.state.clone();
        match input {
            Input::Prove {
                method,
                secret,
                credential,
                trust,
            } => {
                let answer = Typed {
                    trust: *trust,
                    method: Method::new(*method),
                    secret,
                    credential: *credential,
                };
                return self.prove(call, id, &loaded, cookies, &answer);
            }
            Input::Enrol { method } => {
                return self.choose_setup(call, id, &loaded, cookies, method);
            }
            Input::SetUp {
                answer,
                label,
                lost,
            } => {
                let filled = Filled {
                    answer,
                    label,
                    lost,
                };
                return self.set_up(call, id, &loaded, cookies, &filled);
            }
            Input::Resend { method, credential } => {
                let method = Method::new(*method);
                return self.another_code(call, loaded, cookies, &method, *credential);
            }
            Input::Consent { allow } => return self.consent(call, id, &loaded, cookies, *allow),
            Input::Identify { .. } | Input::Switch | Input::Account { .. }
                if self.is_about_its_session(call, &loaded, cookies)? =>
            {
                return Ok(Answered::on());
            }
            Input::Identify { username } => match self.identify(username)? {
                Some(identified) => state = state.anew(Some(identified)),
                None => return Ok(Answered::Again(Trouble::BadUsername)),
            },
            Input::Switch | Input::Account { account: None } => state = state.anew(None),
            Input::Account {
                account: Some(chosen),
            } => match self.chosen(call, cookies, chosen)? {
                Some(identified) => state = state.anew(Some(identified)),
                None => return Ok(Answered::on()),
            },
            Input::AnotherWay { method } => state.method = Some(Method::new(*method)),
            Input::Cancel => state.ended = Some(Ended::Cancelled),
        }
        self.save(&loaded, id, &state)
    }

    /// Whether the request names the very person whose session this browser has: nobody else can answer it, so
    /// the session is not given up (spec §5 line 11).
    fn is_about_its_session(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        cookies: &Cookies,
    ) -> Result<bool, EngineError> {
        let Pin::Only(subject) = loaded.question(self).demand.subject else {
            return Ok(false);
        };
        let session = self
            .db
            .read(|tx| self.session_of(tx, cookies.session.as_ref(), call.now))?;
        Ok(session.is_some_and(|session| session.user_id == subject))
    }

    fn save(
        &self,
        loaded: &Loaded,
        id: &InteractionId,
        state: &State,
    ) -> Result<Answered, EngineError> {
        let text = encode(state)?;
        let saved = self
            .db
            .write(|tx| interactions::save_state(tx, id, loaded.version, &text))?;
        Ok(if saved {
            Answered::on()
        } else {
            Answered::Again(Trouble::TryAgain)
        })
    }

    /// Whose name it is; a name of nobody's is taken all the same (spec §5 line 71).
    fn identify(&self, typed: &str) -> Result<Option<Identified>, EngineError> {
        let Ok(canonical) = username::canonical(typed) else {
            return Ok(None);
        };
        let user = self
            .db
            .read(|tx| users::find_by_canonical(tx, &canonical))?;
        Ok(Some(Identified {
            username: typed.trim().to_owned(),
            user: user.map(|u| u.id),
        }))
    }

    /// The account that was chosen, if it is still the one that is signed in: the page may be out of date.
    fn chosen(
        &self,
        call: &Call<'_>,
        cookies: &Cookies,
        chosen: &str,
    ) -> Result<Option<Identified>, EngineError> {
        let user = self.db.read(|tx| -> Result<_, EngineError> {
            let session = self.session_of(tx, cookies.session.as_ref(), call.now)?;
            match session.filter(|session| session.user_id.as_str() == chosen) {
                Some(session) => Ok(users::find(tx, &session.user_id)?),
                None => Ok(None),
            }
        })?;
        Ok(user.map(|user| Identified {
            username: user.username,
            user: Some(user.id),
        }))
    }

    fn consent(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        loaded: &Loaded,
        cookies: &Cookies,
        allow: bool,
    ) -> Result<Answered, EngineError> {
        let Some(app) = loaded.asker.app() else {
            return Ok(Answered::on());
        };
        self.db.write(|tx| {
            let (known, decision) = self.judge(tx, call.now, loaded, cookies.session.as_ref())?;
            // Only an open question of consent can be answered, and only once (spec §5 line 39).
            let (Verdict::Ask(Step::Consent), Some(user)) = (&decision.verdict, &known.user) else {
                return Ok(Answered::on());
            };
            let mut state = loaded.state.clone();
            let disclosed = app.request.disclosed(&app.client);
            if allow {
                state.consented = true;
                // What was allowed before stays allowed.
                let before = consents::find(tx, &user.id, &app.client.id)?;
                let before = before
                    .and_then(|c| Scope::parse(&c.scopes).ok())
                    .unwrap_or_default();
                let all = before.or(&disclosed).to_string();
                consents::upsert(tx, &user.id, &app.client.id, &all, call.now)?;
            } else {
                state.ended = Some(Ended::Declined);
            }
            if !interactions::save_state(tx, id, loaded.version, &encode(&state)?)? {
                return Ok(Answered::Again(Trouble::TryAgain));
            }
            let name = if allow {
                names::CONSENT_GRANTED
            } else {
                names::CONSENT_DENIED
            };
            tx.audit(
                self.about(call, loaded, &known, name)
                    .with("scope", disclosed.to_string()),
            );
            Ok(Answered::on())
        })
    }
}
