//! Choosing a new password. The old one is not asked for here: a fresh proof came before.

use super::super::chrome::Frame;
use super::super::{NewPasswordProblem, Text};
use super::Top;
use super::frame::account_page;

/// See the module. Posts `new-password` to `/account/password`.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    pub top: Top,
    /// For password managers.
    pub username: String,
    /// The fewest characters that the rules allow.
    pub least: usize,
    pub problem: Option<NewPasswordProblem>,
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
