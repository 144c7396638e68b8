//! Throttling, and the memory of what may be used once: one small interface, in memory or on Redis.
//!
//! Limits slow guessing down and never lock anybody out for good. What must survive a restart (budgets
//! of an authenticator, used TOTP steps) belongs in the database, not here.

mod bucket;
pub mod key;
pub mod memory;
mod messages;
mod network;
pub mod redis;

pub use bucket::{Rule, Verdict};
pub use key::{LimitKey, NetworkKey};
pub use memory::MemoryLimits;
pub(crate) use messages::Messages;
pub use redis::RedisLimits;

use stepwell_core::time::Timestamp;

/// The shared memory cannot answer, so what depends on it must be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the shared memory of limits does not answer, so what depends on it is refused; check redis_url and the Redis server"
)]
pub struct LimitsDown;

/// Counts attempts, and remembers what was used.
///
/// Each method can fail for the sake of implementations to come; the two here fail in `first_use` only,
/// because where the shared memory is away this node's own counts apply, so that there is a limit at
/// all times. A caller that meets an error must refuse.
pub trait Limits: Send + Sync + std::fmt::Debug {
    /// Counts one attempt, unless it must wait.
    ///
    /// # Errors
    /// When it could not be counted.
    fn hit(&self, key: &LimitKey, rule: &Rule, now: Timestamp) -> Result<Verdict, LimitsDown>;

    /// What [`Limits::hit`] would answer as far as this node knows, without counting and without
    /// leaving the process.
    ///
    /// # Errors
    /// When that cannot be known.
    fn peek(&self, key: &LimitKey, rule: &Rule, now: Timestamp) -> Result<Verdict, LimitsDown>;

    /// Takes one counted attempt back: after a success where only failures should count.
    ///
    /// # Errors
    /// When it could not be taken back.
    fn refund(&self, key: &LimitKey, rule: &Rule, now: Timestamp) -> Result<(), LimitsDown>;

    /// Forgets every attempt, as after a success.
    ///
    /// # Errors
    /// When they could not be forgotten.
    fn clear(&self, key: &LimitKey) -> Result<(), LimitsDown>;

    /// True for the first caller and false for every later one until `until`.
    ///
    /// # Errors
    /// When that cannot be known; the caller must refuse.
    fn first_use(
        &self,
        key: &LimitKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, LimitsDown>;

    /// Asks the shared memory whether it answers; none where nothing is shared. It may wait for the network.
    fn shared_is_up(&self) -> Option<bool> {
        None
    }
}

#[cfg(test)]
mod tests;
