//! Demands add up, and adding up never weakens.

use proptest::prelude::*;
use stepwell_core::authn::{Demand, Verdict};

use super::generate::{Pace, any_demand, scene};
use super::times;
use crate::support::Scene;

proptest! {
    #![proptest_config(times(1_000))]

    #[test]
    fn joining_demands_is_free_of_order_and_of_repetition(a in any_demand(), b in any_demand(), c in any_demand()) {
        let join = |a: &Demand, b: &Demand| a.clone().join(b.clone());
        prop_assert_eq!(join(&a, &b), join(&b, &a));
        prop_assert_eq!(join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
        prop_assert_eq!(join(&a, &a), a.clone());
        prop_assert_eq!(join(&a, &Demand::default()), a.clone());
        prop_assert_eq!(join(&join(&a, &b), &b), join(&a, &b));
    }

    #[test]
    fn what_meets_two_demands_meets_each_of_them(scene in scene(Pace::Any), more in any_demand()) {
        // Silently, because a voluntary acr is worth a page to one of them only.
        let scene = scene.silently();
        let with = |demand: Demand| {
            let mut scene = scene.clone();
            scene.request.demand = demand;
            matches!(scene.decide().verdict, Verdict::Grant(_))
        };
        let own = scene.request.demand.clone();
        if with(own.clone().join(more.clone())) {
            prop_assert!(with(own));
            prop_assert!(with(more));
        }
    }

    #[test]
    fn a_demand_more_never_turns_a_refusal_or_a_page_into_a_grant(scene in scene(Pace::Any), more in any_demand()) {
        let necessary = |scene: &Scene| scene.request.demand.clauses.iter().all(|c| !c.voluntary);
        prop_assume!(necessary(&scene));
        if !matches!(scene.decide().verdict, Verdict::Grant(_)) {
            prop_assert!(!matches!(scene.and(more).decide().verdict, Verdict::Grant(_)));
        }
    }
}
