//! Audit events, and the hash chain that shows when their record was touched.
//!
//! Pure: builds events, gives a record its canonical digest and says whether one record follows
//! another. It must not store anything and must not decide what is worth recording.
//! Everything from outside is encoded on the way in, so that a value can neither forge a line nor
//! steer a terminal (spec §5, 112).

mod chain;
mod encode;
pub mod names;

use serde_json::{Map, Value};

use crate::ids::{ClientId, InteractionId, SessionId, UserId};
use crate::time::Timestamp;

pub use chain::{Break, Checkpoint, GENESIS, Record};
pub use encode::{MAX_CHARS, encode};

/// One thing that happened, before it has a place in the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    name: &'static str,
    at: Timestamp,
    reference: Option<String>,
    actor: Option<String>,
    user: Option<UserId>,
    client: Option<ClientId>,
    session: Option<SessionId>,
    interaction: Option<InteractionId>,
    ip: Option<String>,
    data: Map<String, Value>,
}

impl Event {
    /// An event of the vocabulary in [`names`], at the instant it happened.
    pub fn new(name: &'static str, at: Timestamp) -> Self {
        Self {
            name,
            at,
            reference: None,
            actor: None,
            user: None,
            client: None,
            session: None,
            interaction: None,
            ip: None,
            data: Map::new(),
        }
    }

    /// The dotted name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The reference that the person sees and the request log carries.
    #[must_use]
    pub fn reference(mut self, text: &str) -> Self {
        self.reference = Some(encode(text));
        self
    }

    /// Who did it, when it is not the person concerned: an administrator, `cli`, `system`.
    #[must_use]
    pub fn actor(mut self, text: &str) -> Self {
        self.actor = Some(encode(text));
        self
    }

    /// The person concerned.
    #[must_use]
    pub fn user(mut self, id: &UserId) -> Self {
        self.user = Some(UserId::new(encode(id.as_str())));
        self
    }

    /// The client concerned.
    #[must_use]
    pub fn client(mut self, id: &ClientId) -> Self {
        self.client = Some(ClientId::new(encode(id.as_str())));
        self
    }

    /// The session concerned.
    #[must_use]
    pub fn session(mut self, id: &SessionId) -> Self {
        self.session = Some(SessionId::new(encode(id.as_str())));
        self
    }

    /// The interaction it happened in.
    #[must_use]
    pub fn interaction(mut self, id: &InteractionId) -> Self {
        self.interaction = Some(InteractionId::new(encode(id.as_str())));
        self
    }

    /// The address the request came from.
    #[must_use]
    pub fn ip(mut self, text: &str) -> Self {
        self.ip = Some(encode(text));
        self
    }

    /// Adds one named detail.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.data.insert(encode(key), encode::value(value.into()));
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_newline_or_an_escape_in_any_value_is_encoded() {
        let nasty = "eve\r\nlogin.succeeded user=alice \u{1b}[31m\u{202e}";
        let event = Event::new(names::LOGIN_FAILED, Timestamp::from_secs(1))
            .reference(nasty)
            .actor(nasty)
            .user(&UserId::new(nasty))
            .client(&ClientId::new(nasty))
            .session(&SessionId::new(nasty))
            .interaction(&InteractionId::new(nasty))
            .ip(nasty)
            .with(nasty, nasty)
            .with("deep", json!([{ nasty: nasty }]));
        let record = Record::seal(&event, 1, GENESIS);
        let all = format!("{record:?}{}", record.data);
        for bad in ["\n", "\r", "\u{1b}", "\u{202e}"] {
            assert!(!record.data.contains(bad), "{}", record.data);
            assert!(!record.actor.as_deref().is_some_and(|a| a.contains(bad)));
            assert!(!all.contains(bad));
        }
        assert_eq!(
            record.actor.as_deref(),
            Some("eve\\u{d}\\u{a}login.succeeded user=alice \\u{1b}[31m\\u{202e}")
        );
    }
}
