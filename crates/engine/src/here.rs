//! The provider asks for itself: the account is its own relying party of the same decision.
//!
//! Before an account page is shown, and before anything is changed on it, [`Engine::account_gate`] says whether the
//! session will do, or begins an interaction like any other: same hub, same pages, same audit. It ends at a
//! [`Place`] and never with a code. No client can name it, and no parameter says where it ends.

use serde::{Deserialize, Serialize};
use stepwell_core::authn::{Change, Demand, Method, Pin, Prompt, Request, Step, Verdict};
use stepwell_core::ids::{InteractionId, UserId};
use stepwell_core::secret::Secret;
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_core::user::User;
use stepwell_store::sessions::{self, Session};

use crate::Engine;
use crate::authorize::{Asker, Loaded, State};
use crate::call::{Call, Cookies};
use crate::error::EngineError;

/// Stands for the client where an app's would stand.
pub(crate) const CLIENT_ID: &str = "stepwell:account";

/// How often the use of a session by an account page is noted.
const NOTED: Seconds = Seconds(300);

/// A page of this provider that an interaction may end at. The list is all there is: no address comes from
/// outside, so there is no open redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The bare root.
    Start,
    /// The overview.
    Account,
    /// Authenticators.
    Security,
    /// The password.
    Password,
    /// Signed-in browsers.
    Sessions,
    /// Recognised browsers.
    Devices,
    /// What happened.
    Activity,
    /// Connected apps.
    Apps,
    /// Claims about the person.
    Profile,
}

impl Place {
    /// Its path on this server.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Start => "/",
            Self::Account => "/account",
            Self::Security => "/account/security",
            Self::Password => "/account/password",
            Self::Sessions => "/account/sessions",
            Self::Devices => "/account/devices",
            Self::Activity => "/account/activity",
            Self::Apps => "/account/apps",
            Self::Profile => "/account/profile",
        }
    }
}

/// What an account page needs of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// To be signed in.
    SignIn,
    /// The most that they can prove, every part of it within `enrolment.fresh_for`: before any change.
    Change,
    /// The same, and then to set an authenticator up by this method; recovery codes make a new set.
    Enrol(Method),
}

/// What an account page asks for, and where the person goes when it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What is needed.
    pub need: Need,
    /// Where the interaction ends.
    pub return_to: Place,
}

/// How the session stands against a [`Wish`].
#[derive(Debug)]
pub enum Gated {
    /// Go on.
    Open {
        /// The browser's session.
        session: Box<Session>,
        /// Whose it is.
        user: Box<User>,
    },
    /// Send the browser to `/i/{id}`; nothing may be shown or changed yet.
    Ask {
        /// The interaction to go to.
        id: InteractionId,
        /// A cookie to set, when the browser had none.
        browser: Option<Secret>,
    },
}

/// A wish as an interaction keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Here {
    need: Need,
    return_to: Place,
    /// Whose session it began in: completed as the same person or not at all (design §2.7).
    subject: Option<UserId>,
}

impl Here {
    /// Where it ends when all is done.
    pub(crate) fn return_to(&self) -> Place {
        self.return_to
    }

    /// Where it ends when the person leaves: somewhere that does not ask again at once.
    pub(crate) fn left_to(&self) -> Place {
        match self.need {
            Need::SignIn => Place::Start,
            Need::Change | Need::Enrol(_) => Place::Account,
        }
    }

    /// Whether it is about a change of the account.
    pub(crate) fn is_change(&self) -> bool {
        self.need != Need::SignIn
    }

    pub(crate) fn question(&self, began: Timestamp) -> Request {
        let enrol = match &self.need {
            Need::Enrol(method) => Some(method.clone()),
            Need::SignIn | Need::Change => None,
        };
        Request {
            prefer: Vec::new(),
            demand: Demand {
                subject: self.subject.clone().map_or(Pin::Anyone, Pin::Only),
                ..Demand::default()
            },
            prompt: Prompt::default(),
            began,
            change: self.is_change().then_some(Change { enrol }),
        }
    }
}

impl Engine {
    /// Whether this browser's session will do for an account page or a change on it; else an interaction that
    /// ends where the wish says. To be asked before every page, and again before every change.
    ///
    /// # Errors
    /// When the method to set up is not one of [`Engine::enrollable`], the network began too many
    /// interactions, or the database is away.
    pub fn account_gate(
        &self,
        call: &Call<'_>,
        cookies: &Cookies,
        wish: &Wish,
    ) -> Result<Gated, EngineError> {
        if let Need::Enrol(method) = &wish.need
            && !self.enrollable().contains(method)
        {
            return Err(EngineError::NotFound(format!(
                "{method} cannot be set up here; see enrolment.methods"
            )));
        }
        let cookie = cookies.session.as_ref();
        let mut here = Here {
            need: wish.need.clone(),
            return_to: wish.return_to,
            subject: None,
        };
        let loaded = |here: &Here| Loaded {
            id: None,
            asker: Asker::Here(here.clone()),
            state: State::default(),
            began: call.now,
            expires: call.now.plus(self.settings.lifetimes.interaction),
            version: 0,
        };
        let (known, decision) = self
            .db
            .read(|tx| self.judge(tx, call.now, &loaded(&here), cookie))?;
        here.subject = known.facts.session.as_ref().map(|s| s.subject.clone());
        match (
            decision.verdict,
            known.session.as_ref(),
            known.user.as_ref(),
        ) {
            (Verdict::Grant(_), Some(session), Some(user)) => {
                // To look at the account is to use the session; noted now and then, not with every page.
                if call.now >= session.last_seen_at.plus(NOTED) {
                    self.db
                        .write(|tx| sessions::hold(tx, &session.id, call.now))?;
                }
                Ok(Gated::Open {
                    session: Box::new(session.clone()),
                    user: Box::new(user.clone()),
                })
            }
            (verdict, ..) => {
                let asks = matches!(verdict, Verdict::Ask(Step::Prove(_) | Step::Enrol(_)));
                let why = asks.then_some(decision.reasons);
                let (id, browser) = self.store(call, loaded(&here), cookies, Some(&known), why)?;
                Ok(Gated::Ask { id, browser })
            }
        }
    }

    /// The methods that people may set up here by themselves.
    pub fn enrollable(&self) -> &[Method] {
        &self.policy.enrolment.methods
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stepwell_core::client::{ApplicationType, NewClient};
    use stepwell_core::ids::ClientId;

    #[test]
    fn no_registration_can_take_the_providers_own_name() {
        let new = NewClient {
            redirect_uris: vec!["https://bank.example/cb".into()],
            ..NewClient::new(ApplicationType::Web, "Bank")
        };
        let refused = new.build(ClientId::new(CLIENT_ID), Vec::new(), Timestamp::default());
        let problems = refused.expect_err("the name is taken");
        assert!(problems.iter().any(|p| p.field == "client_id"));
    }
}
