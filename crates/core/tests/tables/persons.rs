//! Whom it is about: unknown persons, other persons' sessions, pins and account choice.

use stepwell_core::authn::{Error, Prompt, Reason, Step, Verdict};

use crate::support::{
    Scene, code, error, granted, hardware_key, identifies, methods, passkey, password, security_key,
};

type Demanding = fn(Scene) -> Scene;

/// Requests of every kind, to hold two persons against each other.
fn demanding() -> Vec<Demanding> {
    vec![
        |s| s,
        |s| s.asks(&["2"]),
        |s| s.asks(&["phrh"]),
        |s| s.insists_on(&["phr"]),
        |s| s.would_like(&["phr"]),
        |s| s.minimum("phrh"),
        |s| s.max_age(0),
        |s| s.prompt_login().max_age(60),
        |s| s.only_by(&["password"]),
        |s| s.only_by(&["totp"]),
        |s| s.only_by(&["passkey"]).asks(&["phrh"]),
        |s| s.silently(),
        |s| s.without_consent(),
        |s| s.select_account(),
    ]
}

#[test]
fn without_a_person_a_name_is_asked_for() {
    let decision = Scene::nobody().decide();
    assert!(identifies(&decision));
    assert_eq!(decision.reasons, [Reason::NotSignedIn]);
}

#[test]
fn an_unknown_name_is_answered_exactly_like_a_known_one_before_the_first_proof() {
    for demand in demanding() {
        let known = demand(Scene::alice(&[password()])).decide();
        let unknown = demand(Scene::stranger(&[password()])).decide();
        assert_eq!(known, unknown);
    }
}

#[test]
fn before_the_first_proof_nothing_tells_what_a_person_owns() {
    for demand in demanding() {
        let stranger = demand(Scene::stranger(&[])).decide();
        let owners: [&[_]; 7] = [
            &[],
            &[password()],
            &[password(), code()],
            &[code()],
            &[passkey()],
            &[password(), hardware_key()],
            &[security_key()],
        ];
        for owned in owners {
            assert_eq!(demand(Scene::alice(owned)).decide(), stranger, "{owned:?}");
        }
    }
}

#[test]
fn what_the_person_lacks_is_only_told_after_a_first_proof() {
    let scene = Scene::alice(&[password()]).asks(&["phr"]);
    assert_eq!(methods(&scene.decide()), ["passkey", "password"]);
    assert_eq!(
        error(&scene.then(&password()).decide()),
        Error::UnmetAuthenticationRequirements
    );
}

#[test]
fn a_strangers_session_proves_nothing() {
    let bobs = [password().used(5), code().used(5), hardware_key().used(5)];
    for demand in demanding() {
        let alone = demand(Scene::alice(&[password(), code()]));
        let beside = demand(Scene::alice(&[password(), code()])).session_of("bob", bobs.clone());
        let same = |s: &Scene| match s.decide().verdict {
            // Whether there is a session decides how an account is chosen, and nothing else.
            Verdict::Ask(Step::ChooseAccount) => Verdict::Ask(Step::Identify),
            other => other,
        };
        assert_eq!(same(&alone), same(&beside));
        assert!(!matches!(beside.decide().verdict, Verdict::Grant(_)));
    }
}

#[test]
fn starting_over_as_somebody_else_is_named_as_the_reason() {
    for scene in [Scene::alice(&[password()]), Scene::stranger(&[password()])] {
        let decision = scene.session_of("bob", [password().used(5)]).decide();
        assert_eq!(methods(&decision), ["password", "passkey"]);
        assert!(
            decision.reasons.contains(&Reason::OtherPerson),
            "{:?}",
            decision.reasons
        );
    }
}

#[test]
fn an_unknown_name_never_takes_over_a_session() {
    let scene = Scene::stranger(&[password()]).session_of("alice", [hardware_key().used(5)]);
    assert_eq!(methods(&scene.decide()), ["password", "passkey"]);
}

#[test]
fn a_step_up_completes_as_the_same_person_or_not_at_all() {
    let scene = Scene::alice(&[]).proved([passkey().used(5)]);
    assert_eq!(
        granted(&scene.clone().pinned_to("alice").decide())
            .subject
            .as_str(),
        "alice"
    );
    let other = scene.pinned_to("bob").decide();
    assert_eq!(error(&other), Error::LoginRequired);
    assert_eq!(other.reasons, [Reason::WrongSubject]);
}

#[test]
fn whose_name_belongs_to_a_subject_is_not_told_before_a_proof() {
    for scene in [Scene::stranger(&[password()]), Scene::alice(&[password()])] {
        let decision = scene.pinned_to("bob").decide();
        assert_eq!(methods(&decision), ["password", "passkey"]);
    }
}

#[test]
fn select_account_asks_once_even_with_a_session_that_would_do() {
    let mut scene = Scene::alice(&[password()])
        .proved([password().used(5)])
        .select_account();
    assert_eq!(scene.decide().verdict, Verdict::Ask(Step::ChooseAccount));
    assert_eq!(scene.decide().reasons, [Reason::AccountChoiceRequested]);
    scene.facts.account_chosen = true;
    assert_eq!(granted(&scene.decide()).subject.as_str(), "alice");
}

#[test]
fn select_account_without_a_session_asks_for_a_name() {
    assert!(identifies(&Scene::nobody().select_account().decide()));
}

#[test]
fn prompts_are_off_unless_asked_for() {
    assert_eq!(
        Prompt::default(),
        Prompt {
            none: false,
            select_account: false
        }
    );
}
