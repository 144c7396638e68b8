//! Says on standard error what takes longer than a second.

use std::io::Write;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(1);

/// Does `work`; after a second says what is being done, and then each ten seconds that it still is.
pub(super) fn doing<T: Send>(what: &str, work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let (done, waiting) = mpsc::channel::<()>();
        scope.spawn(move || {
            let mut wait = PATIENCE;
            while waiting.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let _ = writeln!(std::io::stderr(), "stepwell: {what} …");
                wait = 10 * PATIENCE;
            }
        });
        let out = work();
        drop(done);
        out
    })
}
