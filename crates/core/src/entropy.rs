//! Randomness as something handed in.
//!
//! Nothing here draws random bytes of its own: the edge supplies the source, tests a seeded one.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::time::Timestamp;

/// A source of cryptographically secure random bytes.
pub trait Entropy: Send + Sync + fmt::Debug {
    /// Fills `out` with random bytes.
    fn fill(&self, out: &mut [u8]);
}

/// A fresh secret of 256 bits, base64url without padding (43 characters).
pub fn token(entropy: &dyn Entropy) -> String {
    let mut bytes = [0u8; 32];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A fresh identifier: UUIDv7 (RFC 9562 §5.7), so ids sort by the time they were made.
pub fn id(entropy: &dyn Entropy, now: Timestamp) -> String {
    let mut b = [0u8; 16];
    entropy.fill(&mut b[6..]);
    let millis = (now.as_micros() / 1_000).max(0) as u64;
    b[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    b[6] = (b[6] & 0x0f) | 0x70;
    b[8] = (b[8] & 0x3f) | 0x80;
    let hex = hex(&b);
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// Alphabet of references: no letter that is mistaken for another when read aloud.
const REFERENCE: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A short reference such as `7KQ2-M4TX`, shown to people and written to logs. Not a secret.
pub fn reference(entropy: &dyn Entropy) -> String {
    let mut bytes = [0u8; 8];
    entropy.fill(&mut bytes);
    let mut text: String = bytes
        .iter()
        .map(|b| char::from(REFERENCE[usize::from(b % 32)]))
        .collect();
    text.insert(4, '-');
    text
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]])
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed;
    impl Entropy for Fixed {
        fn fill(&self, out: &mut [u8]) {
            out.fill(0xff);
        }
    }

    #[test]
    fn an_id_is_a_version_seven_uuid_that_sorts_by_time() {
        let early = id(&Fixed, Timestamp::from_secs(1));
        let late = id(&Fixed, Timestamp::from_secs(2));
        assert!(early < late);
        assert_eq!(early, "00000000-03e8-7fff-bfff-ffffffffffff");
    }

    #[test]
    fn a_reference_is_eight_unmistakable_characters() {
        assert_eq!(reference(&Fixed), "ZZZZ-ZZZZ");
    }
}
