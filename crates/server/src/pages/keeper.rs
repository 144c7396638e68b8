//! What keeps a passkey: a sign of our own drawing for each kind of keeper, and its name beside it.
//!
//! The signs are nobody's marks: a name says whose a keeper is, a picture only what it is.

use super::{Method, Shown};
use crate::assets;

/// An authenticator by the name its person knows it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub method: Method,
    /// The person's name for it; empty where they gave it none.
    pub label: Shown,
    /// What keeps it, for a key.
    pub keeper: Option<Keeper>,
}

impl Named {
    /// Whether there is something to show beside the method.
    pub(super) fn is_named(&self) -> bool {
        !self.label.is_empty() || self.keeper.is_some()
    }

    /// Whether it has a name that can be read, so that the method's is not needed.
    pub(super) fn has_words(&self) -> bool {
        let keeper = self.keeper.as_ref();
        !self.label.is_empty() || keeper.is_some_and(|keeper| !keeper.name.is_empty())
    }
}

/// The keeper of a passkey or security key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeper {
    pub kind: KeeperKind,
    /// What people call it; empty where it is not known.
    pub name: Shown,
}

/// What a keeper is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeeperKind {
    /// A password manager.
    Manager,
    /// The device itself.
    Platform,
    /// A key that is carried about.
    Key,
    /// Not known.
    Unknown,
}

impl Keeper {
    /// The keeper of an authenticator that does not say what it is; none where the method has no keys.
    pub fn unknown(method: &Method) -> Option<Self> {
        let kind = match method {
            Method::Passkey => KeeperKind::Unknown,
            Method::SecurityKey => KeeperKind::Key,
            _ => return None,
        };
        let name = Shown::default();
        Some(Self { kind, name })
    }

    /// The address of its sign.
    pub(super) fn sign(&self) -> String {
        assets::url(match self.kind {
            KeeperKind::Manager => "keeper-manager.svg",
            KeeperKind::Platform => "keeper-platform.svg",
            KeeperKind::Key => "keeper-key.svg",
            KeeperKind::Unknown => "keeper-passkey.svg",
        })
    }

    /// Its name, where `label` does not say it already.
    pub(super) fn name_beside(&self, label: &Shown) -> Option<&Shown> {
        Some(&self.name).filter(|name| !name.is_empty() && *name != label)
    }
}
