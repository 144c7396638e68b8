//! A field for a new password, on whatever page it stands, and the rule that the last one broke.

use super::{Message, Text};

/// Which rule a new password broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPasswordProblem {
    TooShort,
    TooLong,
    Common,
    OwnName,
    MoreWords,
}

impl NewPasswordProblem {
    pub(super) fn message(self, t: &Text, least: usize) -> Message {
        match self {
            Self::TooShort => t.say("new-password-too-short").arg("n", least),
            Self::TooLong => t.say("new-password-too-long"),
            Self::Common => t.say("new-password-common"),
            Self::OwnName => t.say("new-password-own-name"),
            Self::MoreWords => t.say("new-password-more-words"),
        }
    }
}
