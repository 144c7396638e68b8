//! How many hashes may run and wait at once: a flood of sign-ins meets `Busy`, not a full memory.
//!
//! Each hash takes 19 MiB and a core for tens of milliseconds (threat 76).

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// As many hashes run and wait as may; try again in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many password checks are waiting; try again in a second")]
pub struct Busy;

#[derive(Debug, Default)]
struct State {
    running: usize,
    waiting: usize,
}

/// A bounded number of places, with a bounded queue before them.
#[derive(Debug)]
pub struct HashGate {
    places: usize,
    queue: usize,
    state: Mutex<State>,
    freed: Condvar,
}

/// A place; dropping it lets the next one in.
#[derive(Debug)]
pub struct Place<'g>(&'g HashGate);

impl HashGate {
    /// `places` hashes at once (the number of cores), `queue` more may wait. At least one place.
    pub fn new(places: usize, queue: usize) -> Self {
        Self {
            places: places.max(1),
            queue,
            state: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    /// Takes a place, waiting in the queue for one.
    ///
    /// # Errors
    /// [`Busy`] at once when the queue is full.
    pub fn enter(&self) -> Result<Place<'_>, Busy> {
        let mut state = self.lock();
        if state.running >= self.places {
            if state.waiting >= self.queue {
                return Err(Busy);
            }
            state.waiting += 1;
            while state.running >= self.places {
                state = self
                    .freed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            state.waiting -= 1;
        }
        state.running += 1;
        Ok(Place(self))
    }

    /// How many run and how many wait, for metrics.
    pub fn load(&self) -> (usize, usize) {
        let state = self.lock();
        (state.running, state.waiting)
    }

    /// Two counters hold no half-done change, so a panic elsewhere does not spoil them.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_full_queue_answers_busy_and_a_freed_place_lets_in() {
        let gate = HashGate::new(1, 0);
        let place = gate.enter().unwrap();
        assert_eq!(gate.enter().unwrap_err(), Busy);
        drop(place);
        assert!(gate.enter().is_ok());
    }

    #[test]
    fn no_more_than_the_places_ever_run_and_everyone_in_the_queue_gets_through() {
        let gate = HashGate::new(2, 30);
        let (inside, most, done) = (
            AtomicUsize::new(0),
            AtomicUsize::new(0),
            AtomicUsize::new(0),
        );
        std::thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    let _place = gate.enter().unwrap();
                    most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    done.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(done.load(Ordering::SeqCst), 32);
        assert!(most.load(Ordering::SeqCst) <= 2);
        assert_eq!(gate.load(), (0, 0));
    }

    #[test]
    fn a_hash_that_panics_gives_its_place_back() {
        let gate = HashGate::new(1, 0);
        let result = std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    let _place = gate.enter().unwrap();
                    // Unwinds as a panic does, without its report in the test output.
                    std::panic::resume_unwind(Box::new("as a hash might"));
                })
                .join()
        });
        assert!(result.is_err());
        assert!(gate.enter().is_ok());
    }
}
