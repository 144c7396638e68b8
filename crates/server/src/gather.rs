//! Work that comes while like work is being done waits, and is then done together by whoever does that.
//!
//! Knows nothing of what the work is. Nobody is left waiting: whoever gives up lets go of all that waits.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What waits to be done, and whether somebody does it. Cloning shares it.
#[derive(Debug)]
pub(crate) struct Gathering<T>(Arc<Mutex<Line<T>>>);

#[derive(Debug)]
struct Line<T> {
    waiting: VecDeque<T>,
    served: bool,
}

/// The duty to do what waits until nothing does.
#[derive(Debug)]
pub(crate) struct Serving<T> {
    line: Gathering<T>,
    over: bool,
}

impl<T> Gathering<T> {
    /// Stands in line; who finds that nobody serves it has to.
    pub(crate) fn join(&self, one: T) -> Option<Serving<T>> {
        let mut line = self.line();
        line.waiting.push_back(one);
        let served = mem::replace(&mut line.served, true);
        (!served).then(|| Serving {
            line: self.clone(),
            over: false,
        })
    }

    fn line(&self) -> MutexGuard<'_, Line<T>> {
        // Nothing panics while it is held, so what it guards is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Serving<T> {
    /// Those who wait, in their order and at most so many, or that nobody does and the duty is over.
    pub(crate) fn next(&mut self, most: usize) -> Option<Vec<T>> {
        let mut line = self.line.line();
        let many = line.waiting.len().min(most);
        let group: Vec<T> = line.waiting.drain(..many).collect();
        if group.is_empty() {
            line.served = false;
            self.over = true;
            return None;
        }
        Some(group)
    }
}

impl<T> Drop for Serving<T> {
    /// Of a thread that never ran, or panicked.
    fn drop(&mut self) {
        if !self.over {
            let mut line = self.line.line();
            line.served = false;
            line.waiting.clear();
        }
    }
}

impl<T> Clone for Gathering<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Gathering<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Line {
            waiting: VecDeque::new(),
            served: false,
        })))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[test]
    fn the_first_serves_those_who_come_meanwhile_in_their_order_and_in_bounded_groups() {
        let gathering = Gathering::default();
        let mut serving = gathering.join(1).unwrap();
        assert!((2..=5).all(|one| gathering.join(one).is_none()));
        assert_eq!(serving.next(3), Some(vec![1, 2, 3]));
        assert!(gathering.join(6).is_none());
        assert_eq!(serving.next(3), Some(vec![4, 5, 6]));
        assert_eq!(serving.next(3), None);
    }

    #[test]
    fn when_nobody_waits_the_duty_is_over_and_the_next_one_has_it() {
        let gathering = Gathering::default();
        let mut serving = gathering.join(1).unwrap();
        assert_eq!(serving.next(3), Some(vec![1]));
        assert_eq!(serving.next(3), None);
        let mut other = gathering.join(2).unwrap();
        // The one whose duty is over takes nothing from the other.
        drop(serving);
        assert!(gathering.join(3).is_none());
        assert_eq!(other.next(3), Some(vec![2, 3]));
    }

    #[test]
    fn who_gives_up_leaves_nobody_waiting_and_the_duty_to_the_next() {
        let gathering = Gathering::default();
        let (told, mut hears) = oneshot::channel::<()>();
        let serving = gathering.join(told).unwrap();
        drop(serving);
        assert_eq!(hears.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        let (told, _hears) = oneshot::channel();
        assert!(gathering.join(told).is_some());
    }
}
