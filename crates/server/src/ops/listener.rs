//! The listener that only operators reach: `/live`, `/ready`, `/metrics`.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{App, HttpResponse, HttpServer, web};

use super::health::Health;
use super::metrics::Metrics;

const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Serves health and figures on `listener` with one worker.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(listener: TcpListener, health: Health, metrics: Metrics) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(health.clone()))
            .app_data(web::Data::new(metrics.clone()))
            .route("/live", web::get().to(live))
            .route("/ready", web::get().to(ready))
            .route("/metrics", web::get().to(figures))
    })
    .workers(1)
    .worker_max_blocking_threads(2)
    .max_connections(64)
    .client_request_timeout(Duration::from_secs(5))
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).content_type(ContentType::plaintext()).body("live\n")
}

async fn ready(health: web::Data<Health>) -> HttpResponse {
    let report = web::block(move || health.report()).await;
    let Ok(report) = report else { return HttpResponse::ServiceUnavailable().finish() };
    let mut answer = if report.ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.insert_header((CACHE_CONTROL, "no-store")).json(report)
}

async fn figures(metrics: web::Data<Metrics>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).content_type(METRICS_TYPE).body(metrics.render())
}
