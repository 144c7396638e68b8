//! What a grant claims is true, and nothing is granted below demand: by the oracle's truth, not the hub's.

use std::collections::BTreeSet;

use proptest::prelude::*;
use stepwell_core::authn::{Evidence, Grounds, Kind, Pin, Verdict};
use stepwell_core::time::Timestamp;

use super::generate::{Pace, scene};
use super::{beside, times};
use crate::oracle::{Pool, Truth};
use crate::support::Scene;

fn grant(scene: &Scene) -> Option<(Grounds, Vec<Evidence>)> {
    let Verdict::Grant(grounds) = scene.decide().verdict else {
        return None;
    };
    let session = scene.facts.session.as_ref().unwrap();
    let named = session
        .evidence
        .iter()
        .filter(|e| grounds.evidence.contains(&e.id))
        .cloned()
        .collect();
    Some((grounds, named))
}

fn acr_of<'s>(
    scene: &'s Scene,
    value: &stepwell_core::authn::AcrName,
) -> Option<&'s stepwell_core::authn::Acr> {
    scene
        .policy
        .catalog
        .iter()
        .find(|acr| acr.name == *value || acr.aliases.contains(value))
}

/// The time an acr claims on nothing but these proofs.
fn since(
    scene: &Scene,
    value: &stepwell_core::authn::AcrName,
    named: &[Evidence],
    pool: Pool,
    now: Timestamp,
) -> Option<Timestamp> {
    let truth = Truth::new(named, scene.request.demand.methods.as_ref(), pool, now);
    Some(truth.best(acr_of(scene, value)?)?.auth_time.min(now))
}

proptest! {
    #![proptest_config(times(300))]

    #[test]
    fn what_a_grant_claims_is_true_of_the_proofs_it_names(scene in scene(Pace::Any)) {
        let Some((grounds, named)) = grant(&scene) else { return beside("nothing is granted") };
        let session = scene.facts.session.as_ref().unwrap();
        prop_assert_eq!(&grounds.subject, &session.subject);
        prop_assert_eq!(Some(&grounds.subject), scene.facts.person.as_ref().unwrap().subject.as_ref());
        prop_assert!(!named.is_empty());
        prop_assert_eq!(named.len(), grounds.evidence.len(), "every proof is the session's own");

        match &grounds.acr {
            Some(acr) => {
                prop_assert_eq!(since(&scene, acr, &named, Pool::Real, scene.now), Some(grounds.auth_time));
            }
            None => prop_assert!(named.iter().any(|e| e.at.min(scene.now) == grounds.auth_time)),
        }

        let real: Vec<&Evidence> = named.iter().filter(|e| !e.traits.remembered).collect();
        let kinds: BTreeSet<Kind> = real.iter().flat_map(|e| e.traits.kinds.iter().copied()).collect();
        let said: BTreeSet<&str> = real.iter().flat_map(|e| &e.amr).map(String::as_str).collect();
        prop_assert!(grounds.amr.iter().all(|value| said.contains(value.as_str()) || (value == "mfa" && kinds.len() > 1)));
        let inboxes: BTreeSet<&Option<String>> = real.iter().map(|e| &e.traits.through).collect();
        let one_inbox = inboxes.len() == 1 && real[0].traits.through.is_some();
        prop_assert!(!one_inbox || !grounds.amr.iter().any(|value| value == "mfa"));
        // Left out is only what is older than the time claimed; what is as new or newer is always told.
        let current = real.iter().filter(|e| e.at.min(scene.now) >= grounds.auth_time);
        let current: BTreeSet<&String> = current.flat_map(|e| &e.amr).collect();
        prop_assert!(!current.is_empty() && current.iter().all(|value| grounds.amr.contains(value)));
        prop_assert!(grounds.auth_time <= scene.now);
    }

    #[test]
    fn nothing_is_granted_below_demand(scene in scene(Pace::Any)) {
        let Some((grounds, named)) = grant(&scene) else { return beside("nothing is granted") };
        let (demand, began) = (&scene.request.demand, scene.request.began);
        prop_assert!(demand.denied.is_empty());
        prop_assert!(demand.subject == Pin::Anyone || demand.subject == Pin::Only(grounds.subject.clone()));
        if let Some(only) = &demand.methods {
            prop_assert!(named.iter().all(|e| only.contains(&e.method)));
        }
        let young = |at: Timestamp, max_age: Option<stepwell_core::time::Seconds>| {
            max_age.is_none_or(|age| at > began || (age.0 > 0 && scene.now.since(at) <= age.as_micros()))
        };
        prop_assert!(young(grounds.auth_time, demand.fresh.max_age));
        prop_assert!(demand.fresh.after.is_none_or(|after| grounds.auth_time > after));
        for clause in demand.clauses.iter().filter(|c| !c.voluntary) {
            let pool = if clause.source.may_be_remembered() && clause.max_age.is_none() { Pool::WithRemembered } else { Pool::Real };
            let held = clause.any_of.iter().any(|value| {
                since(&scene, value, &named, pool, scene.now).is_some_and(|at| young(at, clause.max_age))
            });
            prop_assert!(held, "{:?} on {:?}", clause, named);
            if clause.source.is_named() {
                prop_assert!(grounds.acr.as_ref().is_some_and(|acr| clause.any_of.contains(acr)));
            }
        }
    }

    #[test]
    fn a_grant_holds_as_long_as_it_says(scene in scene(Pace::Any)) {
        let Some((grounds, named)) = grant(&scene) else { return beside("nothing is granted") };
        let Some(until) = grounds.holds_until else { return beside("the grant holds for ever") };
        prop_assert!(until >= scene.now);
        if let Some(acr) = &grounds.acr {
            let then = since(&scene, acr, &named, Pool::Real, until);
            prop_assert!(then >= Some(grounds.auth_time), "{:?} until {:?}", then, until);
        }
        for clause in scene.request.demand.clauses.iter().filter(|c| !c.voluntary) {
            let held = |value| since(&scene, value, &named, Pool::WithRemembered, until).is_some();
            prop_assert!(clause.any_of.iter().any(held));
        }
    }
}
