//! The arithmetic of a limit: the generic cell rate algorithm, a token bucket kept as one instant.
//!
//! That instant is when the bucket will be full again. Attempts push it ahead by one share of the
//! window each; an attempt that would push it further ahead than the window has to wait, and does not
//! count. After a burst of the whole budget, one attempt per share is allowed.

use stepwell_core::time::{Seconds, Timestamp};

/// How much is allowed: `budget` attempts at once, and as many again over each `window`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Attempts; 0 counts as 1.
    pub budget: u32,
    /// Seconds until an empty bucket is full again; 0 counts as 1.
    pub window: Seconds,
}

/// Whether an attempt may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Allowed {
        /// How many more may follow at once.
        remaining: u32,
    },
    /// Not yet: `Retry-After` (RFC 9110 §10.2.3).
    Wait {
        /// Whole seconds, at least one.
        retry_after: Seconds,
    },
}

impl Verdict {
    /// Whether the attempt may go on.
    pub fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed { .. })
    }
}

impl Rule {
    /// Microseconds of the whole window.
    pub(super) fn window_micros(&self) -> i64 {
        // A year bounds the arithmetic; no limit means longer.
        Seconds(self.window.0.clamp(1, 366 * 86_400)).as_micros()
    }

    /// Microseconds of one attempt's share.
    pub(super) fn share_micros(&self) -> i64 {
        (self.window_micros() / i64::from(self.budget.max(1))).max(1)
    }

    /// When the bucket is full again, made sensible: never before now, and never further ahead than an
    /// empty bucket, as after a clock was set back.
    fn full_at(&self, kept: Option<i64>, now: i64) -> i64 {
        kept.unwrap_or(now)
            .clamp(now, now.saturating_add(self.window_micros()))
    }

    /// Judges one attempt, and says what to keep: what it was pushed to if it counts, and an empty bucket in
    /// place of one that a clock set back made emptier than that, or it would stay so until time caught up.
    pub(super) fn hit(&self, kept: Option<i64>, now: Timestamp) -> (Verdict, Option<i64>) {
        let now = now.as_micros();
        let full_at = self.full_at(kept, now);
        let pushed = full_at.saturating_add(self.share_micros());
        let over = pushed - now.saturating_add(self.window_micros());
        if over > 0 {
            (wait(over), kept.map(|kept| kept.min(full_at)))
        } else {
            (self.allowed(pushed, now), Some(pushed))
        }
    }

    /// What [`Rule::hit`] would answer.
    pub(super) fn peek(&self, kept: Option<i64>, now: Timestamp) -> Verdict {
        let micros = now.as_micros();
        let full_at = self.full_at(kept, micros);
        match self.hit(Some(full_at), now).0 {
            Verdict::Allowed { .. } => self.allowed(full_at, micros),
            waiting => waiting,
        }
    }

    /// What to keep after one attempt is taken back; nothing when the bucket is full.
    pub(super) fn refund(&self, kept: Option<i64>, now: Timestamp) -> Option<i64> {
        let now = now.as_micros();
        let back = self.full_at(kept, now) - self.share_micros();
        (back > now).then_some(back)
    }

    /// The verdict that another node's arithmetic came to: what it keeps now, and whether it counted.
    pub(super) fn verdict(&self, counted: bool, kept: i64, now: Timestamp) -> Verdict {
        if counted {
            self.allowed(kept, now.as_micros())
        } else {
            self.peek(Some(kept), now)
        }
    }

    fn allowed(&self, full_at: i64, now: i64) -> Verdict {
        let left = now.saturating_add(self.window_micros()) - full_at;
        let remaining = (left / self.share_micros()).clamp(0, i64::from(self.budget.max(1)));
        Verdict::Allowed {
            remaining: u32::try_from(remaining).unwrap_or(u32::MAX),
        }
    }
}

fn wait(micros: i64) -> Verdict {
    let secs = micros.div_euclid(1_000_000) + i64::from(micros.rem_euclid(1_000_000) > 0);
    Verdict::Wait {
        retry_after: Seconds(u64::try_from(secs.max(1)).unwrap_or(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_never_makes_anyone_wait_longer_than_the_window() {
        let rule = Rule {
            budget: 3,
            window: Seconds(60),
        };
        let kept = Timestamp::from_secs(1_000_000).as_micros();
        let Verdict::Wait { retry_after } = rule.peek(Some(kept), Timestamp::from_secs(1_000))
        else {
            panic!("an empty bucket waits");
        };
        assert_eq!(retry_after, Seconds(20));
    }

    #[test]
    fn a_clock_set_back_leaves_an_empty_bucket_that_fills_again() {
        let rule = Rule {
            budget: 3,
            window: Seconds(60),
        };
        let kept = Some(Timestamp::from_secs(1_000_000).as_micros());
        let (refused, kept) = rule.hit(kept, Timestamp::from_secs(1_000));
        assert!(!refused.is_allowed());
        assert!(rule.hit(kept, Timestamp::from_secs(1_020)).0.is_allowed());
        assert!(!rule.hit(kept, Timestamp::from_secs(1_019)).0.is_allowed());
    }

    #[test]
    fn a_rule_of_nothing_still_allows_one_and_never_divides_by_zero() {
        let rule = Rule {
            budget: 0,
            window: Seconds(0),
        };
        let now = Timestamp::from_secs(5);
        let (first, kept) = rule.hit(None, now);
        assert_eq!(first, Verdict::Allowed { remaining: 0 });
        assert_eq!(
            rule.hit(kept, now).0,
            Verdict::Wait {
                retry_after: Seconds(1)
            }
        );
        let endless = Rule {
            budget: u32::MAX,
            window: Seconds(u64::MAX),
        };
        assert!(
            endless
                .hit(Some(i64::MAX), Timestamp::from_micros(i64::MAX))
                .0
                .is_allowed()
                || !endless.peek(None, now).is_allowed()
        );
    }
}
