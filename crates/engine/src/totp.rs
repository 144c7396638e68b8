//! Time-based one-time codes (RFC 6238): SHA-1, six digits, thirty seconds, as every app knows them.
//!
//! A match says *which* step it was. Remembering that step, so that no code counts twice, is the
//! caller's conditional UPDATE; nothing here keeps state.

use std::fmt;

use stepwell_core::entropy::Entropy;
use stepwell_core::time::Timestamp;
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

/// Seconds in a step.
pub const STEP: i64 = 30;
/// Steps before and after the current one whose code is taken too.
pub const SKEW: i64 = 1;
const DIGITS: usize = 6;

/// A base32 text is no usable secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an authenticator secret is base32 (A-Z, 2-7) of 16 to 128 bytes (RFC 4226 section 4)")]
pub struct BadSecret;

/// The secret that a person's authenticator app and we share.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// Draws a fresh secret of 160 bits (RFC 4226 §4).
    pub fn random(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new(vec![0u8; 20]);
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// A secret that was opened from its seal.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// Reads base32 as people paste it: any case, with spaces, hyphens or padding.
    ///
    /// # Errors
    /// When it is not base32, or not of 16 to 128 bytes.
    pub fn from_base32(text: &str) -> Result<Self, BadSecret> {
        if text.len() > 512 {
            return Err(BadSecret);
        }
        let kept: Zeroizing<String> = Zeroizing::new(
            text.chars()
                .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '='))
                .collect(),
        );
        let mut bytes = Zeroizing::new(Vec::with_capacity(kept.len() * 5 / 8));
        let (mut buffer, mut bits) = (0u32, 0u32);
        for c in kept.chars() {
            let value = match c.to_ascii_uppercase() {
                letter @ 'A'..='Z' => u32::from(letter) - u32::from('A'),
                digit @ '2'..='7' => u32::from(digit) - u32::from('2') + 26,
                _ => return Err(BadSecret),
            };
            buffer = (buffer << 5) | value;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push((buffer >> bits) as u8);
                buffer &= (1 << bits) - 1;
            }
        }
        if (16..=128).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(BadSecret)
        }
    }

    /// The secret's bytes: for sealing only.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Base32 without padding, for typing into an app by hand.
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(totp_rs::Secret::from(self.0.to_vec()).to_base32())
    }

    /// The `otpauth://` address behind the QR code. A colon separates issuer and account in it, so
    /// colons within them become spaces.
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let clean = |text: &str, fallback: &str| match text.replace(':', " ").trim() {
            "" => fallback.to_owned(),
            text => text.to_owned(),
        };
        let totp = self
            .builder()
            .with_issuer(Some(clean(issuer, "Stepwell")))
            .with_account_name(clean(account, "account"));
        Zeroizing::new(
            totp.build_noncompliant()
                .to_url()
                .expect("the account is not empty and has no colon"),
        )
    }

    /// The code at an instant, as an app shows it.
    pub fn code_at(&self, now: Timestamp) -> String {
        code(
            &self.builder().build_noncompliant(),
            now.secs().div_euclid(STEP),
        )
    }

    /// The step whose code this is, among the current one and its neighbours; the latest when a code
    /// happens to fit two. Takes the same time whichever matches, or none.
    pub fn matching_step(&self, text: &str, now: Timestamp) -> Option<i64> {
        let cleaned = clean(text)?;
        let totp = self.builder().build_noncompliant();
        let current = now.secs().div_euclid(STEP);
        let mut matched = None;
        for step in current - SKEW..=current + SKEW {
            if bool::from(code(&totp, step).as_bytes().ct_eq(cleaned.as_bytes())) {
                matched = Some(step);
            }
        }
        matched
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS as u8)
            .with_step_duration(STEP as u64)
            .with_secret(self.0.to_vec())
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

/// What was typed as a code, without the spaces and hyphens that apps and people put in: exactly six
/// digits, or nothing.
pub fn clean(text: &str) -> Option<String> {
    if text.len() > 64 {
        return None;
    }
    let kept: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    (kept.len() == DIGITS && kept.bytes().all(|b| b.is_ascii_digit())).then_some(kept)
}

fn code(totp: &Totp, step: i64) -> String {
    // Before 1970 there are no codes; step 0 stands in, and no clock of ours is there.
    totp.generate(u64::try_from(step.saturating_mul(STEP)).unwrap_or(0))
        .to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::Seeded;

    /// The secret of RFC 6238, appendix B.
    fn rfc() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890")
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        for (secs, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(rfc().code_at(at(secs)), code);
            assert_eq!(rfc().matching_step(code, at(secs)), Some(secs / 30));
        }
    }

    #[test]
    fn the_code_of_a_neighbouring_step_names_that_step_and_one_further_off_is_refused() {
        let now = 1_800_000_000;
        for offset in -3..=3 {
            let code = rfc().code_at(at(now + offset * STEP));
            let expected = (offset.abs() <= SKEW).then_some(now / STEP + offset);
            assert_eq!(rfc().matching_step(&code, at(now)), expected, "{offset}");
        }
    }

    #[test]
    fn a_code_used_again_within_its_window_names_the_same_step_each_time() {
        let code = rfc().code_at(at(1_800_000_000));
        let first = rfc().matching_step(&code, at(1_800_000_000)).unwrap();
        let again = rfc().matching_step(&code, at(1_800_000_029)).unwrap();
        let late = rfc().matching_step(&code, at(1_800_000_059)).unwrap();
        assert_eq!(
            (again, late),
            (first, first),
            "so a step that may only grow refuses the replay"
        );
    }

    #[test]
    fn spaces_and_hyphens_are_typed_and_anything_else_is_no_code() {
        for typed in [
            "287082",
            " 287 082 ",
            "287-082",
            "287\u{a0}082",
            "2 8 7 0 8 2",
        ] {
            assert_eq!(rfc().matching_step(typed, at(59)), Some(1), "{typed}");
        }
        for typed in [
            "",
            "28708",
            "2870820",
            "+87082",
            "28708a",
            "２８７０８２",
            "287.082",
            &"2".repeat(1000),
        ] {
            assert_eq!(clean(typed), None, "{typed}");
            assert_eq!(rfc().matching_step(typed, at(59)), None, "{typed}");
        }
    }

    #[test]
    fn base32_is_read_however_it_is_written() {
        let secret = rfc();
        assert_eq!(secret.base32().as_str(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for text in [
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
            "GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ====",
        ] {
            assert_eq!(
                TotpSecret::from_base32(text).unwrap().as_bytes(),
                secret.as_bytes(),
                "{text}"
            );
        }
        for bad in [
            "",
            "ABC",
            "GEZDGNBVGY3TQOJ1GEZDGNBVGY3TQOJ0",
            &"A".repeat(24),
            &"A".repeat(600),
        ] {
            assert_eq!(
                TotpSecret::from_base32(bad).unwrap_err(),
                BadSecret,
                "{bad}"
            );
        }
    }

    #[test]
    fn the_otpauth_address_names_issuer_and_account_and_carries_the_secret() {
        let uri = rfc().otpauth_uri("Bank: Example", "ada@example.org");
        assert!(
            uri.starts_with("otpauth://totp/Bank%20%20Example:ada"),
            "{}",
            uri.as_str()
        );
        assert!(uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
        assert!(uri.contains("issuer=Bank%20%20Example"));
        assert!(
            rfc()
                .otpauth_uri("", ":")
                .starts_with("otpauth://totp/Stepwell:account?")
        );
    }

    #[test]
    fn a_fresh_secret_has_160_bits_and_never_prints() {
        let entropy = Seeded::new(1);
        let (one, two) = (TotpSecret::random(&entropy), TotpSecret::random(&entropy));
        assert_eq!(one.as_bytes().len(), 20);
        assert_ne!(one.as_bytes(), two.as_bytes());
        assert_eq!(format!("{one:?}"), "TotpSecret(…)");
        assert_eq!(
            TotpSecret::from_base32(&one.base32()).unwrap().as_bytes(),
            one.as_bytes()
        );
    }
}
