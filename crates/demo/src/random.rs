//! Unguessable identifiers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The operating system gave no randomness; nothing may be made up instead.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness")]
pub(crate) struct NoRandomness;

/// 256 bits from the operating system, base64url.
// The bank is an edge of its own: nobody hands it randomness.
#[allow(clippy::disallowed_methods)]
pub(crate) fn token() -> Result<String, NoRandomness> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
