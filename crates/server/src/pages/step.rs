//! One proof asked for: in an ordinary sign-in, or to step up. The signature page.
//!
//! Step-up wording is shown only on a step-up: who asks, why, what is proven and what remains.

use super::chrome::{Frame, page};
use super::text::FOR_GOOD;
use super::{Account, App, Chrome, FactorInput, Message, Method, Named, Problem, Shown, Text};

/// A page that asks for one factor. Posts to `/i/{id}/{factor}`.
#[derive(Clone, Debug)]
pub struct StepPage {
    pub interaction: String,
    pub account: Account,
    pub wording: Wording,
    pub factor: FactorInput,
    /// The authenticators that are enough, where others of the method are not.
    pub only: Vec<Named>,
    /// Offers "Try another way" (`/i/{id}/another-way`).
    pub another_way: bool,
    /// Methods that are one press away (the same address).
    pub instead: Vec<Instead>,
    /// Seconds that this browser may be trusted for, where the person may choose so (field `trust`).
    pub trust_for: Option<i64>,
    pub problem: Option<Problem>,
}

/// A method that may be used instead.
#[derive(Clone, Debug)]
pub struct Instead {
    /// Sent back as `method`.
    pub value: String,
    pub method: Method,
    /// Where its code would go, masked.
    pub to: Option<Shown>,
}

impl Instead {
    fn label(&self, t: &Text) -> Message {
        let sent = self.to.as_ref().and_then(|to| self.method.sent_to(t, to));
        sent.unwrap_or_else(|| self.method.instead(t))
    }
}

/// How the page explains itself.
#[derive(Clone, Debug)]
pub enum Wording {
    /// Part of an ordinary sign-in to this app.
    SignIn { app: App },
    /// More is asked of someone who is signed in already.
    StepUp(StepUp),
}

/// Why more is asked, and how far along the person is.
#[derive(Clone, Debug)]
pub struct StepUp {
    pub app: App,
    /// Completes "Confirm it's you to …", e.g. "make a transfer".
    pub action: Option<Shown>,
    pub reason: Reason,
    /// What is being approved; shown on every step of the request.
    pub details: Vec<Detail>,
    pub steps: Vec<ProofStep>,
    /// Seconds the result will hold, only when that is true.
    pub valid_for: Option<i64>,
}

/// Why the proofs at hand do not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    LevelTooLow,
    TooOld,
    AskedAgain,
    /// The person is about to change the account.
    Change,
}

/// One line of what is being approved, e.g. "You are approving", "€250.00 to Jane Roe".
#[derive(Clone, Debug)]
pub struct Detail {
    pub label: Shown,
    pub value: Shown,
}

/// One line of the list of proofs.
#[derive(Clone, Debug)]
pub struct ProofStep {
    pub method: Method,
    pub state: ProofState,
}

/// Where a proof stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofState {
    /// Proven this many seconds ago.
    Done {
        seconds_ago: i64,
    },
    Now,
    Later,
}

impl StepPage {
    fn heading(&self, t: &Text) -> Message {
        let (sign_in, step_up) = match self.factor.method() {
            Method::Totp | Method::Mail | Method::Sms => ("code-title", "step-up-title-code"),
            Method::Passkey => ("passkey-title", "step-up-title-passkey"),
            Method::SecurityKey => ("security-key-title", "step-up-title-security-key"),
            _ => ("password-title", "step-up-title-password"),
        };
        // Spent, not entered: it says so whatever it is for.
        if matches!(self.factor, FactorInput::Recovery { .. }) {
            return t.say("recovery-title");
        }
        match &self.wording {
            Wording::SignIn { .. } => t.say(sign_in),
            Wording::StepUp(StepUp {
                action: Some(action),
                ..
            }) => t.say("step-up-title").arg("action", action),
            Wording::StepUp(StepUp {
                reason: Reason::Change,
                ..
            }) => t.say("step-up-title-change"),
            Wording::StepUp(_) => t.say(step_up),
        }
    }

    fn lead(&self, t: &Text) -> Message {
        let (key, app) = match &self.wording {
            Wording::SignIn { app } => ("step-continue-to", app),
            Wording::StepUp(up) => (up.reason.key(), &up.app),
        };
        t.say(key).arg("app", &app.name)
    }

    fn locked(&self, t: &Text) -> Option<Message> {
        let wait = self.factor.locked_for()?;
        Some(if wait >= FOR_GOOD {
            t.say("locked-for-good")
        } else {
            t.say("locked-wait").arg("wait", t.duration_up(wait))
        })
    }

    /// Id of what a problem points to: where there is no field for it, the notice that says why.
    fn field(&self, t: &Text) -> &'static str {
        let of_delivery = matches!(
            self.problem,
            Some(Problem::TooSoon { .. } | Problem::NotSent)
        );
        match &self.factor {
            factor if factor.locked_for().is_some() => "locked",
            FactorInput::Delivered(code)
                if !code.open || (of_delivery && code.notice(t).is_some()) =>
            {
                "delivery"
            }
            factor => factor.field(),
        }
    }

    fn valid(&self, t: &Text) -> Option<Message> {
        let seconds = self.step_up()?.valid_for?;
        Some(
            t.say("step-up-valid-for")
                .arg("duration", t.duration_down(seconds)),
        )
    }

    fn step_up(&self) -> Option<&StepUp> {
        match &self.wording {
            Wording::StepUp(up) => Some(up),
            Wording::SignIn { .. } => None,
        }
    }
}

impl ProofState {
    /// The words at the end of the line: how long ago, or when.
    pub(super) fn when(self, t: &Text) -> Message {
        match self {
            Self::Done { seconds_ago } => t.ago(seconds_ago),
            Self::Now => t.say("steps-now"),
            Self::Later => t.say("steps-later"),
        }
    }
}

impl Reason {
    fn key(self) -> &'static str {
        match self {
            Self::LevelTooLow => "step-up-reason-level",
            Self::TooOld => "step-up-reason-age",
            Self::AskedAgain => "step-up-reason-again",
            Self::Change => "step-up-reason-change",
        }
    }
}

impl StepPage {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        let problem = self.problem.map(|problem| problem.message(t));
        Frame::new(chrome, self.heading(t)).with_problem(problem, self.field(t))
    }
}

page!(StepPage, "step.html", StepPage::frame);
