//! Choosing a new password. The old one is not asked for here: a fresh proof came before.

use super::super::chrome::Frame;
use super::super::{Message, Text};
use super::Top;
use super::frame::account_page;

/// See the module. Posts `password` to `/account/password`.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    pub top: Top,
    /// For password managers.
    pub username: String,
    /// The fewest characters that the rules allow.
    pub least: usize,
    pub problem: Option<NewPasswordProblem>,
}

/// Which rule a new password broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPasswordProblem {
    TooShort,
    TooLong,
    Common,
    OwnName,
    MoreWords,
}

impl NewPasswordProblem {
    fn message(self, t: &Text, least: usize) -> Message {
        match self {
            Self::TooShort => t.say("new-password-too-short").arg("n", least),
            Self::TooLong => t.say("new-password-too-long"),
            Self::Common => t.say("new-password-common"),
            Self::OwnName => t.say("new-password-own-name"),
            Self::MoreWords => t.say("new-password-more-words"),
        }
    }
}

impl ChangePassword {
    fn with_problem<'a>(&self, t: &Text, frame: Frame<'a>) -> Frame<'a> {
        let words = self.problem.map(|problem| problem.message(t, self.least));
        frame.with_problem(words, "new-password")
    }
}

account_page!(
    ChangePassword,
    "account/password.html",
    "new-password-title",
    problem ChangePassword::with_problem
);
