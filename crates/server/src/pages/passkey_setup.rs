//! Setting up a passkey or a security key.

use askama::Template;

use super::chrome::{Frame, finish};
use super::{Account, Ceremony, Chrome, Html, Problem, Text};

/// Create a passkey. Posts `response` and `label` to `action`.
#[derive(Clone, Debug)]
pub struct PasskeySetup {
    pub interaction: String,
    pub action: String,
    pub account: Account,
    /// A security key rather than a passkey.
    pub security_key: bool,
    pub ceremony: Ceremony,
    /// The name it shall have; empty for its maker's.
    pub label: String,
    pub problem: Option<Problem>,
}

#[derive(Template)]
#[template(path = "passkey_setup.html")]
struct View<'a> {
    page: &'a PasskeySetup,
    frame: Frame<'a>,
    t: &'a Text,
}

impl Html for PasskeySetup {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let heading = if self.security_key {
            t.say("security-key-setup-title")
        } else {
            t.say("passkey-setup-title")
        };
        let problem = self.problem.map(|problem| problem.message(t));
        let frame = Frame::new(chrome, heading).with_problem(problem, "continue");
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
