//! The stand-in for the person's phone: the code of now, from the seeded authenticator.

use totp_rs::Totp;

use crate::config::invalid;

/// The seeded authenticator.
pub(crate) struct Phone(Totp);

impl Phone {
    pub(crate) fn new(totp_uri: &str) -> std::io::Result<Self> {
        Totp::from_url(totp_uri)
            .map(Phone)
            .map_err(|error| invalid(format!("totp_uri: {error}")))
    }

    /// The code at `now` (seconds since the epoch), and for how many seconds it is still shown.
    pub(crate) fn code(&self, now: u64) -> (String, u64) {
        (
            self.0.generate(now).to_string(),
            self.0.next_step(now) - now,
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Phone;

    #[test]
    fn the_code_has_six_digits_and_changes_every_thirty_seconds() {
        let phone = Phone::new(
            "otpauth://totp/Stepwell:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Stepwell",
        )
        .unwrap();
        let (code, left) = phone.code(60);
        assert!(
            code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()),
            "{code}"
        );
        assert_eq!(left, 30);
        assert_eq!(phone.code(89), (code.clone(), 1));
        assert_ne!(phone.code(90).0, code);
    }

    #[test]
    fn an_authenticator_that_is_none_is_refused_at_start() {
        assert!(Phone::new("otpauth://hotp/x?secret=JBSWY3DP").is_err());
        assert!(Phone::new("").is_err());
    }
}
