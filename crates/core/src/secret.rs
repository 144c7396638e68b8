//! Two types for secrets: what a person or client presents, and what we keep.
//!
//! A `Secret` never prints and is wiped when dropped; only a `Hashed` may be stored. `Hashed` is for
//! secrets that we drew ourselves with 256 bits; passwords go through Argon2 elsewhere.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::entropy::{Entropy, hex, token};

/// A plain secret in memory. Its `Debug` shows nothing.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a plain secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Draws a fresh 256-bit secret.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self::new(token(entropy))
    }

    /// The plain text: for handing out once, or for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The SHA-256 of a high-entropy secret, in hexadecimal: what is stored and looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hashed(String);

impl Hashed {
    /// Hashes a secret that was drawn with at least 128 bits of randomness.
    pub fn of(secret: &Secret) -> Self {
        Self(hex(&Sha256::digest(secret.expose().as_bytes())))
    }

    /// A hash read back from storage.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether `secret` is the one that was hashed; takes the same time whatever differs.
    pub fn matches(&self, secret: &Secret) -> bool {
        Self::of(secret)
            .0
            .as_bytes()
            .ct_eq(self.0.as_bytes())
            .into()
    }

    /// The hexadecimal text, for storage.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints_itself() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
    }

    #[test]
    fn only_the_same_secret_matches_its_hash() {
        let kept = Hashed::of(&Secret::new("a"));
        assert!(kept.matches(&Secret::new("a")));
        assert!(!kept.matches(&Secret::new("b")));
    }
}
