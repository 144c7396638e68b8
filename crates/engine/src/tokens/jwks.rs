//! The published key set (RFC 7517 §5), rendered once per key ring.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
struct KeySet<'a> {
    keys: &'a [Map<String, Value>],
}

/// The response body of `/jwks`: public members only, in the order given.
pub(super) fn render(keys: &[Map<String, Value>]) -> Arc<[u8]> {
    serde_json::to_vec(&KeySet { keys })
        .expect("a map of strings always serialises")
        .into()
}
