//! Around every request: its reference, its log line, its measurement.
//!
//! The reference is what the person reads on the page and what the log line carries. Queries and bodies are
//! never logged: they hold codes and secrets.

use std::future::{Ready, ready};
use std::time::Instant;

use actix_http::ConnectionType;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    HeaderMap, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY, USER_AGENT,
};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use stepwell_core::entropy;
use stepwell_core::time::Timestamp;
use stepwell_engine::{Call, Peer};

use crate::app::AppState;
use crate::clock::{OsEntropy, SystemClock};
use crate::connection::Requests;
use crate::extract::peer;
use crate::gate::ENDPOINTS;
use crate::language::Wishes;
use crate::ops::metrics::RequestTimes;
use crate::ops::request_line::RequestLine;
use crate::routes;

const LONGEST_USER_AGENT: usize = 256;
const REFERENCE: HeaderName = HeaderName::from_static("x-reference");

thread_local! {
    // One stopwatch a worker thread, so that counting shares nothing.
    static TIMES: RequestTimes = RequestTimes::default();
}

/// What a use case is told about the request: when, by whom, under which reference.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) now: Timestamp,
    pub(crate) reference: String,
    pub(crate) peer: Peer,
}

impl Asked {
    fn of(state: &AppState, headers: &HeaderMap, socket: Option<std::net::SocketAddr>) -> Self {
        let agent = headers
            .get(USER_AGENT)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        Self {
            now: SystemClock.now(),
            reference: entropy::reference(&OsEntropy),
            peer: Peer {
                ip: peer::address(headers, socket, &state.edge.trusted_proxies),
                user_agent: agent.chars().take(LONGEST_USER_AGENT).collect(),
                language: String::new(),
                actor: None,
            },
        }
    }

    /// With the language of the pages that answer; what programs ask is answered in none.
    fn spoken(mut self, request: &HttpRequest) -> Self {
        let state = request.app_data::<web::Data<AppState>>();
        if let Some(state) = state
            && !ENDPOINTS.contains(&request.path())
        {
            self.peer.language = Wishes::of(request, &state.edge).settle(None).tag();
        }
        self
    }

    pub(crate) fn call(&self) -> Call<'_> {
        Call {
            now: self.now,
            entropy: &OsEntropy,
            reference: &self.reference,
            peer: &self.peer,
        }
    }
}

/// The path for the log. A one-time link is a secret.
fn without_secret(path: &str) -> &str {
    if path.starts_with("/link/") {
        "/link/…"
    } else {
        path
    }
}

impl FromRequest for Asked {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Self>().cloned();
        let known = known.map(|asked| asked.spoken(request));
        ready(known.ok_or_else(|| actix_web::error::ErrorInternalServerError("no reference")))
    }
}

/// The middleware.
#[allow(
    clippy::disallowed_methods,
    reason = "measuring how long an answer takes, at the edge"
)]
pub(crate) async fn around<B: MessageBody>(
    state: web::Data<AppState>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let began = Instant::now();
    let _in_work = request.conn_data::<Requests>().map(Requests::begin);
    let asked = Asked::of(&state, request.headers(), request.request().peer_addr());
    request.extensions_mut().insert(asked.clone());
    // Further in, HEAD goes the way of GET.
    let method = request.method().clone();
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&asked.reference) {
        headers.insert(REFERENCE, value);
    }
    // For this host alone: what lies below it may be somebody else's, who speaks no https yet (RFC 6797 §14.2).
    if state.edge.secure {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    // So that nobody sends another request on a connection that is about to close.
    if state.health.is_draining() {
        response
            .response_mut()
            .head_mut()
            .set_connection_type(ConnectionType::Close);
    }
    let took = began.elapsed();
    let status = response.status().as_u16();
    let request = response.request();
    let method = method.as_str();
    TIMES.with(|times| {
        times.record(
            routes::label(request.match_pattern().as_deref()),
            method,
            status,
            took,
        )
    });
    RequestLine {
        method,
        path: without_secret(request.path()),
        status,
        micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        reference: &asked.reference,
        client: asked.peer.ip,
        user_agent: &asked.peer.user_agent,
    }
    .write();
    Ok(response)
}
