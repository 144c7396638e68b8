//! Setting an authenticator app up: a fresh secret, shown until its first code was right.
//!
//! The secret waits sealed, under the very purpose that it is stored with.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwell_core::authn::{Method, Traits};
use stepwell_core::ids::CredentialId;
use stepwell_core::secret::Secret;
use stepwell_store::credentials::Credential;

use super::enrolment::{Enrolled, Enrolment, SetUp};
use super::{Answer, Challenge, Factor, Failure, Tools, TotpFactor, Whom, totp_purpose};
use crate::error::EngineError;
use crate::totp::TotpSecret;

/// What waits for the first code.
#[derive(Serialize, Deserialize)]
struct Waiting {
    credential: CredentialId,
    sealed: String,
}

impl Waiting {
    fn read(started: &Challenge) -> Result<Self, EngineError> {
        serde_json::from_value(started.keep.clone()).map_err(EngineError::broken)
    }

    fn open(&self, tools: &Tools<'_>) -> Result<TotpSecret, EngineError> {
        let plain = tools
            .seal
            .open(&totp_purpose(self.credential.as_str()), &self.sealed)
            .map_err(EngineError::broken)?;
        Ok(TotpSecret::from_bytes(&plain))
    }
}

impl Enrolment for TotpFactor {
    fn start(&self, tools: &Tools<'_>, _: &Whom<'_>, _: &str) -> Result<Challenge, Failure> {
        let credential = CredentialId::new(tools.call.id());
        let secret = TotpSecret::random(tools.call.entropy);
        let sealed = tools.seal.seal(
            &totp_purpose(credential.as_str()),
            secret.as_bytes(),
            tools.call.entropy,
        );
        let keep = serde_json::to_value(Waiting { credential, sealed })
            .map_err(|e| Failure::Engine(EngineError::broken(e)))?;
        Ok(Challenge {
            keep,
            show: Value::Null,
        })
    }

    fn show(
        &self,
        tools: &Tools<'_>,
        whom: &Whom<'_>,
        started: &Challenge,
    ) -> Result<SetUp, EngineError> {
        let secret = Waiting::read(started)?.open(tools)?;
        let account = whom.user.map_or("", |user| user.username.as_str());
        Ok(SetUp::App {
            secret: Secret::new(secret.base32().as_str()),
            uri: Secret::new(secret.otpauth_uri(tools.product, account).as_str()),
        })
    }

    fn finish(
        &self,
        tools: &Tools<'_>,
        whom: &Whom<'_>,
        started: &Challenge,
        answer: &Answer<'_>,
    ) -> Result<Enrolled, Failure> {
        let now = tools.call.now;
        let Some(user) = whom.user else {
            return Err(Failure::Wrong(Vec::new()));
        };
        let Some(code) = crate::totp::clean(answer.secret) else {
            return Err(Failure::Malformed("code-not-six-digits"));
        };
        let waiting = Waiting::read(started).map_err(Failure::Engine)?;
        let secret = waiting.open(tools).map_err(Failure::Engine)?;
        let Some(step) = secret.matching_step(&code, now) else {
            return Err(Failure::Wrong(Vec::new()));
        };
        let mut credential = Credential::new(
            waiting.credential,
            user.id.clone(),
            Method::totp(),
            super::default_label(&Method::totp()),
            waiting.sealed,
            now,
        );
        // The code that set it up is spent.
        credential.last_step = step;
        credential.last_used_at = Some(now);
        let traits: Traits = self.traits_of(&credential);
        Ok(Enrolled {
            credential,
            traits,
            amr: vec!["otp".to_owned()],
        })
    }
}
