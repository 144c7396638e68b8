//! The use cases: authorize, answer, redeem, refresh, introspect, revoke, log out, administer.
//!
//! Synchronous, no HTTP, no HTML. An `Engine` is a value: nothing is global, so tests run many side by side.
//! Time and randomness arrive with each [`Call`]. What is decided is decided in `stepwell_core`; what is
//! stored is stored through `stepwell_store`.

pub mod account;
pub mod admin;
pub mod answer;
pub mod authorize;
pub mod call;
pub mod client_auth;
pub mod courier;
pub mod devices;
pub mod error;
pub mod factors;
pub mod grants;
pub mod here;
pub mod introspect;
pub mod keys;
pub mod limits;
pub mod links;
pub mod logout;
pub mod maintain;
pub mod metadata;
mod outbox;
pub mod passwords;
mod reseal;
pub mod revoke;
pub mod seal;
pub mod settings;
mod snapshot;
#[cfg(test)]
mod testing;
pub mod tokens;
pub mod totp;
pub mod userinfo;
pub mod worded;

use std::sync::Arc;

use arc_swap::ArcSwap;
use stepwell_core::authn::Policy;
use stepwell_store::Db;

pub use call::{Call, Cookies, Peer};
pub use error::EngineError;
pub use settings::Settings;

use courier::Courier;
use factors::Factors;
use limits::Limits;
use passwords::{PasswordRules, Passwords};
use seal::SealingKeys;
use snapshot::Snapshot;

/// A running provider, as a value.
#[derive(Debug)]
pub struct Engine {
    settings: Settings,
    policy: Policy,
    db: Db,
    seal: SealingKeys,
    limits: Arc<dyn Limits>,
    passwords: Passwords,
    password_rules: PasswordRules,
    factors: Factors,
    courier: Arc<dyn Courier>,
    snapshot: ArcSwap<Snapshot>,
    rotation: grants::Successors,
}

/// What an engine is made of.
#[derive(Debug)]
pub struct Parts {
    /// What configuration says.
    pub settings: Settings,
    /// The database, migrated.
    pub db: Db,
    /// Keys that seal secrets at rest.
    pub seal: SealingKeys,
    /// Throttling and replay caches.
    pub limits: Arc<dyn Limits>,
    /// Password hashing, bounded.
    pub passwords: Passwords,
    /// The ways to prove who one is.
    pub factors: Factors,
    /// Brings messages to people.
    pub courier: Arc<dyn Courier>,
}

impl Engine {
    /// Puts an engine together: makes missing keys and loads what is cached.
    ///
    /// # Errors
    /// When the database is away, or a sealed key does not open.
    pub fn open(call: &Call<'_>, parts: Parts) -> Result<Self, EngineError> {
        let Parts {
            settings,
            db,
            seal,
            limits,
            passwords,
            factors,
            courier,
        } = parts;
        let factors = factors.carried_by(&*courier);
        let policy = Policy {
            catalog: settings.catalog.clone(),
            available: factors.available(),
            enrolment: factors.enrolment(&settings.enrolment),
        };
        keys::ensure_current(call, &db, &seal)?;
        let rotation = grants::Successors::load(call, &db, &seal)?;
        let snapshot = Snapshot::load(&db, &seal, &settings, &policy)?;
        Ok(Self {
            password_rules: PasswordRules::new(settings.password_min_length),
            settings,
            policy,
            db,
            seal,
            limits,
            passwords,
            factors,
            courier,
            snapshot: ArcSwap::from_pointee(snapshot),
            rotation,
        })
    }

    /// What a factor may use for this request.
    fn tools<'a>(&'a self, call: &'a Call<'a>) -> factors::Tools<'a> {
        factors::Tools {
            call,
            passwords: &self.passwords,
            seal: &self.seal,
            courier: &*self.courier,
            product: &self.settings.product,
            limits: &*self.limits,
        }
    }

    /// Whether messages can be sent this way.
    pub fn carries(&self, channel: courier::Channel) -> bool {
        self.courier.carries(channel)
    }

    /// What configuration says.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What a new password is held against, wherever it is set.
    pub fn password_rules(&self) -> &PasswordRules {
        &self.password_rules
    }

    /// Whether Redis answers; none where none is configured. It may wait for the network.
    pub fn redis_is_up(&self) -> Option<bool> {
        self.limits.shared_is_up()
    }

    /// The database, for readiness checks.
    pub fn db(&self) -> &Db {
        &self.db
    }
}
