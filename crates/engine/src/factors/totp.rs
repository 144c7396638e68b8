//! Time-based one-time codes (RFC 6238): something held.
//!
//! A code counts once: the step it belongs to may only move forward, by one conditional UPDATE. The code of
//! the step before and after the current one is taken too (docs/adr says why).

use stepwell_core::authn::{Kind, Method, Traits};
use stepwell_core::time::Seconds;
use stepwell_store::credentials::{self, Credential};

use super::{Answer, Enrolment, Factor, Failure, Tools, Verified};
use crate::error::EngineError;
use crate::totp::TotpSecret;

/// The purpose that a TOTP secret is sealed for.
pub(crate) fn totp_purpose(credential: &str) -> String {
    format!("totp:{credential}")
}

/// See the module.
#[derive(Debug)]
pub struct TotpFactor {
    /// Wrong codes in a row before an authenticator rests.
    pub budget: u32,
    /// How long it rests at first.
    pub rest: Seconds,
}

impl Factor for TotpFactor {
    fn method(&self) -> Method {
        Method::totp()
    }

    fn traits(&self) -> Traits {
        Traits::of(Kind::Possession)
    }

    fn opens(&self) -> bool {
        false
    }

    fn budget(&self) -> Option<(u32, Seconds)> {
        Some((self.budget, self.rest))
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
        let now = tools.call.now;
        let candidates: Vec<&Credential> = credentials
            .iter()
            .filter(|c| c.method == Method::totp())
            .filter(|c| answer.credential.is_none_or(|id| c.id.as_str() == id))
            .collect();
        if candidates.is_empty() {
            return Err(Failure::Wrong(Vec::new()));
        }
        let Some(code) = crate::totp::clean(answer.secret) else {
            return Err(Failure::Malformed("code-not-six-digits"));
        };
        let awake: Vec<&&Credential> = candidates.iter().filter(|c| !c.is_locked(now)).collect();
        if awake.is_empty() {
            let until = candidates
                .iter()
                .filter_map(|c| c.locked_until)
                .min()
                .unwrap_or(now);
            return Err(Failure::Locked(until));
        }
        for credential in &awake {
            let id = credential.id.clone();
            let plain = tools
                .seal
                .open(&totp_purpose(id.as_str()), &credential.secret)
                .map_err(|e| Failure::Engine(EngineError::broken(e)))?;
            let secret = TotpSecret::from_bytes(&plain);
            if let Some(step) = secret.matching_step(&code, now) {
                if step <= credential.last_step {
                    return Err(Failure::Replayed);
                }
                return Ok(Verified {
                    credential: id.clone(),
                    traits: self.traits_of(credential),
                    amr: vec!["otp".to_owned()],
                    suspected: None,
                    consume: Box::new(move |tx, now| credentials::totp_advance(tx, &id, step, now)),
                });
            }
        }
        // Each was guessed at, so each is charged.
        Err(Failure::Wrong(awake.iter().map(|c| c.id.clone()).collect()))
    }
}
