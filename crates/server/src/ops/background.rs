//! The thread beside the requests: sees what other nodes changed, clears away what is over, folds
//! figures together. It never holds a request up.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use stepwell_core::entropy;
use stepwell_engine::{Call, Engine, Peer};

use super::metrics::Metrics;
use crate::clock::{OsEntropy, SystemClock};

const TICK: Duration = Duration::from_millis(500);
/// Ticks between two clearings: a minute.
const CLEARING: u32 = 120;

/// Ticks between two looks at Redis: two seconds, because a look at a dead one takes almost a tick.
const REDIS: u32 = 4;

/// Batches in one clearing; what is left then is cleared from the next tick on.
const BATCHES: u32 = 50;
/// Between two batches, so that requests get at the database.
const BREATH: Duration = Duration::from_millis(5);

/// A running thread; dropping it ends it.
#[derive(Debug)]
pub struct Background {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn start(engine: Arc<Engine>, metrics: Option<Metrics>) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("background".to_owned())
            .spawn(move || {
                prepare_keys(&engine);
                let mut tick = 0u32;
                let mut behind = false;
                while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    tick = (tick + 1) % CLEARING;
                    if let Some(metrics) = &metrics {
                        metrics.upkeep();
                        if tick.is_multiple_of(REDIS)
                            && let Some(up) = engine.redis_is_up()
                        {
                            metrics.redis(up);
                        }
                    }
                    engine.rest();
                    match engine.refresh() {
                        Ok(true) => {
                            tracing::info!("clients or keys were changed and have been loaded anew")
                        }
                        Ok(false) => {}
                        Err(error) => {
                            tracing::warn!(%error, "clients and keys could not be compared")
                        }
                    }
                    if tick == 0 || behind {
                        behind = clear(&engine, &stopped);
                    }
                }
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

/// The next keys are made here, because making an RSA key takes up to a second.
fn prepare_keys(engine: &Engine) {
    let reference = entropy::reference(&OsEntropy);
    let call = Call {
        now: SystemClock.now(),
        entropy: &OsEntropy,
        reference: &reference,
        peer: &Peer::default(),
    };
    if let Err(error) = engine.ensure_next_keys(&call) {
        tracing::warn!(%error, "the next signing keys could not be made");
    }
}

/// Clears batch after batch until one comes back short; says whether there is more than was taken.
fn clear(engine: &Engine, stopped: &Receiver<()>) -> bool {
    let reference = entropy::reference(&OsEntropy);
    let mut rows = 0;
    for _ in 0..BATCHES {
        let call = Call {
            now: SystemClock.now(),
            entropy: &OsEntropy,
            reference: &reference,
            peer: &Peer::default(),
        };
        match engine.maintain(&call) {
            Ok(cleared) => {
                rows += cleared.rows;
                if !cleared.more {
                    tracing::debug!(rows, "cleared what is over");
                    return false;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "what is over could not be cleared");
                return false;
            }
        }
        if stopped.recv_timeout(BREATH) != Err(RecvTimeoutError::Timeout) {
            return false;
        }
    }
    tracing::debug!(rows, "cleared some of what is over, and there is more");
    true
}
