//! Where the guard's time comes from, so that tests can choose it.

use std::time::{SystemTime, UNIX_EPOCH};

/// A source of the current time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Seconds since the Unix epoch, UTC.
    fn now(&self) -> i64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    // This crate runs at the edge of somebody's API: the system clock is its natural default.
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> i64 {
        // A clock before 1970 reads as 0, at which every token counts as not yet issued.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
            })
    }
}
