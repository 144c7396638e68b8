//! The person's phone: an authenticator app made from an `otpauth://` URI (RFC 6238). It never
//! gives the same code twice, because a provider must refuse a code that was used (RFC 6238 §5.2).

use std::cell::Cell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use totp_rs::Totp;

/// An authenticator app that remembers which time step it gave last.
#[derive(Debug)]
pub struct Authenticator {
    totp: Totp,
    period: u64,
    last_step: Cell<u64>,
}

impl Authenticator {
    /// Reads the secret, algorithm, digits and period of an `otpauth://totp/…` URI.
    #[track_caller]
    pub fn from_uri(uri: &str) -> Self {
        let totp = Totp::from_url_unchecked(uri)
            .unwrap_or_else(|error| panic!("not an otpauth URI ({error}): {uri}"));
        let period = url::Url::parse(uri)
            .ok()
            .and_then(|parsed| {
                let period = parsed.query_pairs().find(|(name, _)| name == "period")?.1;
                period.parse().ok()
            })
            .unwrap_or(30);
        Self {
            totp,
            period,
            last_step: Cell::new(0),
        }
    }

    /// The code that the phone shows at this moment, used or not.
    pub fn current_code(&self) -> String {
        self.code_of(now() / self.period)
    }

    /// The code of the time step that lies `steps` away from now (negative: the past).
    pub fn code_of_step(&self, steps: i64) -> String {
        self.code_of((now() / self.period).saturating_add_signed(steps))
    }

    /// A code that this authenticator has not given before. The second code within one step is that
    /// of the following step, as from a phone whose clock is a little ahead; a third one waits.
    pub fn fresh_code(&self) -> String {
        let step = (now() / self.period).max(self.last_step.get() + 1);
        while now() / self.period + 1 < step {
            std::thread::sleep(Duration::from_millis(200));
        }
        self.last_step.set(step);
        self.code_of(step)
    }

    /// Waits for the next time step to begin and gives its code.
    pub fn wait_for_next_step(&self) -> String {
        let next = now() / self.period + 1;
        while now() / self.period < next {
            std::thread::sleep(Duration::from_millis(200));
        }
        self.last_step.set(self.last_step.get().max(next));
        self.code_of(next)
    }

    fn code_of(&self, step: u64) -> String {
        self.totp.generate(step * self.period).to_string()
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str =
        "otpauth://totp/Stepwell:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Stepwell";

    #[test]
    fn the_codes_are_those_of_rfc_6238_appendix_b() {
        let phone = Authenticator::from_uri(URI);
        // The appendix gives eight digits (94287082 at second 59); six are its last six.
        assert_eq!(phone.code_of(59 / 30), "287082");
    }

    #[test]
    fn a_code_is_never_given_twice() {
        let phone = Authenticator::from_uri(URI);
        assert_ne!(phone.fresh_code(), phone.fresh_code());
    }
}
