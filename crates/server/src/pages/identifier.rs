//! The first page: who is signing in. Never tells whether an account exists.

use super::chrome::{Frame, page};
use super::{App, Ceremony, Chrome, Problem, Text};

/// Longest `login_hint` put into the field, in bytes; a longer one is not a sign-in name.
const LONGEST_HINT: usize = 320;

/// Sign in, identifier first. Posts `username` to `/i/{id}/identify`.
#[derive(Clone, Debug)]
pub struct Identifier {
    pub interaction: String,
    /// The app to continue to.
    pub app: App,
    /// From `login_hint`, or what was typed before an error.
    pub prefill: String,
    /// Offers to sign in with a passkey, without a name (`/i/{id}/passkey`).
    pub passkey: Option<Ceremony>,
    pub problem: Option<Problem>,
}

impl Identifier {
    fn value(&self) -> &str {
        if self.prefill.len() > LONGEST_HINT {
            ""
        } else {
            &self.prefill
        }
    }

    /// Whether what was wrong was the passkey, and not the name.
    fn passkey_failed(&self) -> bool {
        self.passkey.is_some() && self.problem.is_some_and(Problem::is_of_passkey)
    }

    fn field(&self) -> &'static str {
        if self.passkey_failed() {
            "passkey"
        } else {
            "username"
        }
    }
}

impl Identifier {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        let problem = self.problem.map(|problem| problem.message(t));
        Frame::new(chrome, t.say("identifier-title")).with_problem(problem, self.field())
    }
}

page!(Identifier, "identifier.html", Identifier::frame);
