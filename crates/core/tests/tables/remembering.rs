//! Remembered devices spare a routine second factor and nothing else (design §2.8).

use stepwell_core::authn::{Method, Pattern, Predicate, Source};

use crate::support::{Scene, asked, code, granted, methods, named, password, pin, remembered};

const MFA: &str = "urn:stepwell:acr:mfa";
const BASIC: &str = "urn:stepwell:acr:basic";

fn on_known_device() -> Scene {
    Scene::alice(&[password(), code()]).proved([password().used(60), remembered().used(60)])
}

#[test]
fn a_remembered_device_spares_a_routine_floor() {
    let grounds = granted(&on_known_device().minimum(MFA).decide());
    assert_eq!(
        grounds.acr.unwrap().as_str(),
        BASIC,
        "and is not claimed as more than it is"
    );
    assert_eq!(grounds.amr, ["pwd"]);
    assert!(
        grounds.evidence.contains(&remembered().used(60).id),
        "and is named in the grounds"
    );
}

#[test]
fn a_remembered_device_never_satisfies_an_acr_asked_for_by_name() {
    for scene in [
        on_known_device().asks(&["2"]),
        on_known_device().insists_on(&[MFA]),
        on_known_device().would_like(&["2"]),
    ] {
        assert_eq!(methods(&scene.decide()), ["totp"]);
    }
}

#[test]
fn a_remembered_device_never_satisfies_a_max_age() {
    let floor = on_known_device().floor(MFA, Some(86_400), Source::Scope("transfers".into()));
    assert_eq!(methods(&floor.decide()), ["totp"]);
    let aged = Scene::alice(&[password()])
        .max_age(300)
        .proved([password().used(301), remembered().used(5)]);
    assert_eq!(methods(&aged.decide()), ["password"]);
    let again = Scene::alice(&[password()])
        .prompt_login()
        .proved([password().used(301), remembered().used(5)]);
    assert_eq!(methods(&again.decide()), ["password"]);
}

#[test]
fn a_remembered_device_never_raises_acr_or_auth_time() {
    let without = Scene::alice(&[]).proved([password().used(60)]).claims();
    let with = Scene::alice(&[])
        .proved([password().used(60), remembered().used(1)])
        .claims();
    assert_eq!(with, without);
}

#[test]
fn a_remembered_device_alone_signs_nobody_in() {
    let scene = Scene::alice(&[password(), code()]).proved([remembered().used(5)]);
    assert_eq!(methods(&scene.decide()), ["password", "passkey"]);
    let floored = scene.minimum(MFA).decide();
    assert_eq!(methods(&floored), ["password", "passkey"]);
}

#[test]
fn on_a_remembered_device_a_sign_in_still_begins_with_what_may_come_first() {
    // The pin would complete the two kinds, but it may only come second.
    let scene = Scene::alice(&[password(), pin()])
        .minimum(MFA)
        .proved([remembered().used(5)]);
    assert_eq!(methods(&scene.decide()), ["password", "passkey"]);
    let scene = Scene::alice(&[pin()])
        .minimum(MFA)
        .offering(&[password(), pin(), code()])
        .proved([remembered().used(5)]);
    assert_eq!(methods(&scene.decide()), ["password"]);
}

#[test]
fn a_remembered_device_does_not_carry_a_renewed_sign_in_that_begins_in_the_middle() {
    // Of what is there, only the device would count beside a pin; the code is older than the request.
    let scene = Scene::alice(&[password(), pin()])
        .floor(MFA, None, Source::Scope("transfers".into()))
        .prompt_login()
        .proved([code().used(3_600), remembered().used(60)]);
    assert_eq!(methods(&scene.decide()), ["password"]);
}

#[test]
fn a_remembered_device_is_shown_as_counted_where_it_spares_something() {
    let acr = named(
        "routine",
        Predicate::All(vec![
            Predicate::Proof(Pattern {
                methods: [Method::new("device")].into(),
                ..Pattern::default()
            }),
            Predicate::Proof(Pattern {
                methods: [Method::password()].into(),
                ..Pattern::default()
            }),
            Predicate::Proof(Pattern {
                methods: [Method::totp()].into(),
                ..Pattern::default()
            }),
        ]),
    );
    let scene = on_known_device()
        .knowing([acr])
        .offering(&[password(), code(), remembered()])
        .minimum("routine");
    let prove = asked(&scene.decide());
    assert_eq!(
        prove.counted,
        [password().used(60).id, remembered().used(60).id]
    );
    assert_eq!(methods(&scene.decide()), ["totp"]);
}

#[test]
fn a_remembered_device_spares_nothing_that_a_risk_signal_demands() {
    let scene = on_known_device().floor(MFA, None, Source::Risk("new-country".into()));
    assert_eq!(methods(&scene.decide()), ["totp"]);
}
