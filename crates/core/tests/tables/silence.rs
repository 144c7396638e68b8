//! `prompt=none`: never a page, and each page's own error (OIDC Core §3.1.2.6).

use stepwell_core::authn::{Error, Reason, Verdict};

use crate::support::{Scene, code, error, passkey, password};

const BASIC: &str = "urn:stepwell:acr:basic";

#[test]
fn every_page_becomes_the_error_that_names_it() {
    let signed_in = || Scene::alice(&[password(), code()]).proved([password().used(60)]);
    let table = [
        ("nobody", Scene::nobody(), Error::LoginRequired),
        (
            "no proof",
            Scene::alice(&[password()]),
            Error::LoginRequired,
        ),
        ("too old", signed_in().max_age(30), Error::LoginRequired),
        (
            "a code would do",
            signed_in().asks(&["2"]),
            Error::LoginRequired,
        ),
        (
            "a code would do for the floor",
            signed_in().minimum("2"),
            Error::LoginRequired,
        ),
        (
            "choice of account",
            signed_in().select_account(),
            Error::AccountSelectionRequired,
        ),
        (
            "consent",
            signed_in().without_consent(),
            Error::ConsentRequired,
        ),
        (
            "somebody else",
            signed_in().pinned_to("bob"),
            Error::LoginRequired,
        ),
        (
            "not owned",
            signed_in().asks(&["phr"]),
            Error::UnmetAuthenticationRequirements,
        ),
        (
            "not configured",
            signed_in().asks(&["nonsense"]),
            Error::UnmetAuthenticationRequirements,
        ),
        (
            "login as well",
            signed_in().prompt_login(),
            Error::LoginRequired,
        ),
    ];
    for (case, scene, expected) in table {
        assert_eq!(error(&scene.silently().decide()), expected, "{case}");
    }
}

#[test]
fn a_page_that_was_forbidden_is_named_beside_the_reason_for_it() {
    let decision = Scene::nobody().silently().decide();
    assert_eq!(
        decision.reasons,
        [Reason::NotSignedIn, Reason::SilenceRequested]
    );
}

#[test]
fn a_silent_request_that_is_met_is_granted() {
    let scene = Scene::alice(&[]).proved([passkey().used(60)]).silently();
    assert_eq!(scene.clone().asks(&["2"]).claims(), ("2".to_owned(), 60));
    assert_eq!(scene.max_age(60).claims().1, 60);
}

#[test]
fn a_silent_voluntary_request_is_granted_with_what_there_is() {
    let scene = Scene::alice(&[password(), code()])
        .would_like(&["2"])
        .proved([password().used(60)])
        .silently();
    assert_eq!(
        scene.claims().0,
        BASIC,
        "asking for a code is forbidden, and the acr is not needed"
    );
    assert_eq!(
        error(&scene.clone().max_age(30).decide()),
        Error::LoginRequired,
        "max_age is not voluntary"
    );
    assert_eq!(
        error(&scene.minimum("2").decide()),
        Error::LoginRequired,
        "a floor is not voluntary"
    );
}

#[test]
fn silence_never_shows_a_page() {
    let people = [
        Scene::nobody(),
        Scene::alice(&[]),
        Scene::stranger(&[password()]),
        Scene::alice(&[password(), code()]),
    ];
    for person in people {
        for scene in [
            person.clone(),
            person.clone().asks(&["2"]),
            person.clone().would_like(&["2"]),
            person.clone().prompt_login(),
            person.clone().select_account(),
            person
                .clone()
                .without_consent()
                .proved([password().used(5)]),
        ] {
            assert!(!matches!(
                scene.silently().decide().verdict,
                Verdict::Ask(_)
            ));
        }
    }
}
