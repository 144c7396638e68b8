//! The system clock and the operating system's randomness: the only place that asks either.
//!
//! Everything inward is handed a `Timestamp` and a `&dyn Entropy`; nothing here decides anything.

use std::time::{SystemTime, UNIX_EPOCH};

use stepwell_core::entropy::Entropy;
use stepwell_core::time::Timestamp;

/// The wall clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl SystemClock {
    /// The present instant. A clock set before 1970 counts as 1970.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the edge where time comes in"
    )]
    pub fn now(self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The random bytes of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    /// # Panics
    /// When the operating system has no randomness to give: nothing secure can be done without it.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the edge where randomness comes in"
    )]
    fn fill(&self, out: &mut [u8]) {
        getrandom::fill(out).expect("the operating system gives random bytes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_does_not_run_backwards_between_two_readings() {
        let first = SystemClock.now();
        assert!(SystemClock.now() >= first);
        assert!(first.secs() > 1_700_000_000, "the clock counts from 1970");
    }

    #[test]
    fn two_draws_of_randomness_differ() {
        let (mut a, mut b) = ([0u8; 32], [0u8; 32]);
        OsEntropy.fill(&mut a);
        OsEntropy.fill(&mut b);
        assert_ne!(a, b);
    }
}
