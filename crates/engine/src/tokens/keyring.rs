//! The keys that sign, as one immutable value, swapped whole on rotation.
//!
//! Every key is parsed once, here. `Next` keys are published so that caches fill before they sign,
//! `Current` keys sign (one per algorithm), `Previous` keys still verify until their tokens have
//! expired, `Revoked` keys are gone: neither published nor verifying.

use std::collections::HashMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use stepwell_core::ids::KeyId;
use stepwell_core::time::Timestamp;

use super::access::Cache;
use super::algorithm::Algorithm;
use super::error::{JwtError, KeyError};
pub use super::jose::PrivateJwk;
use super::jose::{SigningKey, VerifyingKey, public_members};
use super::jwks;
use super::jws::{self, Unverified};

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyStatus {
    /// Published, not yet signing.
    Next,
    /// Signing.
    Current,
    /// No longer signing, still verifying.
    Previous,
    /// Trusted no more.
    Revoked,
}

/// One key as it comes from storage, unsealed.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    /// Its name.
    pub kid: KeyId,
    /// What it signs with.
    pub alg: Algorithm,
    /// Where it is in its life.
    pub status: KeyStatus,
    /// The private JWK, plain.
    pub private_jwk: PrivateJwk,
}

/// Whether `exp` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The token must not have expired at this instant.
    At(Timestamp),
    /// An expired token is read too: an `id_token_hint` (OIDC Core §3.1.2.1).
    Ignored,
}

/// What a token must be.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// Its `typ`, for example [`super::TYP_ACCESS`].
    pub typ: &'a str,
    /// Its `iss`.
    pub issuer: &'a str,
    /// Whether `exp` counts.
    pub expiry: Expiry,
}

struct Signer {
    kid: String,
    key: SigningKey,
}

/// All keys of an issuer.
pub struct KeyRing {
    signers: HashMap<Algorithm, Signer>,
    verifiers: HashMap<String, VerifyingKey>,
    jwks: Arc<[u8]>,
    pub(super) cache: Cache,
}

impl KeyRing {
    /// Parses every key that is not revoked.
    ///
    /// # Errors
    /// A key that does not parse, a `kid` used twice, or two current keys for one algorithm.
    pub fn new(records: &[KeyRecord]) -> Result<Self, KeyError> {
        let mut signers = HashMap::new();
        let mut verifiers = HashMap::new();
        let mut published: Vec<Map<String, Value>> = Vec::new();
        for record in records
            .iter()
            .filter(|record| record.status != KeyStatus::Revoked)
        {
            let kid = record.kid.as_str().to_owned();
            let public = public_members(record.alg, &record.private_jwk, Some(&kid))?;
            let verifier = VerifyingKey::parse(record.alg, &public)?;
            if verifiers.insert(kid.clone(), verifier).is_some() {
                return Err(KeyError::Twice(kid));
            }
            published.push(public);
            if record.status == KeyStatus::Current {
                let key = SigningKey::parse(record.alg, &record.private_jwk)?;
                if signers.insert(record.alg, Signer { kid, key }).is_some() {
                    return Err(KeyError::TwoCurrent(record.alg));
                }
            }
        }
        Ok(Self {
            signers,
            verifiers,
            jwks: jwks::render(&published),
            cache: Cache::new(),
        })
    }

    /// The body of `/jwks`, rendered once.
    pub fn jwks(&self) -> Arc<[u8]> {
        Arc::clone(&self.jwks)
    }

    /// The algorithms that can sign now, the default first.
    pub fn algorithms(&self) -> Vec<Algorithm> {
        Algorithm::ALL
            .into_iter()
            .filter(|alg| self.signers.contains_key(alg))
            .collect()
    }

    /// Signs claims with the current key for `alg`.
    ///
    /// # Errors
    /// When there is no current key for it.
    pub fn sign(
        &self,
        alg: Algorithm,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, KeyError> {
        let signer = self.signers.get(&alg).ok_or(KeyError::NoCurrent(alg))?;
        jws::sign(&signer.key, &signer.kid, typ, claims)
    }

    /// Verifies a token of our own and reads its claims.
    ///
    /// # Errors
    /// The rule that the token broke; see [`JwtError`].
    pub fn verify<T: DeserializeOwned>(
        &self,
        token: &str,
        expect: &Expect<'_>,
    ) -> Result<T, JwtError> {
        let read = Unverified::read(token)?;
        if !read.has_typ(expect.typ) {
            return Err(JwtError::Type);
        }
        let key = read
            .kid
            .as_deref()
            .and_then(|kid| self.verifiers.get(kid))
            .ok_or(JwtError::UnknownKey)?;
        let claims = read.verify(key)?;
        if claims.get("iss").and_then(Value::as_str) != Some(expect.issuer) {
            return Err(JwtError::Issuer);
        }
        if let Expiry::At(now) = expect.expiry {
            let exp = claims.get("exp").and_then(Value::as_i64);
            if exp.ok_or_else(|| JwtError::Claims("exp is missing or no whole number".into()))?
                <= now.secs()
            {
                return Err(JwtError::Expired);
            }
        }
        serde_json::from_value(Value::Object(claims))
            .map_err(|error| JwtError::Claims(error.to_string()))
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing")
            .field("kids", &self.verifiers.keys())
            .field("signing", &self.algorithms())
            .finish()
    }
}

#[cfg(test)]
mod tests;
