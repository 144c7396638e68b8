//! The user handle: what an authenticator remembers an account by (WebAuthn §5.4.3).
//!
//! Derived from the account's id, so that it is the same for all its passkeys and tells nothing by itself.

use sha2::{Digest, Sha256};
use stepwell_core::ids::UserId;
use webauthn_rs::prelude::Uuid;

/// The handle of an account.
pub(super) fn of(user: &UserId) -> Uuid {
    let digest = Sha256::new()
        .chain_update(b"stepwell user handle\0")
        .chain_update(user.as_str().as_bytes())
        .finalize();
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(bytes)
}
