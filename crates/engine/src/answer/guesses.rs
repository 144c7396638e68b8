//! The budgets that guessing draws on: the account's and the network's.
//!
//! An attempt takes its share of the account's budget before anything is verified, so that guesses made at
//! once are counted like those made one after the other; whatever was no guess gives it back.

use stepwell_core::authn::Method;
use stepwell_core::ids::DeviceId;
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_core::username;

use crate::Engine;
use crate::authorize::{Known, Loaded};
use crate::call::Call;
use crate::error::EngineError;
use crate::limits::{LimitKey, NetworkKey, Rule, Verdict};

/// See the module.
pub(super) struct Guesses<'a> {
    engine: &'a Engine,
    now: Timestamp,
    account: (LimitKey, Rule),
    network: Option<(LimitKey, Rule)>,
}

/// Whether there is a guess left.
pub(super) enum Taken {
    /// There is.
    Guess {
        /// It was the last one for now.
        last: bool,
    },
    /// Not for so long.
    Wait(Seconds),
}

impl<'a> Guesses<'a> {
    pub(super) fn of(
        engine: &'a Engine,
        call: &Call<'_>,
        loaded: &Loaded,
        known: &Known,
        device: Option<&DeviceId>,
        method: &Method,
    ) -> Self {
        let limits = engine.settings.limits;
        // A name of nobody's has a budget too, or its lack would tell.
        let name = match (&known.user, &loaded.state.identified) {
            (Some(user), _) => user.id.as_str().to_owned(),
            (None, Some(typed)) => username::canonical(&typed.username).unwrap_or_default(),
            (None, None) => String::new(),
        };
        // A browser that the person signed in with has a budget of its own, so that nobody who guesses elsewhere
        // keeps them out of it (spec §5 line 73).
        let name = match device {
            Some(device) => format!("{name} {device}"),
            None => name,
        };
        let rule = |budget| Rule {
            budget,
            window: limits.window,
        };
        let network = call.peer.ip.map(|ip| {
            (
                LimitKey::network("login", &NetworkKey::of(ip)),
                rule(limits.failures_per_network),
            )
        });
        let account = (
            LimitKey::account(method.as_str(), &name),
            rule(limits.password_per_account),
        );
        Self {
            engine,
            now: call.now,
            account,
            network,
        }
    }

    pub(super) fn take(&self) -> Result<Taken, EngineError> {
        let limits = &self.engine.limits;
        if let Some((key, rule)) = &self.network
            && let Verdict::Wait { retry_after } = limits.peek(key, rule, self.now)?
        {
            return Ok(Taken::Wait(retry_after));
        }
        Ok(
            match limits.hit(&self.account.0, &self.account.1, self.now)? {
                Verdict::Allowed { remaining } => Taken::Guess {
                    last: remaining == 0,
                },
                Verdict::Wait { retry_after } => Taken::Wait(retry_after),
            },
        )
    }

    /// It was no guess.
    pub(super) fn give_back(&self) -> Result<(), EngineError> {
        Ok(self
            .engine
            .limits
            .refund(&self.account.0, &self.account.1, self.now)?)
    }

    /// It was a wrong one; how long to wait, where the network had no more of them.
    pub(super) fn count_network(&self) -> Result<Option<Seconds>, EngineError> {
        let Some((key, rule)) = &self.network else {
            return Ok(None);
        };
        Ok(match self.engine.limits.hit(key, rule, self.now)? {
            Verdict::Allowed { .. } => None,
            Verdict::Wait { retry_after } => Some(retry_after),
        })
    }

    /// A right answer gives the account its whole budget back; the network keeps its count.
    pub(super) fn clear(&self) -> Result<(), EngineError> {
        Ok(self.engine.limits.clear(&self.account.0)?)
    }
}
