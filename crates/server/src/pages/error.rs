//! Pages that say what went wrong and what to do now.
//!
//! The upper half is for the person: a sentence, a way forward, the reference id. The lower half,
//! folded, is for the developer: the error, the rule broken, what was received. It must never
//! show what is registered: that is only in the log under the reference.

use super::chrome::{Frame, page};
use super::shown::reveal;
use super::{App, Chrome, Message, Onward, Text};

/// An error page.
#[derive(Clone, Debug)]
pub struct ErrorPage {
    pub kind: ErrorKind,
    pub developer: Option<DeveloperNote>,
    /// The main button, where there is a way on.
    pub onward: Option<Onward>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    BadRequest,
    /// An authorization request that is answered here, because there is nowhere to send it back to.
    BadSignIn,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    /// The address of a form, opened like a page; the page that the form stands on is the way on.
    FormOnly,
    /// Somebody else changed the same thing at the same time.
    Conflict,
    TooLarge,
    AddressTooLong,
    HeadersTooLarge,
    /// With seconds to wait, when known.
    TooManyRequests {
        retry_after: Option<i64>,
    },
    Internal,
    Unavailable,
    /// A finished step, reached again by the back button.
    StepDone,
    /// The interaction is over its time.
    Expired,
    /// An error is to be returned to an app that may not be honest; the person decides
    /// (RFC 9700 §4.11.2).
    ReturnWithError(App),
    /// Nothing the person owns can satisfy what the app asks; shown before returning.
    Unmet(App),
    /// The same, on a way to a page of ours.
    Stuck,
}

/// For the developer of the app.
#[derive(Clone, Debug, Default)]
pub struct DeveloperNote {
    /// The error code, e.g. `invalid_request`.
    pub error: String,
    /// The rule broken and how to mend it.
    pub rule: String,
    /// What was received, by name.
    pub received: Vec<(String, String)>,
}

impl DeveloperNote {
    /// What was received, with what cannot be seen written out.
    fn received(&self) -> Vec<(String, String)> {
        self.received
            .iter()
            .map(|(name, value)| (reveal(name), reveal(value)))
            .collect()
    }

    fn error(&self) -> String {
        reveal(&self.error)
    }

    fn rule(&self) -> String {
        reveal(&self.rule)
    }
}

impl ErrorKind {
    /// The HTTP status that fits.
    pub fn status(&self) -> u16 {
        match self {
            Self::BadRequest | Self::BadSignIn => 400,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed | Self::FormOnly => 405,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::AddressTooLong => 414,
            Self::HeadersTooLarge => 431,
            Self::TooManyRequests { .. } => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::StepDone | Self::ReturnWithError(_) | Self::Unmet(_) | Self::Stuck => 200,
            Self::Expired => 410,
        }
    }

    fn title(&self, t: &Text) -> Message {
        match self {
            Self::BadRequest => t.say("error-bad-request-title"),
            Self::BadSignIn => t.say("error-bad-sign-in-title"),
            Self::Forbidden => t.say("error-forbidden-title"),
            Self::NotFound => t.say("error-not-found-title"),
            Self::MethodNotAllowed => t.say("error-method-title"),
            Self::FormOnly => t.say("error-form-only-title"),
            Self::Conflict => t.say("error-conflict-title"),
            Self::TooLarge | Self::AddressTooLong | Self::HeadersTooLarge => {
                t.say("error-too-large-title")
            }
            Self::TooManyRequests { .. } => t.say("error-too-many-title"),
            Self::Internal => t.say("error-internal-title"),
            Self::Unavailable => t.say("error-unavailable-title"),
            Self::StepDone => t.say("error-step-done-title"),
            Self::Expired => t.say("error-expired-title"),
            Self::ReturnWithError(app) => t.say("error-return-title").arg("app", &app.name),
            Self::Unmet(_) | Self::Stuck => t.say("error-unmet-title"),
        }
    }

    /// What it means, and what to do.
    fn advice(&self, t: &Text) -> Message {
        match self {
            Self::BadRequest => t.say("error-bad-request-do"),
            Self::BadSignIn => t.say("error-bad-sign-in-do"),
            Self::Forbidden => t.say("error-forbidden-do"),
            Self::NotFound => t.say("error-not-found-do"),
            Self::MethodNotAllowed => t.say("error-method-do"),
            Self::FormOnly => t.say("error-form-only-do"),
            Self::Conflict => t.say("error-conflict-do"),
            Self::TooLarge => t.say("error-too-large-do"),
            Self::AddressTooLong => t.say("error-address-too-long-do"),
            Self::HeadersTooLarge => t.say("error-headers-too-large-do"),
            Self::TooManyRequests {
                retry_after: Some(wait),
            } => t
                .say("error-too-many-wait")
                .arg("wait", t.duration_up(*wait)),
            Self::TooManyRequests { retry_after: None } => t.say("error-too-many-do"),
            Self::Internal => t.say("error-internal-do"),
            Self::Unavailable => t.say("error-unavailable-do"),
            Self::StepDone => t.say("error-step-done-do"),
            Self::Expired => t.say("error-expired-do"),
            Self::ReturnWithError(app) => t.say("error-return-do").arg("host", &app.host),
            Self::Unmet(app) => t.say("error-unmet-do").arg("app", &app.name),
            Self::Stuck => t.say("error-stuck-do"),
        }
    }

    /// Whether the title begins with "Error: ". A finished step is no error of the person's.
    fn is_failure(&self) -> bool {
        !matches!(
            self,
            Self::StepDone | Self::Unmet(_) | Self::Stuck | Self::ReturnWithError(_)
        )
    }
}

impl ErrorPage {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        let mut frame = Frame::new(chrome, self.kind.title(t));
        frame.failure = self.kind.is_failure();
        frame.refresh = match (&self.kind, &self.onward) {
            (ErrorKind::FormOnly, Some(Onward::Link(to))) => Some(to.clone()),
            _ => None,
        };
        frame
    }
}

page!(ErrorPage, "error.html", ErrorPage::frame);
