//! Logs, metrics, health and drain: what operators see. Nothing here knows the protocol.
