//! From the rules of passwords to what a page says of them.

use stepwell_engine::passwords::Weakness;

use crate::pages::NewPasswordProblem;

impl NewPasswordProblem {
    /// What a page says of a password with this weakness.
    pub(crate) fn of(weakness: &Weakness) -> Self {
        match weakness {
            Weakness::TooShort { .. } => Self::TooShort,
            Weakness::TooLong => Self::TooLong,
            Weakness::Common => Self::Common,
            Weakness::Guessable(advice) if advice.name() == "own-name" => Self::OwnName,
            Weakness::Guessable(_) => Self::MoreWords,
        }
    }
}
