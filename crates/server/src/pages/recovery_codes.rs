//! A fresh set of recovery codes: shown once, to be copied, printed or downloaded.

use std::fmt;

use askama::Template;

use super::chrome::{Frame, finish};
use super::{Account, Chrome, Html, Problem, Text};

/// The codes. Posts the tick `saved` to `/i/{id}/setup`; `/i/{id}/recovery-codes.txt` is the download.
#[derive(Clone)]
pub struct RecoveryCodes {
    pub interaction: String,
    pub account: Account,
    pub codes: Vec<String>,
    pub problem: Option<Problem>,
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCodes(…)")
    }
}

impl RecoveryCodes {
    /// The file that is downloaded.
    pub fn text(&self, chrome: &Chrome) -> String {
        let t = chrome.text();
        let head = t
            .say("recovery-codes-file")
            .arg("product", &chrome.product_name)
            .arg("account", &self.account.identifier);
        format!("{head}\n\n{}\n", self.codes.join("\n"))
    }
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct View<'a> {
    page: &'a RecoveryCodes,
    frame: Frame<'a>,
    t: &'a Text,
}

impl Html for RecoveryCodes {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let problem = self.problem.map(|problem| problem.message(t));
        let frame =
            Frame::new(chrome, t.say("recovery-codes-title")).with_problem(problem, "saved");
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
