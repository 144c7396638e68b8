//! How many messages an account and a network may cause: they cost money, fill inboxes and wear people out.
//!
//! Every message that was asked for takes its share, whatever page or interaction asked; what did not leave gives
//! it back. Tries have a wider budget of their own.

use stepwell_core::time::{Seconds, Timestamp};
use stepwell_core::user::User;

use super::{LimitKey, Limits, LimitsDown, NetworkKey, Rule, Verdict};
use crate::call::Call;
use crate::courier::Channel;
use crate::settings::CodeSettings;

/// Tries for each message that an account may cause.
const TRIES: u32 = 3;

/// See the module.
pub(crate) struct Messages<'a> {
    limits: &'a dyn Limits,
    now: Timestamp,
    /// Never given back: each try is written down.
    tries: (LimitKey, Rule),
    budgets: Vec<(LimitKey, Rule)>,
}

impl<'a> Messages<'a> {
    /// The budgets that a message to this person by this way draws on.
    pub(crate) fn of(
        limits: &'a dyn Limits,
        codes: CodeSettings,
        call: &Call<'_>,
        (user, channel): (&User, Channel),
    ) -> Self {
        let rule = |budget| Rule {
            budget,
            window: codes.window,
        };
        let (tried, sent) = match channel {
            Channel::Mail => ("tried-mail", "messages-mail"),
            Channel::Text => ("tried-sms", "messages-sms"),
        };
        let user = user.id.as_str();
        let account = (LimitKey::account(sent, user), rule(codes.per_account));
        let network = call.peer.ip.map(|ip| {
            (
                LimitKey::network(sent, &NetworkKey::of(ip)),
                rule(codes.per_network),
            )
        });
        Self {
            limits,
            now: call.now,
            tries: (
                LimitKey::account(tried, user),
                rule(codes.per_account.saturating_mul(TRIES)),
            ),
            budgets: std::iter::once(account).chain(network).collect(),
        }
    }

    /// Takes a share of each; how long to wait, where one of them is spent.
    pub(crate) fn take(&self) -> Result<Option<Seconds>, LimitsDown> {
        let (key, rule) = &self.tries;
        if let Verdict::Wait { retry_after } = self.limits.hit(key, rule, self.now)? {
            return Ok(Some(retry_after));
        }
        for (at, (key, rule)) in self.budgets.iter().enumerate() {
            if let Verdict::Wait { retry_after } = self.limits.hit(key, rule, self.now)? {
                self.give_back_first(at)?;
                return Ok(Some(retry_after));
            }
        }
        Ok(None)
    }

    /// It did not leave.
    pub(crate) fn give_back(&self) -> Result<(), LimitsDown> {
        self.give_back_first(self.budgets.len())
    }

    fn give_back_first(&self, count: usize) -> Result<(), LimitsDown> {
        for (key, rule) in self.budgets.iter().take(count) {
            self.limits.refund(key, rule, self.now)?;
        }
        Ok(())
    }
}
