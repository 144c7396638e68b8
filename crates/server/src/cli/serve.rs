//! `stepwell serve`: the provider until it is told to end.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use serde_json::json;
use stepwell_engine::Engine;
use url::Url;

use super::failure::Failure;
use super::output::Output;
use super::provider;
use crate::app::{self, AppState, Edge};
use crate::config::Config;
use crate::ops::background::Background;
use crate::ops::drain::{self, Signals};
use crate::ops::health::Health;
use crate::ops::metrics::Metrics;
use crate::ops::postman::Postman;
use crate::ops::{listener as ops, logging};

pub(super) fn run(config: &Config, output: &mut Output<'_>) -> Result<(), Failure> {
    logging::install(&config.log);
    let listener = bind(config.listen, "listen")?;
    let ops = config
        .ops_listen
        .map(|address| bind(address, "ops_listen"))
        .transpose()?;
    let engine = Arc::new(provider::engine(config)?);
    in_runtime(async move {
        let running = Running::start(config, engine, listener, ops)?;
        tracing::info!(issuer = config.settings.issuer, listen = %running.address, "serving");
        if output.json {
            output.answer(
                "",
                &json!({ "issuer": config.settings.issuer, "listen": running.address.to_string() }),
            )?;
        }
        running.until_told().await
    })
}

/// Takes an address, so that a taken port is told before anything else happens.
pub(super) fn bind(address: SocketAddr, key: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        Failure::unavailable(format!("{key}: {address} cannot be listened on: {error}; choose another address or end what uses it"))
    })
}

/// Runs to the end on a runtime of this thread.
pub(super) fn in_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    actix_rt::System::new().block_on(work)
}

/// A provider that answers.
pub(super) struct Running {
    /// Where the application listens.
    pub(super) address: SocketAddr,
    signals: Signals,
    health: Health,
    drain_delay: Duration,
    servers: Vec<ServerHandle>,
    background: Background,
    postman: Postman,
}

impl Running {
    /// Starts the application, the operators' listener and the background thread.
    pub(super) fn start(
        config: &Config,
        engine: Arc<Engine>,
        listener: TcpListener,
        ops_listener: Option<TcpListener>,
    ) -> Result<Self, Failure> {
        let failed =
            |error: std::io::Error| Failure::failed(format!("the server cannot start: {error}"));
        let address = listener.local_addr().map_err(failed)?;
        let signals = Signals::take().map_err(failed)?;
        let metrics = Metrics::install().map_err(|error| Failure::failed(error.to_string()))?;
        let (application, health) =
            application(config, Arc::clone(&engine), listener).map_err(failed)?;
        let mut servers = vec![spawn(application)];
        if let Some(listener) = ops_listener {
            servers.push(spawn(
                ops::serve(listener, health.clone(), metrics.clone()).map_err(failed)?,
            ));
        }
        let postman = Postman::start(Arc::clone(&engine)).map_err(failed)?;
        let background = Background::start(engine, Some(metrics)).map_err(failed)?;
        let drain_delay = Duration::from_secs(config.server.drain_delay.0);
        Ok(Self {
            address,
            signals,
            health,
            drain_delay,
            servers,
            background,
            postman,
        })
    }

    /// Lets another server run beside, which ends with the rest.
    pub(super) fn beside(&mut self, server: Server) {
        self.servers.push(spawn(server));
    }

    /// Serves until a signal has ended everything in order.
    pub(super) async fn until_told(self) -> Result<(), Failure> {
        let Self {
            signals,
            health,
            drain_delay,
            servers,
            background,
            postman,
            ..
        } = self;
        drain::end(signals, &health, drain_delay, servers).await;
        drop((background, postman));
        Ok(())
    }
}

fn application(
    config: &Config,
    engine: Arc<Engine>,
    listener: TcpListener,
) -> std::io::Result<(Server, Health)> {
    let issuer = Url::parse(&config.settings.issuer).map_err(std::io::Error::other)?;
    let edge = Edge {
        origin: issuer.origin().ascii_serialization(),
        secure: issuer.scheme() == "https",
        product_name: config.product_name.clone(),
        brand: Arc::new(config.brand.clone()),
        trusted_proxies: config.trusted_proxies.clone(),
    };
    let state = AppState::new(engine, edge, config.server.max_in_flight);
    let running = app::Running {
        workers: config.server.workers,
        blocking_threads: config.server.blocking_threads,
        shutdown_timeout: config.server.shutdown_timeout.0,
    };
    let health = state.health.clone();
    Ok((app::serve(state, listener, running)?, health))
}

/// Lets a server run, and keeps the handle that ends it.
fn spawn(server: Server) -> ServerHandle {
    let handle = server.handle();
    actix_rt::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "a server ended by itself");
        }
    });
    handle
}
