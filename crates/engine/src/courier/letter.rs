//! What a message says, as data: the edge puts it into words.
//!
//! Codes and links are secrets. They are written out only to be sealed (`outbox`), never otherwise stored.

use serde::{Deserialize, Serialize};
use stepwell_core::authn::Method;
use stepwell_core::secret::Secret;
use stepwell_core::time::{Seconds, Timestamp};

/// A message to a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// A code to type on the page that is open now.
    Code {
        /// The code.
        #[serde(with = "plain")]
        code: Secret,
        /// The app that asks.
        app: String,
        /// What for, where that is known.
        action: Option<String>,
        /// How long it may be used.
        valid_for: Seconds,
    },
    /// A code that shows that an address is the person's, while they set it up.
    AddressCode {
        /// The code.
        #[serde(with = "plain")]
        code: Secret,
        /// How long it may be used.
        valid_for: Seconds,
    },
    /// A link that shows that an address is the person's.
    AddressLink {
        /// The link.
        #[serde(with = "plain")]
        link: Secret,
        /// How long it may be followed.
        valid_for: Seconds,
    },
    /// A link to set a forgotten password anew.
    PasswordReset {
        /// The link.
        #[serde(with = "plain")]
        link: Secret,
        /// How long it may be followed.
        valid_for: Seconds,
    },
    /// A link to set an account up.
    Invitation {
        /// The link.
        #[serde(with = "plain")]
        link: Secret,
        /// How long it may be followed.
        valid_for: Seconds,
    },
    /// Something that happened to the account.
    Notice(Notice),
}

/// Something that happened to a person's account, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What happened.
    pub what: Happened,
    /// The name that the person signs in with.
    pub username: String,
    /// When.
    pub at: Timestamp,
    /// The address that it came from; none when nobody was online.
    pub ip: Option<String>,
    /// The browser that it came from, as it calls itself.
    pub user_agent: String,
}

/// What happened to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// An authenticator was set up.
    FactorAdded {
        /// Of which method.
        method: Method,
    },
    /// An authenticator was set up in place of those of its method that were there.
    FactorReplaced {
        /// Of which method.
        method: Method,
    },
    /// An authenticator was removed.
    FactorRemoved {
        /// Of which method.
        method: Method,
    },
    /// Too many wrong answers: an authenticator rests.
    FactorLocked {
        /// Of which method.
        method: Method,
    },
    /// An authenticator answered as a copy of it would.
    FactorSuspected {
        /// Of which method.
        method: Method,
    },
    /// The password was changed.
    PasswordChanged,
    /// A browser that was never seen before signed in.
    NewDevice,
    /// A browser's cookie was used that somebody may hold a copy of; the browser is forgotten.
    DeviceSuspected,
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// How many are left.
        left: u32,
    },
}

impl Letter {
    /// What kind of message it is, for audit and figures.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Code { .. } => "code",
            Self::AddressCode { .. } | Self::AddressLink { .. } => "address",
            Self::PasswordReset { .. } => "password_reset",
            Self::Invitation { .. } => "invitation",
            Self::Notice(_) => "notice",
        }
    }
}

/// A secret written out, for text that is sealed at once.
mod plain {
    use serde::{Deserialize, Deserializer, Serializer};
    use stepwell_core::secret::Secret;

    pub(super) fn serialize<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        String::deserialize(from).map(Secret::new)
    }
}
