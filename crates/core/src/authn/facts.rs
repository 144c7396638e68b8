//! What the hub is told: the request, the facts, and what this installation offers.
//!
//! Plain data. Nothing here decides.

use serde::{Deserialize, Serialize};

use super::acr::AcrName;
use super::demand::Demand;
use super::evidence::{Evidence, Method, Traits};
use crate::ids::{CredentialId, UserId};
use crate::time::Timestamp;

/// The `prompt` parameter (OIDC Core §3.1.2.1), `login` excepted: that is a demand for freshness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Show no page.
    pub none: bool,
    /// Let the person choose the account.
    pub select_account: bool,
}

/// What is asked of the hub.
#[derive(Clone, Debug)]
pub struct Request {
    /// The acrs asked for, most preferred first, as the client spelled them.
    pub prefer: Vec<AcrName>,
    /// Everything that has to hold.
    pub demand: Demand,
    /// Which pages are forbidden or wanted.
    pub prompt: Prompt,
    /// When the interaction began.
    pub began: Timestamp,
    /// What the person wants to change about the account, when this is what is asked and not a client's request.
    pub change: Option<Change>,
}

/// A change of the account: it needs the most that the person can prove, freshly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Change {
    /// The method to set up, when that is the change.
    pub enrol: Option<Method>,
}

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct Proven {
    /// Whose session it is.
    pub subject: UserId,
    /// What was proven and not revoked.
    pub evidence: Vec<Evidence>,
}

/// An enrolled authenticator that may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// How it proves.
    pub method: Method,
    /// Which one it is.
    pub credential: CredentialId,
    /// What a proof by it will show.
    pub traits: Traits,
    /// Whether a sign-in may begin with it.
    pub opens: bool,
    /// When it was set up; none when that is not known.
    pub enrolled_at: Option<Timestamp>,
}

/// The person the pages are about.
#[derive(Clone, Debug)]
pub struct Person {
    /// None when the name that was typed belongs to nobody; pages must not show the difference.
    pub subject: Option<UserId>,
    /// What the person could prove with.
    pub owned: Vec<Owned>,
}

/// How consent stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Given before, or not needed.
    #[default]
    Given,
    /// Still to be asked.
    Missing,
}

/// How the person ended the interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Chose to go back to the app.
    Cancelled,
    /// Refused consent.
    Declined,
}

/// What is known when the question is put.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The browser's session.
    pub session: Option<Proven>,
    /// Whom the pages are about: the session's person, or the one named in this interaction.
    pub person: Option<Person>,
    /// Whether an account was chosen in this interaction.
    pub account_chosen: bool,
    /// How consent stands.
    pub consent: Consent,
    /// Whether the person ended it.
    pub ended: Option<Ended>,
}
