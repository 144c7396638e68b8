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

#[test]
fn zz_dist() {
    use proptest::strategy::ValueTree;
    let mut r = proptest::test_runner::TestRunner::new(times(1));
    let s = scene(Pace::Any);
    let mut m = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..4000 {
        let sc = s.new_tree(&mut r).unwrap().current();
        let k = match Outcome::expected(&sc) { Outcome::Prove(p) => format!("prove max steps {:?}", p.values().max()), Outcome::Grant{acr,..} => format!("grant {}", acr.is_some()), o => format!("{o:?}") };
        *m.entry(k).or_default() += 1;
    }
    println!("{m:#?}");
}
