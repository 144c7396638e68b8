//! The orderly end: `/ready` says no, load balancers look away, connections close, work in hand ends.

use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::health::Health;

/// The signals that end this process, taken over from the system.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes SIGTERM and SIGINT over. From now on they do not end the process by themselves.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn take() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for either; true for SIGTERM.
    async fn next(&mut self) -> bool {
        tokio::select! {
            _ = self.terminate.recv() => true,
            _ = self.interrupt.recv() => false,
        }
    }
}

/// Waits for a signal, then ends `servers` in order. SIGTERM lets `delay` pass first, so that load
/// balancers see `/ready` fail; a second signal ends everything at once.
pub async fn end(
    mut signals: Signals,
    health: &Health,
    delay: Duration,
    servers: Vec<ServerHandle>,
) {
    let terminated = signals.next().await;
    health.drain();
    tracing::info!("draining: not ready any more");
    if terminated && !delay.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            _ = signals.next() => {}
        }
    }
    let graceful = async {
        for server in &servers {
            server.stop(true).await;
        }
    };
    tokio::select! {
        () = graceful => tracing::info!("stopped"),
        _ = signals.next() => tracing::warn!("stopped at once by a second signal"),
    }
}
