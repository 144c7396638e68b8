//! More proofs never lower what is satisfied, and time alone never raises it.

use proptest::prelude::*;
use stepwell_core::authn::{Acr, Evidence, Verdict};
use stepwell_core::time::{Seconds, Timestamp};

use super::generate::{Pace, everything, evidence, scene};
use super::times;
use crate::support::{NOW, Scene, ago};

/// Since when an acr is true of these proofs, if it is.
fn since(acr: &Acr, proofs: &[Evidence], now: Timestamp) -> Option<Timestamp> {
    let mut scene = Scene::alice(&[])
        .offering(&everything())
        .knowing([acr.clone()])
        .asks(&[acr.name.as_str()])
        .proved(proofs.to_vec())
        .silently();
    scene.request.began = ago(100_000);
    scene.now = now;
    match scene.decide().verdict {
        Verdict::Grant(grounds) => Some(grounds.auth_time),
        _ => None,
    }
}

fn proofs(upto: usize) -> impl Strategy<Value = Vec<Evidence>> {
    prop::collection::vec(evidence(), 1..=upto)
}

proptest! {
    #![proptest_config(times(1_200))]

    #[test]
    fn more_proofs_never_lower_what_is_satisfied(scene in scene(Pace::Any), had in proofs(6), more in evidence()) {
        let all = [had.as_slice(), std::slice::from_ref(&more)].concat();
        for acr in scene.policy.catalog.iter() {
            let (before, after) = (since(acr, &had, NOW), since(acr, &all, NOW));
            prop_assert!(after >= before, "{:?} was {:?}, is {:?}", acr, before, after);
        }
    }

    #[test]
    fn more_proofs_never_undo_a_grant(scene in scene(Pace::Any), more in evidence()) {
        let scene = scene.silently();
        if let Verdict::Grant(before) = scene.decide().verdict {
            let mut richer = scene.clone();
            richer.facts.session.as_mut().unwrap().evidence.push(more);
            match richer.decide().verdict {
                Verdict::Grant(after) => prop_assert!(rank(&scene, &after.acr) >= rank(&scene, &before.acr)),
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }

    #[test]
    fn time_alone_never_raises_a_claim(scene in scene(Pace::Any), had in proofs(5), passed in 0u64..4_000) {
        let had: Vec<Evidence> = had.into_iter().filter(|e| e.at <= NOW).collect();
        for acr in scene.policy.catalog.iter() {
            let (now, later) = (since(acr, &had, NOW), since(acr, &had, NOW.plus(Seconds(passed))));
            prop_assert!(later <= now, "{:?} was {:?}, became {:?}", acr, now, later);
        }
    }
}

/// How good an answer is: by preference where it was asked for, else by the configured order.
fn rank(scene: &Scene, acr: &Option<stepwell_core::authn::AcrName>) -> usize {
    let Some(acr) = acr else { return 0 };
    let acrs: Vec<_> = scene.policy.catalog.iter().collect();
    match scene.request.prefer.iter().position(|p| p == acr) {
        Some(at) => acrs.len() + scene.request.prefer.len() - at,
        None => 1 + acrs.iter().position(|a| a.name == *acr).unwrap(),
    }
}
