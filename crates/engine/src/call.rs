//! What every use case is handed: the time, the randomness, and who is asking.

use std::net::IpAddr;

use stepwell_core::audit::Event;
use stepwell_core::entropy::{self, Entropy};
use stepwell_core::secret::Secret;
use stepwell_core::time::Timestamp;

/// One request to the engine. There is one `now` for all of it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The instant at which the request is judged.
    pub now: Timestamp,
    /// The source of secrets and identifiers.
    pub entropy: &'a dyn Entropy,
    /// The reference that the person sees and logs carry.
    pub reference: &'a str,
    /// Who is asking.
    pub peer: &'a Peer,
}

/// The other end of the connection, as far as trusted proxies tell.
#[derive(Clone, Debug, Default)]
pub struct Peer {
    /// Its address.
    pub ip: Option<IpAddr>,
    /// Its `User-Agent`, cut to 256 characters.
    pub user_agent: String,
    /// The language that its pages are in, as a BCP 47 tag: messages to the person follow it.
    pub language: String,
    /// Who acts for somebody else, as the audit names it: `cli`. None where people act for themselves.
    pub actor: Option<&'static str>,
}

impl Call<'_> {
    /// A fresh identifier.
    pub fn id(&self) -> String {
        entropy::id(self.entropy, self.now)
    }

    /// An event of this request: its instant, its reference, the address it came from and who acts.
    pub fn event(&self, name: &'static str) -> Event {
        let event = Event::new(name, self.now).reference(self.reference);
        let event = match self.peer.ip {
            Some(ip) => event.ip(&ip.to_string()),
            None => event,
        };
        match self.peer.actor {
            Some(actor) => event.actor(actor),
            None => event,
        }
    }

    /// A fresh 256-bit secret.
    pub fn secret(&self) -> Secret {
        Secret::random(self.entropy)
    }
}

/// The cookies of a browser that are secrets.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    /// The session's secret.
    pub session: Option<Secret>,
    /// The browser's secret, which interactions are bound to.
    pub browser: Option<Secret>,
    /// What a recognised browser is known by.
    pub device: Option<Secret>,
}
