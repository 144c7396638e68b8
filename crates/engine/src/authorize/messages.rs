//! How many messages an account and a network may cause: they cost money, fill inboxes and wear people out.
//!
//! Every message that was asked for takes its share, whatever page or interaction asked; what did not leave gives
//! it back.

use stepwell_core::ids::UserId;
use stepwell_core::time::{Seconds, Timestamp};

use crate::Engine;
use crate::call::Call;
use crate::courier::Channel;
use crate::error::EngineError;
use crate::limits::{LimitKey, NetworkKey, Rule, Verdict};

/// See the module.
pub(crate) struct Messages<'a> {
    engine: &'a Engine,
    now: Timestamp,
    budgets: Vec<(LimitKey, Rule)>,
}

impl<'a> Messages<'a> {
    /// The budgets that a message to this person by this way draws on.
    pub(crate) fn of(engine: &'a Engine, call: &Call<'_>, user: &UserId, channel: Channel) -> Self {
        let codes = engine.settings.limits.codes;
        let rule = |budget| Rule {
            budget,
            window: codes.window,
        };
        let purpose = match channel {
            Channel::Mail => "messages-mail",
            Channel::Text => "messages-sms",
        };
        let account = (
            LimitKey::account(purpose, user.as_str()),
            rule(codes.per_account),
        );
        let network = call.peer.ip.map(|ip| {
            (
                LimitKey::network(purpose, &NetworkKey::of(ip)),
                rule(codes.per_network),
            )
        });
        Self {
            engine,
            now: call.now,
            budgets: std::iter::once(account).chain(network).collect(),
        }
    }

    /// Takes a share of each; how long to wait, where one of them is spent.
    pub(crate) fn take(&self) -> Result<Option<Seconds>, EngineError> {
        for (at, (key, rule)) in self.budgets.iter().enumerate() {
            if let Verdict::Wait { retry_after } = self.engine.limits.hit(key, rule, self.now)? {
                self.give_back_first(at)?;
                return Ok(Some(retry_after));
            }
        }
        Ok(None)
    }

    /// It did not leave.
    pub(crate) fn give_back(&self) -> Result<(), EngineError> {
        self.give_back_first(self.budgets.len())
    }

    fn give_back_first(&self, count: usize) -> Result<(), EngineError> {
        for (key, rule) in self.budgets.iter().take(count) {
            self.engine.limits.refund(key, rule, self.now)?;
        }
        Ok(())
    }
}
