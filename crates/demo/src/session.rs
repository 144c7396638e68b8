//! What the bank remembers of a visit: in memory, bounded, under an unguessable cookie.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::HttpRequest;
use subtle::ConstantTimeEq;

use crate::api_client::Exchange;
use crate::flow::Action;
use crate::money::Euros;
use crate::order::Order;
use crate::random::{self, NoRandomness};
use crate::tokens::{BothFacts, Tokens};

/// The name of the cookie that holds a visit's id.
pub(crate) const COOKIE: &str = "bank-session";
/// The most visits remembered; the one unused for longest goes first.
const MOST_SESSIONS: usize = 1000;
/// The most authorization requests under way in one visit (several tabs).
const MOST_PENDING: usize = 8;

/// An authorization request on its way: everything the answer is checked against.
#[derive(Clone)]
pub(crate) struct Pending {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    pub(crate) acr_values: Vec<String>,
    pub(crate) max_age: Option<u64>,
    pub(crate) action: Action,
    /// Whether it was begun because the API asked for more.
    pub(crate) step_up: bool,
}

/// What the last action came to, shown on the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Balance {
        balance: Euros,
        /// Where the bank pays out to, once that was said.
        payout: Option<String>,
    },
    Done(Order),
}

#[derive(Default)]
pub(crate) struct BankSession {
    pub(crate) tokens: Option<Tokens>,
    /// The facts of the tokens held when the last step-up began.
    pub(crate) before: Option<BothFacts>,
    /// Whether that step-up came to its end.
    pub(crate) stepped_up: bool,
    /// The order to replay, kept until it is done.
    pub(crate) intent: Option<Order>,
    /// Whose order that is, once somebody was signed in with it.
    pub(crate) whose: Option<String>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) last_authorization: Option<String>,
    pub(crate) last_exchange: Option<Exchange>,
    /// The last exchange in which the API asked for a step-up.
    pub(crate) last_challenge: Option<Exchange>,
    pending: VecDeque<Pending>,
}

impl BankSession {
    pub(crate) fn begin(&mut self, pending: Pending, authorization: String) {
        if pending.step_up {
            self.before = self.tokens.as_ref().map(BothFacts::from);
            self.stepped_up = false;
        }
        if self.pending.len() >= MOST_PENDING {
            self.pending.pop_front();
        }
        self.pending.push_back(pending);
        self.last_authorization = Some(authorization);
    }

    /// Takes the request that `state` belongs to; each can be taken once.
    pub(crate) fn take_pending(&mut self, state: &str) -> Option<Pending> {
        let at = self
            .pending
            .iter()
            .position(|pending| pending.state.as_bytes().ct_eq(state.as_bytes()).into())?;
        self.pending.remove(at)
    }
}

/// The visit's id, as the browser sent it; whether there is such a visit is not said here.
pub(crate) fn session_of(request: &HttpRequest) -> Option<String> {
    request
        .cookie(COOKIE)
        .map(|cookie| cookie.value().to_owned())
        .filter(|id| id.len() <= 64)
}

#[derive(Default)]
struct Visits {
    by_id: HashMap<String, (BankSession, u64)>,
    /// Counts uses, so that the oldest can be told without a clock.
    uses: u64,
}

/// All visits.
#[derive(Default)]
pub(crate) struct Sessions {
    visits: Mutex<Visits>,
}

impl Sessions {
    /// Runs `look` on the session; `None` if there is no such session.
    pub(crate) fn with<R>(&self, id: &str, look: impl FnOnce(&mut BankSession) -> R) -> Option<R> {
        let mut visits = self.locked();
        visits.uses += 1;
        let uses = visits.uses;
        let (session, used) = visits.by_id.get_mut(id)?;
        *used = uses;
        Some(look(session))
    }

    pub(crate) fn create(&self) -> Result<String, NoRandomness> {
        self.put(BankSession::default())
    }

    /// Gives the session a new id, as must be done at each sign-in.
    pub(crate) fn rotate(&self, old: &str) -> Result<String, NoRandomness> {
        let session = self
            .locked()
            .by_id
            .remove(old)
            .map(|(session, _)| session)
            .unwrap_or_default();
        self.put(session)
    }

    pub(crate) fn remove(&self, id: &str) -> Option<BankSession> {
        self.locked().by_id.remove(id).map(|(session, _)| session)
    }

    fn put(&self, session: BankSession) -> Result<String, NoRandomness> {
        let id = random::token()?;
        let mut visits = self.locked();
        if visits.by_id.len() >= MOST_SESSIONS
            && let Some(oldest) = visits
                .by_id
                .iter()
                .min_by_key(|(_, (_, used))| *used)
                .map(|(id, _)| id.clone())
        {
            visits.by_id.remove(&oldest);
        }
        visits.uses += 1;
        let uses = visits.uses;
        visits.by_id.insert(id.clone(), (session, uses));
        Ok(id)
    }

    fn locked(&self) -> MutexGuard<'_, Visits> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{BankSession, MOST_PENDING, MOST_SESSIONS, Pending, Sessions};
    use crate::flow::Action;

    fn pending(state: &str) -> Pending {
        Pending {
            state: state.into(),
            nonce: String::new(),
            verifier: String::new(),
            acr_values: Vec::new(),
            max_age: None,
            action: Action::Balance,
            step_up: false,
        }
    }

    #[test]
    fn a_state_is_good_for_one_answer() {
        let mut session = BankSession::default();
        session.begin(pending("a"), String::new());
        assert!(session.take_pending("b").is_none());
        assert!(session.take_pending("a").is_some());
        assert!(session.take_pending("a").is_none());
    }

    #[test]
    fn requests_under_way_are_bounded_and_the_newest_kept() {
        let mut session = BankSession::default();
        for n in 0..=MOST_PENDING {
            session.begin(pending(&n.to_string()), String::new());
        }
        assert!(session.take_pending("0").is_none());
        assert!(session.take_pending("1").is_some());
    }

    #[test]
    fn visits_are_bounded_and_the_one_unused_for_longest_goes() {
        let sessions = Sessions::default();
        let first = sessions.create().unwrap();
        let second = sessions.create().unwrap();
        for _ in 2..MOST_SESSIONS {
            sessions.create().unwrap();
        }
        sessions.with(&first, |_| ()).unwrap();
        sessions.create().unwrap();
        assert!(sessions.with(&first, |_| ()).is_some());
        assert!(sessions.with(&second, |_| ()).is_none());
    }

    #[test]
    fn a_rotated_session_leaves_its_old_name() {
        let sessions = Sessions::default();
        let old = sessions.create().unwrap();
        sessions
            .with(&old, |session| session.stepped_up = true)
            .unwrap();
        let new = sessions.rotate(&old).unwrap();
        assert!(sessions.with(&old, |_| ()).is_none());
        assert_eq!(
            sessions.with(&new, |session| session.stepped_up),
            Some(true)
        );
    }
}
