//! The first page: who is signing in. Never tells whether an account exists.

use askama::Template;

use super::chrome::{Frame, finish};
use super::{App, Ceremony, Chrome, Html, Problem, Text};

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

#[derive(Template)]
#[template(path = "identifier.html")]
struct View<'a> {
    page: &'a Identifier,
    frame: Frame<'a>,
    t: &'a Text,
}

impl Html for Identifier {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let problem = self.problem.map(|problem| problem.message(t));
        let frame =
            Frame::new(chrome, t.say("identifier-title")).with_problem(problem, self.field());
        finish(
            View {
                page: self,
                frame,
                t,
            }
            .render(),
        )
    }
}
