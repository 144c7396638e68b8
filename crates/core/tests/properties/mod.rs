//! What holds of every request, whoever asks it of whomever.
//!
//! The seed is fixed so that a run means the same everywhere; `PROPTEST_RNG_SEED` and `PROPTEST_CASES`
//! explore further.

mod demands;
mod enrolling;
mod grants;
mod order;
mod proofs;
mod walks;

pub(crate) mod generate;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::{RngSeed, TestCaseError};

/// How a property is run, `cases` times at least.
pub(crate) fn times(cases: u32) -> ProptestConfig {
    let given = ProptestConfig::default();
    let rng_seed = match given.rng_seed {
        RngSeed::Random => RngSeed::Fixed(2_718_281_828),
        fixed => fixed,
    };
    let cases = cases.max(given.cases);
    ProptestConfig {
        cases,
        rng_seed,
        failure_persistence: None,
        // At least one scene in two hundred has to reach what a property says.
        max_global_rejects: cases.saturating_mul(199),
        ..given
    }
}

/// A scene that a property says nothing of. It does not count: where the generator makes too few others,
/// the property fails instead of holding of nothing.
pub(crate) fn beside(why: &'static str) -> Result<(), TestCaseError> {
    Err(TestCaseError::reject(why))
}
