//! How many deliveries are under way at once, and a rest after one that failed.
//!
//! A gateway that hangs must hold up neither the threads that serve people nor the person, who is told at once.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use stepwell_engine::courier::Undelivered;

/// Deliveries at once.
const MOST: usize = 4;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a gateway that failed is left alone.
const REST: Duration = Duration::from_secs(2);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Turns {
    state: Mutex<State>,
    free: Condvar,
}

#[derive(Debug, Default)]
struct State {
    under_way: usize,
    failed: Option<(Instant, Undelivered)>,
}

impl Turns {
    /// Delivers when it is its turn; fails at once while the gateway rests.
    #[allow(clippy::disallowed_methods, reason = "measuring a rest, at the edge")]
    pub(super) fn take(
        &self,
        deliver: impl FnOnce() -> Result<(), Undelivered>,
    ) -> Result<(), Undelivered> {
        {
            let waiting = self.state();
            let (mut state, _) = self
                .free
                .wait_timeout_while(waiting, PATIENCE, |state| state.under_way >= MOST)
                .unwrap_or_else(PoisonError::into_inner);
            if let Some((at, why)) = &state.failed
                && at.elapsed() < REST
            {
                return Err(why.clone());
            }
            if state.under_way >= MOST {
                return Err(Undelivered::Unavailable(
                    "too many messages wait to be handed over".to_owned(),
                ));
            }
            state.under_way += 1;
        }
        let turn = Turn(self);
        let outcome = deliver();
        let mut state = self.state();
        state.failed = match &outcome {
            Err(why @ Undelivered::Unavailable(_)) => Some((Instant::now(), why.clone())),
            _ => None,
        };
        drop(state);
        drop(turn);
        outcome
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Given back however the delivery ends.
struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
        self.0.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_that_failed_is_left_alone_for_a_moment() {
        let turns = Turns::default();
        let down = || Err(Undelivered::Unavailable("down".to_owned()));
        assert!(turns.take(down).is_err());
        let again = turns.take(|| panic!("it was asked again at once"));
        assert_eq!(again, Err(Undelivered::Unavailable("down".to_owned())));
        turns.state().failed = None;
        assert_eq!(turns.take(|| Ok(())), Ok(()));
    }

    #[test]
    fn a_bad_address_is_no_fault_of_the_gateway() {
        let turns = Turns::default();
        let bad = || Err(Undelivered::BadAddress("no such box".to_owned()));
        assert!(turns.take(bad).is_err());
        assert_eq!(turns.take(|| Ok(())), Ok(()));
    }

    #[test]
    fn no_more_than_a_few_are_under_way_at_once() {
        let turns = Turns::default();
        let (enter, entered) = std::sync::mpsc::channel();
        let gates: Vec<_> = (0..MOST)
            .map(|_| std::sync::mpsc::channel::<()>())
            .collect();
        std::thread::scope(|scope| {
            let (open, wait): (Vec<_>, Vec<_>) = gates.into_iter().unzip();
            for gate in wait {
                let (turns, enter) = (&turns, enter.clone());
                scope.spawn(move || {
                    turns.take(|| {
                        let _ = enter.send(());
                        let _ = gate.recv();
                        Ok(())
                    })
                });
            }
            for _ in 0..MOST {
                assert!(entered.recv().is_ok());
            }
            assert!(turns.take(|| Ok(())).is_err(), "there is no turn left");
            drop(open);
        });
        assert_eq!(turns.take(|| Ok(())), Ok(()), "and then there is");
    }
}
