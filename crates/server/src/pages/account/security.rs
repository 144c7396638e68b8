//! The person's authenticators: a row each, with what it is worth, its name and the way to remove it.

use super::super::text::FOR_GOOD;
use super::super::{Keeper, Message, Method, Shown, Text};
use super::Top;
use super::frame::account_page;

/// See the module. Posts `method` to `/account/security/add`, `label` to `/account/security/{id}/rename`.
#[derive(Clone, Debug)]
pub struct Security {
    pub top: Top,
    pub authenticators: Vec<Authenticator>,
    /// Methods that can be added here: the value to send back, and its name.
    pub may_add: Vec<(String, Method)>,
    /// Whether recovery codes can be made here.
    pub recovery: bool,
}

/// One authenticator.
#[derive(Clone, Debug)]
pub struct Authenticator {
    pub id: String,
    pub method: Method,
    /// The person's name for it; empty when it is the method's own.
    pub label: Shown,
    /// What keeps it, for a key.
    pub keeper: Option<Keeper>,
    pub binding: Binding,
    pub phishing_resistant: bool,
    /// Seconds since it was added.
    pub added_ago: i64,
    /// Seconds since it was last used.
    pub used_ago: Option<i64>,
    /// Seconds until it may be tried again.
    pub locked_for: Option<i64>,
    pub removable: bool,
    /// For recovery codes, how many are left, and of how many.
    pub codes_left: Option<(usize, usize)>,
    /// Whether it is changed rather than removed and added: a password.
    pub is_password: bool,
}

/// Where the key of an authenticator lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Nothing to say: it is no key.
    None,
    /// On one device.
    Device,
    /// Copied between devices by a provider.
    Synced,
}

impl Authenticator {
    /// Whether there is a name to show below the method.
    fn is_named(&self) -> bool {
        !self.label.is_empty() || self.keeper.is_some()
    }

    /// Whether the person may give it a name: there is never more than one of what they may not.
    fn may_be_named(&self) -> bool {
        !self.is_password && self.codes_left.is_none()
    }

    fn codes(&self, t: &Text) -> Option<Message> {
        let (left, all) = self.codes_left?;
        Some(t.say("security-codes-left").arg("n", left).arg("of", all))
    }

    fn binding(&self, t: &Text) -> Option<Message> {
        match self.binding {
            Binding::None => None,
            Binding::Device => Some(t.say("security-device-bound")),
            Binding::Synced => Some(t.say("security-synced")),
        }
    }

    fn rests(&self, t: &Text) -> Option<Message> {
        let wait = self.locked_for?;
        Some(if wait >= FOR_GOOD {
            t.say("security-locked-for-good")
        } else {
            t.say("security-locked").arg("wait", t.duration_up(wait))
        })
    }

    fn used(&self, t: &Text) -> Message {
        match self.used_ago {
            Some(seconds) => t.say("security-used").arg("when", t.ago(seconds)),
            None => t.say("security-never-used"),
        }
    }
}

account_page!(Security, "account/security.html", "account-security");
