//! A way to prove who one is, as pages name it.

use super::{Message, Shown, Text};

/// A method of proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    Password,
    Totp,
    /// A code sent by mail.
    Mail,
    /// A code sent by text message.
    Sms,
    Passkey,
    SecurityKey,
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
            Self::Mail => text.say("method-mail"),
            Self::Sms => text.say("method-sms"),
            Self::Passkey => text.say("method-passkey"),
            Self::SecurityKey => text.say("method-security-key"),
            Self::Recovery => text.say("method-recovery"),
            Self::Other(label) => text.say("method-other").arg("label", label),
        }
    }

    /// The same with where the code goes, e.g. "Mail a code to a•••@e•••.org"; none where none is sent.
    pub fn sent_to(&self, text: &Text, to: &Shown) -> Option<Message> {
        match self {
            Self::Mail => Some(text.say("method-mail-to").arg("to", to)),
            Self::Sms => Some(text.say("method-sms-to").arg("to", to)),
            _ => None,
        }
    }

    /// The way to it from another, e.g. "Use a passkey instead".
    pub fn instead(&self, text: &Text) -> Message {
        match self {
            Self::Password => text.say("instead-password"),
            Self::Totp => text.say("instead-totp"),
            Self::Recovery => text.say("instead-recovery"),
            Self::Mail => text.say("instead-mail"),
            Self::Sms => text.say("instead-sms"),
            Self::Passkey => text.say("instead-passkey"),
            Self::SecurityKey => text.say("instead-security-key"),
            Self::Other(label) => text.say("instead-other").arg("label", label),
        }
    }
}
