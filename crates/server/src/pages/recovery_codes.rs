//! A fresh set of recovery codes: shown once, to be copied, printed or downloaded.

use std::fmt;

use super::chrome::{Frame, page};
use super::{Account, Chrome, Problem, Text};

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

impl RecoveryCodes {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        let problem = self.problem.map(|problem| problem.message(t));
        Frame::new(chrome, t.say("recovery-codes-title")).with_problem(problem, "saved")
    }
}

page!(RecoveryCodes, "recovery_codes.html", RecoveryCodes::frame);
