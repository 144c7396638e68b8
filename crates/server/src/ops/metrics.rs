//! Figures for Prometheus. Labels are few and closed: no client, no person, no path as it was typed.
//!
//! The recorder belongs to the process, as the `metrics` facade has it; engines count into it by name.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use metrics::{Histogram, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

const REQUESTS: &str = "stepwell_http_request_duration_seconds";
const REDIS_UP: &str = "stepwell_redis_up";
/// Seconds; from a cached answer to a password hash that had to wait.
const BUCKETS: &[f64] = &[
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];

/// The process's figures.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// Makes this process count.
    ///
    /// # Errors
    /// When something else in this process counts already.
    pub fn install() -> Result<Self, BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets(BUCKETS)?
            .install_recorder()?;
        describe_histogram!(REQUESTS, metrics::Unit::Seconds, "How long answers took");
        describe_counter!(
            "stepwell_authn_attempts_total",
            "Attempts to prove a factor"
        );
        describe_counter!(
            "stepwell_client_authentication_failures_total",
            "Failed authentications of clients, known or not"
        );
        describe_counter!(
            "stepwell_delivery_total",
            "Messages to people by how they left"
        );
        describe_counter!(
            "stepwell_passkey_counter_regressions_total",
            "Passkey answers whose sign counter did not grow"
        );
        describe_counter!("stepwell_stepup_total", "Step-ups by how they ended");
        describe_counter!(
            "stepwell_token_requests_total",
            "Requests to the token endpoint"
        );
        describe_gauge!(
            REDIS_UP,
            "Whether Redis answers: 1 or 0; absent where none is configured"
        );
        describe_gauge!(
            "stepwell_build_info",
            "Always 1; its labels say what is running"
        );
        gauge!("stepwell_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Ok(Self::of(handle))
    }

    /// Figures that another recorder keeps.
    pub(crate) fn of(handle: PrometheusHandle) -> Self {
        Self { handle }
    }

    /// The text of `/metrics`.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Notes whether Redis answers.
    pub fn redis(&self, up: bool) {
        gauge!(REDIS_UP).set(if up { 1.0 } else { 0.0 });
    }

    /// Folds what was measured into buckets. To be called about once a second: until then every
    /// measurement takes memory of its own.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

/// One worker's stopwatch: it remembers its histograms, so that counting a request makes no text.
#[derive(Default)]
pub struct RequestTimes {
    known: RefCell<HashMap<(&'static str, &'static str, u16), Histogram>>,
}

impl std::fmt::Debug for RequestTimes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RequestTimes({})", self.known.borrow().len())
    }
}

impl RequestTimes {
    /// Counts one answer. `route` is the route's pattern, such as `/i/{id}`, never the path.
    pub fn record(&self, route: &'static str, method: &str, status: u16, took: Duration) {
        let method = known_method(method);
        let mut known = self.known.borrow_mut();
        let histogram = known.entry((route, method, status)).or_insert_with(|| {
            histogram!(REQUESTS, "route" => route, "method" => method, "status" => status.to_string())
        });
        histogram.record(took.as_secs_f64());
    }
}

fn known_method(method: &str) -> &'static str {
    ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_under_its_route_and_never_under_what_was_typed() {
        let recorder = PrometheusBuilder::new()
            .set_buckets(BUCKETS)
            .unwrap()
            .build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            let times = RequestTimes::default();
            times.record("/i/{id}", "GET", 200, Duration::from_millis(3));
            times.record("/i/{id}", "GET", 200, Duration::from_millis(7));
            times.record("unknown", "X\"\ninjected 1", 404, Duration::from_millis(1));
        });
        let text = handle.render();
        let counted = |labels: &str| format!("{REQUESTS}_count{{{labels}}}");
        assert!(
            text.contains(&(counted("route=\"/i/{id}\",method=\"GET\",status=\"200\"") + " 2")),
            "{text}"
        );
        assert!(
            text.contains(&(counted("route=\"unknown\",method=\"other\",status=\"404\"") + " 1")),
            "{text}"
        );
        assert!(!text.contains("injected"));
        assert!(text.contains("le=\"0.005\"} 1"), "{text}");
    }
}
