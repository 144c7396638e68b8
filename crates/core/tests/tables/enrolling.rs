//! Setting something up: when it is asked for, what comes before it, and what a recovery code is good for
//! (design §2.10, spec §5 lines 4, 67 to 69).

use stepwell_core::authn::{
    Change, Error, Method, Occasion, Predicate, Reason, Source, Step, Verdict,
};
use stepwell_core::time::Seconds;

use crate::support::{
    Authenticator, Scene, code, error, face, granted, hardware_key, mailed_code, methods, named,
    passkey, password, pin, recovery_code, security_key,
};

/// What is to be set up, and why.
#[track_caller]
fn set_up(scene: &Scene) -> (Occasion, Vec<String>) {
    match scene.decide() {
        d if matches!(d.verdict, Verdict::Ask(Step::Enrol(_))) => {
            let Verdict::Ask(Step::Enrol(enrol)) = d.verdict else {
                unreachable!()
            };
            let names = enrol.methods.iter().map(|m| m.as_str().to_owned());
            (enrol.occasion, names.collect())
        }
        d => panic!("nothing is set up: {:?} because {:?}", d.verdict, d.reasons),
    }
}

fn names(methods: &[&str]) -> Vec<String> {
    methods.iter().map(|m| (*m).to_owned()).collect()
}

/// Alice owns these, and may set these up.
fn alice(owned: &[Authenticator], methods: &[&str]) -> Scene {
    Scene::alice(owned).enrolling(methods)
}

#[test]
fn what_would_lead_to_the_demand_is_offered_strongest_first() {
    let all = ["totp", "mail", "face", "passkey", "security-key", "pin"];
    let scene = alice(&[password()], &all).proved([password().used(60)]);
    let table: [(&str, &[&str]); 3] = [
        ("2", &["passkey", "security-key", "totp", "face"]),
        ("phr", &["passkey", "security-key"]),
        ("phrh", &["passkey", "security-key"]),
    ];
    for (acr, expected) in table {
        let asked = scene.clone().asks(&[acr]);
        assert_eq!(
            set_up(&asked),
            (Occasion::Missing, names(expected)),
            "{acr}"
        );
    }
}

#[test]
fn what_is_owned_is_asked_for_and_nothing_is_set_up_beside_it() {
    let scene = alice(&[password(), code()], &["totp", "passkey"])
        .proved([password().used(60)])
        .asks(&["2"]);
    assert_eq!(methods(&scene.decide()), ["totp"]);
}

#[test]
fn without_leave_or_silently_it_is_unmet_as_ever() {
    let signed_in = |scene: Scene| scene.proved([password().used(60)]).asks(&["2"]);
    let table = [
        ("off", signed_in(Scene::alice(&[password()]))),
        ("nothing listed", signed_in(alice(&[password()], &[]))),
        ("of no use", signed_in(alice(&[password()], &["pin"]))),
        (
            "codes alone",
            signed_in(alice(&[password()], &["recovery"])),
        ),
        (
            "silent",
            signed_in(alice(&[password()], &["totp"])).silently(),
        ),
        (
            "barred by policy",
            signed_in(alice(&[password()], &["totp"])).only_by(&["password", "face"]),
        ),
    ];
    for (case, scene) in table {
        let expected = Error::UnmetAuthenticationRequirements;
        assert_eq!(error(&scene.decide()), expected, "{case}");
    }
}

#[test]
fn before_a_first_proof_nothing_tells_that_something_will_be_set_up() {
    let here = [code(), password()];
    let scene = alice(&[password()], &["totp"]).asks(&["2"]).offering(&here);
    assert_eq!(methods(&scene.decide()), ["password"]);
    let nothing = alice(&[], &["totp"]).asks(&["2"]).offering(&here);
    assert_eq!(methods(&nothing.decide()), ["password"]);
    let stranger = Scene::stranger(&[password()])
        .enrolling(&["totp"])
        .asks(&["2"])
        .offering(&here);
    assert_eq!(methods(&stranger.decide()), ["password"]);
}

#[test]
fn first_comes_the_most_that_is_owned_and_every_part_of_it_fresh() {
    let owned = [password(), code()];
    let ask = |proofs: Vec<stepwell_core::authn::Evidence>| {
        alice(&owned, &["passkey"]).proved(proofs).asks(&["phr"])
    };
    let fresh = ask(vec![password().used(120), code().used(60)]);
    assert_eq!(set_up(&fresh).1, ["passkey"]);
    let exactly = ask(vec![password().used(300), code().used(300)]);
    assert_eq!(set_up(&exactly).1, ["passkey"]);
    let table: [(&str, Vec<_>, &[&str]); 4] = [
        ("a password alone", vec![password().used(60)], &["totp"]),
        ("a code alone", vec![code().used(60)], &["password"]),
        (
            "a password too old",
            vec![password().used(301), code().used(60)],
            &["password"],
        ),
        (
            "both too old",
            vec![password().used(301), code().used(301)],
            &["password", "totp"],
        ),
    ];
    for (case, proofs, expected) in table {
        assert_eq!(methods(&ask(proofs).decide()), expected, "{case}");
    }
    let reasons = ask(vec![password().used(60)]).decide().reasons;
    assert!(
        matches!(
            &reasons[..],
            [
                Reason::NotProven {
                    source: Some(Source::Request),
                    ..
                },
                Reason::NotOwned,
                Reason::EnrolmentOffered { .. },
                Reason::NotProven {
                    source: Some(Source::Account),
                    ..
                },
            ]
        ),
        "{reasons:?}"
    );
}

#[test]
fn proofs_made_in_the_interaction_are_fresh_however_long_it_takes() {
    let scene = alice(&[password()], &["totp"])
        .asks(&["2"])
        .then(&password());
    let mut late = scene.clone();
    late.now = late.now.plus(Seconds(1_500));
    assert_eq!(set_up(&late), set_up(&scene));
}

#[test]
fn the_strongest_acr_before_a_change_is_the_last_that_the_owned_ones_reach() {
    let change = |owned: &[Authenticator]| {
        let mut scene = Scene::alice(owned).enrolling(&["totp"]);
        scene.request.change = Some(Change::default());
        scene
    };
    // A key without user verification reaches phr; a password and a code do not.
    let keyed = change(&[password(), code(), security_key()]);
    let with_code = keyed.clone().proved([password().used(9), code().used(9)]);
    assert_eq!(methods(&with_code.decide()), ["security-key"]);
    granted(&keyed.proved([security_key().used(9)]).decide());
    // Nothing configured is true of a PIN beside a password but the first acr.
    granted(
        &change(&[password(), pin()])
            .proved([password().used(9)])
            .decide(),
    );
    // Where no acr is, what was proven last must be fresh.
    let bare = change(&[password()]).knowing([]);
    granted(&bare.clone().proved([password().used(9)]).decide());
    assert_eq!(
        methods(&bare.proved([password().used(400)]).decide()),
        ["password"]
    );
}

#[test]
fn after_the_set_up_the_same_request_goes_on_and_the_first_use_counts() {
    let scene = alice(&[password()], &["totp"])
        .proved([password().used(60)])
        .asks(&["2"]);
    assert_eq!(set_up(&scene).0, Occasion::Missing);
    let after = scene.sets_up(&code());
    assert_eq!(after.claims(), ("2".to_owned(), 0));
}

#[test]
fn what_was_set_up_and_did_not_lead_on_is_not_offered_again() {
    // The passkey of an installation may be bound to hardware; this one turns out to be synced.
    let scene = alice(&[password()], &["passkey"])
        .offering(&[password(), hardware_key()])
        .proved([password().used(60)])
        .asks(&["phrh"]);
    assert_eq!(set_up(&scene).1, ["passkey"]);
    let after = scene.sets_up(&passkey());
    assert_eq!(
        error(&after.decide()),
        Error::UnmetAuthenticationRequirements
    );
    // The next request may try again.
    let mut next = after.then(&passkey());
    next.request.began = next.now;
    next.now = next.now.plus(Seconds(1));
    assert_eq!(set_up(&next).1, ["passkey"]);
}

#[test]
fn two_set_ups_follow_each_other_where_one_is_not_enough() {
    let three = named(
        "three",
        Predicate::Kinds {
            count: 3,
            within: None,
            settled: None,
        },
    );
    let scene = alice(&[password()], &["totp", "face", "mail"])
        .knowing([three])
        .proved([password().used(60)])
        .asks(&["three"]);
    assert_eq!(set_up(&scene).1, ["totp", "face", "mail"]);
    let next = scene.sets_up(&face());
    assert_eq!(set_up(&next).1, ["totp", "mail"]);
    assert_eq!(next.sets_up(&mailed_code()).claims().0, "three");
}

#[test]
fn a_young_authenticator_does_not_count_where_an_acr_says_so() {
    let day = Some(Seconds(86_400));
    let old = named(
        "old",
        Predicate::Kinds {
            count: 2,
            within: None,
            settled: day,
        },
    );
    let scene = |age: Option<i64>| {
        let app = code().set_up(age);
        alice(&[password(), app.clone()], &["totp"])
            .knowing([old.clone()])
            .asks(&["old"])
            .proved([password().used(60), app.used(0)])
    };
    granted(&scene(Some(86_400)).decide());
    for age in [Some(86_399), Some(5), None] {
        let decision = scene(age).decide();
        assert_eq!(
            error(&decision),
            Error::UnmetAuthenticationRequirements,
            "{age:?}"
        );
        assert!(decision.reasons.contains(&Reason::TooYoung), "{age:?}");
    }
    // Used when it was young, it does not count later either: it has to be used again.
    let app = code().set_up(Some(86_400));
    let used_early = scene(Some(86_400)).proved([password().used(60), app.used(10)]);
    assert_eq!(methods(&used_early.decide()), ["totp"]);
}

#[test]
fn a_voluntary_acr_is_not_worth_a_set_up() {
    let scene = alice(&[password()], &["totp"])
        .would_like(&["2"])
        .proved([password().used(60)]);
    assert_eq!(scene.claims().0, "urn:stepwell:acr:basic");
}

#[test]
fn recovery_codes_come_after_the_first_set_up_and_only_where_there_are_none() {
    let listed = ["totp", "recovery"];
    let scene = alice(&[password()], &listed)
        .proved([password().used(60)])
        .asks(&["2"]);
    assert_eq!(set_up(&scene).1, ["totp"], "no code leads to two kinds");
    let after = scene.sets_up(&code());
    assert_eq!(set_up(&after), (Occasion::Spare, names(&["recovery"])));
    assert_eq!(after.sets_up(&recovery_code()).claims().0, "2");
    let has_some = alice(&[password(), recovery_code()], &listed)
        .proved([password().used(60)])
        .asks(&["2"]);
    assert_eq!(has_some.sets_up(&code()).claims().0, "2");
    // Who sets nothing up is left alone.
    let plain = alice(&[password()], &listed).proved([password().used(60)]);
    granted(&plain.decide());
}

#[test]
fn a_recovery_code_is_the_last_way_and_leads_to_a_replacement() {
    let owned = [password(), code(), recovery_code()];
    let scene = alice(&owned, &["totp", "passkey"])
        .proved([password().used(60)])
        .asks(&["2"]);
    assert_eq!(methods(&scene.decide()), ["totp", "recovery"]);
    let used = scene.then(&recovery_code());
    assert_eq!(
        set_up(&used),
        (Occasion::Lost, names(&["passkey", "totp"])),
        "the code is not asked for any more, and proves nothing by itself"
    );
    let app = code().called("new app");
    let grounds = granted(&used.sets_up(&app).decide());
    assert_eq!(grounds.amr, ["pwd", "otp", "mfa"]);
}

#[test]
fn a_recovery_code_needs_a_fresh_password_beside_it() {
    let owned = [password(), code(), recovery_code()];
    let scene = alice(&owned, &["totp"])
        .proved([password().used(400)])
        .asks(&["2"]);
    assert_eq!(methods(&scene.decide()), ["totp", "recovery"]);
    let used = scene.then(&recovery_code());
    assert_eq!(methods(&used.decide())[0], "password");
    assert_eq!(set_up(&used.then(&password())).0, Occasion::Lost);
}

#[test]
fn one_recovery_code_is_enough_for_an_interaction() {
    let young = named(
        "young",
        Predicate::Kinds {
            count: 2,
            within: Some(Seconds(240)),
            settled: None,
        },
    );
    let owned = [password(), code(), recovery_code()];
    let scene = alice(&owned, &["totp"])
        .knowing([young])
        .proved([password().used(600)])
        .asks(&["young"]);
    assert_eq!(methods(&scene.decide()), ["password", "totp", "recovery"]);
    let used = scene.then(&recovery_code());
    assert_eq!(
        methods(&used.decide()),
        ["password"],
        "the password is missing, and no other code"
    );
    let ready = used.then(&password());
    assert_eq!(set_up(&ready).0, Occasion::Lost);
    assert_eq!(ready.sets_up(&code()).claims().0, "young");
}

#[test]
fn after_a_recovery_code_what_is_reached_without_it_is_all_that_is_granted() {
    let owned = [password(), code(), recovery_code()];
    let proofs = [password().used(60), recovery_code().used(30)];
    let scene = alice(&owned, &["totp"]).proved(proofs.clone());
    let grounds = granted(&scene.decide());
    assert_eq!(grounds.acr.unwrap().as_str(), "urn:stepwell:acr:basic");
    assert_eq!(grounds.amr, ["pwd"]);
    // A code that was used before this request asks for nothing to be replaced in it.
    assert_eq!(methods(&scene.asks(&["2"]).decide())[0], "totp");
    // Nor is it a fresh sign-in.
    let again = alice(&owned, &[]).proved(proofs).max_age(45);
    assert_eq!(methods(&again.decide()), ["password", "totp"]);
}

#[test]
fn where_nothing_can_be_set_up_a_recovery_code_is_no_way() {
    let owned = [password(), code(), recovery_code()];
    for scene in [
        Scene::alice(&owned),
        alice(&owned, &["pin"]),
        alice(&owned, &["totp"]).only_by(&["password", "face"]),
    ] {
        let scene = scene.proved([password().used(60)]).asks(&["2"]);
        let decision = scene.decide();
        let offered = match decision.verdict {
            Verdict::Ask(Step::Prove(prove)) => prove.choices,
            _ => Vec::new(),
        };
        assert!(offered.iter().all(|c| !c.traits.recovery), "{offered:?}");
    }
}

#[test]
fn a_change_is_open_to_whoever_lost_an_authenticator_by_a_recovery_code() {
    let owned = [password(), code(), recovery_code()];
    let mut scene = Scene::alice(&owned).enrolling(&["totp", "recovery"]);
    scene.request.change = Some(Change::default());
    let scene = scene.proved([password().used(60)]);
    assert_eq!(methods(&scene.decide()), ["totp", "recovery"]);
    granted(&scene.then(&recovery_code()).decide());
}

#[test]
fn whoever_came_to_set_something_up_does_that_once() {
    let mut scene = Scene::alice(&[password()]).enrolling(&["totp", "recovery"]);
    let wanted = |method: &str| {
        Some(Change {
            enrol: Some(Method::new(method)),
        })
    };
    scene.request.change = wanted("totp");
    let scene = scene.proved([password().used(400)]);
    assert_eq!(methods(&scene.decide()), ["password"]);
    let proven = scene.then(&password());
    assert_eq!(set_up(&proven), (Occasion::Chosen, names(&["totp"])));
    let after = proven.sets_up(&code());
    assert_eq!(set_up(&after).0, Occasion::Spare);
    granted(&after.sets_up(&recovery_code()).decide());

    let mut other = proven;
    other.request.change = wanted("passkey");
    let decision = other.decide();
    assert_eq!(error(&decision), Error::UnmetAuthenticationRequirements);
    assert!(matches!(
        decision.reasons[..],
        [Reason::NotEnrollable { .. }]
    ));
}
