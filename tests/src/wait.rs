//! Waiting for a condition instead of sleeping for a guess. It must not hide a failure: running out
//! of time ends the test with what was waited for.

use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(40);

/// Asks `condition` until it answers something, or `None` when `limit` has passed.
pub fn poll<T>(limit: Duration, mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = condition() {
            return Some(found);
        }
        if Instant::now() >= deadline {
            return None;
        }
        std::thread::sleep(PAUSE);
    }
}

/// [`poll`], where running out of time fails the test: "gave up waiting for `what`".
#[track_caller]
pub fn until<T>(what: &str, limit: Duration, condition: impl FnMut() -> Option<T>) -> T {
    match poll(limit, condition) {
        Some(found) => found,
        None => panic!("gave up waiting for {what} after {} s", limit.as_secs()),
    }
}
