//! Refresh tokens that follow from one another: the successor is a keyed digest of its predecessor.
//!
//! An identical retry gets the identical answer without any plain token being stored, and nobody without the
//! key can tell the next token from the last.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use stepwell_core::oauth::Params;
use stepwell_core::secret::Secret;
use stepwell_store::{Db, secrets};
use zeroize::Zeroizing;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::call::Call;
use crate::error::EngineError;
use crate::seal::SealingKeys;

const NAME: &str = "refresh-successor";

/// The key that successors are derived with; the same on every node.
pub(crate) struct Successors(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Successors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Successors(…)")
    }
}

impl Successors {
    /// Reads the key, or makes it: the first node to write wins, and all read what was written.
    pub(crate) fn load(call: &Call<'_>, db: &Db, seal: &SealingKeys) -> Result<Self, EngineError> {
        let purpose = format!("secret:{NAME}");
        let mut fresh = Zeroizing::new([0u8; 32]);
        call.entropy.fill(&mut *fresh);
        let sealed = seal.seal(&purpose, &*fresh, call.entropy);
        let kept = db.write(|tx| secrets::get_or_insert(tx, NAME, &sealed, call.now))?;
        Ok(Self(
            seal.open(&purpose, &kept).map_err(EngineError::broken)?,
        ))
    }

    /// The token that follows `token` in answer to a request for this scope and these resources, as they were spelled:
    /// only the identical request leads to the identical token (RFC 6749 §6, RFC 8707 §2.2).
    pub(crate) fn after(&self, token: &Secret, params: &Params) -> Result<Secret, EngineError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(EngineError::broken)?;
        mac.update(b"stepwell refresh successor\0");
        mac.update(token.expose().as_bytes());
        for name in ["scope", "resource"] {
            for value in params.get_all(name) {
                mac.update(format!("\0{name} {}\0{value}", value.len()).as_bytes());
            }
        }
        Ok(Secret::new(
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()),
        ))
    }
}
