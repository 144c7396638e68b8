//! Authenticators that a person may own, and the proofs made with them.

use std::collections::BTreeSet;

use stepwell_core::authn::{Available, Evidence, Kind, Method, Owned, Traits};
use stepwell_core::ids::{CredentialId, EvidenceId};
use stepwell_core::time::Timestamp;

use super::scene::ago;

/// An authenticator as a person owns it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Authenticator {
    pub(crate) owned: Owned,
    amr: Vec<String>,
}

impl Authenticator {
    fn new(method: &str, amr: &str, opens: bool, traits: Traits) -> Self {
        let owned = Owned {
            method: Method::new(method),
            credential: CredentialId::new(method),
            traits,
            opens,
            enrolled_at: Some(ago(1_000_000)),
        };
        Self {
            owned,
            amr: amr.split_whitespace().map(str::to_owned).collect(),
        }
    }

    /// Another one of the same make.
    pub(crate) fn called(mut self, credential: &str) -> Self {
        self.owned.credential = CredentialId::new(credential);
        self
    }

    /// Set up so many seconds before now; none when nobody knows.
    pub(crate) fn set_up(mut self, seconds_ago: Option<i64>) -> Self {
        self.owned.enrolled_at = seconds_ago.map(ago);
        self
    }

    /// A proof made with it so many seconds before now.
    pub(crate) fn used(&self, seconds_ago: i64) -> Evidence {
        self.used_at(ago(seconds_ago))
    }

    /// A proof made with it at an instant.
    pub(crate) fn used_at(&self, at: Timestamp) -> Evidence {
        let credential = self.owned.credential.clone();
        Evidence {
            id: EvidenceId::new(format!("{credential}@{}", at.as_micros())),
            method: self.owned.method.clone(),
            credential,
            at,
            traits: self.owned.traits.clone(),
            amr: self.amr.clone(),
            enrolled_at: self.owned.enrolled_at,
        }
    }

    /// What an installation that offers it says of it.
    pub(crate) fn available(&self) -> Available {
        Available {
            method: self.owned.method.clone(),
            traits: self.owned.traits.clone(),
            opens: self.owned.opens,
        }
    }
}

/// Something known, which a sign-in begins with.
pub(crate) fn password() -> Authenticator {
    Authenticator::new("password", "pwd", true, Traits::of(Kind::Knowledge))
}

/// Something known, which only ever comes second.
pub(crate) fn pin() -> Authenticator {
    Authenticator::new("pin", "pin", false, Traits::of(Kind::Knowledge))
}

/// An authenticator app.
pub(crate) fn code() -> Authenticator {
    Authenticator::new("totp", "otp", false, Traits::of(Kind::Possession))
}

/// The inbox of [`mailed_code`] and [`mailed_password`].
fn inbox(kind: Kind) -> Traits {
    Traits {
        through: Some("inbox".to_owned()),
        ..Traits::of(kind)
    }
}

/// A code by mail.
pub(crate) fn mailed_code() -> Authenticator {
    Authenticator::new("mail", "otp", false, inbox(Kind::Possession))
}

/// A password that was set by a link mailed to the inbox that [`mailed_code`] comes to.
pub(crate) fn mailed_password() -> Authenticator {
    let traits = inbox(Kind::Knowledge);
    Authenticator::new("password", "pwd", true, traits).called("mailed-password")
}

/// A code by text message.
pub(crate) fn texted_code() -> Authenticator {
    let traits = Traits {
        restricted: true,
        ..Traits::of(Kind::Possession)
    };
    Authenticator::new("sms", "sms", false, traits)
}

/// Something that the person is.
pub(crate) fn face() -> Authenticator {
    Authenticator::new("face", "face", false, Traits::of(Kind::Inherence))
}

/// A synced passkey that verified its user: two kinds at once.
pub(crate) fn passkey() -> Authenticator {
    let traits = Traits {
        kinds: BTreeSet::from([Kind::Possession, Kind::Inherence]),
        phishing_resistant: true,
        user_verified: true,
        ..Traits::default()
    };
    Authenticator::new("passkey", "pop user", true, traits)
}

/// A passkey whose key never leaves its hardware.
pub(crate) fn hardware_key() -> Authenticator {
    let mut key = passkey().called("hardware-key");
    key.owned.traits.hardware_bound = true;
    key
}

/// A hardware key without user verification: possession alone.
pub(crate) fn security_key() -> Authenticator {
    let traits = Traits {
        phishing_resistant: true,
        hardware_bound: true,
        ..Traits::of(Kind::Possession)
    };
    Authenticator::new("security-key", "hwk", false, traits)
}

/// A recovery code, which shows no kind.
pub(crate) fn recovery_code() -> Authenticator {
    let traits = Traits {
        recovery: true,
        ..Traits::default()
    };
    Authenticator::new("recovery", "code", false, traits)
}

/// A device that was remembered, standing in for something held.
pub(crate) fn remembered() -> Authenticator {
    let traits = Traits {
        remembered: true,
        ..Traits::of(Kind::Possession)
    };
    Authenticator::new("device", "", false, traits)
}
