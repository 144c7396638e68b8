//! AAGUIDs: which model of authenticator a credential says that it lives in, and the names people know them by.
//!
//! Unless attested, it is what the browser says: good enough for a name, and for what configuration trusts it with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_cbor_2::Value;
use webauthn_rs::prelude::Uuid;

/// Lines of an AAGUID, a kind and a name.
const KNOWN: &str = include_str!("aaguids.txt");
/// Where the AAGUID stands in authenticator data (WebAuthn §6.1): after rpIdHash, flags and signCount.
const FROM: usize = 32 + 1 + 4;
const UNTIL: usize = FROM + 16;

/// What keeps a passkey, as far as its model is a well-known one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeper {
    /// What people call it.
    pub name: &'static str,
    /// What it is.
    pub kind: KeeperKind,
}

/// What keeps passkeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeeperKind {
    /// A password manager, mostly in somebody's cloud.
    Manager,
    /// The device itself.
    Platform,
    /// A key that is carried about.
    Key,
}

/// An authenticator model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Aaguid(Uuid);

impl Aaguid {
    /// The model that an attestation object names; all zeros where it names none.
    pub(super) fn in_attestation(object: &[u8]) -> Self {
        let value: Option<Value> = serde_cbor_2::from_slice(object).ok();
        let Some(Value::Map(map)) = value else {
            return Self(Uuid::nil());
        };
        let data = match map.get(&Value::Text("authData".to_owned())) {
            Some(Value::Bytes(data)) => data.get(FROM..UNTIL),
            _ => None,
        };
        Self(
            data.and_then(|bytes| Uuid::from_slice(bytes).ok())
                .unwrap_or_default(),
        )
    }

    /// What it is, where it is a well-known one.
    pub fn keeper(&self) -> Option<Keeper> {
        let me = self.to_string();
        let line = KNOWN.lines().find(|line| line.starts_with(&me))?;
        let (_, rest) = line.split_once(' ')?;
        let (kind, name) = rest.split_once(' ')?;
        let kind = match kind {
            "manager" => KeeperKind::Manager,
            "platform" => KeeperKind::Platform,
            "key" => KeeperKind::Key,
            _ => return None,
        };
        let name = name.trim();
        Some(Keeper { name, kind })
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.hyphenated())
    }
}

impl FromStr for Aaguid {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Uuid::parse_str(text) {
            Ok(id) if id.is_nil() => {
                Err("is the AAGUID of no model: every anonymous authenticator has it".to_owned())
            }
            Ok(id) => Ok(Self(id)),
            Err(_) => Err(format!(
                "{text:?} is no AAGUID; write it like 2fc0579f-8113-47ea-b116-bb5a8db9202a"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_model_and_a_name_and_stands_once() {
        let mut seen = std::collections::BTreeSet::new();
        for line in KNOWN.lines().filter(|line| !line.starts_with('#')) {
            let (id, _) = line.split_once(' ').unwrap();
            let model: Aaguid = id.parse().unwrap();
            assert_eq!(model.to_string(), id, "lower case, with hyphens");
            let name = model.keeper().unwrap().name;
            assert!(!name.is_empty() && name.len() < 64, "{line}");
            assert!(seen.insert(model), "{line}");
        }
        assert!(seen.len() > 20);
    }

    #[test]
    fn a_well_known_model_has_its_name_and_kind_and_another_has_none() {
        let keeper = |id: &str| id.parse::<Aaguid>().unwrap().keeper();
        for (id, name, kind) in [
            (
                "d548826e-79b4-db40-a3d8-11116f7e8349",
                "Bitwarden",
                KeeperKind::Manager,
            ),
            (
                "08987058-cadc-4b81-b6e1-30de50dcbe96",
                "Windows Hello",
                KeeperKind::Platform,
            ),
            (
                "2fc0579f-8113-47ea-b116-bb5a8db9202a",
                "YubiKey 5",
                KeeperKind::Key,
            ),
        ] {
            assert_eq!(keeper(id), Some(Keeper { name, kind }));
        }
        assert_eq!(keeper("01020304-0506-0708-0102-030405060708"), None);
        assert_eq!(Aaguid(Uuid::nil()).keeper(), None);
    }

    #[test]
    fn the_anonymous_model_and_odd_texts_are_refused() {
        for text in ["00000000-0000-0000-0000-000000000000", "yubikey", ""] {
            assert!(text.parse::<Aaguid>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_attestation_object_without_authenticator_data_names_no_model() {
        for odd in [&b""[..], b"\xa0", b"\xa1\x68authData\x43abc", b"\x80"] {
            assert_eq!(Aaguid::in_attestation(odd), Aaguid(Uuid::nil()));
        }
    }
}
