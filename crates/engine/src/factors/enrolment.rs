//! Setting an authenticator up: started, shown, and proven to work once before it counts.
//!
//! Never stores anything and never decides who may: the caller has seen a strong enough proof, and stores what
//! comes out in one write with its audit event.

use std::fmt;

use serde_json::Value;
use stepwell_core::authn::Traits;
use stepwell_core::secret::Secret;
use stepwell_store::credentials::Credential;

use super::{Answer, Challenge, Failure, Tools, Whom};
use crate::error::EngineError;

/// An authenticator that was set up and has just worked; recovery codes are saved, not used.
#[derive(Debug)]
pub struct Enrolled {
    /// To be stored; it belongs to [`Whom::user`].
    pub credential: Credential,
    /// What the first use has shown.
    pub traits: Traits,
    /// Registered method references of the first use (RFC 8176).
    pub amr: Vec<String>,
}

/// What a set-up page shows.
#[derive(Clone, Debug)]
pub enum SetUp {
    /// A secret that an authenticator app takes over.
    App {
        /// In base32, for typing.
        secret: Secret,
        /// Its `otpauth` address, for a code to scan and for a link.
        uri: Secret,
    },
    /// Codes to be saved; the first use is to say that they are (`saved`).
    Codes(Vec<Secret>),
    /// [`Challenge::show`], for the form that the method has.
    Form(Value),
}

/// How authenticators of one kind are set up.
pub trait Enrolment: fmt::Debug + Send + Sync {
    /// The field that the set-up page asks for before it can start (`address`, `number`); none when it
    /// starts at once.
    fn asks(&self) -> Option<&'static str> {
        None
    }

    /// Makes what the set-up page shows and what the finished set-up is held against. `typed` is the field of
    /// [`Enrolment::asks`].
    ///
    /// # Errors
    /// When what was typed breaks a rule, or the set-up cannot be made or delivered.
    fn start(&self, tools: &Tools<'_>, whom: &Whom<'_>, typed: &str) -> Result<Challenge, Failure>;

    /// What the page shows of a set-up that was started. The default is [`Challenge::show`]; a secret is kept
    /// sealed in [`Challenge::keep`], and opened here.
    ///
    /// # Errors
    /// When what was kept does not open.
    fn show(
        &self,
        _tools: &Tools<'_>,
        _whom: &Whom<'_>,
        started: &Challenge,
    ) -> Result<SetUp, EngineError> {
        Ok(SetUp::Form(started.show.clone()))
    }

    /// Holds the first use of the new authenticator against what [`Enrolment::start`] kept.
    ///
    /// # Errors
    /// Says why it does not count.
    fn finish(
        &self,
        tools: &Tools<'_>,
        whom: &Whom<'_>,
        started: &Challenge,
        answer: &Answer<'_>,
    ) -> Result<Enrolled, Failure>;
}
