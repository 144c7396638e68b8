//! How columns become the types of core; used as `deserialize_as` in the nouns.
//!
//! Core must not know diesel and diesel's traits are foreign to it, so these wrappers stand between.

use diesel::backend::Backend;
use diesel::deserialize::{FromStaticSqlRow, Queryable, Result};
use diesel::sql_types::{BigInt, Nullable, Text as SqlText};
use serde::de::DeserializeOwned;
use stepwell_core::authn::evidence::Method;
use stepwell_core::ids::{
    ClientId, CredentialId, DeviceId, EvidenceId, GrantId, InteractionId, KeyId, SessionId, UserId,
};
use stepwell_core::secret::Hashed;
use stepwell_core::time::Timestamp;

macro_rules! wrapper {
    ($(#[$doc:meta])* $name:ident($inner:ty) of $sql:ty) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(pub(crate) $inner);

        impl<DB: Backend> Queryable<$sql, DB> for $name
        where
            $inner: FromStaticSqlRow<$sql, DB>,
        {
            type Row = $inner;

            fn build(row: $inner) -> Result<Self> {
                Ok(Self(row))
            }
        }
    };
}

wrapper! {
    /// TEXT.
    Text(String) of SqlText
}
wrapper! {
    /// TEXT or NULL.
    OptText(Option<String>) of Nullable<SqlText>
}
wrapper! {
    /// Microseconds since the epoch.
    Micros(i64) of BigInt
}
wrapper! {
    /// Microseconds since the epoch, or NULL.
    OptMicros(Option<i64>) of Nullable<BigInt>
}

macro_rules! from_text {
    ($($ty:ident)*) => {$(
        impl From<Text> for $ty {
            fn from(text: Text) -> Self {
                Self::new(text.0)
            }
        }
        impl From<OptText> for Option<$ty> {
            fn from(text: OptText) -> Self {
                text.0.map($ty::new)
            }
        }
    )*};
}

from_text! { UserId ClientId SessionId InteractionId EvidenceId CredentialId DeviceId GrantId KeyId Method }

impl From<Text> for Hashed {
    fn from(text: Text) -> Self {
        Self::from_stored(text.0)
    }
}

impl From<OptText> for Option<Hashed> {
    fn from(text: OptText) -> Self {
        text.0.map(Hashed::from_stored)
    }
}

impl From<Micros> for Timestamp {
    fn from(micros: Micros) -> Self {
        Self::from_micros(micros.0)
    }
}

impl From<OptMicros> for Option<Timestamp> {
    fn from(micros: OptMicros) -> Self {
        micros.0.map(Timestamp::from_micros)
    }
}

/// Reads JSON that this crate wrote.
pub(crate) fn json<T: DeserializeOwned>(text: &str) -> std::result::Result<T, crate::StoreError> {
    serde_json::from_str(text).map_err(|why| crate::StoreError::Corrupt(why.to_string()))
}

/// Writes JSON. Everything stored has text for keys, so this does not fail for our own types.
pub(crate) fn to_json<T: serde::Serialize>(
    value: &T,
) -> std::result::Result<String, crate::StoreError> {
    serde_json::to_string(value).map_err(|why| crate::StoreError::Refused(why.to_string()))
}
