//! The working memory of hashes: used again while hashes come, given back when they stop.
//!
//! Asking the system for 19 MiB at each hash costs page faults for all of it, and allocators that keep
//! what each thread gave back would hold many times what runs at once. Callers are inside the gate, so
//! there are never more pieces than its places.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::Block;

#[derive(Default)]
struct State {
    spare: Vec<Vec<Block>>,
    used: bool,
}

/// Pieces of memory that wait for the next hash.
#[derive(Default)]
pub(super) struct Memory(Mutex<State>);

impl Memory {
    /// Lends `blocks` blocks (KiB) to `work`. They hold what an earlier hash left: Argon2 writes every
    /// block before it reads it.
    pub(super) fn lend<T>(&self, blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut piece = self.state().spare.pop().unwrap_or_default();
        if piece.len() != blocks {
            // Not grown in place: what it holds is not worth moving.
            piece = Vec::new();
            piece.resize(blocks, Block::new());
        }
        let done = work(&mut piece);
        let mut state = self.state();
        state.used = true;
        state.spare.push(piece);
        done
    }

    /// Gives the memory back when no hash came since the last call.
    pub(super) fn rest(&self) {
        let mut state = self.state();
        if !std::mem::take(&mut state.used) {
            state.spare = Vec::new();
        }
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.state().spare.len()
    }

    /// A list that is whole at all times, so a panic elsewhere does not spoil it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_while_hashes_come_and_given_back_when_they_stop() {
        let memory = Memory::default();
        for _ in 0..3 {
            memory.lend(8, |piece| assert_eq!(piece.len(), 8));
        }
        assert_eq!(memory.waiting(), 1);
        memory.rest();
        assert_eq!(memory.waiting(), 1, "a hash came since the last time");
        memory.rest();
        assert_eq!(memory.waiting(), 0);
    }

    #[test]
    fn a_hash_at_another_cost_gets_as_much_as_it_needs() {
        let memory = Memory::default();
        for blocks in [8, 32, 16] {
            memory.lend(blocks, |piece| assert_eq!(piece.len(), blocks));
        }
        assert_eq!(memory.waiting(), 1);
    }
}
