//! Passkeys and security keys (WebAuthn Level 3): something held that answers to this origin alone.
//!
//! Two methods, for a challenge has one policy: a `passkey` verifies its user and is found without a name; of a
//! `security-key` no more than a touch is asked, and it comes second. Where it verifies its user all the same, its proof
//! shows that too. Both are checked by one relying party, made from
//! configuration only. Nothing here knows pages or counts guesses. docs/adr/0018 says what each shows.

mod aaguid;
mod assertion;
mod authorities;
mod challenge;
mod client_data;
mod details;
mod handle;
mod party;
mod registration;
mod rule;

use std::sync::Arc;

use stepwell_core::authn::{Method, Traits};
use stepwell_core::time::Timestamp;
use stepwell_store::credentials::Credential;

use super::{Answer, Challenge, Enrolled, Enrolment, Factor, Failure, Tools, Verified, Whom};
use crate::error::EngineError;
use crate::settings::Settings;

pub use aaguid::{Aaguid, Keeper, KeeperKind};
pub use authorities::Authorities;
use details::Details;
pub(crate) use details::told;
use party::Party;

/// What is asked of the authenticator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A passkey: finds the account and verifies its user.
    Passkey,
    /// A security key: is there and is touched.
    SecurityKey,
}

/// One of the two methods.
#[derive(Debug)]
pub struct PasskeyFactor {
    party: Arc<Party>,
    form: Form,
}

impl PasskeyFactor {
    /// Both methods; none where they are switched off, or the issuer is reached by an address without a name
    /// (browsers bind credentials to domains only).
    ///
    /// # Errors
    /// When the relying party id is not the issuer's host or a domain above it.
    pub fn both(settings: &Settings) -> Result<Vec<Self>, EngineError> {
        let party = Party::of(&settings.issuer, &settings.passkeys)?.map(Arc::new);
        Ok(party.map_or_else(Vec::new, |party| {
            let one = |form| Self {
                party: Arc::clone(&party),
                form,
            };
            vec![one(Form::Passkey), one(Form::SecurityKey)]
        }))
    }
}

impl Form {
    fn method(self) -> Method {
        match self {
            Self::Passkey => Method::passkey(),
            Self::SecurityKey => Method::security_key(),
        }
    }
}

impl Factor for PasskeyFactor {
    fn method(&self) -> Method {
        self.form.method()
    }

    fn traits(&self) -> Traits {
        details::traits(true, self.party.knows_hardware())
    }

    fn opens(&self) -> bool {
        self.form == Form::Passkey
    }

    fn traits_of(&self, credential: &Credential) -> Traits {
        Details::of(credential).map_or_else(
            // Damaged: it proves nothing, so nothing is promised.
            |_| Traits::default(),
            |kept| kept.traits(&self.party, kept.credential.user_verified),
        )
    }

    fn begin(&self, tools: &Tools<'_>, whom: &Whom<'_>) -> Result<Option<Challenge>, EngineError> {
        challenge::begin(&self.party, self.form, tools.call, whom).map(Some)
    }

    fn answered_once(&self) -> bool {
        true
    }

    fn is_stale(&self, challenge: &Challenge, now: Timestamp) -> bool {
        challenge::is_stale(challenge, now)
    }

    fn names(&self, answer: &Answer<'_>) -> Option<String> {
        assertion::names(answer).filter(|_| self.opens())
    }

    fn enrolment(&self) -> Option<&dyn Enrolment> {
        Some(self)
    }

    fn verify(
        &self,
        tools: &Tools<'_>,
        credentials: &[Credential],
        answer: &Answer<'_>,
    ) -> Result<Verified, Failure> {
        assertion::verify(&self.party, self.form, tools.call.now, credentials, answer)
    }
}

impl Enrolment for PasskeyFactor {
    fn start(
        &self,
        tools: &Tools<'_>,
        whom: &Whom<'_>,
        _typed: &str,
    ) -> Result<Challenge, Failure> {
        registration::start(&self.party, self.form, tools.call, whom)
    }

    fn finish(
        &self,
        tools: &Tools<'_>,
        whom: &Whom<'_>,
        started: &Challenge,
        answer: &Answer<'_>,
    ) -> Result<Enrolled, Failure> {
        registration::finish(&self.party, self.form, tools.call, whom, started, answer)
    }
}
