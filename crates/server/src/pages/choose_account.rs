//! Choosing with which account to go on (`prompt=select_account`).

use super::chrome::{Frame, page};
use super::{Account, App, Chrome, Text};

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

impl ChooseAccount {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        Frame::new(chrome, t.say("account-title"))
    }
}

page!(ChooseAccount, "choose_account.html", ChooseAccount::frame);
