//! Signing keys, their private parts sealed. Every change bumps the revision that nodes watch.

use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;
use stepwell_core::ids::KeyId;
use stepwell_core::time::Timestamp;

use crate::schema::keys;
use crate::update::update;
use crate::{StoreError, Tx, revisions};

/// Where a key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyStatus {
    /// Published, not yet used.
    Next,
    /// Signs.
    Current,
    /// Verifies what it signed, and signs no more.
    Previous,
    /// Neither.
    Revoked,
}

impl KeyStatus {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Previous => "previous",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Next, Self::Current, Self::Previous, Self::Revoked]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| format!("{text:?} is not a key status"))
    }
}

/// One signing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The `kid`.
    pub id: KeyId,
    /// The JWS algorithm.
    pub alg: String,
    /// Where it stands.
    pub status: KeyStatus,
    /// The public key as a JWK.
    pub public_jwk: String,
    /// The private key, sealed.
    pub sealed_private: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub status_at: Timestamp,
}

/// Stores a new key.
pub fn insert(tx: &mut Tx<'_>, new: &Key) -> Result<(), StoreError> {
    diesel::insert_into(keys::table)
        .values((
            keys::id.eq(new.id.as_str()),
            keys::alg.eq(&new.alg),
            keys::status.eq(new.status.as_str()),
            keys::public_jwk.eq(&new.public_jwk),
            keys::sealed_private.eq(&new.sealed_private),
            keys::created_at.eq(new.created_at.as_micros()),
            keys::status_at.eq(new.status_at.as_micros()),
        ))
        .execute(tx.writer()?)?;
    revisions::bump(tx, revisions::KEYS)
}

/// Every key, oldest first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Key>, StoreError> {
    type Row = (String, String, String, String, String, i64, i64);
    keys::table
        .order((keys::created_at, keys::id))
        .load::<Row>(tx.conn())?
        .into_iter()
        .map(
            |(id, alg, status, public_jwk, sealed_private, created_at, status_at)| {
                Ok(Key {
                    id: KeyId::new(id),
                    alg,
                    status: status.parse().map_err(StoreError::Corrupt)?,
                    public_jwk,
                    sealed_private,
                    created_at: Timestamp::from_micros(created_at),
                    status_at: Timestamp::from_micros(status_at),
                })
            },
        )
        .collect()
}

/// Moves a key from one status to another; `false` when it did not stand at `from`, for example
/// because another node rotated first.
pub fn set_status(
    tx: &mut Tx<'_>,
    id: &KeyId,
    from: KeyStatus,
    to: KeyStatus,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = update!(
        keys::table,
        set (keys::status.eq(to.as_str()), keys::status_at.eq(now.as_micros())),
        when keys::id.eq(id.as_str()).and(keys::status.eq(from.as_str())),
    )
    .execute(tx.writer()?)?;
    revisions::bump(tx, revisions::KEYS)?;
    Ok(changed == 1)
}

/// Replaces the sealed private key if it is still `old`.
pub fn replace_sealed(
    tx: &mut Tx<'_>,
    id: &KeyId,
    old: &str,
    new: &str,
) -> Result<bool, StoreError> {
    let changed = update!(
        keys::table,
        set keys::sealed_private.eq(new),
        when keys::id.eq(id.as_str()).and(keys::sealed_private.eq(old)),
    )
    .execute(tx.writer()?)?;
    revisions::bump(tx, revisions::KEYS)?;
    Ok(changed == 1)
}
