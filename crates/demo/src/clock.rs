//! The one place of the bank that reads the machine's clocks. The bank is an edge of its own and
//! shares no clock with the provider.
#![allow(clippy::disallowed_methods)]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Seconds since the Unix epoch, UTC.
pub(crate) fn seconds() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
}

/// A point in time to measure how long ago something was.
pub(crate) fn instant() -> Instant {
    Instant::now()
}
