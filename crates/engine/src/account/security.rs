//! A person's authenticators: seen, named, removed.
//!
//! Removing one ends what rested on it: proofs in every session, and the grants that were made from them. Adding
//! one is an interaction (`authorize`), and so is proving oneself before any of this.

use std::collections::BTreeSet;

use stepwell_core::audit::{Event, names};
use stepwell_core::authn::{AcrName, Method, Traits};
use stepwell_core::display_text;
use stepwell_core::ids::{CredentialId, EvidenceId, GrantId, UserId};
use stepwell_core::time::Timestamp;
use stepwell_core::user::User;
use stepwell_store::credentials::{self, Credential};
use stepwell_store::{Tx, evidence, grants, links, users};

use super::Me;
use crate::Engine;
use crate::call::Call;
use crate::courier::Happened;
use crate::error::EngineError;
use crate::factors::passkey::{self, Keeper};
use crate::factors::{self, own_label};
use crate::grants::{Grant, ended};
use crate::links::Purpose;

/// The longest name that a person may give to an authenticator, in characters.
pub(crate) const LONGEST_LABEL: usize = 60;
/// Grants that are looked at in one go.
const PAGE: i64 = 500;

/// What the security page shows.
#[derive(Clone, Debug)]
pub struct SecurityView {
    /// The person's authenticators, strongest first.
    pub authenticators: Vec<AuthenticatorView>,
    /// Every acr that can be asked for here, weakest first, and whether the person can reach it.
    pub acrs: Vec<(AcrName, bool)>,
    /// The methods that can be added on a page.
    pub may_add: Vec<Method>,
}

/// An authenticator as its person sees it.
#[derive(Clone, Debug)]
pub struct AuthenticatorView {
    /// Its identity.
    pub id: CredentialId,
    /// How it proves.
    pub method: Method,
    /// The person's own name for it; empty where they gave it none.
    pub label: String,
    /// What a proof by it shows.
    pub traits: Traits,
    /// For a key, whether a provider copies it between devices.
    pub synced: Option<bool>,
    /// For a key, what keeps it, where that is well known.
    pub keeper: Option<Keeper>,
    /// For recovery codes, how many are left, and of how many.
    pub codes_left: Option<(usize, usize)>,
    /// When it was added.
    pub added: Timestamp,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// Until when it rests after wrong answers.
    pub locked_until: Option<Timestamp>,
    /// Whether it may be removed: the last one that a sign-in may begin with stays.
    pub removable: bool,
}

/// What became of a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// It is the last one that a sign-in may begin with.
    LastOne,
    /// The person has no such authenticator.
    Unknown,
}

/// What ended with an authenticator.
pub(crate) struct Taken {
    /// Proofs in open sessions.
    pub(crate) proofs: usize,
    /// Grants.
    pub(crate) grants: usize,
}

impl Engine {
    /// The person's authenticators and what they reach.
    ///
    /// # Errors
    /// When the database is away.
    pub fn account_security(&self, call: &Call<'_>, me: &Me) -> Result<SecurityView, EngineError> {
        let mine = self.db.read(|tx| credentials::live_of(tx, &me.user.id))?;
        let owned = self.factors.owned(&mine);
        let reached = self.policy.in_reach(&owned);
        let openers = owned.iter().filter(|one| one.opens).count();
        let mut shown: Vec<AuthenticatorView> = mine
            .iter()
            .filter_map(|credential| {
                let one = owned.iter().find(|one| one.credential == credential.id)?;
                let key = passkey::told(credential);
                Some(AuthenticatorView {
                    id: credential.id.clone(),
                    method: credential.method.clone(),
                    label: own_label(credential).to_owned(),
                    synced: key.map(|key| key.synced),
                    keeper: key.and_then(|key| key.keeper),
                    codes_left: (credential.method == Method::recovery())
                        .then(|| (factors::left(credential), factors::of_set(credential))),
                    traits: one.traits.clone(),
                    added: credential.created_at,
                    last_used: credential.last_used_at,
                    locked_until: credential.locked_until.filter(|until| *until > call.now),
                    removable: !one.opens || openers > 1,
                })
            })
            .collect();
        shown.sort_by_key(|one| {
            let resistant = one.traits.phishing_resistant;
            (
                !resistant,
                std::cmp::Reverse(one.traits.kinds.len()),
                one.added,
            )
        });
        let all = self.policy.in_reach(&self.factors.everything());
        Ok(SecurityView {
            authenticators: shown,
            acrs: all
                .into_iter()
                .map(|acr| {
                    let reached = reached.contains(&acr);
                    (acr, reached)
                })
                .collect(),
            may_add: self.enrollable().to_vec(),
        })
    }

    /// Gives an authenticator another name; `false` when the person has none such, or the name cannot be shown.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn rename_authenticator(
        &self,
        call: &Call<'_>,
        me: &Me,
        id: &CredentialId,
        label: &str,
    ) -> Result<bool, EngineError> {
        let label = label.trim();
        if display_text::check(label, LONGEST_LABEL).is_err() {
            return Ok(false);
        }
        self.db.write(|tx| {
            if !credentials::rename(tx, id, &me.user.id, label)? {
                return Ok(false);
            }
            tx.audit(
                self.about_me(call, me, names::FACTOR_RENAMED)
                    .with("credential", id.as_str()),
            );
            Ok(true)
        })
    }

    /// Removes an authenticator of the person, and all that rested on it.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn remove_authenticator(
        &self,
        call: &Call<'_>,
        me: &Me,
        id: &CredentialId,
    ) -> Result<Removal, EngineError> {
        self.db.write(|tx| {
            // First of all: of two removals at once the second counts what the first left.
            users::hold(tx, &me.user.id)?;
            let mine = credentials::live_of(tx, &me.user.id)?;
            let Some(credential) = mine.iter().find(|one| one.id == *id) else {
                return Ok(Removal::Unknown);
            };
            let opens = |one: &Credential| {
                let factor = self.factors.find(&one.method);
                factor.is_some_and(|factor| factor.opens())
            };
            if opens(credential) && mine.iter().filter(|one| opens(one)).count() == 1 {
                return Ok(Removal::LastOne);
            }
            let method = credential.method.clone();
            // First, so that an address that is removed is told too.
            self.notify(tx, call, &me.user, Happened::FactorRemoved { method })?;
            let event = || self.about_me(call, me, names::FACTOR_REMOVED);
            let taken = self.take_away(tx, call, &me.user, &[credential], event)?;
            Ok(if taken.is_empty() {
                Removal::Unknown
            } else {
                Removal::Removed
            })
        })
    }

    /// Takes authenticators away from their person and ends what rested on them, whoever wants it; tells of those
    /// that nobody took away before. Links that were mailed are worth nothing any more: one may have gone to an
    /// address that goes. Why it is done stands in `event`. Telling the person comes first, and is the caller's.
    pub(crate) fn take_away(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        user: &User,
        credentials: &[&Credential],
        event: impl Fn() -> Event,
    ) -> Result<Vec<Taken>, EngineError> {
        // Authenticators before sessions, as whoever proves one takes them.
        let mut gone = Vec::new();
        for one in credentials {
            if credentials::revoke(tx, &one.id, call.now)? {
                gone.push(*one);
            }
        }
        links::withdraw_for(tx, &user.id, Purpose::Password.as_str(), call.now)?;
        if !gone.is_empty() {
            // A browser may have been trusted on one of them. This also holds the sessions for what follows.
            self.distrust_all(tx, call, &user.id, "an authenticator was removed")?;
        }
        let mut taken = Vec::new();
        for one in gone {
            let ended = self.end_proofs_by(tx, call, &user.id, &one.id)?;
            tx.audit(
                event()
                    .with("method", one.method.as_str())
                    .with("credential", one.id.as_str())
                    .with("proofs", ended.proofs)
                    .with("grants", ended.grants),
            );
            taken.push(ended);
        }
        Ok(taken)
    }

    /// Lets proofs count no longer, and ends the grants that were made from them, whether their session is still kept
    /// or not. The person's sessions are to be held before ([`stepwell_store::sessions::hold_all_of`]), or a grant that is made in
    /// the same moment is missed.
    pub(crate) fn end_proofs_by(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        user: &UserId,
        id: &CredentialId,
    ) -> Result<Taken, EngineError> {
        let proofs = evidence::revoke_of_credential(tx, id, call.now)?;
        let gone: BTreeSet<&EvidenceId> = proofs.iter().collect();
        let why = "a proof it rested on was revoked";
        let mut revoked = Vec::new();
        let mut after: Option<GrantId> = None;
        loop {
            let page = grants::live_after(tx, user, after.as_ref(), PAGE, call.now)?;
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            for row in page {
                let Grant {
                    id: grant, grounds, ..
                } = Grant::from_row(row)?;
                // The proofs are gone once their session is; what they were given by is kept in the grant.
                let rested = grounds.credentials.contains(id)
                    || grounds.evidence.iter().any(|one| gone.contains(one));
                if rested && grants::revoke(tx, &grant, why, call.now)? {
                    revoked.push(grant);
                }
            }
        }
        let taken = Taken {
            proofs: proofs.len(),
            grants: revoked.len(),
        };
        if let Some(event) = ended(call, user, why, revoked) {
            tx.audit(event);
        }
        Ok(taken)
    }

    /// An event of the person, by the person.
    pub(super) fn about_me(&self, call: &Call<'_>, me: &Me, name: &'static str) -> Event {
        call.event(name).user(&me.user.id).session(&me.session.id)
    }
}
