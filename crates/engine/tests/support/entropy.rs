//! Randomness that repeats.

use std::sync::Mutex;

use sha2::{Digest, Sha256};
use stepwell_core::entropy::Entropy;

/// An endless stream of bytes drawn from one number: the same number, the same stream.
#[derive(Debug)]
pub struct Seeded(Mutex<(u64, u64)>);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new((seed, 0)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let mut state = self.0.lock().unwrap();
            state.1 += 1;
            let block = Sha256::new()
                .chain_update(state.0.to_be_bytes())
                .chain_update(state.1.to_be_bytes())
                .finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}
