//! The input of one factor, inside a step page.

use super::{Method, Shown};

/// What the person is asked to enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactorInput {
    /// Field `password`, posted to `/i/{id}/password`.
    Password {
        /// Seconds until another try is allowed; the field is not shown meanwhile.
        locked_for: Option<i64>,
    },
    /// Field `code` (and `credential`), posted to `/i/{id}/totp`.
    Totp {
        /// Count of digits the authenticators show, usually 6.
        digits: u8,
        /// The person's authenticators; more than one are offered as a choice.
        authenticators: Vec<Authenticator>,
        /// Wrong codes entered since the last sign-in; a notice says so when not zero.
        wrong_codes: u32,
        /// Seconds until another try is allowed; the field is not shown meanwhile.
        locked_for: Option<i64>,
    },
    /// Field `recovery_code`, posted to `/i/{id}/recovery`.
    Recovery {
        /// Seconds until another try is allowed; the field is not shown meanwhile.
        locked_for: Option<i64>,
    },
}

/// One authenticator app the person has set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticator {
    /// Sent back as `credential`.
    pub id: String,
    pub label: Shown,
    pub selected: bool,
}

impl FactorInput {
    /// The password factor, open.
    pub fn password() -> Self {
        Self::Password { locked_for: None }
    }

    /// Six-digit codes, open, with nothing to choose.
    pub fn totp() -> Self {
        Self::Totp {
            digits: 6,
            authenticators: Vec::new(),
            wrong_codes: 0,
            locked_for: None,
        }
    }

    /// The method this input proves.
    pub fn method(&self) -> Method {
        match self {
            Self::Password { .. } => Method::Password,
            Self::Totp { .. } => Method::Totp,
            Self::Recovery { .. } => Method::Recovery,
        }
    }

    /// Id of the field a problem points to.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::Totp { .. } => "code",
            Self::Recovery { .. } => "recovery_code",
        }
    }

    /// Last part of the address the answer is posted to.
    pub fn slug(&self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::Totp { .. } => "totp",
            Self::Recovery { .. } => "recovery",
        }
    }

    /// Seconds until another try is allowed.
    pub fn locked_for(&self) -> Option<i64> {
        match self {
            Self::Password { locked_for }
            | Self::Totp { locked_for, .. }
            | Self::Recovery { locked_for } => *locked_for,
        }
    }
}
