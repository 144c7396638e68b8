//! The relying party: one `Webauthn` from configuration, and which authenticators count as hardware.
//!
//! Origin and relying party id never come from a request (spec §5 lines 57 and 58).

use url::{Host, Url};
use webauthn_rs::prelude::{Webauthn, WebauthnBuilder};

use super::details::Details;
use crate::error::EngineError;
use crate::settings::PasskeySettings;

/// See the module.
#[derive(Debug)]
pub(super) struct Party {
    pub(super) webauthn: Webauthn,
    pub(super) settings: PasskeySettings,
}

impl Party {
    /// None where passkeys are switched off or the issuer's host is an address.
    pub(super) fn of(
        issuer: &str,
        settings: &PasskeySettings,
    ) -> Result<Option<Self>, EngineError> {
        let issuer = Url::parse(issuer).map_err(EngineError::broken)?;
        let Some(Host::Domain(host)) = issuer.host().filter(|_| settings.enabled) else {
            return Ok(None);
        };
        let origin =
            Url::parse(&issuer.origin().ascii_serialization()).map_err(EngineError::broken)?;
        let id = settings.rp_id.as_deref().unwrap_or(host);
        let wrong = |_| {
            EngineError::Invalid(vec![format!(
                "passkeys.rp_id is {id:?}; it has to be {host}, the issuer's host, or a domain above it"
            )])
        };
        let webauthn = WebauthnBuilder::new(id, &origin)
            .map_err(wrong)?
            .rp_name(&settings.rp_name)
            .build()
            .map_err(wrong)?;
        Ok(Some(Self {
            webauthn,
            settings: settings.clone(),
        }))
    }

    /// Whether any authenticator here can be known to keep its key in hardware.
    pub(super) fn knows_hardware(&self) -> bool {
        !self.settings.authorities.is_empty() || !self.settings.hardware_models.is_empty()
    }

    /// Whether this one is: its key cannot be copied, and its maker or configuration says what it lives in. Judged
    /// anew each time, so that a rule that is taken back holds for nobody.
    pub(super) fn is_hardware(&self, kept: &Details) -> bool {
        let attested = kept.attested && !self.settings.authorities.is_empty();
        let listed = self.settings.hardware_models.contains(&kept.aaguid);
        !kept.credential.backup_eligible && (attested || listed)
    }
}
