//! The hub held against the oracle.

use proptest::prelude::*;

use super::outcome::Outcome;
use crate::properties::generate::{Pace, scene};
use crate::properties::times;

proptest! {
    #![proptest_config(times(3_000))]

    #[test]
    fn the_hub_says_what_brute_force_says(scene in scene(Pace::Any)) {
        let expected = Outcome::expected(&scene);
        let decision = scene.decide();
        if expected == Outcome::EitherWay {
            prop_assert!(matches!(Outcome::from(&decision), Outcome::Prove(_) | Outcome::Refuse(_)));
        } else {
            prop_assert_eq!(Outcome::from(&decision), expected, "because {:?}", decision.reasons);
        }
    }
}
