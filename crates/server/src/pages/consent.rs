//! Consent: what the app would get, in plain words. Never shows a raw scope without a sentence.

use super::chrome::{Frame, page};
use super::{Account, App, Chrome, Message, Shown, Text};

/// Consent. Posts `decision` (`allow` or `deny`) to `/i/{id}/consent`.
#[derive(Clone, Debug)]
pub struct Consent {
    pub interaction: String,
    pub app: App,
    pub account: Account,
    pub scopes: Vec<ScopeLine>,
}

/// One thing the app wants to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeLine {
    OpenId,
    Profile,
    Email,
    Address,
    Phone,
    OfflineAccess,
    /// A scope of the operator's, by its description, e.g. "See your account balance".
    Custom {
        name: Shown,
        description: Shown,
    },
}

impl ScopeLine {
    /// What the scope lets the app do, as a phrase after "wants to:".
    pub fn describe(&self, t: &Text) -> Message {
        match self {
            Self::OpenId => t.say("scope-openid"),
            Self::Profile => t.say("scope-profile"),
            Self::Email => t.say("scope-email"),
            Self::Address => t.say("scope-address"),
            Self::Phone => t.say("scope-phone"),
            Self::OfflineAccess => t.say("scope-offline-access"),
            Self::Custom { name, description } if description.is_empty() => {
                t.say("scope-undescribed").arg("scope", name)
            }
            Self::Custom { description, .. } => {
                t.say("scope-custom").arg("description", description)
            }
        }
    }
}

impl Consent {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        let heading = t
            .say("consent-title")
            .arg("app", &self.app.name)
            .arg("host", &self.app.host);
        Frame::new(chrome, heading)
    }
}

page!(Consent, "consent.html", Consent::frame);
