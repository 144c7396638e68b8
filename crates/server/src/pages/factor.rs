//! The input of one factor, inside a step page.

use super::{Ceremony, Message, Method, Shown, Text};

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
    /// Field `code`, posted to `/i/{id}/mail` or `/i/{id}/sms`; another one is asked for at `/i/{id}/resend`.
    Delivered(Box<DeliveredCode>),
    /// Field `response`, filled in by the browser, posted to `/i/{id}/passkey` or `/i/{id}/security-key`.
    Passkey {
        ceremony: Ceremony,
        /// A security key, which is only touched.
        security_key: bool,
        /// Seconds until another try is allowed; the button is not shown meanwhile.
        locked_for: Option<i64>,
    },
    /// Field `recovery_code`, posted to `/i/{id}/recovery`.
    Recovery {
        /// Seconds until another try is allowed; the field is not shown meanwhile.
        locked_for: Option<i64>,
    },
}

/// A code that was sent, or should have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveredCode {
    /// The way it takes: `Mail` or `Sms`.
    pub method: Method,
    pub digits: u8,
    /// Where the newest one went and how many seconds ago; none when it did not leave.
    pub sent: Option<(Shown, i64)>,
    /// Seconds that a code may be used for.
    pub valid_for: i64,
    /// Whether a code that was sent may still be used; the field is shown only then.
    pub open: bool,
    /// The newest one did not leave.
    pub failed: bool,
    /// Seconds until another one may be asked for.
    pub resend_in: Option<i64>,
    /// It was asked for too soon.
    pub too_soon: bool,
    /// The person's addresses; more than one are offered as a choice of where another code goes.
    pub addresses: Vec<Authenticator>,
    /// Wrong codes entered since the last sign-in; a notice says so when not zero.
    pub wrong_codes: u32,
    /// Seconds until another try is allowed; neither field nor another code is offered meanwhile.
    pub locked_for: Option<i64>,
}

impl DeliveredCode {
    /// What stands above the field, when not all is well.
    pub(super) fn notice(&self, t: &Text) -> Option<Message> {
        let wait = |key| {
            let seconds = self.resend_in.unwrap_or(1);
            t.say(key).arg("wait", t.duration_up(seconds))
        };
        if self.failed {
            Some(t.say("delivered-failed"))
        } else if self.too_soon {
            Some(wait("delivered-too-soon"))
        } else if self.open {
            None
        } else if self.sent.is_some() {
            Some(t.say("delivered-expired"))
        } else {
            Some(wait("delivered-too-many"))
        }
    }

    /// Where and when the newest one was sent.
    pub(super) fn hint(&self, t: &Text) -> Option<Message> {
        let (to, ago) = self.sent.as_ref()?;
        let said = t
            .say("delivered-sent")
            .arg("to", to)
            .arg("ago", t.ago(*ago));
        Some(said.arg("duration", t.duration_down(self.valid_for)))
    }

    /// The button that sends another one, with where it goes where there is no choice.
    pub(super) fn again(&self, t: &Text) -> Message {
        match (self.addresses.as_slice(), self.sent.is_some()) {
            ([only], true) => t.say("resend-to").arg("to", &only.label),
            ([only], false) => t.say("resend-first-to").arg("to", &only.label),
            (_, true) => t.say("resend"),
            (_, false) => t.say("resend-first"),
        }
    }

    /// From when on another one may be asked for, where that is not yet.
    pub(super) fn pause(&self, t: &Text) -> Option<Message> {
        // Where the notice says it, once is enough.
        let said = self.too_soon || (!self.open && self.sent.is_none());
        let seconds = self.resend_in.filter(|_| !said)?;
        Some(t.say("resend-wait").arg("wait", t.duration_up(seconds)))
    }
}

/// One authenticator app or address the person has set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticator {
    /// Sent back as `credential`.
    pub id: String,
    /// The person's name for it, or where it is; empty where they gave an app none.
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
            Self::Delivered(code) => code.method.clone(),
            Self::Passkey {
                security_key: true, ..
            } => Method::SecurityKey,
            Self::Passkey { .. } => Method::Passkey,
            Self::Recovery { .. } => Method::Recovery,
        }
    }

    /// Id of the field a problem points to.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::Totp { .. } | Self::Delivered(_) => "code",
            Self::Passkey { .. } => "continue",
            Self::Recovery { .. } => "recovery_code",
        }
    }

    /// Last part of the address the answer is posted to.
    pub fn slug(&self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::Totp { .. } => "totp",
            Self::Delivered(code) if code.method == Method::Sms => "sms",
            Self::Delivered(_) => "mail",
            Self::Passkey {
                security_key: true, ..
            } => "security-key",
            Self::Passkey { .. } => "passkey",
            Self::Recovery { .. } => "recovery",
        }
    }

    /// Whether the person types something and sends it; a passkey's button does both.
    pub fn typed(&self) -> bool {
        !matches!(self, Self::Passkey { .. })
    }

    /// Seconds until another try is allowed.
    pub fn locked_for(&self) -> Option<i64> {
        match self {
            Self::Password { locked_for }
            | Self::Totp { locked_for, .. }
            | Self::Passkey { locked_for, .. }
            | Self::Recovery { locked_for } => *locked_for,
            Self::Delivered(code) => code.locked_for,
        }
    }

    /// Whether there is a field to fill in, or a button to press.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Delivered(code) => code.open,
            Self::Password { .. }
            | Self::Totp { .. }
            | Self::Passkey { .. }
            | Self::Recovery { .. } => true,
        }
    }
}
