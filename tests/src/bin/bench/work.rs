//! What connections do besides signing in.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::http::Connection;
use super::load::Turn;
use super::party::Party;
use super::sign_in::{Tokens, sign_in};

/// Requests that are known beforehand, sent round and round or each once. The answer must be 200 and
/// hold a text.
#[derive(Debug)]
pub(crate) struct Fixed {
    requests: Arc<Vec<Vec<u8>>>,
    next: usize,
    step: usize,
    once: bool,
    holds: &'static str,
}

impl Fixed {
    /// Round and round, beginning with the `first`.
    pub(crate) fn round(requests: &Arc<Vec<Vec<u8>>>, first: usize, holds: &'static str) -> Self {
        Self {
            requests: Arc::clone(requests),
            next: first,
            step: 1,
            once: false,
            holds,
        }
    }

    /// Each once; the connection of number `first` out of `step` takes every `step`th.
    pub(crate) fn once(
        requests: &Arc<Vec<Vec<u8>>>,
        first: usize,
        step: usize,
        holds: &'static str,
    ) -> Self {
        Self {
            requests: Arc::clone(requests),
            next: first,
            step,
            once: true,
            holds,
        }
    }
}

impl Turn for Fixed {
    async fn turn(&mut self, http: &mut Connection) -> Result<bool, String> {
        if self.once && self.next >= self.requests.len() {
            return Ok(false);
        }
        let request = &self.requests[self.next % self.requests.len()];
        self.next += self.step;
        let answer = http.exchange(request).await?.with_status(200)?;
        if answer.body.contains(self.holds) {
            return Ok(true);
        }
        Err(format!("no {} in the answer: {}", self.holds, answer.body))
    }
}

/// Refreshes, each with the token that the last one gave. A connection signs in first.
#[derive(Debug)]
pub(crate) struct Refreshes {
    party: Party,
    token: Option<String>,
    seen: Option<Arc<Mutex<VecDeque<String>>>>,
}

impl Refreshes {
    /// A chain that begins at `start`; access tokens are put into `seen` when it is given.
    pub(crate) fn new(
        party: &Party,
        start: Option<Tokens>,
        seen: Option<&Arc<Mutex<VecDeque<String>>>>,
    ) -> Self {
        Self {
            party: party.clone(),
            token: start.map(|tokens| tokens.refresh),
            seen: seen.map(Arc::clone),
        }
    }
}

impl Turn for Refreshes {
    async fn turn(&mut self, http: &mut Connection) -> Result<bool, String> {
        let token = match self.token.take() {
            Some(token) => token,
            None => sign_in(&self.party, http).await?.refresh,
        };
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
        ];
        let answer = http
            .exchange(&self.party.post("/token", &form))
            .await?
            .with_status(200)?;
        let next = answer.member("refresh_token")?.to_owned();
        if next == token {
            return Err("the refresh token was not rotated".to_owned());
        }
        if let Some(mut seen) = self.seen.as_ref().and_then(|seen| seen.lock().ok()) {
            seen.push_back(answer.member("access_token")?.to_owned());
        }
        self.token = Some(next);
        Ok(true)
    }
}

/// One sign-in at each connection, whose tokens are kept.
#[derive(Debug)]
pub(crate) struct Beginning {
    /// The app.
    pub(crate) party: Party,
    /// Where the tokens go.
    pub(crate) made: Arc<Mutex<Vec<Tokens>>>,
    /// How many are wanted in all.
    pub(crate) wanted: usize,
}

impl Turn for Beginning {
    async fn turn(&mut self, http: &mut Connection) -> Result<bool, String> {
        if self.made.lock().is_ok_and(|made| made.len() >= self.wanted) {
            return Ok(false);
        }
        let tokens = sign_in(&self.party, http).await?;
        if let Ok(mut made) = self.made.lock() {
            made.push(tokens);
        }
        Ok(true)
    }
}
