//! The application as actix sees it: shared state, limits on what is read, and the listener.
//!
//! Which address does what stands in `routes`; nothing here handles a request.

use std::future::ready;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_rt::net::TcpStream;
use actix_server::{Server, ServerBuilder};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::{App, Error, middleware, web};
use stepwell_engine::Engine;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use crate::brand::Brand;
use crate::config::Network;
use crate::connection::Connection;
use crate::gate;
use crate::gather::Gathering;
use crate::oauth;
use crate::ops::health::Health;
use crate::request;
use crate::routes;

/// Password checks under way or waiting for each core: about a second's worth.
const QUEUE: usize = 32;

/// The longest time from the first byte of a request's head to its last.
const SLOWEST_HEAD: Duration = Duration::from_secs(10);

/// From the end of listening to the end of connections that have no request in work: what was accepted last is
/// still to be read.
const LAST_REQUESTS: Duration = Duration::from_millis(250);

/// What every handler may use.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The provider.
    pub engine: Arc<Engine>,
    /// How this node is.
    pub health: Health,
    /// What the edge needs to know.
    pub edge: Arc<Edge>,
    /// Places for work that may wait: on the database, on a password hash.
    pub places: Arc<Semaphore>,
    /// Turns for password checks.
    pub hashing: Arc<Turns>,
    /// Refreshes that are stored together.
    pub(crate) refreshes: Gathering<oauth::Waiting>,
}

/// Turns at checking passwords. Who has to wait for one holds no thread, so that a flood of sign-ins
/// leaves threads to everything else (spec §5 line 76).
#[derive(Debug)]
pub struct Turns {
    /// Who checks or waits; the next one is told to come back.
    pub(crate) queue: Semaphore,
    /// Who checks. Twice the cores, because a check also waits for the database.
    pub(crate) turns: Semaphore,
}

impl Turns {
    fn for_cores(cores: usize) -> Self {
        Self {
            queue: Semaphore::new(cores * QUEUE),
            turns: Semaphore::new(cores * 2),
        }
    }
}

/// What the edge needs to know.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The issuer's origin, which forms are held against.
    pub origin: String,
    /// Whether the issuer is https: cookies are then `Secure` and carry the `__Host-` prefix.
    pub secure: bool,
    /// What pages call this service.
    pub product_name: String,
    /// How pages look.
    pub brand: Arc<Brand>,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<Network>,
}

/// How the server runs.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    /// Threads that serve connections.
    pub workers: usize,
    /// Threads for each worker that may wait.
    pub blocking_threads: usize,
    /// Seconds that requests in work may take to end when the server stops.
    pub shutdown_timeout: u64,
}

impl AppState {
    /// State for an engine; `places` bounds the work that may wait at once.
    pub fn new(engine: Arc<Engine>, edge: Edge, places: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            health: Health::of(Arc::clone(&engine)),
            engine,
            edge: Arc::new(edge),
            places: Arc::new(Semaphore::new(places)),
            hashing: Arc::new(Turns::for_cores(cores)),
            refreshes: Gathering::default(),
        }
    }
}

/// Serves the provider on a bound listener until it is stopped. This is what `HttpServer` does, with
/// [`Connection`] around each stream.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(state: AppState, listener: TcpListener, running: Running) -> std::io::Result<Server> {
    let address = listener.local_addr()?;
    let builder = ServerBuilder::new()
        .workers(running.workers)
        .worker_max_blocking_threads(running.blocking_threads)
        .shutdown_timeout(running.shutdown_timeout)
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let server = builder.listen("stepwell", listener, move || {
        let app = App::new()
            .app_data(web::Data::new(state.clone()))
            .wrap(middleware::from_fn(gate::guard))
            .wrap(middleware::from_fn(request::around))
            .configure(routes::routes)
            .into_factory()
            .map_err(|error: Error| error.error_response());
        let stopping = stopping.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move {
                    stopping.notified().await;
                    sleep(LAST_REQUESTS).await;
                }
            })
            .keep_alive(Duration::from_secs(75))
            .client_request_timeout(SLOWEST_HEAD)
            .client_disconnect_timeout(Duration::from_secs(2))
            .local_addr(address)
            .on_connect_ext(|connection: &Connection, data| {
                data.insert(connection.requests());
            })
            .h1(map_config(app, |_| AppConfig::default()));
        fn_service(|stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            let connection = Connection::new(stream, SLOWEST_HEAD);
            ready(Ok::<_, DispatchError>((connection, peer)))
        })
        .and_then(http)
    })?;
    Ok(server.run())
}
