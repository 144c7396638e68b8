//! Which acr is answered (design §2.4), how it is spelled, and with which amr.

use stepwell_core::authn::{AcrName, Error, Reason, Source};

use crate::support::{
    NOW, Scene, code, error, granted, hardware_key, methods, passkey, password, pin, security_key,
};

const BASIC: &str = "urn:stepwell:acr:basic";
const MFA: &str = "urn:stepwell:acr:mfa";
const REFEDS: &str = "https://refeds.org/profile/mfa";

#[test]
fn a_request_by_alias_is_answered_with_that_alias() {
    for asked in ["1", BASIC, "2", REFEDS, MFA] {
        let scene = Scene::alice(&[])
            .proved([password().used(60), code().used(50)])
            .asks(&[asked]);
        assert_eq!(scene.claims().0, asked);
    }
}

#[test]
fn the_most_preferred_that_is_true_is_answered_even_when_the_session_is_stronger() {
    let strong = [
        password().used(70),
        code().used(60),
        hardware_key().used(50),
    ];
    let weak = [password().used(70)];
    let table: [(&[&str], &str, &str); 5] = [
        (&[BASIC, "phr"], BASIC, BASIC),
        (&["phr", BASIC], "phr", BASIC),
        (&["phrh", "phr", MFA, "1"], "phrh", "1"),
        (&["nonsense", "2", "1"], "2", "1"),
        (&["1", "2"], "1", "1"),
    ];
    for (asks, with_strong, with_weak) in table {
        assert_eq!(
            Scene::alice(&[])
                .proved(strong.clone())
                .asks(asks)
                .claims()
                .0,
            with_strong,
            "{asks:?}"
        );
        assert_eq!(
            Scene::alice(&[]).proved(weak.clone()).asks(asks).claims().0,
            with_weak,
            "{asks:?}"
        );
    }
}

#[test]
fn with_none_requested_the_strongest_configured_one_is_answered() {
    for (evidence, expected) in [
        (vec![password().used(60)], BASIC),
        (vec![password().used(60), code().used(50)], MFA),
        (vec![passkey().used(60)], "phr"),
        (vec![security_key().used(60)], "phrh"),
        (vec![hardware_key().used(60), password().used(1)], "phrh"),
    ] {
        assert_eq!(Scene::alice(&[]).proved(evidence).claims().0, expected);
    }
}

#[test]
fn with_no_acr_configured_at_all_none_is_claimed() {
    let grounds = granted(
        &Scene::alice(&[])
            .knowing([])
            .proved([password().used(60)])
            .decide(),
    );
    assert_eq!(grounds.acr, None);
    assert_eq!(NOW.since(grounds.auth_time), 60_000_000);
}

#[test]
fn a_preferred_acr_is_not_chased_when_a_less_preferred_one_will_do() {
    let scene = Scene::alice(&[password(), passkey()])
        .asks(&["phr", "1"])
        .proved([password().used(60)]);
    assert_eq!(scene.claims().0, "1", "one of them is enough");
}

#[test]
fn a_voluntary_acr_is_tried_for_but_never_at_the_price_of_the_sign_in() {
    let scene = Scene::alice(&[password(), code()])
        .would_like(&["2"])
        .proved([password().used(60)]);
    assert_eq!(methods(&scene.decide()), ["totp"]);
    assert_eq!(scene.then(&code()).claims().0, "2");

    let poor = Scene::alice(&[password()])
        .would_like(&["2"])
        .proved([password().used(60)]);
    assert_eq!(poor.claims().0, BASIC, "signed in with the best there is");
    let left_out = Reason::VoluntaryLeftOut {
        any_of: vec![AcrName::new("2")],
    };
    assert!(poor.decide().reasons.contains(&left_out));
}

#[test]
fn a_necessary_acr_that_the_person_cannot_reach_is_unmet() {
    for scene in [
        Scene::alice(&[password()]).asks(&["2"]),
        Scene::alice(&[password()]).insists_on(&["2"]),
        Scene::alice(&[password(), pin()]).asks(&["2"]),
    ] {
        let decision = scene.proved([password().used(60)]).decide();
        assert_eq!(error(&decision), Error::UnmetAuthenticationRequirements);
        assert!(decision.reasons.contains(&Reason::NotOwned));
    }
}

#[test]
fn an_unknown_voluntary_acr_is_ignored() {
    let scene = Scene::alice(&[password()]).would_like(&["level-of-somebody-else"]);
    assert_eq!(methods(&scene.decide()), ["password", "passkey"]);
    assert_eq!(scene.then(&password()).claims().0, BASIC);
}

#[test]
fn amr_names_what_was_proven_in_order_and_mfa_when_two_kinds_were() {
    let table = [
        (vec![password().used(60)], "1", vec!["pwd"]),
        (
            vec![code().used(50), password().used(60)],
            "2",
            vec!["pwd", "otp", "mfa"],
        ),
        (vec![passkey().used(60)], "phr", vec!["pop", "user", "mfa"]),
        (vec![security_key().used(60)], "phr", vec!["hwk"]),
    ];
    for (evidence, asks, expected) in table {
        let grounds = granted(&Scene::alice(&[]).proved(evidence).asks(&[asks]).decide());
        assert_eq!(grounds.amr, expected);
    }
}

#[test]
fn amr_leaves_out_what_the_answer_does_not_rest_on() {
    let scene = Scene::alice(&[])
        .proved([password().used(60), passkey().used(600)])
        .asks(&["phr"]);
    let grounds = granted(&scene.decide());
    assert_eq!(grounds.evidence, [passkey().used(600).id]);
    assert!(!grounds.amr.contains(&"pwd".to_owned()));
}

#[test]
fn the_evidence_of_a_grant_is_named_oldest_first_however_the_session_lists_it() {
    let (first, second) = (password().used(60), code().used(50));
    for listed in [
        [first.clone(), second.clone()],
        [second.clone(), first.clone()],
    ] {
        let grounds = granted(&Scene::alice(&[]).proved(listed).asks(&["2"]).decide());
        assert_eq!(grounds.evidence, [first.id.clone(), second.id.clone()]);
        assert_eq!(grounds.amr, ["pwd", "otp", "mfa"]);
    }
}

#[test]
fn names_come_before_aliases_and_weakest_first_where_acrs_are_published() {
    let published: Vec<String> = stepwell_core::authn::Catalog::shipped()
        .published()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(published, [BASIC, "1", MFA, "2", REFEDS, "phr", "phrh"]);
}

#[test]
fn amr_never_lists_a_proof_that_is_as_strong_as_what_auth_time_speaks_for_but_older() {
    let scene = Scene::alice(&[password(), code()])
        .floor(MFA, None, Source::Scope("transfers".into()))
        .prompt_login()
        .proved([password().used(20_000), code().used(18_000)])
        .then(&password());
    let grounds = granted(&scene.decide());
    assert_eq!(
        grounds.amr,
        ["pwd"],
        "the old code would pass for a new one"
    );
    assert!(grounds.evidence.contains(&code().used(18_000).id));
}
