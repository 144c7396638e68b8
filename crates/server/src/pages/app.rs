//! The app that asks, as pages name it.

use super::Shown;

/// Name and host of the app that asks. The host is always shown beside the name, because the
/// name is the app's own claim and the host is where the answer goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    pub name: Shown,
    /// Host of the redirect address, e.g. `acme.example`.
    pub host: Shown,
}

impl App {
    /// An app by name; a name that cleans to nothing is replaced by the host.
    pub fn new(name: impl Into<Shown>, host: impl Into<Shown>) -> Self {
        let (name, host) = (name.into(), host.into());
        let name = if name.is_empty() { host.clone() } else { name };
        Self { name, host }
    }
}
