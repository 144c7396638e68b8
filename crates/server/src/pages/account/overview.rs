//! The first page of the account: what the person can reach, and where to go on.

use super::super::{Message, Shown, Text};
use super::Top;
use super::frame::account_page;

/// See the module.
#[derive(Clone, Debug)]
pub struct Overview {
    pub top: Top,
    /// Every acr that can be asked for here, weakest first.
    pub reach: Vec<Reach>,
    pub authenticators: usize,
    pub sessions: usize,
    pub apps: usize,
}

/// An acr, and whether the person's authenticators reach it.
#[derive(Clone, Debug)]
pub struct Reach {
    pub acr: Shown,
    pub reached: bool,
}

impl Reach {
    /// What it means; none for one that the operator made up.
    fn meaning(&self, t: &Text) -> Option<Message> {
        Some(match self.acr.as_str() {
            "urn:stepwell:acr:basic" => t.say("acr-basic"),
            "urn:stepwell:acr:mfa" => t.say("acr-mfa"),
            "phr" => t.say("acr-phr"),
            "phrh" => t.say("acr-phrh"),
            _ => return None,
        })
    }
}

account_page!(Overview, "account/overview.html", "account-yours");
