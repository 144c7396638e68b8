//! Gathers the facts that the hub decides on, in one read or inside the write that grants.
//!
//! Reads only. A session counts while it is not ended, expired or idle too long; evidence while not revoked.

use stepwell_core::authn::{Consent, Facts, Person, Pin, Proven, Request};
use stepwell_core::ids::UserId;
use stepwell_core::oauth::Scope;
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::Timestamp;
use stepwell_core::user::{Status, User};
use stepwell_store::credentials::{self, Credential};
use stepwell_store::sessions::{self, Session};
use stepwell_store::{StoreError, Tx, consents, users};

use super::asker::Asker;
use super::state::State;
use crate::Engine;

/// Facts, with the rows behind them that pages and writes need.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) facts: Facts,
    /// The browser's session, if it has a live one.
    pub(crate) session: Option<Session>,
    /// Whom the pages are about, if that person exists.
    pub(crate) user: Option<User>,
    /// That person's authenticators.
    pub(crate) credentials: Vec<Credential>,
}

impl Engine {
    /// The live session behind a cookie.
    pub(crate) fn session_of(
        &self,
        tx: &mut Tx<'_>,
        cookie: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let Some(secret) = cookie else {
            return Ok(None);
        };
        let idle = self.settings.lifetimes.session_idle;
        let session = sessions::find_by_hash(tx, &Hashed::of(secret), now)?;
        Ok(session.filter(|session| session.is_live(now, idle)))
    }

    pub(super) fn gather(
        &self,
        tx: &mut Tx<'_>,
        cookie: Option<&Secret>,
        now: Timestamp,
        about: &About<'_>,
    ) -> Result<Known, StoreError> {
        let session = self.session_of(tx, cookie, now)?;
        let name = about.person(session.as_ref());
        let user = match &name {
            Some(Some(id)) => users::find(tx, id)?.filter(|u| u.status == Status::Active),
            _ => None,
        };
        // Nobody is signed in where a locked person was: the page asks for a name, and does not tell why.
        let name = name.filter(|_| user.is_some() || about.is_named());
        let credentials = match &user {
            Some(user) => credentials::live_of(tx, &user.id)?,
            None => Vec::new(),
        };
        let person = name.map(|_| Person {
            subject: user.as_ref().map(|u| u.id.clone()),
            owned: self.factors.owned(&credentials),
        });
        let proven = match &session {
            // The session of somebody who was locked meanwhile proves nothing.
            Some(s) if user.as_ref().is_some_and(|u| u.id == s.user_id) => Some(Proven {
                subject: s.user_id.clone(),
                evidence: self.proofs_of(tx, &s.id, now)?,
            }),
            _ => None,
        };
        let consent = about.consent(tx, user.as_ref())?;
        let facts = Facts {
            session: proven,
            person,
            account_chosen: about.state.account_chosen,
            consent,
            ended: about.state.ended,
        };
        Ok(Known {
            facts,
            session,
            user,
            credentials,
        })
    }
}

/// What the facts are gathered about.
#[derive(Debug)]
pub(super) struct About<'a> {
    pub(super) asker: &'a Asker,
    pub(super) question: &'a Request,
    pub(super) state: &'a State,
}

impl About<'_> {
    /// Whom the pages are about: nobody yet, a name of nobody's, or a person.
    fn person(&self, session: Option<&Session>) -> Option<Option<UserId>> {
        if let Some(identified) = &self.state.identified {
            return Some(identified.user.clone());
        }
        match (&self.question.demand.subject, session) {
            // A request that names a person is answered by that person's session. Without one the page asks for a
            // name: showing it would tell anybody who holds a `sub` whose it is.
            (Pin::Only(subject), session) => session
                .filter(|session| session.user_id == *subject)
                .map(|session| Some(session.user_id.clone())),
            (_, Some(session)) if !self.state.switched => Some(Some(session.user_id.clone())),
            _ => None,
        }
    }

    /// Whether a name was typed, rather than taken from the browser's session.
    fn is_named(&self) -> bool {
        self.state.identified.is_some()
    }

    fn consent(&self, tx: &mut Tx<'_>, user: Option<&User>) -> Result<Consent, StoreError> {
        // There is nothing to consent to on a page of our own.
        let Asker::Client(app) = self.asker else {
            return Ok(Consent::Given);
        };
        let (client, request) = (&app.client, &app.request);
        if self.state.consented || (client.skip_consent && !request.prompt.consent) {
            return Ok(Consent::Given);
        }
        let Some(user) = user.filter(|_| !request.prompt.consent) else {
            return Ok(Consent::Missing);
        };
        let given = consents::find(tx, &user.id, &client.id)?;
        let covered = given.is_some_and(|c| {
            Scope::parse(&c.scopes)
                .is_ok_and(|given| request.disclosed(client).is_subset_of(&given))
        });
        Ok(if covered {
            Consent::Given
        } else {
            Consent::Missing
        })
    }
}
