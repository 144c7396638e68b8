//! JSON of strangers in tokens and key sets, read with the house's strict reader.
//!
//! RFC 7515 §4 and RFC 7519 §4 let a reader keep the last of two equal members; two readers that
//! choose differently see two different tokens, so here both are refused.

use serde_json::{Map, Value};
use stepwell_core::json::{self, JsonError, Limits};

/// Objects and arrays nest at most this deep.
const MAX_DEPTH: usize = 16;

/// Reads one JSON object of at most 64 KiB: no member twice, nesting bounded.
///
/// # Errors
/// The rule that was broken.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, JsonError> {
    match json::parse(
        bytes,
        Limits {
            max_bytes: 64 * 1024,
            max_depth: MAX_DEPTH,
        },
    )? {
        Value::Object(map) => Ok(map),
        _ => Err(JsonError::Malformed("a JSON object is expected".into())),
    }
}
