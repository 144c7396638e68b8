//! Evidence: one completed proof in a session.
//!
//! Evidence is never edited, only added or revoked, and it carries no level: levels are derived.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{CredentialId, EvidenceId};
use crate::time::{Seconds, Timestamp};

/// How something was proven: `password`, `totp`, … The name that configuration and pages use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Method(String);

impl Method {
    /// A method by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Something the person knows, checked against an Argon2id hash.
    pub fn password() -> Self {
        Self::new("password")
    }

    /// A time-based one-time code (RFC 6238).
    pub fn totp() -> Self {
        Self::new("totp")
    }

    /// A code sent by mail.
    pub fn mail() -> Self {
        Self::new("mail")
    }

    /// A code sent by text message.
    pub fn sms() -> Self {
        Self::new("sms")
    }

    /// A recovery code: stands in for an authenticator that was lost, and only to replace it.
    pub fn recovery() -> Self {
        Self::new("recovery")
    }

    /// A WebAuthn credential that verifies its user and is found without a name.
    pub fn passkey() -> Self {
        Self::new("passkey")
    }

    /// A WebAuthn credential that is only touched: a second factor.
    pub fn security_key() -> Self {
        Self::new("security-key")
    }

    /// A browser that the person trusts: stands in for a routine second factor.
    pub fn device() -> Self {
        Self::new("device")
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The three kinds of proof (NIST SP 800-63B: something you know, have, are).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something the person knows.
    Knowledge,
    /// Something the person has.
    Possession,
    /// Something the person is.
    Inherence,
}

/// What a proof shows, beyond that it succeeded.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Traits {
    /// The kinds it proves; a passkey with user verification proves two at once.
    pub kinds: BTreeSet<Kind>,
    /// Bound to the origin, so that a look-alike site cannot relay it.
    pub phishing_resistant: bool,
    /// The authenticator verified its user (WebAuthn UV).
    pub user_verified: bool,
    /// The key cannot leave its hardware.
    pub hardware_bound: bool,
    /// A remembered device stood in for the person.
    pub remembered: bool,
    /// Asserted by another provider.
    pub federated: bool,
    /// A recovery code. It shows no kind, fits no pattern that does not name its method, and so makes no acr
    /// true; together with what a sign-in begins with it lets a lost authenticator be replaced.
    pub recovery: bool,
    /// Brought by a network that others can divert: a texted code (NIST SP 800-63B §5.1.3.3, §5.2.10).
    #[serde(skip_serializing_if = "is_false")]
    pub restricted: bool,
    /// The inbox that it came through, by an opaque name. Who reads an inbox has all that comes through it, so
    /// proofs of one inbox never show two kinds together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
}

/// For traits that most proofs lack: they are not written, so that what does not know them reads the rest.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Traits {
    /// Traits of a plain proof of one kind.
    pub fn of(kind: Kind) -> Self {
        Self {
            kinds: BTreeSet::from([kind]),
            ..Self::default()
        }
    }

    /// Whether both came through one inbox.
    pub(crate) fn share_an_inbox(&self, other: &Self) -> bool {
        self.through.is_some() && self.through == other.through
    }

    /// How strong a proof is, for ordering and for choosing whose time speaks (design §2.3): higher is stronger.
    pub fn strength(&self) -> u8 {
        if self.phishing_resistant {
            3
        } else if self.kinds.contains(&Kind::Possession) || self.kinds.contains(&Kind::Inherence) {
            2
        } else {
            1
        }
    }
}

/// One completed proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its own identity, named in grounds and audit.
    pub id: EvidenceId,
    /// How it was proven.
    pub method: Method,
    /// Which enrolled authenticator proved it.
    pub credential: CredentialId,
    /// When the proof succeeded.
    pub at: Timestamp,
    /// What it shows.
    pub traits: Traits,
    /// Registered method references it stands for (RFC 8176), `mfa` excepted.
    pub amr: Vec<String>,
    /// When the authenticator that proved it was set up; none when that is not known.
    #[serde(default)]
    pub enrolled_at: Option<Timestamp>,
}

impl Evidence {
    /// Whether its authenticator had been set up this long before it was used; an unknown age is never enough.
    ///
    /// Measured at the use, so that time alone makes nothing true.
    pub(crate) fn is_settled(&self, age: Option<Seconds>) -> bool {
        let old_enough = |age: Seconds| {
            self.enrolled_at
                .is_some_and(|since| self.at.since(since) >= age.as_micros())
        };
        age.is_none_or(old_enough)
    }
}

/// Whether these proofs show two kinds: one by itself, or two that do not share an inbox.
pub(crate) fn show_two_kinds(proofs: &[&Traits]) -> bool {
    let together = |a: &Traits, b: &Traits| a.kinds.union(&b.kinds).count() > 1;
    proofs.iter().enumerate().any(|(i, a)| {
        let beside = |b: &&Traits| !a.share_an_inbox(b) && together(a, b);
        a.kinds.len() > 1 || proofs[i + 1..].iter().any(beside)
    })
}
