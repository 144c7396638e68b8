//! What administrators do to a person's account: lock it, open it, take authenticators away that are lost.
//!
//! No administrator ever sets or sees a password (spec §5 line 111), and nothing here adds an authenticator: the
//! person does, as a link or a page asks them to.

use std::collections::BTreeSet;

use stepwell_core::audit::{Event, names};
use stepwell_core::authn::Method;
use stepwell_core::display_text;
use stepwell_core::ids::UserId;
use stepwell_core::user::{Status, User};
use stepwell_core::username;
use stepwell_store::credentials::{self, Credential};
use stepwell_store::{Tx, grants, links, sessions, users};

use crate::Engine;
use crate::call::Call;
use crate::courier::{Channel, Happened};
use crate::error::EngineError;
use crate::factors::METHODS;
use crate::grants::ended;
use crate::outbox::verified_addresses;

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 200;

/// What locking an account did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locked {
    /// False when it was locked before; then nothing was done.
    pub changed: bool,
    /// Browsers that were signed out.
    pub sessions: usize,
    /// Grants that ended besides, with every token made from them.
    pub grants: usize,
}

/// What unlocking lifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlocked {
    /// Whether the account was locked.
    pub account: bool,
    /// The authenticators that rested after too many wrong answers.
    pub authenticators: Vec<Method>,
}

/// Which authenticators are taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those of a method.
    Of(Method),
    /// All but the password.
    AllButPassword,
}

/// What taking authenticators away did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reset {
    /// What is gone: method, and the person's name for it.
    pub removed: Vec<(Method, String)>,
    /// What is left.
    pub left: Vec<(Method, String)>,
    /// Proofs in open sessions that count no longer.
    pub proofs: usize,
    /// Grants that rested on them and ended.
    pub grants: usize,
    /// Mail addresses that the person is told at.
    pub told: usize,
}

impl Engine {
    /// Locks an account, ends its sessions and grants, and lets none of its links be used. Access tokens that are
    /// verified without asking are good to their end.
    ///
    /// # Errors
    /// When there is no such person, the reason cannot be shown, or the database is away.
    pub fn lock_account(
        &self,
        call: &Call<'_>,
        name: &str,
        reason: Option<&str>,
    ) -> Result<Locked, EngineError> {
        let reason = readable(reason)?;
        self.db.write(|tx| {
            let user = person(tx, name)?;
            if !users::set_status(tx, &user.id, Status::Locked)? {
                return Ok(Locked {
                    changed: false,
                    sessions: 0,
                    grants: 0,
                });
            }
            let why = "the account was locked";
            let (sessions, grants) = self.end_everything(tx, call, &user.id, why)?;
            links::withdraw_of(tx, &user.id, call.now)?;
            tx.audit(
                about(call, &user, names::USER_LOCKED)
                    .with("reason", reason)
                    .with("sessions", sessions)
                    .with("grants", grants),
            );
            Ok(Locked {
                changed: true,
                sessions,
                grants,
            })
        })
    }

    /// Opens an account that was locked, and lets authenticators be tried again that rest after too many wrong
    /// answers. The person signs in anew: what was open when the account was locked stays ended.
    ///
    /// # Errors
    /// When there is no such person, the reason cannot be shown, or the database is away.
    pub fn unlock_account(
        &self,
        call: &Call<'_>,
        name: &str,
        reason: Option<&str>,
    ) -> Result<Unlocked, EngineError> {
        let reason = readable(reason)?;
        self.db.write(|tx| {
            let user = person(tx, name)?;
            let account = users::set_status(tx, &user.id, Status::Active)?;
            if account {
                // Whatever slipped in while it was being locked.
                let why = "it slipped in while the account was being locked";
                self.end_everything(tx, call, &user.id, why)?;
                tx.audit(about(call, &user, names::USER_UNLOCKED).with("reason", reason));
            }
            let mut authenticators = Vec::new();
            for one in credentials::live_of(tx, &user.id)? {
                if one.failures == 0 && one.locked_until.is_none() {
                    continue;
                }
                credentials::reset_failures(tx, &one.id)?;
                tx.audit(
                    about(call, &user, names::FACTOR_UNLOCKED)
                        .with("method", one.method.as_str())
                        .with("failures", one.failures)
                        .with("reason", reason),
                );
                if one.is_locked(call.now) {
                    authenticators.push(one.method);
                }
            }
            Ok(Unlocked {
                account,
                authenticators,
            })
        })
    }

    /// The authenticators that [`Engine::reset_factors`] would take away.
    ///
    /// # Errors
    /// When there is no such person, the method is none of this installation, or the database is away.
    pub fn resettable(
        &self,
        name: &str,
        which: &Which,
    ) -> Result<Vec<(Method, String)>, EngineError> {
        which.exists()?;
        self.db.read(|tx| {
            let user = person(tx, name)?;
            let mine = credentials::live_of(tx, &user.id)?;
            Ok(named(mine.iter().filter(|one| which.covers(one))))
        })
    }

    /// Takes a person's authenticators away, ends what rested on them as their own removal does, and tells the
    /// person. Unlike the person, an administrator may take the last one that a sign-in can begin with.
    ///
    /// # Errors
    /// When there is no such person, the person has none such, the method is none of this installation, the
    /// reason cannot be shown, or it cannot be stored.
    pub fn reset_factors(
        &self,
        call: &Call<'_>,
        name: &str,
        which: &Which,
        reason: Option<&str>,
    ) -> Result<Reset, EngineError> {
        which.exists()?;
        let reason = readable(reason)?;
        self.db.write(|tx| {
            let user = person(tx, name)?;
            let mine = credentials::live_of(tx, &user.id)?;
            let (gone, left): (Vec<&Credential>, Vec<&Credential>) =
                mine.iter().partition(|one| which.covers(one));
            if gone.is_empty() {
                return Err(EngineError::NotFound(format!(
                    "{name} has no authenticator {}; see `stepwell user show {name}`",
                    which.said()
                )));
            }
            // Before they go, so that an address that goes with them is told too; once for each method.
            let methods: BTreeSet<&Method> = gone.iter().map(|one| &one.method).collect();
            for method in methods {
                let method = method.clone();
                self.notify(tx, call, &user, Happened::FactorRemoved { method })?;
            }
            let event = || {
                about(call, &user, names::FACTOR_REMOVED)
                    .with("why", "reset")
                    .with("reason", reason)
            };
            let taken = self.take_away(tx, call, &user, &gone, event)?;
            let proofs = taken.iter().map(|one| one.proofs).sum();
            let grants = taken.iter().map(|one| one.grants).sum();
            let told = match self.courier.carries(Channel::Mail) {
                true => verified_addresses(&user, &mine).len(),
                false => 0,
            };
            Ok(Reset {
                removed: named(gone.into_iter()),
                left: named(left.into_iter()),
                proofs,
                grants,
                told,
            })
        })
    }

    /// Ends a person's sessions and grants, says how many of each, and trusts none of their browsers any longer.
    pub(crate) fn end_everything(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        user: &UserId,
        why: &str,
    ) -> Result<(usize, usize), EngineError> {
        let live = sessions::live_of(tx, user, call.now)?;
        for session in &live {
            self.end_session(tx, call, session, why)?;
        }
        self.distrust_all(tx, call, user, why)?;
        // Those for offline access too.
        let revoked = grants::revoke_of_user(tx, user, why, call.now)?;
        let count = revoked.len();
        if let Some(event) = ended(call, user, why, revoked) {
            tx.audit(event);
        }
        Ok((live.len(), count))
    }
}

impl Which {
    /// Refuses a word that is no method. One that is not offered now may still be somebody's.
    fn exists(&self) -> Result<(), EngineError> {
        let Self::Of(method) = self else {
            return Ok(());
        };
        let mut known = METHODS.iter().chain(&["recovery"]);
        if known.any(|name| *name == method.as_str()) {
            return Ok(());
        }
        Err(EngineError::Invalid(vec![format!(
            "{method} is no method; use one of {}, recovery",
            METHODS.join(", ")
        )]))
    }

    fn covers(&self, one: &Credential) -> bool {
        match self {
            Self::Of(method) => one.method == *method,
            Self::AllButPassword => one.method != Method::password(),
        }
    }

    fn said(&self) -> String {
        match self {
            Self::Of(method) => format!("of the method {method}"),
            Self::AllButPassword => "but a password".to_owned(),
        }
    }
}

/// The person who signs in with this name.
pub(crate) fn person(tx: &mut Tx<'_>, name: &str) -> Result<User, EngineError> {
    let nobody = || EngineError::NotFound(format!("nobody signs in as {name}"));
    let canonical = username::canonical(name).map_err(|_| nobody())?;
    users::find_by_canonical(tx, &canonical)?.ok_or_else(nobody)
}

/// A reason as it will be read in the audit.
fn readable(reason: Option<&str>) -> Result<Option<&str>, EngineError> {
    let reason = reason.map(str::trim);
    if let Some(Err(problem)) = reason.map(|text| display_text::check(text, LONGEST_REASON)) {
        return Err(EngineError::Invalid(vec![format!("the reason {problem}")]));
    }
    Ok(reason)
}

fn named<'a>(all: impl Iterator<Item = &'a Credential>) -> Vec<(Method, String)> {
    all.map(|one| (one.method.clone(), one.label.clone()))
        .collect()
}

fn about(call: &Call<'_>, user: &User, name: &'static str) -> Event {
    call.event(name).user(&user.id)
}
