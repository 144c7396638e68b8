//! The last things: consent, cancelling and declining.

use stepwell_core::authn::{Ended, Error, Reason, Step, Verdict};

use crate::support::{Scene, code, error, granted, methods, password};

#[test]
fn leaving_and_declining_are_access_denied_whatever_was_proven() {
    for (how, why) in [
        (Ended::Cancelled, Reason::Cancelled),
        (Ended::Declined, Reason::Declined),
    ] {
        for scene in [
            Scene::nobody(),
            Scene::alice(&[password()]),
            Scene::alice(&[]).proved([password().used(5)]),
            Scene::alice(&[]).asks(&["nonsense"]).silently(),
        ] {
            let decision = scene.ended(how).decide();
            assert_eq!(error(&decision), Error::AccessDenied);
            assert_eq!(decision.reasons, std::slice::from_ref(&why));
        }
    }
}

#[test]
fn consent_is_asked_last_and_only_of_somebody_who_proved_enough() {
    let scene = Scene::alice(&[password(), code()])
        .asks(&["2"])
        .without_consent();
    assert_eq!(methods(&scene.decide()), ["password", "passkey"]);
    let one = scene.then(&password());
    assert_eq!(methods(&one.decide()), ["totp"]);
    let mut two = one.then(&code());
    assert_eq!(two.decide().verdict, Verdict::Ask(Step::Consent));
    assert_eq!(two.decide().reasons, [Reason::ConsentNeeded]);
    two.facts.consent = stepwell_core::authn::Consent::Given;
    assert_eq!(granted(&two.decide()).acr.unwrap().as_str(), "2");
}

#[test]
fn consent_is_not_asked_where_the_demand_cannot_be_met() {
    let scene = Scene::alice(&[password()])
        .asks(&["2"])
        .proved([password().used(5)])
        .without_consent();
    assert_eq!(
        error(&scene.decide()),
        Error::UnmetAuthenticationRequirements
    );
}

#[test]
fn a_grant_says_what_it_rests_on_and_why() {
    let decision = Scene::alice(&[])
        .asks(&["1"])
        .proved([password().used(60)])
        .decide();
    let grounds = granted(&decision);
    assert_eq!(
        decision.reasons,
        [Reason::Satisfied {
            acr: grounds.acr,
            auth_time: grounds.auth_time
        }]
    );
}
