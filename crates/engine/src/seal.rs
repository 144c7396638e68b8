//! Secrets at rest: sealed with XChaCha20-Poly1305 under a key that lives outside the database.
//!
//! A sealed text names its key, so keys can be changed one after the other: new values are sealed
//! under the current key, older keys still open what they sealed, [`SealingKeys::is_current`] tells
//! what is left to re-seal. Every value is bound to its purpose (for example `key:<kid>`), so a
//! sealed value moved to another row does not open. Reading the key from a file, a command or the
//! environment is the server's work, not this module's.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{
    GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE_NO_PAD,
};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use stepwell_core::entropy::{Entropy, hex};
use zeroize::Zeroizing;

const VERSION: &str = "v1";
const NONCE: usize = 24;

/// Base64 as people paste it: either alphabet, with or without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a key text was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealKeyError {
    /// Neither hexadecimal nor base64 of 32 bytes.
    #[error(
        "a sealing key is 32 random bytes in base64 or in 64 hexadecimal digits; \
         draw one with `openssl rand -base64 32`"
    )]
    Shape,
    /// One byte repeated: a placeholder, not a key.
    #[error(
        "this sealing key is one byte repeated; draw a random one with `openssl rand -base64 32`"
    )]
    Placeholder,
}

/// Why a sealed text did not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not written by this module.
    #[error(
        "the stored value is not in the sealed form v1.<key>.<data>; it was altered or never sealed"
    )]
    Shape,
    /// Sealed under a key that is not configured.
    #[error(
        "the stored value was sealed under key {0}, which is not configured; add that key to the older sealing keys"
    )]
    UnknownKey(String),
    /// Altered, or moved here from another row.
    #[error(
        "the stored value does not open for {0}: it was altered, or it belongs to something else"
    )]
    Altered(String),
}

/// One sealing key: 256 bits and a short name derived from them.
#[derive(Clone)]
pub struct SealKey {
    id: String,
    bytes: Zeroizing<[u8; 32]>,
}

impl SealKey {
    /// Reads a key: 64 hexadecimal digits, or base64 (either alphabet) of 32 bytes.
    ///
    /// # Errors
    /// Says what a key looks like and how to draw one.
    pub fn parse(text: &str) -> Result<Self, SealKeyError> {
        let text = text.trim();
        let bytes = Zeroizing::new(
            unhex(text)
                .or_else(|| {
                    LENIENT
                        .decode(text.replace('+', "-").replace('/', "_"))
                        .ok()
                })
                .ok_or(SealKeyError::Shape)?,
        );
        let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(
            bytes
                .as_slice()
                .try_into()
                .map_err(|_| SealKeyError::Shape)?,
        );
        if bytes.iter().all(|b| *b == bytes[0]) {
            return Err(SealKeyError::Placeholder);
        }
        Ok(Self::from_bytes(bytes))
    }

    /// Draws a fresh key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0u8; 32]);
        entropy.fill(&mut *bytes);
        Self::from_bytes(bytes)
    }

    fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        let digest = Sha256::new()
            .chain_update(b"stepwell sealing key id")
            .chain_update(*bytes)
            .finalize();
        Self {
            id: hex(&digest[..4]),
            bytes,
        }
    }

    /// The key's name, eight hexadecimal digits; safe to show.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key in base64, for writing it to a file once.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(*self.bytes))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.bytes))
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey({})", self.id)
    }
}

/// The key that seals, and the older ones that still open.
#[derive(Clone, Debug)]
pub struct SealingKeys {
    current: SealKey,
    older: Vec<SealKey>,
}

impl SealingKeys {
    /// `current` seals; `older` only open.
    pub fn new(current: SealKey, older: Vec<SealKey>) -> Self {
        Self { current, older }
    }

    /// Seals `plain` for `purpose`: `v1.<key id>.<base64url of nonce and ciphertext>`.
    pub fn seal(&self, purpose: &str, plain: &[u8], entropy: &dyn Entropy) -> String {
        let mut out = vec![0u8; NONCE];
        entropy.fill(&mut out);
        let nonce = XNonce::try_from(out.as_slice()).expect("a nonce is 24 bytes");
        let aad = bound_to(&self.current.id, purpose);
        let sealed = self
            .current
            .cipher()
            .encrypt(
                &nonce,
                Payload {
                    msg: plain,
                    aad: aad.as_bytes(),
                },
            )
            .expect("only a text beyond 256 GiB cannot be sealed");
        out.extend_from_slice(&sealed);
        format!(
            "{VERSION}.{}.{}",
            self.current.id,
            URL_SAFE_NO_PAD.encode(out)
        )
    }

    /// Opens what was sealed for the same `purpose`.
    ///
    /// # Errors
    /// When the form is unknown, the key is not configured, or the value was altered or moved.
    pub fn open(&self, purpose: &str, text: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (id, data) = parts(text).ok_or(SealError::Shape)?;
        let key = std::iter::once(&self.current)
            .chain(&self.older)
            .find(|key| key.id == id)
            .ok_or_else(|| SealError::UnknownKey(id.chars().take(16).collect()))?;
        let data = URL_SAFE_NO_PAD.decode(data).map_err(|_| SealError::Shape)?;
        let (nonce, sealed) = data.split_at_checked(NONCE).ok_or(SealError::Shape)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| SealError::Shape)?;
        let aad = bound_to(id, purpose);
        key.cipher()
            .decrypt(
                &nonce,
                Payload {
                    msg: sealed,
                    aad: aad.as_bytes(),
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| SealError::Altered(purpose.to_owned()))
    }

    /// Whether `text` has the form of something sealed.
    pub fn is_sealed(text: &str) -> bool {
        parts(text).is_some()
    }

    /// Whether `text` is sealed under the current key; if not, open it and seal it again.
    pub fn is_current(&self, text: &str) -> bool {
        parts(text).is_some_and(|(id, _)| id == self.current.id)
    }
}

fn parts(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(VERSION)?
        .strip_prefix('.')?
        .split_once('.')
}

fn bound_to(id: &str, purpose: &str) -> String {
    format!("{VERSION}.{id}.{purpose}")
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::Seeded;

    fn keys() -> (SealKey, SealKey, Seeded) {
        let entropy = Seeded::new(7);
        (
            SealKey::generate(&entropy),
            SealKey::generate(&entropy),
            entropy,
        )
    }

    #[test]
    fn what_was_sealed_opens_for_the_same_purpose_only() {
        let (key, _, entropy) = keys();
        let keys = SealingKeys::new(key, vec![]);
        let sealed = keys.seal("key:a", b"private", &entropy);
        assert!(!sealed.contains("private"));
        assert_eq!(keys.open("key:a", &sealed).unwrap().as_slice(), b"private");
        assert_eq!(
            keys.open("key:b", &sealed).unwrap_err(),
            SealError::Altered("key:b".into())
        );
    }

    #[test]
    fn the_same_secret_sealed_twice_looks_different() {
        let (key, _, entropy) = keys();
        let keys = SealingKeys::new(key, vec![]);
        assert_ne!(
            keys.seal("p", b"x", &entropy),
            keys.seal("p", b"x", &entropy)
        );
    }

    #[test]
    fn one_altered_character_anywhere_keeps_a_value_shut() {
        let (key, _, entropy) = keys();
        let keys = SealingKeys::new(key, vec![]);
        let sealed = keys.seal("p", b"secret", &entropy);
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            assert!(keys.open("p", &altered).is_err(), "{altered}");
        }
        assert_eq!(keys.open("p", "").unwrap_err(), SealError::Shape);
        assert_eq!(
            keys.open("p", "v1.x.AAAA").unwrap_err(),
            SealError::UnknownKey("x".into())
        );
    }

    #[test]
    fn an_older_key_still_opens_but_is_no_longer_current() {
        let (old, new, entropy) = keys();
        let sealed = SealingKeys::new(old.clone(), vec![]).seal("p", b"x", &entropy);
        let both = SealingKeys::new(new.clone(), vec![old]);
        assert_eq!(both.open("p", &sealed).unwrap().as_slice(), b"x");
        assert!(!both.is_current(&sealed));
        assert!(both.is_current(&both.seal("p", b"x", &entropy)));
        assert!(matches!(
            SealingKeys::new(new, vec![]).open("p", &sealed),
            Err(SealError::UnknownKey(_))
        ));
    }

    #[test]
    fn a_key_is_read_from_hex_and_from_base64_of_either_alphabet() {
        let bytes: Vec<u8> = (200..232).collect();
        let expected = SealKey::parse(&hex(&bytes)).unwrap();
        for text in [
            STANDARD.encode(&bytes),
            URL_SAFE_NO_PAD.encode(&bytes),
            format!(" {}\n", STANDARD.encode(&bytes)),
        ] {
            assert_eq!(SealKey::parse(&text).unwrap().id(), expected.id(), "{text}");
        }
        assert_eq!(
            SealKey::parse(&expected.to_text()).unwrap().id(),
            expected.id()
        );
    }

    #[test]
    fn a_short_or_placeholder_key_is_refused_with_the_way_to_draw_one() {
        for text in ["", "secret", &"ab".repeat(31), &STANDARD.encode([1u8; 31])] {
            let error = SealKey::parse(text).unwrap_err();
            assert_eq!(error, SealKeyError::Shape, "{text}");
            assert!(error.to_string().contains("openssl rand -base64 32"));
        }
        assert_eq!(
            SealKey::parse(&"00".repeat(32)).unwrap_err(),
            SealKeyError::Placeholder
        );
    }

    #[test]
    fn a_key_never_prints_itself() {
        let (key, _, _) = keys();
        assert_eq!(format!("{key:?}"), format!("SealKey({})", key.id()));
    }
}
