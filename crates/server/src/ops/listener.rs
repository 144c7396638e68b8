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
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type(ContentType::plaintext())
        .body("live\n")
}

async fn ready(health: web::Data<Health>) -> HttpResponse {
    let report = web::block(move || health.report()).await;
    let Ok(report) = report else {
        return HttpResponse::ServiceUnavailable().finish();
    };
    let mut answer = if report.ready {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    answer
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(report)
}

async fn figures(metrics: web::Data<Metrics>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type(METRICS_TYPE)
        .body(metrics.render())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[actix_web::test]
    async fn being_alive_needs_nothing_and_figures_are_prometheus_text() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let metrics = Metrics::of(recorder.handle());
        metrics::with_local_recorder(&recorder, || {
            metrics::gauge!("stepwell_build_info").set(1.0)
        });
        let app = App::new()
            .app_data(web::Data::new(metrics))
            .route("/live", web::get().to(live))
            .route("/metrics", web::get().to(figures));
        let app = init_service(app).await;
        let answer = call_service(&app, TestRequest::get().uri("/live").to_request()).await;
        assert_eq!(answer.status(), 200);
        let answer = call_service(&app, TestRequest::get().uri("/metrics").to_request()).await;
        assert_eq!(answer.headers().get("content-type").unwrap(), METRICS_TYPE);
        let text = read_body(answer).await;
        assert!(
            std::str::from_utf8(&text)
                .unwrap()
                .contains("stepwell_build_info 1")
        );
    }
}
