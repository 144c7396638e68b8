//! Which proofs make which acr true.

use std::collections::BTreeSet;

use stepwell_core::authn::{Acr, Barred, Error, Evidence, Method, Pattern, Predicate};
use stepwell_core::time::Seconds;

use crate::support::{
    Authenticator, NOW, Scene, code, error, face, granted, hardware_key, mailed_code,
    mailed_password, methods, named, passkey, password, pin, security_key, texted_code,
};

fn by(methods: &[&str]) -> Pattern {
    Pattern {
        methods: methods.iter().copied().map(Method::new).collect(),
        ..Pattern::default()
    }
}

fn proof(pattern: Pattern) -> Predicate {
    Predicate::Proof(pattern)
}

/// Whether alice, with these proofs and nothing to prove anything else with, is granted the acr.
fn holds(requires: &Predicate, evidence: &[Evidence]) -> bool {
    let scene = Scene::alice(&[])
        .knowing([named("it", requires.clone())])
        .proved(evidence.to_vec())
        .silently()
        .asks(&["it"]);
    matches!(
        scene.decide().verdict,
        stepwell_core::authn::Verdict::Grant(_)
    )
}

fn fresh(all: &[Authenticator]) -> Vec<Evidence> {
    all.iter()
        .zip(60..)
        .map(|(one, ago)| one.used(ago))
        .collect()
}

#[test]
fn a_single_trait_decides_which_proof_will_do() {
    let phishing_resistant = proof(Pattern {
        phishing_resistant: true,
        ..Pattern::default()
    });
    let user_verified = proof(Pattern {
        user_verified: true,
        ..Pattern::default()
    });
    let hardware_bound = proof(Pattern {
        hardware_bound: true,
        ..Pattern::default()
    });
    let anything = proof(Pattern::default());
    let table = [
        (&phishing_resistant, password(), false),
        (&phishing_resistant, code(), false),
        (&phishing_resistant, passkey(), true),
        (&phishing_resistant, security_key(), true),
        (&user_verified, security_key(), false),
        (&user_verified, passkey(), true),
        (&hardware_bound, passkey(), false),
        (&hardware_bound, hardware_key(), true),
        (&anything, password(), true),
        (&anything, code(), true),
    ];
    for (requires, used, expected) in table {
        assert_eq!(
            holds(requires, &[used.used(60)]),
            expected,
            "{requires:?} by {:?}",
            used.owned.method
        );
    }
}

#[test]
fn traits_stated_together_have_to_be_of_one_proof() {
    let both = proof(Pattern {
        user_verified: true,
        hardware_bound: true,
        ..Pattern::default()
    });
    assert!(!holds(&both, &fresh(&[passkey(), security_key()])));
    assert!(holds(&both, &fresh(&[hardware_key()])));
}

#[test]
fn an_acr_by_method_takes_one_of_its_methods_and_no_other() {
    let coded = proof(by(&["totp", "mail"]));
    assert!(holds(&coded, &fresh(&[code()])));
    assert!(holds(&coded, &fresh(&[mailed_code()])));
    assert!(!holds(&coded, &fresh(&[password(), hardware_key()])));
    assert!(
        !holds(&proof(by(&["TOTP"])), &fresh(&[code()])),
        "names are compared byte by byte"
    );
}

#[test]
fn any_takes_one_of_its_parts_and_all_takes_every_one() {
    let (pwd, otp) = (proof(by(&["password"])), proof(by(&["totp"])));
    let any = Predicate::Any(vec![pwd.clone(), otp.clone()]);
    let all = Predicate::All(vec![pwd, otp]);
    for (used, any_holds, all_holds) in [
        (fresh(&[password()]), true, false),
        (fresh(&[code()]), true, false),
        (fresh(&[password(), code()]), true, true),
        (fresh(&[face()]), false, false),
    ] {
        assert_eq!(holds(&any, &used), any_holds);
        assert_eq!(holds(&all, &used), all_holds);
    }
}

#[test]
fn a_passkey_or_password_with_a_young_code_reads_as_written() {
    let requires = Predicate::Any(vec![
        proof(Pattern {
            user_verified: true,
            ..by(&["passkey"])
        }),
        Predicate::All(vec![
            proof(by(&["password"])),
            proof(Pattern {
                within: Some(Seconds(600)),
                ..by(&["totp"])
            }),
        ]),
    ]);
    assert!(holds(&requires, &[passkey().used(9_000)]));
    assert!(holds(
        &requires,
        &[password().used(9_000), code().used(600)]
    ));
    assert!(!holds(
        &requires,
        &[password().used(9_000), code().used(601)]
    ));
    assert!(!holds(&requires, &[code().used(1)]));
}

#[test]
fn two_kinds_are_two_different_kinds() {
    let two = Predicate::Kinds {
        count: 2,
        within: None,
        settled: None,
    };
    for (used, expected) in [
        (fresh(&[password()]), false),
        (fresh(&[password(), pin()]), false),
        (fresh(&[code(), mailed_code()]), false),
        (fresh(&[code(), security_key()]), false),
        (fresh(&[password(), code()]), true),
        (fresh(&[code(), face()]), true),
        (fresh(&[passkey()]), true),
    ] {
        assert_eq!(holds(&two, &used), expected, "{used:?}");
    }
    let three = Predicate::Kinds {
        count: 3,
        within: None,
        settled: None,
    };
    assert!(!holds(&three, &fresh(&[passkey(), code()])));
    assert!(holds(&three, &fresh(&[passkey(), password()])));
}

#[test]
fn the_same_inbox_never_counts_as_two_kinds() {
    let two = Predicate::Kinds {
        count: 2,
        within: None,
        settled: None,
    };
    let both = [mailed_password(), mailed_code()];
    assert!(!holds(&two, &fresh(&both)));
    assert!(
        holds(&two, &fresh(&[password(), mailed_code()])),
        "a password of one's own came through no inbox"
    );
    assert!(
        holds(
            &two,
            &fresh(&[mailed_password(), mailed_code(), texted_code()])
        ),
        "what came another way is a kind of its own"
    );
    let by_name = Predicate::All(vec![proof(by(&["password"])), proof(by(&["mail"]))]);
    let scene = Scene::alice(&both)
        .knowing([named("both", by_name)])
        .asks(&["both"])
        .proved(fresh(&both));
    assert_eq!(
        granted(&scene.decide()).amr,
        ["otp", "pwd"],
        "asked for by name they count, but tokens do not call it mfa"
    );
}

#[test]
fn what_is_barred_is_not_rested_on_however_strong() {
    let without = |methods: &[&str], restricted, requires| Predicate::Without {
        barred: Barred {
            methods: by(methods).methods,
            restricted,
        },
        requires: Box::new(requires),
    };
    let two = || Predicate::Kinds {
        count: 2,
        within: None,
        settled: None,
    };
    let no_mail = without(&["mail"], false, two());
    assert!(!holds(&no_mail, &fresh(&[password(), mailed_code()])));
    assert!(holds(&no_mail, &fresh(&[password(), texted_code()])));
    let no_texts = without(&[], true, two());
    assert!(!holds(&no_texts, &fresh(&[password(), texted_code()])));
    assert!(holds(
        &no_texts,
        &fresh(&[password(), code(), texted_code()])
    ));
    let neither = without(&["mail"], false, without(&[], true, two()));
    assert!(!holds(
        &neither,
        &fresh(&[password(), mailed_code(), texted_code()])
    ));
    let any = without(&["totp"], false, proof(Pattern::default()));
    assert!(!holds(&any, &fresh(&[code()])));
}

#[test]
fn the_shipped_mfa_takes_a_texted_code_and_no_mailed_one() {
    let owned = [password(), mailed_code()];
    let scene = Scene::alice(&owned).asks(&["2"]).proved(fresh(&owned));
    assert_eq!(
        error(&scene.decide()),
        Error::UnmetAuthenticationRequirements
    );
    let owned = [password(), mailed_code(), texted_code()];
    let scene = Scene::alice(&owned)
        .asks(&["2"])
        .proved(fresh(&[password()]));
    assert_eq!(methods(&scene.decide()), ["sms"]);
    assert_eq!(scene.then(&texted_code()).claims().0, "2");
}

#[test]
fn within_counts_to_the_very_instant() {
    let young = proof(Pattern {
        within: Some(Seconds(300)),
        ..Pattern::default()
    });
    assert!(holds(&young, &[password().used(300)]));
    let just_too_old =
        stepwell_core::time::Timestamp::from_micros(NOW.minus(Seconds(300)).as_micros() - 1);
    assert!(!holds(&young, &[password().used_at(just_too_old)]));
    let kinds = Predicate::Kinds {
        count: 2,
        within: Some(Seconds(300)),
        settled: None,
    };
    assert!(holds(&kinds, &[password().used(300), code().used(10)]));
    assert!(
        !holds(&kinds, &[password().used(301), code().used(10)]),
        "each of them has to be young"
    );
}

#[test]
fn two_proofs_by_the_same_app_are_one_kind_however_many_there_are() {
    let two = Predicate::Kinds {
        count: 2,
        within: None,
        settled: None,
    };
    let codes: Vec<Evidence> = (0..100).map(|n| code().used(n)).collect();
    assert!(!holds(&two, &codes));
}

#[test]
fn a_sign_in_with_a_thousand_proofs_is_still_judged() {
    let mut used: Vec<Evidence> = (0..1_000)
        .map(|n| code().called(&format!("app-{n}")).used(n + 100))
        .collect();
    used.push(password().used(50));
    assert!(holds(
        &Predicate::Kinds {
            count: 2,
            within: None,
            settled: None,
        },
        &used
    ));
}

#[test]
fn an_acr_that_demands_nothing_is_never_true() {
    for nothing in [Predicate::All(Vec::new()), Predicate::Any(Vec::new())] {
        assert!(!holds(&nothing, &[]), "{nothing:?}");
        let acrs = || [named("it", nothing.clone())];
        let scene = Scene::alice(&[password()]).knowing(acrs());
        assert_eq!(
            methods(&scene.decide()),
            ["password", "passkey"],
            "no proof at all is not a sign-in"
        );
        assert_eq!(granted(&scene.then(&password()).decide()).acr, None);
        let asked_for = Scene::nobody().knowing(acrs()).asks(&["it"]).decide();
        assert_eq!(error(&asked_for), Error::UnmetAuthenticationRequirements);
    }
}

#[test]
fn incomparable_acrs_are_each_judged_on_their_own() {
    let acrs = || -> [Acr; 2] {
        [
            named("known", proof(by(&["password"]))),
            named("held", proof(by(&["passkey"]))),
        ]
    };
    let scene = |asked: &str| {
        Scene::alice(&[password(), passkey()])
            .knowing(acrs())
            .proved([passkey().used(60)])
            .asks(&[asked])
    };
    assert_eq!(
        granted(&scene("held").decide()).acr.unwrap().as_str(),
        "held"
    );
    assert_eq!(
        methods(&scene("known").decide()),
        ["password"],
        "a later acr does not imply an earlier one"
    );
}

#[test]
fn a_stronger_proof_satisfies_a_weaker_acr_at_once() {
    for asked in ["urn:stepwell:acr:basic", "urn:stepwell:acr:mfa", "phr"] {
        let scene = Scene::alice(&[password(), code(), passkey()])
            .asks(&[asked])
            .proved([passkey().used(60)]);
        assert_eq!(
            scene.claims(),
            (asked.to_owned(), 60),
            "a passkey alone is {asked}"
        );
    }
}

#[test]
fn a_synced_passkey_is_not_hardware_bound() {
    let scene = Scene::alice(&[password(), passkey()])
        .asks(&["phrh"])
        .proved([passkey().used(60)]);
    assert_eq!(
        error(&scene.decide()),
        Error::UnmetAuthenticationRequirements
    );
    let scene = Scene::alice(&[hardware_key()])
        .asks(&["phrh"])
        .proved([hardware_key().used(60)]);
    assert_eq!(scene.claims(), ("phrh".to_owned(), 60));
}

#[test]
fn an_acr_value_that_differs_by_case_or_space_is_another_value() {
    for value in [
        "PHR",
        " phr",
        "phr ",
        "urn:stepwell:acr:MFA",
        "urn%3Astepwell%3Aacr%3Amfa",
        "",
    ] {
        let scene = Scene::alice(&[hardware_key()])
            .asks(&[value])
            .proved([hardware_key().used(60)]);
        assert_eq!(
            error(&scene.decide()),
            Error::UnmetAuthenticationRequirements,
            "{value:?}"
        );
    }
}

#[test]
fn an_empty_pattern_names_no_method_and_so_takes_any() {
    assert_eq!(by(&[]).methods, BTreeSet::new());
    assert!(holds(&proof(by(&[])), &fresh(&[face()])));
}
