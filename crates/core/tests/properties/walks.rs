//! A person who answers whatever is asked comes to an end, and every choice leads where it says.

use proptest::prelude::*;
use stepwell_core::authn::{
    Choice, Consent, Ended, Evidence, Method, Owned, Person, Proven, Reason, Step, Verdict,
};
use stepwell_core::ids::{CredentialId, EvidenceId, UserId};
use stepwell_core::time::{Seconds, Timestamp};

use super::generate::{Pace, scene};
use super::{beside, times};
use crate::support::{Scene, code, passkey, password};

/// The proof that answering a choice makes, if the person owns what it asks for.
fn answered(scene: &Scene, choice: &Choice) -> Option<Evidence> {
    let person = scene.facts.person.as_ref()?;
    person.subject.as_ref()?;
    // Of two of a make the older one, which can do all that the younger one can.
    let makes = person.owned.iter();
    let one = makes
        .filter(|o| o.method == choice.method && o.traits == choice.traits)
        .filter(|o| {
            choice
                .by
                .as_ref()
                .is_none_or(|by| by.contains(&o.credential))
        })
        .min_by_key(|o| o.enrolled_at.unwrap_or(Timestamp::from_micros(i64::MAX)))?;
    Some(used(scene, one))
}

fn used(scene: &Scene, one: &Owned) -> Evidence {
    Evidence {
        id: EvidenceId::new(format!(
            "walked {} {}",
            one.credential,
            scene.now.as_micros()
        )),
        method: one.method.clone(),
        credential: one.credential.clone(),
        at: scene.now,
        traits: one.traits.clone(),
        amr: vec![one.method.to_string()],
        enrolled_at: one.enrolled_at,
    }
}

/// Sets an authenticator up and uses it once; recovery codes are not used by that. Every other one turns out
/// weaker than it might have been.
fn set_up(scene: &mut Scene, method: &Method, weaker: bool) {
    let offered = scene.policy.available.iter();
    let strongest = offered
        .filter(|a| a.method == *method)
        .max_by_key(|a| a.traits.clone());
    let Some(offered) = strongest else {
        scene.facts.ended = Some(Ended::Cancelled);
        return;
    };
    let mut new = Owned {
        method: method.clone(),
        credential: CredentialId::new(format!("new {method}")),
        traits: offered.traits.clone(),
        opens: offered.opens,
        enrolled_at: Some(scene.now),
    };
    if weaker {
        new.traits.phishing_resistant = false;
        new.traits.hardware_bound = false;
    }
    let proof = Evidence {
        id: EvidenceId::new(format!("set up {method} {}", scene.now.as_micros())),
        method: method.clone(),
        credential: new.credential.clone(),
        at: scene.now,
        traits: new.traits.clone(),
        amr: Vec::new(),
        enrolled_at: new.enrolled_at,
    };
    scene.facts.person.as_mut().unwrap().owned.push(new);
    if !proof.traits.recovery {
        add(scene, proof);
    }
}

fn add(scene: &mut Scene, proof: Evidence) {
    let subject = scene
        .facts
        .person
        .as_ref()
        .unwrap()
        .subject
        .clone()
        .unwrap();
    match &mut scene.facts.session {
        Some(session) if session.subject == subject => session.evidence.push(proof),
        session => {
            *session = Some(Proven {
                subject,
                evidence: vec![proof],
            })
        }
    }
}

/// Answers whatever page is shown; whoever cannot, leaves.
fn step(scene: &mut Scene, step: &Step, pick: usize) {
    match step {
        Step::Identify => {
            let owned = [password(), code(), passkey()].map(|a| a.owned).into();
            scene.facts.person.get_or_insert(Person {
                subject: Some(UserId::new("alice")),
                owned,
            });
            scene.facts.account_chosen = true;
        }
        Step::ChooseAccount => scene.facts.account_chosen = true,
        Step::Consent => scene.facts.consent = Consent::Given,
        Step::Enrol(enrol) => {
            let method = enrol.methods[pick % enrol.methods.len()].clone();
            set_up(scene, &method, pick % 3 == 1);
        }
        Step::Prove(prove) => match answered(scene, &prove.choices[pick % prove.choices.len()]) {
            Some(proof) => add(scene, proof),
            None => scene.facts.ended = Some(Ended::Cancelled),
        },
    }
}

/// Sets up and proves whatever is asked for, at most so many times; whether that was enough. The first recovery
/// codes come on top.
fn set_up_until_done(walk: &mut Scene, mut left: usize, mut methods: Vec<Method>) -> bool {
    loop {
        let codes = methods == [Method::recovery()];
        if left == 0 && !codes {
            return false;
        }
        left -= usize::from(!codes);
        set_up(walk, &methods[0], false);
        loop {
            match walk.decide().verdict {
                Verdict::Ask(Step::Enrol(enrol)) => {
                    methods = enrol.methods;
                    break;
                }
                Verdict::Ask(Step::Prove(prove)) if left > 0 => {
                    left -= 1;
                    let proof = answered(walk, &prove.choices[0]).unwrap();
                    add(walk, proof);
                }
                Verdict::Grant(_) => return true,
                _ => return false,
            }
        }
    }
}

fn answers() -> impl Strategy<Value = Vec<(usize, u64)>> {
    // The first, the last (12 divides by every number of choices up to 4), or whichever.
    let pick = prop_oneof![Just(0usize), Just(11), 0usize..24];
    (
        pick,
        any::<bool>(),
        prop::collection::vec((0usize..24, 1u64..=20), 12),
    )
        .prop_map(|(habit, random, mut each)| {
            if !random {
                each.iter_mut().for_each(|(pick, _)| *pick = habit);
            }
            each
        })
}

proptest! {
    #![proptest_config(times(300))]

    #[test]
    fn the_loop_always_ends(scene in scene(Pace::Human), answers in answers()) {
        let mut scene = scene;
        let mut shown = Vec::new();
        for (pick, seconds) in answers {
            scene.now = scene.now.plus(Seconds(seconds));
            let Verdict::Ask(asked) = scene.decide().verdict else {
                return if shown.is_empty() { beside("nothing is asked") } else { Ok(()) };
            };
            step(&mut scene, &asked, pick);
            shown.push(asked);
        }
        prop_assert!(!matches!(scene.decide().verdict, Verdict::Ask(_)), "still asking after {:#?}", shown);
    }

    #[test]
    fn every_choice_leads_to_a_grant_in_as_many_proofs_as_it_says(scene in scene(Pace::Any)) {
        let mut scene = scene;
        scene.facts.consent = Consent::Given;
        scene.now = scene.now.plus(Seconds(1));
        let Verdict::Ask(Step::Prove(prove)) = scene.decide().verdict else { return beside("no proof is asked for") };
        let mine = |s: &Scene| {
            let person = s.facts.person.as_ref()?.subject.clone()?;
            let session = s.facts.session.as_ref().filter(|s| s.subject == person)?;
            session.evidence.iter().any(|e| !e.traits.remembered).then_some(())
        };
        // Before a first proof nothing tells what else is owned, so nothing can be promised.
        prop_assume!(mine(&scene).is_some());
        // A voluntary acr may come within reach on the way, and is then tried for as well.
        prop_assume!(scene.request.demand.clauses.iter().all(|c| !c.voluntary));
        // What is proven before something is set up leads there, and no promise is made of what follows.
        let before_change = |r: &Reason| matches!(r, Reason::EnrolmentOffered { .. });
        prop_assume!(scene.request.change.is_none() && !scene.decide().reasons.iter().any(before_change));
        for choice in &prove.choices {
            let mut walk = scene.clone();
            let mut next = choice.clone();
            for left in (0..choice.steps).rev() {
                let proof = answered(&walk, &next).unwrap();
                add(&mut walk, proof);
                match walk.decide().verdict {
                    Verdict::Ask(Step::Prove(more)) => {
                        prop_assert!(more.remaining <= left, "{:?} promised {} more", next, left);
                        next = more.choices[0].clone();
                    }
                    Verdict::Ask(Step::Enrol(enrol)) => {
                        let codes = enrol.methods == [Method::recovery()];
                        prop_assert!(codes || left > 0, "{:?} did not tell of a set-up", choice);
                        prop_assert!(codes || choice.traits.recovery, "{:?} leads to a set-up", choice);
                        if !set_up_until_done(&mut walk, left, enrol.methods) {
                            prop_assert!(false, "{:?} leads to more than {} set-ups", choice, left);
                        }
                        break;
                    }
                    Verdict::Grant(_) => break,
                    other => prop_assert!(false, "{:?} leads to {:?}", choice, other),
                }
            }
            prop_assert!(matches!(walk.decide().verdict, Verdict::Grant(_)), "{:?} leads nowhere", choice);
        }
    }

    #[test]
    fn every_authenticator_that_is_named_leads_to_a_grant_and_no_other_is_enough(scene in scene(Pace::Any)) {
        let mut scene = scene;
        scene.facts.consent = Consent::Given;
        scene.now = scene.now.plus(Seconds(1));
        let Verdict::Ask(Step::Prove(prove)) = scene.decide().verdict else { return Ok(()) };
        prop_assume!(scene.request.demand.clauses.iter().all(|c| !c.voluntary));
        let before_change = |r: &Reason| matches!(r, Reason::EnrolmentOffered { .. });
        prop_assume!(scene.request.change.is_none() && !scene.decide().reasons.iter().any(before_change));
        let owned = scene.facts.person.clone().unwrap().owned;
        for choice in prove.choices.iter().filter(|c| !c.traits.recovery) {
            let Some(by) = &choice.by else { continue };
            prop_assert!(!by.is_empty(), "{:?} is proven by nothing", choice);
            for one in owned.iter().filter(|o| o.method == choice.method) {
                let mut walk = scene.clone();
                add(&mut walk, used(&scene, one));
                if !by.contains(&one.credential) {
                    prop_assert!(!matches!(walk.decide().verdict, Verdict::Grant(_)), "{:?} was enough", one);
                    continue;
                }
                for _ in 0..5 {
                    match walk.decide().verdict {
                        Verdict::Ask(Step::Prove(more)) => {
                            let next = answered(&walk, &more.choices[0]).unwrap();
                            add(&mut walk, next);
                        }
                        Verdict::Ask(Step::Enrol(enrol)) if enrol.methods == [Method::recovery()] => {
                            set_up(&mut walk, &enrol.methods[0], false);
                        }
                        _ => break,
                    }
                }
                prop_assert!(matches!(walk.decide().verdict, Verdict::Grant(_)), "{:?} leads nowhere", one);
            }
        }
    }

    #[test]
    fn a_first_proof_leads_to_a_further_one_a_grant_or_a_plain_refusal(scene in scene(Pace::Any)) {
        let mut scene = scene;
        scene.facts.session = None;
        scene.now = scene.now.plus(Seconds(1));
        let Verdict::Ask(Step::Prove(prove)) = scene.decide().verdict else { return beside("no proof is asked for") };
        prop_assert!(prove.choices.iter().all(|c| c.opens));
        let mut led_on = false;
        for choice in &prove.choices {
            let mut walk = scene.clone();
            let Some(proof) = answered(&walk, choice) else { continue };
            add(&mut walk, proof);
            if let Verdict::Ask(Step::Prove(more)) = walk.decide().verdict {
                prop_assert!(more.choices.iter().all(|c| c.method != choice.method || c.traits != choice.traits));
                led_on = true;
            }
        }
        prop_assume!(led_on);
    }
}
