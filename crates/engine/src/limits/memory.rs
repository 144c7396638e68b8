//! Limits of one node, in its memory, bounded in size.
//!
//! When throttling runs out of room the fullest buckets are forgotten first; when the memory of used
//! things runs out of room nothing more is accepted, as forgetting one would let it be used again.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stepwell_core::time::{Seconds, Timestamp};

use super::bucket::{Rule, Verdict};
use super::key::LimitKey;
use super::{Limits, LimitsDown};

const SHARDS: usize = 16;
/// Keys of each kind that are kept by default: some 30 MB when full.
const DEFAULT_KEYS: usize = 200_000;
/// When full, this many are compared to find one to forget.
const SAMPLE: usize = 32;
/// Something used is remembered at least this long.
const AT_LEAST: Seconds = Seconds(1);

/// Instants by key: when a bucket is full again, or until when something counts as used.
#[derive(Debug, Default)]
struct Shard {
    until: HashMap<LimitKey, i64>,
    /// Inserts since what has passed was last swept out.
    since_sweep: usize,
}

impl Shard {
    /// Adds a key, forgetting another when there is no room. Sweeps now and then only, so that a flood
    /// of keys costs a full pass seldom and not each time.
    fn add(&mut self, key: &LimitKey, until: i64, most: usize, now: i64) {
        self.since_sweep += 1;
        if self.since_sweep > most.min(1024) {
            self.sweep(now);
        }
        if self.until.len() >= most {
            let soonest = self
                .until
                .iter()
                .take(SAMPLE)
                .min_by_key(|(_, until)| **until)
                .map(|(key, _)| key.clone());
            soonest.map(|key| self.until.remove(&key));
        }
        self.until.insert(key.clone(), until);
    }

    /// Adds a key where none may be forgotten. False when there is no room.
    fn add_for_sure(&mut self, key: &LimitKey, until: i64, most: usize, now: i64) -> bool {
        self.since_sweep += 1;
        if self.until.len() >= most || self.since_sweep > most.min(1024) {
            self.sweep(now);
        }
        let room = self.until.len() < most;
        if room {
            self.until.insert(key.clone(), until);
        }
        room
    }

    fn sweep(&mut self, now: i64) {
        self.until.retain(|_, until| *until > now);
        self.since_sweep = 0;
    }
}

/// See the module.
#[derive(Debug)]
pub struct MemoryLimits {
    buckets: Vec<Mutex<Shard>>,
    used: Vec<Mutex<Shard>>,
    hasher: RandomState,
    most_per_shard: usize,
}

impl Default for MemoryLimits {
    fn default() -> Self {
        Self::new(DEFAULT_KEYS)
    }
}

impl MemoryLimits {
    /// Keeps at most about `keys` counters, and as many used things.
    pub fn new(keys: usize) -> Self {
        let shards = || (0..SHARDS).map(|_| Mutex::default()).collect();
        Self {
            buckets: shards(),
            used: shards(),
            hasher: RandomState::new(),
            most_per_shard: (keys / SHARDS).max(1),
        }
    }

    /// Takes over what the shared memory holds for a key, so that this node knows it too.
    pub(super) fn keep(&self, key: &LimitKey, full_at: Option<i64>, now: Timestamp) {
        let mut shard = self.shard(&self.buckets, key);
        match full_at.filter(|at| *at > now.as_micros()) {
            None => {
                shard.until.remove(key);
            }
            Some(at) => {
                if let Some(kept) = shard.until.get_mut(key) {
                    *kept = at;
                    return;
                }
                shard.add(key, at, self.most_per_shard, now.as_micros());
            }
        }
    }

    fn shard<'s>(&self, shards: &'s [Mutex<Shard>], key: &LimitKey) -> MutexGuard<'s, Shard> {
        let at = (self.hasher.hash_one(key) % SHARDS as u64) as usize;
        // A map of instants is whole after every statement; a panic elsewhere does not spoil it.
        shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Limits for MemoryLimits {
    fn hit(&self, key: &LimitKey, rule: &Rule, now: Timestamp) -> Result<Verdict, LimitsDown> {
        let mut shard = self.shard(&self.buckets, key);
        if let Some(kept) = shard.until.get_mut(key) {
            let (verdict, next) = rule.hit(Some(*kept), now);
            *kept = next.unwrap_or(*kept);
            return Ok(verdict);
        }
        let (verdict, next) = rule.hit(None, now);
        if let Some(next) = next {
            shard.add(key, next, self.most_per_shard, now.as_micros());
        }
        Ok(verdict)
    }

    fn peek(&self, key: &LimitKey, rule: &Rule, now: Timestamp) -> Result<Verdict, LimitsDown> {
        let kept = self.shard(&self.buckets, key).until.get(key).copied();
        Ok(rule.peek(kept, now))
    }

    fn refund(&self, key: &LimitKey, rule: &Rule, now: Timestamp) -> Result<(), LimitsDown> {
        let mut shard = self.shard(&self.buckets, key);
        let Some(kept) = shard.until.get(key).copied() else {
            return Ok(());
        };
        match rule.refund(Some(kept), now) {
            Some(next) => shard.until.insert(key.clone(), next),
            None => shard.until.remove(key),
        };
        Ok(())
    }

    fn clear(&self, key: &LimitKey) -> Result<(), LimitsDown> {
        self.shard(&self.buckets, key).until.remove(key);
        Ok(())
    }

    fn first_use(
        &self,
        key: &LimitKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, LimitsDown> {
        let mut shard = self.shard(&self.used, key);
        if shard
            .until
            .get(key)
            .is_some_and(|until| *until > now.as_micros())
        {
            return Ok(false);
        }
        let until = until.max(now.plus(AT_LEAST)).as_micros();
        if shard.add_for_sure(key, until, self.most_per_shard, now.as_micros()) {
            Ok(true)
        } else {
            Err(LimitsDown)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const RULE: Rule = Rule {
        budget: 2,
        window: Seconds(60),
    };

    fn held(shards: &[Mutex<Shard>]) -> usize {
        shards
            .iter()
            .map(|shard| shard.lock().unwrap().until.len())
            .sum()
    }

    #[test]
    fn a_flood_of_keys_stays_within_the_bound_and_keeps_those_that_wait_longest() {
        let limits = MemoryLimits::new(SHARDS * SAMPLE);
        let now = Timestamp::from_secs(1_000);
        let guarded = LimitKey::account("password", "ada");
        while limits.hit(&guarded, &RULE, now).unwrap().is_allowed() {}
        for n in 0..20_000 {
            limits
                .hit(&LimitKey::account("password", &n.to_string()), &RULE, now)
                .unwrap();
        }
        assert!(held(&limits.buckets) <= SHARDS * SAMPLE);
        assert!(
            !limits.peek(&guarded, &RULE, now).unwrap().is_allowed(),
            "the one under attack is not forgotten"
        );
    }

    #[test]
    fn a_full_memory_of_used_things_accepts_nothing_until_some_have_passed() {
        let limits = MemoryLimits::new(SHARDS);
        let now = Timestamp::from_secs(1_000);
        let soon = now.plus(Seconds(60));
        let outcomes: Vec<_> = (0..500)
            .map(|n| {
                limits.first_use(
                    &LimitKey::replay("assertion", "app", &n.to_string()),
                    soon,
                    now,
                )
            })
            .collect();
        assert!(outcomes.contains(&Err(LimitsDown)));
        assert!(held(&limits.used) <= SHARDS);
        let later = now.plus(Seconds(61));
        assert_eq!(
            limits.first_use(
                &LimitKey::replay("assertion", "app", "new"),
                later.plus(Seconds(60)),
                later
            ),
            Ok(true)
        );
    }

    #[test]
    fn what_has_passed_is_swept_out() {
        let limits = MemoryLimits::new(SHARDS * 2_000);
        for n in 0..200_000i64 {
            limits
                .hit(
                    &LimitKey::account("password", &n.to_string()),
                    &RULE,
                    Timestamp::from_secs(n * 100),
                )
                .unwrap();
        }
        assert!(
            held(&limits.buckets) <= SHARDS * 1_025,
            "{}",
            held(&limits.buckets)
        );
    }
}
