//! What the browser says of itself, as far as the library leaves it unchecked.

use serde::Deserialize;
use serde_json::Value;

use super::Failure;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<Value>,
}

/// Refuses a ceremony inside a frame of another site (WebAuthn §7.2 steps 13 and 14; spec §5 line 60): no page
/// of ours lets itself be framed.
pub(super) fn check(json: &[u8]) -> Result<(), Failure> {
    let said: ClientData =
        serde_json::from_slice(json).map_err(|_| Failure::Malformed("client-data"))?;
    if said.cross_origin || said.top_origin.is_some() {
        return Err(Failure::Refused {
            rule: "cross-origin",
            suspect: None,
        });
    }
    Ok(())
}
