//! `max_age`, `prompt=login`, and proofs that come from the future.

use stepwell_core::authn::{Acr, Error, Freshness, Pattern, Predicate, Reason, Renew};
use stepwell_core::time::{Seconds, Timestamp};

use crate::support::{
    NOW, Scene, ago, asked, code, error, granted, methods, named, passkey, password,
};

const MFA: &str = "urn:stepwell:acr:mfa";

fn micros(at: Timestamp, by: i64) -> Timestamp {
    Timestamp::from_micros(at.as_micros() + by)
}

#[test]
fn max_age_is_kept_to_the_microsecond() {
    let scene = |at| {
        Scene::alice(&[password()])
            .max_age(300)
            .proved([password().used_at(at)])
    };
    assert_eq!(
        scene(ago(300)).claims().1,
        300,
        "exactly max_age is not yet too old"
    );
    assert_eq!(
        methods(&scene(micros(ago(300), -1)).decide()),
        ["password"],
        "more than max_age is"
    );
}

#[test]
fn step_up_is_asked_when_the_code_is_too_old() {
    let scene = Scene::alice(&[password(), code()])
        .asks(&[MFA])
        .max_age(300)
        .proved([password().used(3_600), code().used(301)]);
    let decision = scene.decide();
    assert_eq!(methods(&decision), ["totp"], "the password still counts");
    assert_eq!(asked(&decision).counted, [password().used(3_600).id]);
    let expected = Reason::TooOld {
        any_of: vec![stepwell_core::authn::AcrName::new(MFA)],
        source: Some(stepwell_core::authn::Source::Request),
        auth_time: ago(301),
        max_age: Some(Seconds(300)),
    };
    assert!(
        decision.reasons.contains(&expected),
        "{:?}",
        decision.reasons
    );
}

#[test]
fn max_age_zero_means_after_the_interaction_began() {
    let scene = Scene::alice(&[password()]).max_age(0);
    for (at, recent) in [
        (ago(11), false),
        (ago(10), false),
        (micros(ago(10), 1), true),
        (ago(3), true),
    ] {
        let decided = scene.clone().proved([password().used_at(at)]).decide();
        assert_eq!(
            matches!(decided.verdict, stepwell_core::authn::Verdict::Grant(_)),
            recent,
            "{at:?}"
        );
    }
}

#[test]
fn prompt_login_means_after_the_interaction_began() {
    let scene = Scene::alice(&[password()]).prompt_login();
    for (at, recent) in [
        (ago(11), false),
        (ago(10), false),
        (micros(ago(10), 1), true),
        (ago(3), true),
    ] {
        let decided = scene.clone().proved([password().used_at(at)]).decide();
        assert_eq!(
            matches!(decided.verdict, stepwell_core::authn::Verdict::Grant(_)),
            recent,
            "{at:?}"
        );
    }
}

#[test]
fn prompt_login_with_a_long_max_age_still_asks_again() {
    let scene = Scene::alice(&[password()])
        .prompt_login()
        .max_age(86_400)
        .proved([password().used(60)]);
    assert_eq!(methods(&scene.decide()), ["password"]);
    assert_eq!(scene.then(&password()).claims().1, 0);
}

#[test]
fn what_was_proven_during_the_interaction_stays_recent_however_slow_the_person_is() {
    let mut scene = Scene::alice(&[password(), code()]).asks(&[MFA]).max_age(1);
    scene.request.began = ago(120);
    scene = scene.proved([password().used(100), code().used(90)]);
    assert_eq!(
        scene.claims(),
        (MFA.to_owned(), 90),
        "asking again would never end"
    );
}

#[test]
fn max_age_zero_never_loops() {
    let scene = Scene::alice(&[password(), code()])
        .asks(&[MFA])
        .max_age(0)
        .proved([password().used(60), code().used(60)]);
    assert_eq!(methods(&scene.decide()), ["totp"]);
    assert_eq!(scene.then(&code()).claims(), (MFA.to_owned(), 0));
}

#[test]
fn a_claim_with_renew_all_has_to_be_renewed_whole_after_prompt_login() {
    let acr = Acr {
        renew: Renew::All,
        ..named(
            "all",
            Predicate::Kinds {
                count: 2,
                within: None,
                settled: None,
            },
        )
    };
    let scene = Scene::alice(&[password(), code()])
        .knowing([acr])
        .asks(&["all"])
        .prompt_login()
        .proved([password().used(60), code().used(60)]);
    let first = scene.decide();
    assert_eq!(
        methods(&first),
        ["password"],
        "a sign-in begins with what may come first"
    );
    assert_eq!(asked(&first).remaining, 2);
    let second = scene.then(&password());
    assert_eq!(methods(&second.decide()), ["totp"]);
    assert_eq!(second.then(&code()).claims().0, "all");
}

#[test]
fn a_proof_from_the_future_is_stale() {
    for (ahead, trusted) in [(0, true), (10, true), (11, false), (3_600, false)] {
        let scene = Scene::alice(&[password()]).proved([password().used(-ahead)]);
        let decision = scene.decide();
        if trusted {
            assert_eq!(
                granted(&decision).auth_time,
                NOW,
                "never claimed to be later than now"
            );
        } else {
            assert_eq!(methods(&decision), ["password"], "{ahead} s ahead");
        }
    }
}

#[test]
fn a_proof_a_moment_ahead_is_judged_by_the_time_it_claims() {
    let mut scene = Scene::alice(&[password()]).proved([password().used(-5)]);
    scene.request.began = NOW;
    assert_eq!(
        methods(&scene.clone().prompt_login().decide()),
        ["password"],
        "now is not after now"
    );
    assert_eq!(methods(&scene.clone().max_age(0).decide()), ["password"]);
    assert_eq!(scene.max_age(1).claims().1, 0);
}

#[test]
fn asking_in_the_instant_in_which_the_request_began_finds_what_to_ask() {
    let mut scene = Scene::alice(&[password(), code()])
        .asks(&[MFA])
        .prompt_login()
        .proved([password().used(60)]);
    scene.request.began = NOW;
    scene.request.demand.fresh.after = Some(NOW);
    assert_eq!(methods(&scene.decide()), ["totp"]);
}

#[test]
fn a_proof_from_the_future_does_not_hide_an_honest_one() {
    let scene = Scene::alice(&[]).proved([password().used(-60), password().used(30)]);
    assert_eq!(scene.claims().1, 30);
}

#[test]
fn when_silent_an_old_proof_is_login_required() {
    let scene = Scene::alice(&[password()]).max_age(300).silently();
    assert_eq!(
        error(&scene.clone().proved([password().used(301)]).decide()),
        Error::LoginRequired
    );
    assert_eq!(scene.proved([password().used(299)]).claims().1, 299);
}

#[test]
fn the_acr_is_named_by_what_is_fresh_enough_and_no_stronger() {
    let used = [
        password().used(60),
        code().used(3_600),
        passkey().used(7_200),
    ];
    for (max_age, expected) in [
        (10_000, ("phr", 7_200)),
        (5_000, (MFA, 3_600)),
        (100, ("urn:stepwell:acr:basic", 60)),
    ] {
        let scene = Scene::alice(&[]).max_age(max_age).proved(used.clone());
        assert_eq!(scene.claims(), (expected.0.to_owned(), expected.1));
    }
}

#[test]
fn freshness_joins_to_the_smaller_age_and_the_later_instant() {
    let a = Freshness {
        max_age: Some(Seconds(60)),
        after: Some(ago(5)),
    };
    let b = Freshness {
        max_age: Some(Seconds(600)),
        after: None,
    };
    let c = Freshness {
        max_age: None,
        after: Some(ago(1)),
    };
    assert_eq!(a.join(b), a);
    assert_eq!(
        a.join(c),
        Freshness {
            max_age: Some(Seconds(60)),
            after: Some(ago(1))
        }
    );
    assert_eq!(Freshness::default().join(b), b);
}

#[test]
fn a_max_age_beyond_all_time_overflows_nothing() {
    let scene = Scene::alice(&[])
        .max_age(u64::MAX)
        .proved([password().used(60)]);
    assert_eq!(scene.claims().1, 60);
    let forever = Pattern {
        within: Some(Seconds(u64::MAX)),
        ..Pattern::default()
    };
    let acr = Acr {
        lifetime: Some(Seconds(u64::MAX)),
        ..named("it", Predicate::Proof(forever))
    };
    let scene = Scene::alice(&[])
        .knowing([acr])
        .asks(&["it"])
        .proved([password().used(60)]);
    assert_eq!(scene.claims().1, 60);
}
