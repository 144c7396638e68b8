//! What can never be met is refused: at once where nobody could, after a first proof where this person cannot.

use stepwell_core::authn::{Error, Predicate, Reason, Source};

use crate::support::{
    Authenticator, Scene, code, error, face, hardware_key, identifies, methods, named, passkey,
    password, pin, security_key,
};

#[test]
fn an_acr_that_no_configured_method_reaches_is_unmet_before_any_prompt() {
    for scene in [
        Scene::nobody()
            .offering(&[password(), code()])
            .asks(&["phr"]),
        Scene::nobody()
            .offering(&[password(), code()])
            .insists_on(&["phr", "phrh"]),
        Scene::nobody().offering(&[password(), pin()]).minimum("2"),
        Scene::nobody().offering(&[password(), passkey()]).floor(
            "phrh",
            None,
            Source::Scope("vault".into()),
        ),
        Scene::nobody().asks(&["nonsense"]),
        Scene::nobody().minimum("nonsense"),
        Scene::nobody().only_by(&["password"]).asks(&["2"]),
        Scene::nobody().select_account().asks(&["nonsense"]),
    ] {
        let decision = scene.decide();
        assert_eq!(error(&decision), Error::UnmetAuthenticationRequirements);
        assert!(
            matches!(decision.reasons[..], [Reason::NotConfigured { .. }]),
            "{:?}",
            decision.reasons
        );
    }
}

#[test]
fn one_reachable_acr_among_unknown_ones_is_enough_to_go_on() {
    assert!(identifies(
        &Scene::nobody().asks(&["nonsense", "2"]).decide()
    ));
}

#[test]
fn an_unreachable_voluntary_acr_does_not_stop_anybody() {
    let scene = Scene::nobody().offering(&[password()]).would_like(&["phr"]);
    assert!(identifies(&scene.decide()));
}

#[test]
fn reach_by_configuration_does_not_hang_on_the_number_of_methods() {
    let mut offered: Vec<Authenticator> = (0..14)
        .map(|n| {
            let mut one = password();
            one.owned.method = stepwell_core::authn::Method::new(format!("question-{n}"));
            one
        })
        .collect();
    offered.push(hardware_key());
    assert!(identifies(
        &Scene::nobody().offering(&offered).asks(&["phrh"]).decide()
    ));
}

#[test]
fn many_weak_authenticators_do_not_hide_the_one_that_helps() {
    let mut owned: Vec<Authenticator> = (0..14)
        .map(|n| {
            let mut one = pin();
            one.owned.method = stepwell_core::authn::Method::new(format!("question-{n}"));
            one
        })
        .collect();
    owned.push(code());
    let scene = Scene::alice(&owned)
        .asks(&["2"])
        .proved([password().used(60)]);
    assert_eq!(methods(&scene.decide()), ["totp"]);
}

#[test]
fn three_kinds_are_reached_one_after_the_other() {
    let acr = named(
        "three",
        Predicate::Kinds {
            count: 3,
            within: None,
            settled: None,
        },
    );
    let scene = Scene::alice(&[password(), code(), face(), pin()])
        .knowing([acr])
        .asks(&["three"]);
    let scene = scene.then(&password());
    assert_eq!(methods(&scene.decide()), ["face", "totp"]);
    let scene = scene.then(&face());
    assert_eq!(methods(&scene.decide()), ["totp"]);
    assert_eq!(scene.then(&code()).claims().0, "three");
}

#[test]
fn the_most_that_a_method_can_show_decides_its_reach_and_the_own_key_decides_the_rest() {
    let scene = Scene::alice(&[password(), passkey()])
        .asks(&["phrh"])
        .offering(&[password(), hardware_key()]);
    assert!(identifies(
        &{
            let mut unnamed = scene.clone();
            unnamed.facts.person = None;
            unnamed
        }
        .decide()
    ));
    assert_eq!(
        error(&scene.then(&passkey()).decide()),
        Error::UnmetAuthenticationRequirements
    );
    let owner = Scene::alice(&[password(), security_key()])
        .asks(&["phrh"])
        .then(&password());
    assert_eq!(methods(&owner.decide()), ["security-key"]);
}

#[test]
fn only_acrs_that_some_method_here_can_reach_are_published() {
    let published = |scene: &Scene| -> Vec<String> {
        let names = scene.policy.published();
        names.iter().map(|name| name.as_str().to_owned()).collect()
    };
    let everyday = Scene::nobody().offering(&[password(), code()]);
    assert_eq!(
        published(&everyday),
        [
            "urn:stepwell:acr:basic",
            "1",
            "urn:stepwell:acr:mfa",
            "2",
            "https://refeds.org/profile/mfa"
        ]
    );
    let with_passkeys = Scene::nobody().offering(&[password(), passkey()]);
    assert!(published(&with_passkeys).contains(&"phr".to_owned()));
    assert!(!published(&with_passkeys).contains(&"phrh".to_owned()));
}
