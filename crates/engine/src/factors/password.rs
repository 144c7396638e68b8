//! The password: something known, checked against its Argon2id hash.
//!
//! Does the same work for a person who does not exist. Hashing runs outside any transaction.

use serde::Deserialize;
use serde_json::json;
use stepwell_core::audit::{Event, names};
use stepwell_core::authn::{Kind, Method, Traits};
use stepwell_core::secret::Secret;
use stepwell_store::credentials::{self, Credential};

use super::{Answer, Factor, Failure, Tools, Verified};

/// See the module.
#[derive(Debug)]
pub struct PasswordFactor;

impl Factor for PasswordFactor {
    fn method(&self) -> Method {
        Method::password()
    }

    fn traits(&self) -> Traits {
        Traits::of(Kind::Knowledge)
    }

    fn opens(&self) -> bool {
        true
    }

    fn traits_of(&self, credential: &Credential) -> Traits {
        Traits {
            through: set_through(credential),
            ..self.traits()
        }
    }

    fn verify(
        &self,
        tools: &Tools<'_>,
        credentials: &[Credential],
        answer: &Answer<'_>,
    ) -> Result<Verified, Failure> {
        let password = Secret::new(answer.secret);
        let kept = credentials.iter().find(|c| c.method == Method::password());
        let verdict = tools
            .passwords
            .verify(&password, kept.map(|c| c.secret.as_str()))
            .map_err(|error| match error {
                crate::passwords::PasswordError::TooLong => Failure::Malformed("password-too-long"),
                crate::passwords::PasswordError::Busy => {
                    Failure::Engine(crate::error::EngineError::Busy)
                }
                other => Failure::Engine(crate::error::EngineError::broken(other)),
            })?;
        let Some(kept) = kept.filter(|_| verdict.ok) else {
            return Err(Failure::Wrong(kept.iter().map(|c| c.id.clone()).collect()));
        };
        let rehashed = if verdict.needs_rehash {
            tools.passwords.hash(&password, tools.call.entropy).ok()
        } else {
            None
        };
        let (id, user, old) = (kept.id.clone(), kept.user_id.clone(), kept.secret.clone());
        Ok(Verified {
            credential: kept.id.clone(),
            traits: self.traits_of(kept),
            amr: vec!["pwd".to_owned()],
            suspected: None,
            consume: Box::new(move |tx, now| {
                // It may have been changed or removed while this one waited to be hashed.
                let new = rehashed.as_ref().unwrap_or(&old);
                if !credentials::succeed_with(tx, &id, &old, new, now)? {
                    return Ok(false);
                }
                if rehashed.is_some() {
                    tx.audit(
                        Event::new(names::FACTOR_PASSWORD_REHASHED, now)
                            .actor("system")
                            .user(&user),
                    );
                }
                Ok(true)
            }),
        })
    }
}

/// What a password's credential keeps ([`Credential::details`]) when it was set by a link that came through an
/// inbox (`inbox`): until it is changed by somebody who proved more, it shows no more than that inbox does.
pub fn reset_details(through: &str) -> String {
    json!({ "through": through }).to_string()
}

fn set_through(credential: &Credential) -> Option<String> {
    #[derive(Deserialize)]
    struct Details {
        through: Option<String>,
    }
    let details: Details = serde_json::from_str(&credential.details).ok()?;
    details.through
}
