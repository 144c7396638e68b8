//! Passwords: hashing and verifying them, bounded, and judging new ones.
//!
//! [`Passwords`] hashes with Argon2id, [`gate`] bounds how many hashes run at once, [`strength`] says
//! whether a new password is good enough and how to mend it. Hashing blocks for tens of milliseconds:
//! never call it inside a transaction or on an event loop.

pub mod gate;
pub mod hash;
mod memory;
pub mod strength;

pub use gate::{Busy, HashGate};
pub use hash::{HashParams, PasswordError, Passwords, Verdict};
pub use strength::{PasswordRules, Weakness};

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The longest password that is looked at, in bytes of UTF-8; longer ones are refused, never cut.
pub const MAX_BYTES: usize = 1024;

/// One form for the same text typed on different systems. NIST SP 800-63B §3.1.1.2 asks for NFKC or
/// NFKD where Unicode is accepted; NFC is chosen, as PRECIS OpaqueString (RFC 8265 §4.2) does, because
/// it unites what keyboards produce without making distinct characters equal.
fn normalised(password: &str) -> Zeroizing<String> {
    if password.is_ascii() {
        Zeroizing::new(password.to_owned())
    } else {
        Zeroizing::new(password.nfc().collect())
    }
}
