//! Making a set of recovery codes: drawn, shown until the person says that they are saved, and then hashes only.
//!
//! Until then the codes wait sealed.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwell_core::authn::Method;
use stepwell_core::ids::CredentialId;
use stepwell_core::secret::Secret;
use stepwell_store::credentials::Credential;

use super::enrolment::{Enrolled, Enrolment, SetUp};
use super::recovery::{draw, grouped, stored};
use super::{Answer, Challenge, Factor, Failure, RecoveryFactor, Tools, Whom};
use crate::error::EngineError;

/// Codes in a set.
const CODES: usize = 10;
/// What the page sends when the box is ticked.
const SAVED: &str = "saved";

/// What waits until it is saved.
#[derive(Serialize, Deserialize)]
struct Waiting {
    credential: CredentialId,
    sealed: String,
}

/// What codes that are not saved yet are sealed for.
pub(super) fn purpose(set: &CredentialId) -> String {
    format!("recovery:{set}")
}

impl Waiting {
    fn read(started: &Challenge) -> Result<Self, EngineError> {
        serde_json::from_value(started.keep.clone()).map_err(EngineError::broken)
    }

    fn open(&self, tools: &Tools<'_>) -> Result<Vec<Secret>, EngineError> {
        let plain = tools
            .seal
            .open(&purpose(&self.credential), &self.sealed)
            .map_err(EngineError::broken)?;
        let text = std::str::from_utf8(&plain).map_err(EngineError::broken)?;
        Ok(text.split(' ').map(Secret::new).collect())
    }
}

impl Enrolment for RecoveryFactor {
    fn start(&self, tools: &Tools<'_>, _: &Whom<'_>, _: &str) -> Result<Challenge, Failure> {
        let credential = CredentialId::new(tools.call.id());
        let codes: Vec<Secret> = (0..CODES).map(|_| draw(tools.call.entropy)).collect();
        let text = codes.iter().map(Secret::expose).collect::<Vec<_>>();
        let text = Secret::new(text.join(" "));
        let sealed = tools.seal.seal(
            &purpose(&credential),
            text.expose().as_bytes(),
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
        _: &Whom<'_>,
        started: &Challenge,
    ) -> Result<SetUp, EngineError> {
        let codes = Waiting::read(started)?.open(tools)?;
        Ok(SetUp::Codes(codes.iter().map(grouped).collect()))
    }

    fn finish(
        &self,
        tools: &Tools<'_>,
        whom: &Whom<'_>,
        started: &Challenge,
        answer: &Answer<'_>,
    ) -> Result<Enrolled, Failure> {
        let Some(user) = whom.user else {
            return Err(Failure::Wrong(Vec::new()));
        };
        if answer.secret != SAVED {
            return Err(Failure::Malformed("codes-not-saved"));
        }
        let waiting = Waiting::read(started).map_err(Failure::Engine)?;
        let codes = waiting.open(tools).map_err(Failure::Engine)?;
        let secret = stored(&waiting.credential, &codes);
        let credential = Credential::new(
            waiting.credential,
            user.id.clone(),
            Method::recovery(),
            super::default_label(&Method::recovery()),
            secret,
            tools.call.now,
        );
        Ok(Enrolled {
            credential,
            traits: self.traits(),
            amr: Vec::new(),
        })
    }
}
