//! What operators see: logs, metrics, health, and an orderly end.
//!
//! Nothing here knows the protocol, and nothing here names a person or a client in a metric.

pub mod background;
pub mod drain;
pub mod health;
pub mod listener;
pub mod logging;
pub mod metrics;
pub mod postman;
pub mod request_line;
