//! The order of lists means nothing where the design gives it none; and silence and ignorance are kept.

use proptest::prelude::*;
use stepwell_core::authn::{Reason, Step, Verdict};
use stepwell_core::ids::UserId;

use super::generate::{Pace, scene};
use super::times;
use crate::support::Scene;

/// Whether the person the pages are about has proved anything themselves.
fn has_proved(scene: &Scene) -> bool {
    let subject = scene.facts.person.as_ref().map(|p| p.subject.as_ref());
    let session = scene.facts.session.as_ref();
    session.is_some_and(|s| {
        subject == Some(Some(&s.subject)) && s.evidence.iter().any(|e| !e.traits.remembered)
    })
}

proptest! {
    #![proptest_config(times(800))]

    #[test]
    fn the_order_of_proofs_and_authenticators_changes_nothing(scene in scene(Pace::Any), turn in 0usize..8, back in any::<bool>()) {
        let mut other = scene.clone();
        if let Some(session) = &mut other.facts.session {
            let by = turn % session.evidence.len().max(1);
            session.evidence.rotate_left(by);
        }
        if let Some(person) = &mut other.facts.person {
            let by = turn % person.owned.len().max(1);
            person.owned.rotate_left(by);
        }
        if back {
            other.facts.session.iter_mut().for_each(|s| s.evidence.reverse());
            other.facts.person.iter_mut().for_each(|p| p.owned.reverse());
            // Before a first proof the installation's order is the page's.
            if has_proved(&scene) {
                other.policy.available.reverse();
            }
        }
        let (a, b) = (scene.decide(), other.decide());
        match (a.verdict, b.verdict) {
            // What already counts is listed as the session lists it.
            (Verdict::Ask(Step::Prove(a)), Verdict::Ask(Step::Prove(b))) => {
                prop_assert_eq!((a.choices, a.remaining), (b.choices, b.remaining));
            }
            (a, b) => prop_assert_eq!(a, b),
        }
        prop_assert_eq!(a.reasons, b.reasons);
    }

    #[test]
    fn the_same_question_has_the_same_answer_and_always_a_reason(scene in scene(Pace::Any)) {
        let decision = scene.decide();
        prop_assert!(!decision.reasons.is_empty());
        prop_assert_eq!(decision, scene.decide());
    }

    #[test]
    fn prompt_none_never_shows_a_page(scene in scene(Pace::Any)) {
        prop_assert!(!matches!(scene.silently().decide().verdict, Verdict::Ask(_)));
    }

    #[test]
    fn before_a_first_proof_nobody_is_told_apart(scene in scene(Pace::Any), other in scene(Pace::Any)) {
        let mut scene = scene;
        scene.facts.session = None;
        prop_assume!(scene.facts.person.is_some());
        // Pinned to somebody, the name itself is the question.
        scene.request.demand.subject = stepwell_core::authn::Pin::Anyone;
        let before = scene.decide();
        prop_assert!(!matches!(before.verdict, Verdict::Grant(_)));
        let person = scene.facts.person.as_mut().unwrap();
        person.subject = if person.subject.is_some() { None } else { Some(UserId::new("alice")) };
        person.owned = other.facts.person.map(|p| p.owned).unwrap_or_default();
        prop_assert_eq!(scene.decide(), before);
    }

    #[test]
    fn a_strangers_proofs_are_as_good_as_none(scene in scene(Pace::Any)) {
        let mut scene = scene;
        prop_assume!(scene.facts.session.is_some());
        scene.facts.session.as_mut().unwrap().subject = UserId::new("mallory");
        let full = scene.decide();
        scene.facts.session.as_mut().unwrap().evidence.clear();
        prop_assert_eq!(scene.decide(), full.clone());
        prop_assert!(!matches!(full.verdict, Verdict::Grant(_)));
    }

    #[test]
    fn only_choices_that_are_allowed_are_offered_and_each_once(scene in scene(Pace::Any)) {
        let decision = scene.decide();
        // What is proven before a change is not bound by what the request allows.
        let offered = |r: &Reason| matches!(r, Reason::EnrolmentOffered { .. });
        let before_change = scene.request.change.is_some() || decision.reasons.iter().any(offered);
        if let Verdict::Ask(Step::Prove(prove)) = decision.verdict {
            let methods: Vec<_> = prove.choices.iter().map(|c| &c.method).collect();
            let once: std::collections::BTreeSet<_> = methods.iter().collect();
            prop_assert!(!methods.is_empty());
            prop_assert_eq!(once.len(), methods.len());
            // Before a proof, the installation's order holds where several ways lead there.
            prop_assert!(!has_proved(&scene) || prove.choices.is_sorted_by_key(|c| (c.traits.recovery, c.steps)));
            prop_assert_eq!(prove.choices[0].steps, prove.remaining);
            for choice in &prove.choices {
                let allowed = scene.request.demand.methods.as_ref().is_none_or(|m| m.contains(&choice.method));
                prop_assert!(allowed || before_change || choice.traits.recovery, "{:?}", choice);
                if has_proved(&scene) {
                    let person = scene.facts.person.as_ref().unwrap();
                    prop_assert!(person.owned.iter().any(|o| o.method == choice.method), "{:?}", choice);
                    prop_assert_eq!(choice.then.len() + 1, choice.steps);
                } else {
                    prop_assert!(choice.opens && choice.then.is_empty() && choice.steps <= 2, "{:?}", choice);
                }
            }
        }
    }
}
