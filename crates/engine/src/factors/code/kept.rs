//! Codes that were sent, as an interaction keeps them: keyed hashes, each with its own window.
//!
//! A code has too few digits for a plain hash. Each is hashed under a key of its own, and that key is sealed: who
//! reads the database can try all codes against nothing.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use stepwell_core::entropy::{Entropy, hex};
use stepwell_core::ids::CredentialId;
use stepwell_core::secret::Secret;
use stepwell_core::time::{Seconds, Timestamp};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::error::EngineError;
use crate::seal::SealingKeys;

/// Codes that are kept at once; a further one takes the place of the oldest.
const MOST: usize = 3;

/// The codes of one challenge, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    codes: Vec<KeptCode>,
}

/// One code, and whose address it went to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptCode {
    credential: CredentialId,
    until: Timestamp,
    /// The sealed key.
    key: String,
    hash: String,
}

/// What a typed code was found to be.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// One that was sent to this authenticator's address.
    Valid(CredentialId),
    /// One that was, too long ago.
    Expired,
    /// None.
    Not,
}

/// A code of this many decimal digits, every one as likely.
pub(super) fn draw(digits: u8, entropy: &dyn Entropy) -> Secret {
    let mut bytes = Zeroizing::new([0u8; 16]);
    entropy.fill(&mut *bytes);
    // Of 128 bits the remainder is even to within one part in 2^100.
    let number = u128::from_be_bytes(*bytes) % 10u128.pow(u32::from(digits));
    Secret::new(format!("{number:0width$}", width = usize::from(digits)))
}

/// What was typed as a code, without the spaces and hyphens that people put in: this many digits, or nothing.
pub(super) fn clean(typed: &str, digits: u8) -> Option<Secret> {
    if typed.len() > 64 {
        return None;
    }
    let marks = |c: &char| c.is_whitespace() || *c == '-';
    let code: String = typed.chars().filter(|c| !marks(c)).collect();
    let sound = code.len() == usize::from(digits) && code.bytes().all(|b| b.is_ascii_digit());
    sound.then(|| Secret::new(code))
}

impl Kept {
    /// Adds a code that goes to `address`, valid for so long.
    pub(super) fn add(
        &mut self,
        code: &Secret,
        credential: &CredentialId,
        address: &str,
        (now, valid_for): (Timestamp, Seconds),
        (seal, entropy): (&SealingKeys, &dyn Entropy),
    ) -> Result<(), EngineError> {
        let mut key = Zeroizing::new([0u8; 32]);
        entropy.fill(&mut *key);
        self.codes.push(KeptCode {
            credential: credential.clone(),
            until: now.plus(valid_for),
            hash: hash(&*key, address, code)?,
            key: seal.seal(&purpose(credential), &*key, entropy),
        });
        let over = self.codes.len().saturating_sub(MOST);
        self.codes.drain(..over);
        Ok(())
    }

    /// Takes the newest code back: it never left.
    pub(super) fn take_back(&mut self) {
        self.codes.pop();
    }

    /// Until when the newest of the codes may be used; none when there is none that may.
    pub(super) fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.codes.iter().map(|code| code.until).max();
        until.filter(|until| *until > now)
    }

    /// Whether a code was ever sent and not taken back.
    pub(super) fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Holds a typed code against every kept one; `address` is where each authenticator's codes go now.
    pub(super) fn find(
        &self,
        typed: &Secret,
        address: impl Fn(&CredentialId) -> Option<String>,
        now: Timestamp,
        seal: &SealingKeys,
    ) -> Result<Found, EngineError> {
        let mut found = Found::Not;
        for code in &self.codes {
            let Some(address) = address(&code.credential) else {
                continue;
            };
            let key = seal
                .open(&purpose(&code.credential), &code.key)
                .map_err(EngineError::broken)?;
            let same: bool = hash(&key, &address, typed)?
                .as_bytes()
                .ct_eq(code.hash.as_bytes())
                .into();
            if same && code.until > now {
                found = Found::Valid(code.credential.clone());
            } else if same && found == Found::Not {
                found = Found::Expired;
            }
        }
        Ok(found)
    }
}

/// What the key of a code is sealed for.
pub(crate) fn purpose(credential: &CredentialId) -> String {
    format!("code:{credential}")
}

fn hash(key: &[u8], address: &str, code: &Secret) -> Result<String, EngineError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(EngineError::broken)?;
    mac.update(b"stepwell delivered code\0");
    mac.update(address.as_bytes());
    mac.update(b"\0");
    mac.update(code.expose().as_bytes());
    Ok(hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::Seeded;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    fn seal() -> SealingKeys {
        let key = crate::seal::SealKey::parse(&"a93c071f".repeat(8)).unwrap();
        SealingKeys::new(key, vec![])
    }

    fn kept(codes: &[&str]) -> Kept {
        let entropy = Seeded::new(3);
        let mut kept = Kept::default();
        for (at, code) in codes.iter().enumerate() {
            let sent = NOW.plus(Seconds(60 * at as u64));
            let code = Secret::new(*code);
            let id = CredentialId::new("c");
            kept.add(
                &code,
                &id,
                "ada@example.com",
                (sent, Seconds(600)),
                (&seal(), &entropy),
            )
            .unwrap();
        }
        kept
    }

    fn find(kept: &Kept, typed: &str, address: &str, seconds: u64) -> Found {
        let address = |_: &CredentialId| Some(address.to_owned());
        let now = NOW.plus(Seconds(seconds));
        kept.find(&Secret::new(typed), address, now, &seal())
            .unwrap()
    }

    #[test]
    fn codes_have_their_digits_and_every_value() {
        let entropy = Seeded::new(1);
        let codes: Vec<String> = (0..500)
            .map(|_| draw(8, &entropy).expose().to_owned())
            .collect();
        assert!(
            codes
                .iter()
                .all(|c| c.len() == 8 && c.bytes().all(|b| b.is_ascii_digit()))
        );
        assert!(
            codes.iter().any(|c| c.starts_with('0')),
            "leading zeros stay"
        );
        let different: std::collections::BTreeSet<_> = codes.iter().collect();
        assert!(different.len() > 495);
    }

    #[test]
    fn each_code_has_its_own_window_and_the_oldest_of_four_goes() {
        let kept = kept(&["11111111", "22222222", "33333333", "44444444"]);
        let at = |typed, seconds| find(&kept, typed, "ada@example.com", seconds);
        let valid = || Found::Valid(CredentialId::new("c"));
        assert_eq!(at("11111111", 200), Found::Not, "only three are kept");
        assert_eq!(at("22222222", 659), valid());
        assert_eq!(at("22222222", 660), Found::Expired);
        assert_eq!(at("44444444", 700), valid());
        assert_eq!(at("55555555", 200), Found::Not);
    }

    #[test]
    fn a_code_is_for_the_address_it_was_sent_to() {
        let kept = kept(&["11111111"]);
        assert_eq!(find(&kept, "11111111", "eve@example.com", 1), Found::Not);
    }

    #[test]
    fn nothing_kept_tells_the_code() {
        let text = serde_json::to_string(&kept(&["31415926"])).unwrap();
        assert!(!text.contains("31415926"), "{text}");
    }

    #[test]
    fn people_may_write_a_code_in_groups() {
        let code = clean(" 3141-59 26\n", 8).unwrap();
        assert_eq!(code.expose(), "31415926");
        for typed in [
            "",
            "3141592",
            "314159265",
            "3141592x",
            "٣١٤١٥٩٢٦",
            &"1".repeat(70),
        ] {
            assert!(clean(typed, 8).is_none(), "{typed}");
        }
    }
}
