//! Setting something up: never before a full proof, never a way around a demand; and recovery codes prove nothing.

use proptest::prelude::*;
use stepwell_core::authn::{Occasion, Reason, Step, Verdict};

use super::generate::{Pace, scene};
use super::{beside, times};
use crate::support::{NOW, recovery_code};

proptest! {
    #![proptest_config(times(300))]

    #[test]
    fn a_recovery_code_never_makes_an_acr_true_that_does_not_name_it(scene in scene(Pace::Any), ago in 0i64..600) {
        let mut silent = scene.silently();
        silent.request.change = None;
        let names_it = format!("{:?}", silent.policy.catalog).contains("recovery");
        prop_assume!(!names_it);
        let mut richer = silent.clone();
        prop_assume!(richer.facts.session.is_some());
        richer.facts.session.as_mut().unwrap().evidence.push(recovery_code().used(ago));
        match (silent.decide().verdict, richer.decide().verdict) {
            (Verdict::Grant(before), Verdict::Grant(after)) => {
                prop_assert_eq!(before.acr, after.acr);
                prop_assert_eq!(before.auth_time, after.auth_time);
                prop_assert_eq!(before.amr, after.amr);
                prop_assert_eq!(before.evidence, after.evidence);
            }
            (_, Verdict::Grant(grounds)) => prop_assert!(false, "{:?} by a recovery code", grounds),
            _ => {}
        }
    }

    #[test]
    fn only_what_policy_lists_is_set_up_and_only_where_it_allows_that(scene in scene(Pace::Any)) {
        let decision = scene.decide();
        let Verdict::Ask(Step::Enrol(enrol)) = &decision.verdict else { return beside("nothing is set up") };
        let policy = &scene.policy.enrolment;
        prop_assert!(!enrol.methods.is_empty());
        prop_assert!(enrol.methods.iter().all(|m| policy.methods.contains(m)));
        prop_assert!(!scene.request.prompt.none);
        match enrol.occasion {
            Occasion::Missing | Occasion::Lost => {
                prop_assert!(policy.on_demand);
                let told = |r: &Reason| matches!(r, Reason::EnrolmentOffered { methods } if *methods == enrol.methods);
                prop_assert!(decision.reasons.iter().any(told));
            }
            Occasion::Chosen => prop_assert!(scene.request.change.is_some()),
            Occasion::Spare => prop_assert_eq!(enrol.methods[0].as_str(), "recovery"),
        }
    }

    #[test]
    fn old_proofs_alone_never_let_anything_be_set_up(scene in scene(Pace::Any)) {
        let mut scene = scene;
        let fresh_for = scene.policy.enrolment.fresh_for.as_micros();
        let began = scene.request.began;
        let Some(session) = &mut scene.facts.session else { return beside("nothing is proven") };
        session.evidence.retain(|e| e.at <= began && NOW.since(e.at) > fresh_for);
        if let Verdict::Ask(Step::Enrol(enrol)) = scene.decide().verdict {
            prop_assert_eq!(enrol.occasion, Occasion::Spare, "{:?}", enrol);
        }
    }

    #[test]
    fn without_on_demand_everything_is_answered_as_if_nothing_could_be_set_up(scene in scene(Pace::Any)) {
        let mut off = scene;
        off.request.change = None;
        off.policy.enrolment.on_demand = false;
        off.policy.enrolment.methods.retain(|m| m.as_str() != "recovery");
        let mut none = off.clone();
        none.policy.enrolment.methods.clear();
        prop_assert_eq!(off.decide(), none.decide());
    }
}
