//! Access tokens of our own, verified fast: a signature is checked once, then remembered.
//!
//! One ES256 verification costs more than a whole introspection may. The memory belongs to the key
//! ring, so a rotation forgets everything with it. Only the signature and the shape are remembered:
//! expiry is looked at each time, and whether the grant still lives is the caller's question.

use std::fmt;
use std::sync::Arc;

use moka::policy::EvictionPolicy;
use moka::sync::Cache as Moka;
use sha2::{Digest, Sha256};
use stepwell_core::time::Timestamp;

use super::TYP_ACCESS;
use super::claims::AccessClaims;
use super::error::JwtError;
use super::jws::MAX_BYTES;
use super::keyring::{Expect, Expiry, KeyRing};

/// At most this many verified tokens are remembered, some 10 MB at worst.
const REMEMBERED: u64 = 10_000;

/// Claims of an access token whose signature, type, issuer and expiry were checked.
pub type VerifiedAccess = Arc<AccessClaims>;

/// Verified claims by the SHA-256 of the whole token.
pub(super) struct Cache(Moka<[u8; 32], VerifiedAccess>);

impl Cache {
    pub(super) fn new() -> Self {
        // The newest tokens are the ones that will be asked about; a policy that counts how often would not
        // let them in once it is full.
        let policy = EvictionPolicy::lru();
        Self(
            Moka::builder()
                .max_capacity(REMEMBERED)
                .eviction_policy(policy)
                .build(),
        )
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> u64 {
        self.0.run_pending_tasks();
        self.0.entry_count()
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({})", self.0.entry_count())
    }
}

impl KeyRing {
    /// Remembers an access token that this ring has just signed, so that the first look at it costs no
    /// more than the next.
    pub fn remember(&self, token: &str, claims: AccessClaims) -> VerifiedAccess {
        let claims = Arc::new(claims);
        self.cache
            .0
            .insert(Sha256::digest(token.as_bytes()).into(), Arc::clone(&claims));
        claims
    }

    /// Verifies one of our access tokens (RFC 9068 §4) at `now`.
    ///
    /// # Errors
    /// The rule that the token broke; an ID token is refused by its `typ`.
    pub fn verify_access(
        &self,
        token: &str,
        issuer: &str,
        now: Timestamp,
    ) -> Result<VerifiedAccess, JwtError> {
        if token.len() > MAX_BYTES {
            return Err(JwtError::TooLarge);
        }
        let key: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let claims = match self.cache.0.get(&key) {
            Some(claims) => claims,
            None => {
                let expect = Expect {
                    typ: TYP_ACCESS,
                    issuer,
                    expiry: Expiry::At(now),
                };
                let claims: VerifiedAccess = Arc::new(self.verify(token, &expect)?);
                self.cache.0.insert(key, Arc::clone(&claims));
                claims
            }
        };
        if claims.iss != issuer {
            return Err(JwtError::Issuer);
        }
        if claims.exp <= now.secs() {
            self.cache.0.invalidate(&key);
            return Err(JwtError::Expired);
        }
        Ok(claims)
    }
}
