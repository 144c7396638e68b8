//! Factors: the ways to prove who one is. One file each; this one holds their shape and the list.
//!
//! A factor verifies an answer and says what evidence it makes. It never decides what is asked next, never
//! creates a session and never counts guesses: the hub and `answer` do, the same for all.

mod code;
mod enrolment;
mod label;
pub mod passkey;
mod password;
mod recovery;
mod recovery_setup;
mod totp;
mod totp_setup;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwell_core::authn::{Available, EnrolmentPolicy, Method, Owned, Traits};
use stepwell_core::ids::CredentialId;
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_core::user::User;
use stepwell_store::credentials::Credential;
use stepwell_store::{StoreError, Tx};

use crate::call::Call;
use crate::courier::{Courier, Undelivered};
use crate::error::EngineError;
use crate::limits::Limits;
use crate::passwords::Passwords;
use crate::seal::SealingKeys;
use crate::settings::{EnrolmentSettings, Settings};

pub use code::{DeliveredCode, inbox};
pub(crate) use code::{address_of, sent};
pub use enrolment::{Enrolled, Enrolment, SetUp};
pub(crate) use label::{default_label, own_label};
pub use passkey::PasskeyFactor;
pub use password::{PasswordFactor, reset_details};
pub use recovery::RecoveryFactor;
pub(crate) use recovery::{left, of_set};
pub use totp::TotpFactor;
pub(crate) use totp::totp_purpose;

/// What may be sealed for an authenticator and wait in an interaction: its secret while it is set up, and the key of a
/// code that was sent.
pub(crate) fn waiting_purposes(credential: &str) -> Vec<String> {
    let credential = CredentialId::new(credential);
    vec![
        totp_purpose(credential.as_str()),
        recovery_setup::purpose(&credential),
        code::purpose(&credential),
    ]
}

/// What a person sent in to prove themselves: the fields of the factor's form.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The secret that was typed: a password, a code.
    pub secret: &'a str,
    /// Which of several authenticators, where the page let the person choose.
    pub credential: Option<&'a str>,
    /// What [`Factor::begin`] left for the answer to be held against.
    pub challenge: Option<&'a Challenge>,
}

/// What a factor holds an answer against, made when its page is first shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Challenge {
    /// Kept with the interaction; never shown. Hashes, not secrets.
    pub keep: Value,
    /// For the factor's page.
    pub show: Value,
}

/// What a factor may use while verifying.
#[derive(Clone, Copy, Debug)]
pub struct Tools<'a> {
    /// The request.
    pub call: &'a Call<'a>,
    /// Password hashing, bounded.
    pub passwords: &'a Passwords,
    /// Keys that open stored secrets.
    pub seal: &'a SealingKeys,
    /// Brings messages to people.
    pub courier: &'a dyn Courier,
    /// What people know this provider by.
    pub product: &'a str,
    /// How many of them.
    pub limits: &'a dyn Limits,
}

/// Whom a factor's page is for, and what for: messages name it.
#[derive(Clone, Copy, Debug)]
pub struct Whom<'a> {
    /// None when the name that was typed belongs to nobody, or nobody was named yet.
    pub user: Option<&'a User>,
    /// Their live authenticators, of every method.
    pub credentials: &'a [Credential],
    /// Whether they have proven anything yet: before, nothing may show what an account owns.
    pub proven: bool,
    /// The app that asks, by its name.
    pub app: &'a str,
    /// What is to be done, where that is known: "make a transfer".
    pub action: Option<&'a str>,
}

/// A write that makes a verified answer count once: false when somebody else was faster.
pub type Consume = Box<dyn FnOnce(&mut Tx<'_>, Timestamp) -> Result<bool, StoreError> + Send>;

/// A verified answer.
pub struct Verified {
    /// Which authenticator proved it.
    pub credential: stepwell_core::ids::CredentialId,
    /// What it shows.
    pub traits: Traits,
    /// Registered method references (RFC 8176).
    pub amr: Vec<String>,
    /// The rule by which it answered as a copy of it would, and counts all the same.
    pub suspected: Option<&'static str>,
    /// Run inside the one write that adds the evidence.
    pub consume: Consume,
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

/// Why an answer does not count.
#[derive(Debug)]
pub enum Failure {
    /// Not the right secret; counts against the budget of every authenticator that it was held against.
    Wrong(Vec<stepwell_core::ids::CredentialId>),
    /// Not of the form a right answer has; costs nothing. The name of the rule, for the page's words.
    Malformed(&'static str),
    /// Right, but used before.
    Replayed,
    /// It breaks a rule that nobody gets right by guessing: written down, but no guess.
    Refused {
        /// The rule's name.
        rule: &'static str,
        /// The authenticator that may have been copied or replaced, when that is what it shows.
        suspect: Option<stepwell_core::ids::CredentialId>,
    },
    /// The authenticator rests until then.
    Locked(Timestamp),
    /// The message that it needs did not leave.
    Undelivered(Undelivered),
    /// The account or the network has had its share of messages: so long to wait.
    TooSoon(Seconds),
    /// The check could not be made.
    Engine(EngineError),
}

/// A way to prove who one is.
pub trait Factor: fmt::Debug + Send + Sync {
    /// The method's name; also the last part of the form's address.
    fn method(&self) -> Method;

    /// The most that a proof by it can show.
    fn traits(&self) -> Traits;

    /// Whether a sign-in may begin with it.
    fn opens(&self) -> bool;

    /// What a proof by this very authenticator will show.
    fn traits_of(&self, _credential: &Credential) -> Traits {
        self.traits()
    }

    /// Whether it can prove anything still: a set of codes may be used up.
    fn is_usable(&self, _credential: &Credential) -> bool {
        true
    }

    /// How many wrong answers in a row make an authenticator rest, and for how long; none when guessing is
    /// only slowed down.
    fn budget(&self) -> Option<(u32, Seconds)> {
        None
    }

    /// Makes the challenge that an answer will be held against, when the page is shown and none is pending.
    ///
    /// # Errors
    /// When it cannot be made or delivered.
    fn begin(
        &self,
        _tools: &Tools<'_>,
        _whom: &Whom<'_>,
    ) -> Result<Option<Challenge>, EngineError> {
        Ok(None)
    }

    /// Its codes, when they are brought to the person: the engine sends one when the page is first shown.
    fn delivers(&self) -> Option<&DeliveredCode> {
        None
    }

    /// Whether any answer, right or wrong, uses the challenge up.
    fn answered_once(&self) -> bool {
        false
    }

    /// Whether a pending challenge is too old, so that the page needs another.
    fn is_stale(&self, _challenge: &Challenge, _now: Timestamp) -> bool {
        false
    }

    /// The name of its own that the answering authenticator goes by, where an answer says by itself whose it is:
    /// such a proof may come before any name was typed. Not verified.
    fn names(&self, _answer: &Answer<'_>) -> Option<String> {
        None
    }

    /// How an authenticator of this kind is set up on a page; none when it is not.
    fn enrolment(&self) -> Option<&dyn Enrolment> {
        None
    }

    /// Verifies an answer, outside any transaction. `credentials` is empty for a person who does not
    /// exist: the work and the time must be the same.
    ///
    /// # Errors
    /// Says why the answer does not count.
    fn verify(
        &self,
        tools: &Tools<'_>,
        credentials: &[Credential],
        answer: &Answer<'_>,
    ) -> Result<Verified, Failure>;
}

/// The methods of [`Factors::shipped`] which an acr may name: all but recovery codes, which make none true.
pub const METHODS: &[&str] = &["password", "totp", "passkey", "security-key", "sms", "mail"];

/// The methods that people may set up by themselves.
pub const ENROLLABLE: &[&str] = &["totp", "passkey", "security-key", "sms", "mail", "recovery"];

/// Every factor of this installation, in the order that pages list them.
#[derive(Debug)]
pub struct Factors(Vec<Box<dyn Factor>>);

impl Factors {
    /// These factors, in the order that pages list them.
    pub fn new(factors: Vec<Box<dyn Factor>>) -> Self {
        Self(factors)
    }

    /// The factors that Stepwell ships.
    ///
    /// # Errors
    /// When what configuration says of passkeys does not fit the issuer.
    pub fn shipped(settings: &Settings) -> Result<Self, EngineError> {
        let mut all: Vec<Box<dyn Factor>> = vec![
            Box::new(PasswordFactor),
            Box::new(TotpFactor {
                budget: settings.limits.code_budget,
                rest: settings.limits.code_rest,
            }),
        ];
        for factor in PasskeyFactor::both(settings)? {
            all.push(Box::new(factor));
        }
        all.push(Box::new(DeliveredCode::by_text(&settings.limits)));
        all.push(Box::new(DeliveredCode::by_mail(&settings.limits)));
        all.push(Box::new(RecoveryFactor {
            budget: settings.limits.code_budget,
            rest: settings.limits.code_rest,
        }));
        Ok(Self(all))
    }

    /// These factors, without those whose messages nobody carries: what cannot work is not offered.
    pub(crate) fn carried_by(mut self, courier: &dyn Courier) -> Self {
        let carried = |f: &dyn Factor| f.delivers().is_none_or(|c| courier.carries(c.channel()));
        self.0.retain(|factor| carried(&**factor));
        self
    }

    /// The factor of a method.
    pub fn find(&self, method: &Method) -> Option<&dyn Factor> {
        self.0
            .iter()
            .find(|f| f.method() == *method)
            .map(AsRef::as_ref)
    }

    /// What this installation offers, for unmet detection by configuration.
    pub fn available(&self) -> Vec<Available> {
        self.0
            .iter()
            .map(|f| Available {
                method: f.method(),
                traits: f.traits(),
                opens: f.opens(),
            })
            .collect()
    }

    /// What somebody could prove who owned everything that this installation offers.
    pub fn everything(&self) -> Vec<Owned> {
        let own = |one: Available| Owned {
            method: one.method,
            credential: stepwell_core::ids::CredentialId::new(""),
            traits: one.traits,
            opens: one.opens,
            enrolled_at: None,
        };
        self.available().into_iter().map(own).collect()
    }

    /// What people may set up here by themselves, as far as there is a page for it.
    pub fn enrolment(&self, settings: &EnrolmentSettings) -> EnrolmentPolicy {
        let wanted = |method: &Method| {
            let methods = settings.methods.as_ref();
            methods.is_none_or(|methods| methods.contains(method))
        };
        let methods = self.0.iter().filter(|f| f.enrolment().is_some());
        EnrolmentPolicy {
            on_demand: settings.on_demand,
            methods: methods.map(|f| f.method()).filter(wanted).collect(),
            fresh_for: settings.fresh_for,
        }
    }

    /// What a person's authenticators could prove.
    pub fn owned(&self, credentials: &[Credential]) -> Vec<Owned> {
        credentials
            .iter()
            .filter_map(|c| {
                let factor = self.find(&c.method).filter(|f| f.is_usable(c))?;
                Some(Owned {
                    method: c.method.clone(),
                    credential: c.id.clone(),
                    traits: factor.traits_of(c),
                    opens: factor.opens(),
                    enrolled_at: Some(c.created_at),
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_may_name_every_factor_and_no_other() {
        let settings = Settings {
            issuer: "https://id.example".into(),
            catalog: stepwell_core::authn::Catalog::shipped(),
            scopes: Vec::new(),
            resources: Vec::new(),
            lifetimes: crate::settings::Lifetimes::default(),
            limits: crate::settings::LimitSettings::default(),
            product: "Example ID".into(),
            enrolment: EnrolmentSettings::default(),
            devices: crate::settings::DeviceSettings::default(),
            registration: false,
            password_min_length: 8,
            passkeys: crate::settings::PasskeySettings::default(),
            languages: Vec::new(),
        };
        let factors = Factors::shipped(&settings).unwrap();
        let shipped = factors.available();
        assert_eq!(
            shipped
                .iter()
                .filter(|one| !one.traits.recovery)
                .map(|one| one.method.as_str())
                .collect::<Vec<_>>(),
            METHODS
        );
        let enrolment = factors.enrolment(&EnrolmentSettings::default());
        let names: Vec<&str> = enrolment.methods.iter().map(Method::as_str).collect();
        assert_eq!(names, ENROLLABLE);
    }
}
