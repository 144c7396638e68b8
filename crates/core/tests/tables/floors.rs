//! Floors by client, scope, resource, policy and risk: a request can raise them, never lower them.

use std::collections::BTreeSet;

use stepwell_core::authn::{Clause, Demand, Error, Pin, Reason, Source};
use stepwell_core::ids::UserId;

use crate::support::{Scene, ago, asked, code, error, granted, methods, passkey, password};

const MFA: &str = "urn:stepwell:acr:mfa";

fn sources() -> [Source; 5] {
    [
        Source::ClientMinimum,
        Source::Scope("transfers".into()),
        Source::Resource("https://api.example".into()),
        Source::Policy("office-hours".into()),
        Source::Risk("new-country".into()),
    ]
}

#[test]
fn a_floor_holds_whoever_sets_it_and_whatever_the_request_says() {
    for source in sources() {
        for scene in [
            Scene::alice(&[password(), code()]),
            Scene::alice(&[password(), code()]).asks(&["1"]),
            Scene::alice(&[password(), code()]).would_like(&["1"]),
        ] {
            let scene = scene
                .floor(MFA, None, source.clone())
                .proved([password().used(60)]);
            let decision = scene.decide();
            assert_eq!(methods(&decision), ["totp"], "{source:?}");
            let why = decision
                .reasons
                .iter()
                .any(|r| matches!(r, Reason::NotProven { source: Some(s), .. } if *s == source));
            assert!(why, "{source:?} is named: {:?}", decision.reasons);
        }
    }
}

#[test]
fn a_stronger_ceremony_forced_by_a_floor_still_answers_with_what_was_asked_for() {
    let scene = Scene::alice(&[])
        .asks(&["1"])
        .minimum(MFA)
        .proved([password().used(60), code().used(50)]);
    let grounds = granted(&scene.decide());
    assert_eq!(grounds.acr.unwrap().as_str(), "1");
    assert_eq!(
        grounds.evidence.len(),
        2,
        "the floor's proofs are part of the grounds"
    );
    assert_eq!(grounds.amr, ["pwd", "otp", "mfa"]);
}

#[test]
fn a_floor_has_a_max_age_of_its_own() {
    let scene = |code_age| {
        Scene::alice(&[password(), code()])
            .floor(MFA, Some(300), Source::Scope("transfers".into()))
            .proved([password().used(9_000), code().used(code_age)])
    };
    assert_eq!(scene(300).claims(), (MFA.to_owned(), 300));
    let late = scene(301).decide();
    assert_eq!(methods(&late), ["totp"]);
    let why = Reason::TooOld {
        any_of: vec![stepwell_core::authn::AcrName::new(MFA)],
        source: Some(Source::Scope("transfers".into())),
        auth_time: ago(301),
        max_age: Some(stepwell_core::time::Seconds(300)),
    };
    assert_eq!(late.reasons, [why]);
}

#[test]
fn a_long_max_age_in_the_request_does_not_lengthen_that_of_a_floor() {
    let scene = Scene::alice(&[password(), code()])
        .max_age(86_400)
        .floor(
            MFA,
            Some(300),
            Source::Resource("https://api.example".into()),
        )
        .proved([password().used(9_000), code().used(400)]);
    assert_eq!(methods(&scene.decide()), ["totp"]);
}

#[test]
fn every_one_of_several_floors_has_to_hold() {
    let scene = Scene::alice(&[password(), code(), passkey()])
        .minimum(MFA)
        .floor("phr", Some(300), Source::Scope("payments".into()));
    assert_eq!(
        methods(
            &scene
                .clone()
                .proved([password().used(60), code().used(50)])
                .decide()
        ),
        ["passkey"]
    );
    assert_eq!(
        methods(&scene.clone().proved([passkey().used(301)]).decide()),
        ["passkey"]
    );
    assert_eq!(
        scene.proved([passkey().used(300)]).claims(),
        ("phr".to_owned(), 300)
    );
}

#[test]
fn a_floor_that_the_person_cannot_reach_is_unmet_even_for_a_voluntary_client() {
    for source in sources() {
        let scene = Scene::alice(&[password()])
            .would_like(&["1"])
            .floor(MFA, None, source)
            .proved([password().used(60)]);
        assert_eq!(
            error(&scene.decide()),
            Error::UnmetAuthenticationRequirements
        );
    }
}

#[test]
fn a_floor_and_a_necessary_acr_are_both_worked_off_one_proof_at_a_time() {
    let scene = Scene::alice(&[password(), code(), passkey()])
        .asks(&["2"])
        .minimum("phr");
    let begun = scene.then(&password());
    let prove = asked(&begun.decide());
    assert_eq!(prove.remaining, 1, "a passkey meets both");
    assert_eq!(methods(&begun.decide()), ["passkey"]);
}

#[test]
fn only_proofs_by_the_allowed_methods_count() {
    let scene = Scene::alice(&[password(), code(), passkey()])
        .only_by(&["password", "passkey"])
        .asks(&["2"]);
    assert_eq!(
        methods(
            &scene
                .clone()
                .proved([password().used(60), code().used(50)])
                .decide()
        ),
        ["passkey"]
    );
    assert_eq!(scene.proved([passkey().used(50)]).claims().0, "2");
}

#[test]
fn two_restrictions_of_methods_leave_only_what_both_allow() {
    let scene = Scene::alice(&[password(), code(), passkey()])
        .only_by(&["password", "passkey"])
        .only_by(&["passkey", "totp"])
        .proved([password().used(60)]);
    assert_eq!(methods(&scene.decide()), ["passkey"]);
}

#[test]
fn a_denial_is_denied_before_anything_else_and_names_its_rule() {
    let denied = Demand {
        denied: BTreeSet::from(["no-tor".to_owned()]),
        ..Demand::default()
    };
    for scene in [
        Scene::nobody(),
        Scene::nobody().asks(&["nonsense"]),
        Scene::alice(&[]).proved([passkey().used(5)]),
    ] {
        let decision = scene.and(denied.clone()).decide();
        assert_eq!(error(&decision), Error::AccessDenied);
        assert_eq!(
            decision.reasons,
            [Reason::Denied {
                rule: "no-tor".to_owned()
            }]
        );
    }
}

#[test]
fn demands_for_two_different_persons_suit_nobody() {
    let only = |who: &str| Demand {
        subject: Pin::Only(UserId::new(who)),
        ..Demand::default()
    };
    assert_eq!(only("alice").join(only("bob")).subject, Pin::Nobody);
    assert_eq!(only("alice").join(only("alice")), only("alice"));
    let scene = Scene::alice(&[])
        .proved([passkey().used(5)])
        .and(only("alice").join(only("bob")));
    assert_eq!(error(&scene.decide()), Error::LoginRequired);
}

#[test]
fn joining_keeps_both_of_two_clauses_that_differ_only_in_age() {
    let floor = |age| {
        Demand::of(Clause::floor(
            stepwell_core::authn::AcrName::new(MFA),
            Some(stepwell_core::time::Seconds(age)),
            Source::ClientMinimum,
        ))
    };
    assert_eq!(floor(60).join(floor(600)).clauses.len(), 2);
    assert_eq!(floor(60).join(floor(60)), floor(60));
}

#[test]
fn what_a_client_must_always_reach_is_reached_as_freshly_as_it_asks() {
    let scene = Scene::alice(&[password(), code()])
        .minimum(MFA)
        .max_age(60)
        .proved([password().used(10), code().used(600)]);
    assert_eq!(
        methods(&scene.decide()),
        ["totp"],
        "a fresh password alone does not refresh the minimum"
    );
    assert_eq!(scene.then(&code()).claims().0, MFA);
}
