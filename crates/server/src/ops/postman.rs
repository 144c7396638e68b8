//! The thread that carries what waits in the outbox. It has one of its own because mail servers may be slow, and
//! nothing else should wait for them.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender, TryRecvError};
use std::thread::JoinHandle;
use std::time::Duration;

use stepwell_core::entropy;
use stepwell_engine::{Call, Engine, Peer};

use crate::clock::{OsEntropy, SystemClock};

/// Between two looks, and after a look that failed.
const TICK: Duration = Duration::from_secs(1);

/// A running thread; dropping it ends it after the message at hand.
#[derive(Debug)]
pub struct Postman {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Postman {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn start(engine: Arc<Engine>) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("postman".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    // One after the other, so that the end is not far when it is told.
                    while carried_one(&engine) && stopped.try_recv() == Err(TryRecvError::Empty) {}
                }
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Postman {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

/// Tries one message; says whether there was one.
fn carried_one(engine: &Engine) -> bool {
    let reference = entropy::reference(&OsEntropy);
    let call = Call {
        now: SystemClock.now(),
        entropy: &OsEntropy,
        reference: &reference,
        peer: &Peer::default(),
    };
    match engine.deliver_due(&call, 1) {
        Ok(tried) => tried > 0,
        Err(error) => {
            tracing::warn!(%error, "messages that wait could not be carried");
            false
        }
    }
}
