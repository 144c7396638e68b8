//! What was wrong with an answer, in words, beside the field and in the summary on top.
//!
//! Which field a problem belongs to is the page's business; what it says is here.

use super::text::FOR_GOOD;
use super::{Message, Text};

/// A mistake the person can mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    EnterUsername,
    /// For a field that wants a mail address.
    NotAnAddress,
    /// A message that is needed could not be sent.
    NotSent,
    /// Said for an unknown account too: which of the two was wrong is not told.
    WrongPassword,
    /// Something other than the expected count of digits.
    CodeFormat {
        digits: u8,
    },
    WrongCode,
    /// The code was right and has been used already.
    CodeUsed,
    /// Not the code that was sent.
    WrongSentCode,
    /// The code that was sent was used already.
    SentCodeUsed,
    /// The code that was sent is too old.
    SentCodeExpired,
    ChooseMethod,
    PasskeyRefused,
    /// Nobody's here, or no longer.
    PasskeyUnknown,
    PasskeyExpired,
    /// Set up already, for whomever.
    PasskeyTaken,
    /// No more tries for now; `wait` in seconds.
    TooManyTries {
        wait: i64,
    },
    /// Another message may be asked for in `wait` seconds.
    TooSoon {
        wait: i64,
    },
    /// It was not taken, and may be the next time.
    TryAgain,
    /// The name for an authenticator is too long or holds what cannot be seen.
    BadLabel,
    /// No more authenticators.
    AccountFull,
    /// What was typed is no mail address.
    BadAddress,
    /// What was typed is no telephone number.
    BadNumber,
    /// This address is set up already.
    AddressKnown,
    /// This telephone number is set up already.
    NumberKnown,
    /// Something other than a recovery code.
    RecoveryFormat,
    WrongRecovery,
    RecoveryUsed,
    /// The box that says so is not ticked.
    NotSaved,
}

impl Problem {
    /// Whether it is about a passkey rather than about what was typed.
    pub(super) fn is_of_passkey(self) -> bool {
        matches!(
            self,
            Self::PasskeyRefused | Self::PasskeyUnknown | Self::PasskeyExpired | Self::PasskeyTaken
        )
    }

    /// The sentence shown.
    pub fn message(&self, text: &Text) -> Message {
        match self {
            Self::EnterUsername => text.say("problem-enter-username"),
            Self::NotSent => text.say("delivered-failed"),
            Self::NotAnAddress => text.say("register-not-address"),
            Self::WrongPassword => text.say("problem-wrong-password"),
            Self::CodeFormat { digits } => text.say("problem-code-format").arg("digits", digits),
            Self::WrongCode => text.say("problem-wrong-code"),
            Self::CodeUsed => text.say("problem-code-used"),
            Self::WrongSentCode => text.say("problem-wrong-sent-code"),
            Self::SentCodeUsed => text.say("problem-sent-code-used"),
            Self::SentCodeExpired => text.say("problem-sent-code-expired"),
            Self::ChooseMethod => text.say("problem-choose-method"),
            Self::BadLabel => text.say("problem-bad-label"),
            Self::AccountFull => text.say("problem-account-full"),
            Self::PasskeyRefused => text.say("problem-passkey-refused"),
            Self::PasskeyUnknown => text.say("problem-passkey-unknown"),
            Self::PasskeyExpired => text.say("problem-passkey-expired"),
            Self::PasskeyTaken => text.say("problem-passkey-taken"),
            Self::BadAddress => text.say("problem-bad-address"),
            Self::BadNumber => text.say("problem-bad-number"),
            Self::AddressKnown => text.say("problem-address-known"),
            Self::NumberKnown => text.say("problem-number-known"),
            Self::TryAgain => text.say("problem-try-again"),
            Self::RecoveryFormat => text.say("problem-recovery-format"),
            Self::WrongRecovery => text.say("problem-recovery-wrong"),
            Self::RecoveryUsed => text.say("problem-recovery-used"),
            Self::NotSaved => text.say("problem-not-saved"),
            Self::TooManyTries { wait } if *wait >= FOR_GOOD => text.say("problem-locked-for-good"),
            Self::TooManyTries { wait } => text
                .say("problem-too-many-tries")
                .arg("wait", text.duration_up(*wait)),
            Self::TooSoon { wait } => text
                .say("delivered-too-soon")
                .arg("wait", text.duration_up(*wait)),
        }
    }
}
