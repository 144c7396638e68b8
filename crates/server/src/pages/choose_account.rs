//! Choosing with which account to go on (`prompt=select_account`).

use askama::Template;

use super::chrome::{Frame, finish};
use super::{Account, App, Chrome, Html, Text};

/// Choose an account. Posts `account` to `/i/{id}/account`; "Use another account" posts to
/// `/i/{id}/switch`.
#[derive(Clone, Debug)]
pub struct ChooseAccount {
    pub interaction: String,
    pub app: App,
    pub accounts: Vec<KnownAccount>,
}

/// An account signed in on this browser.
#[derive(Clone, Debug)]
pub struct KnownAccount {
    /// Sent back as `account`.
    pub value: String,
    pub account: Account,
}

#[derive(Template)]
#[template(path = "choose_account.html")]
struct View<'a> {
    page: &'a ChooseAccount,
    frame: Frame<'a>,
    t: &'a Text,
}

impl Html for ChooseAccount {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let frame = Frame::new(chrome, t.say("account-title"));
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
