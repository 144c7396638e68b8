//! Setting an authenticator up: choose, give what it needs, take it over, use it once.
//!
//! One form a page; what a method shows is a part of its own under `templates/parts`.

use super::chrome::{Frame, page};
use super::qr::Qr;
use super::{
    Account, App, Ceremony, Chrome, Message, Method, Named, Problem, ProofState, StepUp, Text,
    Wording,
};

/// A page of a set-up. Posts to `/i/{id}/enrol` (a choice) or `/i/{id}/setup`.
#[derive(Clone, Debug)]
pub struct EnrolPage {
    pub interaction: String,
    pub account: Account,
    pub wording: Wording,
    pub why: EnrolWhy,
    pub form: EnrolForm,
    /// What may have been lost; a box for each offers to remove it.
    pub lost: Vec<Lost>,
    /// Offers to choose another method.
    pub others: bool,
    /// The method to begin anew with, where something was typed before this page.
    pub again: Option<String>,
    pub problem: Option<Problem>,
}

/// Why something is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnrolWhy {
    /// Nothing that is there would do.
    Missing,
    /// In place of what was lost.
    Lost,
    /// The person came for it.
    Chosen,
}

/// What the page asks.
#[derive(Clone, Debug)]
pub enum EnrolForm {
    /// Which one? Best first.
    Choose(Vec<EnrolWay>),
    /// Field `address` or `number`, before anything can be sent there.
    Ask { method: Method, field: AskField },
    /// A secret for an authenticator app, and field `code`.
    App(AppSetup),
    /// Field `code`, for a code that was sent.
    Code { method: Method },
    /// Field `response`, filled in by the browser.
    Key {
        ceremony: Ceremony,
        /// A security key rather than a passkey.
        security_key: bool,
    },
}

/// One method on offer.
#[derive(Clone, Debug)]
pub struct EnrolWay {
    /// Sent back as `method`.
    pub value: String,
    pub method: Method,
    pub selected: bool,
}

/// Something that may have been lost. Its box is named `lost-1` and so on.
#[derive(Clone, Debug)]
pub struct Lost {
    /// Sent back as the value of its box.
    pub id: String,
    pub one: Named,
    /// Whether it most likely was.
    pub likely: bool,
}

/// What is needed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskField {
    Address,
    Number,
}

/// The secret that an authenticator app takes over.
#[derive(Clone)]
pub struct AppSetup {
    secret: String,
    uri: String,
}

impl std::fmt::Debug for AppSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppSetup(…)")
    }
}

impl AppSetup {
    /// By its base32 and its `otpauth` address.
    pub fn new(secret: impl Into<String>, uri: impl Into<String>) -> Self {
        Self {
            secret: secret.into(),
            uri: uri.into(),
        }
    }

    fn qr(&self) -> Option<Qr> {
        Qr::of(&self.uri)
    }

    /// The secret in groups of four, as people read it out.
    fn groups(&self) -> Vec<String> {
        let letters: Vec<char> = self.secret.chars().collect();
        letters
            .chunks(4)
            .map(|four| four.iter().collect())
            .collect()
    }

    /// The address as a link, when it is one.
    fn link(&self) -> Option<&str> {
        self.uri.starts_with("otpauth:").then_some(&self.uri)
    }
}

impl AskField {
    fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Number => "number",
        }
    }

    fn label(self, t: &Text) -> Message {
        match self {
            Self::Address => t.say("enrol-address-label"),
            Self::Number => t.say("enrol-number-label"),
        }
    }

    fn hint(self, t: &Text) -> Message {
        match self {
            Self::Address => t.say("enrol-address-hint"),
            Self::Number => t.say("enrol-number-hint"),
        }
    }

    fn inputmode(self) -> &'static str {
        match self {
            Self::Address => "email",
            Self::Number => "tel",
        }
    }

    fn autocomplete(self) -> &'static str {
        match self {
            Self::Address => "email",
            Self::Number => "tel",
        }
    }
}

impl EnrolPage {
    fn heading(&self, t: &Text) -> Message {
        match &self.form {
            EnrolForm::Choose(_) => t.say("enrol-title-choose"),
            EnrolForm::App(_) => t.say("enrol-title-app"),
            EnrolForm::Key {
                security_key: true, ..
            } => t.say("security-key-setup-title"),
            EnrolForm::Key { .. } => t.say("passkey-setup-title"),
            EnrolForm::Ask { method, .. } | EnrolForm::Code { method } => {
                t.say("enrol-title-method").arg("method", method.label(t))
            }
        }
    }

    fn lead(&self, t: &Text) -> Message {
        match self.why {
            EnrolWhy::Missing => t.say("enrol-lead-missing").arg("app", &self.app().name),
            EnrolWhy::Lost => t.say("enrol-lead-lost"),
            EnrolWhy::Chosen => t.say("enrol-lead-chosen"),
        }
    }

    fn app(&self) -> &App {
        match &self.wording {
            Wording::SignIn { app } => app,
            Wording::StepUp(up) => &up.app,
        }
    }

    /// Whether the browser is asked for a key, which starts with a button of its own.
    fn is_key(&self) -> bool {
        matches!(self.form, EnrolForm::Key { .. })
    }

    fn step_up(&self) -> Option<&StepUp> {
        match &self.wording {
            Wording::StepUp(up) => Some(up),
            Wording::SignIn { .. } => None,
        }
    }

    /// Last part of the address the form is posted to.
    fn slug(&self) -> &'static str {
        match &self.form {
            EnrolForm::Choose(_) => "enrol",
            _ => "setup",
        }
    }

    /// Id of the field a problem points to.
    fn field(&self) -> &'static str {
        match (&self.form, self.problem) {
            (EnrolForm::Choose(_), _) => "method-1",
            (EnrolForm::Ask { field, .. }, _) => field.name(),
            (_, Some(Problem::BadLabel)) => "label",
            (EnrolForm::Key { .. }, _) => "continue",
            _ => "code",
        }
    }
}

impl EnrolPage {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        let problem = self.problem.map(|problem| problem.message(t));
        Frame::new(chrome, self.heading(t)).with_problem(problem, self.field())
    }
}

page!(EnrolPage, "enrol.html", EnrolPage::frame);
