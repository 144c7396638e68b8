//! Messages to people: what is told, to whom, by which channel.
//!
//! Holds no words and no addresses of servers: the edge renders a [`Letter`] in the person's language and
//! carries it. Nothing here decides whether a message is due.

mod letter;

use serde::{Deserialize, Serialize};

pub use letter::{Happened, Letter, Notice};

/// The way a message takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By mail.
    Mail,
    /// By text message (SMS).
    Text,
}

impl Channel {
    /// Its name in audit and figures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Text => "sms",
        }
    }
}

/// Where a message goes.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    /// The way it takes.
    pub channel: Channel,
    /// A mail address, or a telephone number (E.164).
    pub address: &'a str,
    /// The person's language, as a BCP 47 tag; empty when unknown.
    pub language: &'a str,
}

/// Why a message did not leave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// No way to send such messages is configured.
    #[error("no way to send such messages is configured")]
    NotConfigured,
    /// The address cannot be one.
    #[error("the address cannot be used: {0}")]
    BadAddress(String),
    /// The server that carries messages does not take it.
    #[error("the message could not be handed over: {0}")]
    Unavailable(String),
}

/// Carries messages.
pub trait Courier: std::fmt::Debug + Send + Sync {
    /// Whether messages can be sent this way.
    fn carries(&self, channel: Channel) -> bool;

    /// Hands a message over; it may take seconds, so never inside a transaction.
    ///
    /// # Errors
    /// Why it did not leave.
    fn deliver(&self, to: &Recipient<'_>, letter: &Letter) -> Result<(), Undelivered>;
}

/// Where nothing is configured.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCourier;

impl Courier for NoCourier {
    fn carries(&self, _: Channel) -> bool {
        false
    }

    fn deliver(&self, _: &Recipient<'_>, _: &Letter) -> Result<(), Undelivered> {
        Err(Undelivered::NotConfigured)
    }
}
