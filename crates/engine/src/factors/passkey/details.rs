//! What is kept of an authenticator, in `credentials.details`: nothing secret, and no conclusion that
//! configuration could change.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use stepwell_core::authn::{Kind, Traits};
use stepwell_store::credentials;
use webauthn_rs::prelude::Credential;

use super::aaguid::Aaguid;
use super::party::Party;
use crate::error::EngineError;

/// See the module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Details {
    /// Public key, counter and flags, as the library has them.
    pub(super) credential: Credential,
    /// The model, as told at registration.
    pub(super) aaguid: Aaguid,
    /// Whether an authority vouched for that.
    pub(super) attested: bool,
    /// How the browser reached it: a hint for the next time.
    pub(super) transports: Vec<String>,
}

impl Details {
    pub(super) fn of(stored: &credentials::Credential) -> Result<Self, EngineError> {
        serde_json::from_str(&stored.details).map_err(EngineError::broken)
    }

    pub(super) fn to_json(&self) -> Result<String, EngineError> {
        serde_json::to_string(self).map_err(EngineError::broken)
    }

    /// What a proof by it shows.
    pub(super) fn traits(&self, party: &Party, user_verified: bool) -> Traits {
        traits(user_verified, party.is_hardware(self))
    }

    /// Registered method references (RFC 8176): whether the key can be copied decides between `swk` and `hwk`.
    pub(super) fn amr(&self, user_verified: bool) -> Vec<String> {
        let key = if self.credential.backup_eligible {
            "swk"
        } else {
            "hwk"
        };
        let user = user_verified.then_some("user");
        [key].into_iter().chain(user).map(str::to_owned).collect()
    }
}

/// Whether a passkey or security key may be copied between devices (WebAuthn Level 3 §6.1.3, backup eligibility); none
/// for what is no such key.
pub(crate) fn is_synced(stored: &credentials::Credential) -> Option<bool> {
    let details = Details::of(stored).ok()?;
    Some(details.credential.backup_eligible)
}

/// What an authenticator of this kind shows. Which way it verified its user is not told; each has a PIN or
/// passcode behind it, so knowledge is the one second kind that is never too much (docs/adr/0018).
pub(super) fn traits(user_verified: bool, hardware_bound: bool) -> Traits {
    let mut kinds = BTreeSet::from([Kind::Possession]);
    if user_verified {
        kinds.insert(Kind::Knowledge);
    }
    Traits {
        kinds,
        phishing_resistant: true,
        user_verified,
        hardware_bound,
        ..Traits::default()
    }
}

/// The name an authenticator goes by in the database.
pub(super) fn external_id(raw: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(raw)
}
