//! A way to prove who one is, as pages name it.

use super::{Message, Shown, Text};

/// A method of proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    Password,
    Totp,
    Recovery,
    /// A method this crate ships no words for, by its own label.
    Other(Shown),
}

impl Method {
    /// The name of the method, e.g. "Authenticator code".
    pub fn label(&self, text: &Text) -> Message {
        match self {
            Self::Password => text.say("method-password"),
            Self::Totp => text.say("method-totp"),
            Self::Recovery => text.say("method-recovery"),
            Self::Other(label) => text.say("method-other").arg("label", label),
        }
    }
}
