//! Whose time an acr claims (design §2.3), and how long it lasts.

use stepwell_core::authn::{Acr, AcrName, Pattern, Predicate, Renew};
use stepwell_core::time::Seconds;

use crate::support::{
    NOW, Scene, ago, code, face, granted, methods, named, passkey, password, pin, security_key,
    texted_code,
};

const MFA: &str = "urn:stepwell:acr:mfa";

fn both(methods: [&str; 2]) -> Predicate {
    let by = |m| {
        Predicate::Proof(Pattern {
            methods: [stepwell_core::authn::Method::new(m)].into(),
            ..Pattern::default()
        })
    };
    Predicate::All(methods.map(by).into())
}

#[test]
fn the_strongest_proof_speaks_for_the_time() {
    let table = [
        // Possession speaks before knowledge, whichever is newer.
        (vec![password().used(500), code().used(60)], 60),
        (vec![password().used(60), code().used(500)], 500),
        (vec![password().used(60), face().used(500)], 500),
        // Ties go to the older.
        (vec![code().used(60), face().used(500)], 500),
        (vec![code().used(500), face().used(60)], 500),
    ];
    for (evidence, expected) in table {
        let scene = Scene::alice(&[]).proved(evidence.clone()).asks(&[MFA]);
        assert_eq!(scene.claims(), (MFA.to_owned(), expected), "{evidence:?}");
    }
}

#[test]
fn a_phishing_resistant_proof_speaks_before_any_other() {
    let acr = named("both", both(["security-key", "totp"]));
    for (key, other) in [(500, 60), (60, 500)] {
        let scene = Scene::alice(&[])
            .knowing([acr.clone()])
            .proved([security_key().used(key), code().used(other)])
            .asks(&["both"]);
        assert_eq!(scene.claims().1, key);
    }
}

#[test]
fn of_several_ways_the_most_recent_speaks() {
    let used = [
        password().used(900),
        code().used(800),
        texted_code().used(100),
        passkey().used(400),
    ];
    assert_eq!(Scene::alice(&[]).proved(used).asks(&[MFA]).claims().1, 100);
}

#[test]
fn a_fresh_weak_proof_never_refreshes_a_strong_claim() {
    let scene = Scene::alice(&[password(), code()])
        .asks(&[MFA])
        .max_age(300)
        .proved([password().used(5), code().used(3_600)]);
    assert_eq!(
        methods(&scene.decide()),
        ["totp"],
        "the password is fresh, what makes it strong is not"
    );
    let renewed = scene.then(&code());
    assert_eq!(renewed.claims(), (MFA.to_owned(), 0));
}

#[test]
fn a_second_password_does_not_move_the_time_of_mfa() {
    let scene = Scene::alice(&[password(), pin(), code()]).asks(&[MFA]);
    let before = scene
        .clone()
        .proved([password().used(900), code().used(800)])
        .claims();
    let after = scene
        .proved([
            password().used(900),
            code().used(800),
            password().used(1),
            pin().used(1),
        ])
        .claims();
    assert_eq!(before, after);
}

#[test]
fn renew_all_claims_the_oldest_proof_it_rests_on() {
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
        .proved([password().used(3_600), code().used(60)]);
    assert_eq!(scene.claims().1, 3_600);
    let strict = scene.max_age(300);
    assert_eq!(
        methods(&strict.decide()),
        ["password"],
        "every proof has to be renewed, the code already is"
    );
    assert_eq!(strict.then(&password()).claims().1, 61);
}

#[test]
fn an_acr_lapses_when_its_lifetime_is_over_and_not_before() {
    let acr = Acr {
        lifetime: Some(Seconds(300)),
        ..named("brief", both(["password", "totp"]))
    };
    let scene = |age| {
        Scene::alice(&[password(), code()])
            .knowing([acr.clone()])
            .asks(&["brief"])
            .proved([password().used(9_000), code().used(age)])
    };
    assert_eq!(scene(300).claims(), ("brief".to_owned(), 300));
    assert_eq!(methods(&scene(301).decide()), ["totp"]);
}

#[test]
fn a_grant_says_until_when_its_acr_holds() {
    let lasting = |lifetime, within| Acr {
        lifetime,
        ..named(
            "it",
            Predicate::Proof(Pattern {
                within,
                ..Pattern::default()
            }),
        )
    };
    for (lifetime, within, expected) in [
        (None, None, None),
        (Some(Seconds(300)), None, Some(ago(60).plus(Seconds(300)))),
        (None, Some(Seconds(200)), Some(ago(60).plus(Seconds(200)))),
        (
            Some(Seconds(300)),
            Some(Seconds(200)),
            Some(ago(60).plus(Seconds(200))),
        ),
    ] {
        let scene = Scene::alice(&[])
            .knowing([lasting(lifetime, within)])
            .proved([password().used(60)])
            .asks(&["it"]);
        assert_eq!(granted(&scene.decide()).holds_until, expected);
    }
}

#[test]
fn a_grant_lasts_no_longer_than_the_shortest_floor_it_rests_on() {
    let brief = Acr {
        lifetime: Some(Seconds(120)),
        ..named("brief", Predicate::Proof(Pattern::default()))
    };
    let scene = Scene::alice(&[])
        .knowing([named("it", Predicate::Proof(Pattern::default())), brief])
        .proved([password().used(60)])
        .asks(&["it"])
        .minimum("brief");
    let grounds = granted(&scene.decide());
    assert_eq!(grounds.acr, Some(AcrName::new("it")));
    assert_eq!(grounds.holds_until, Some(ago(60).plus(Seconds(120))));
}

#[test]
fn acr_and_auth_time_are_a_pair_even_when_the_session_is_stronger_and_newer() {
    let used = [password().used(7_000), passkey().used(30)];
    let acrs = [
        named("known", both(["password", "password"])),
        named("phr", both(["passkey", "passkey"])),
    ];
    let scene = |asked| {
        Scene::alice(&[])
            .knowing(acrs.clone())
            .proved(used.clone())
            .asks(&[asked])
    };
    assert_eq!(scene("known").claims(), ("known".to_owned(), 7_000));
    assert_eq!(scene("phr").claims(), ("phr".to_owned(), 30));
}

#[test]
fn time_alone_never_moves_a_claim_forward() {
    // While the password is young it would do alone; later the code is needed beside it.
    let young = Pattern {
        within: Some(Seconds(300)),
        methods: [stepwell_core::authn::Method::password()].into(),
        ..Pattern::default()
    };
    let acr = named(
        "it",
        Predicate::Any(vec![Predicate::Proof(young), both(["password", "totp"])]),
    );
    let mut scene = Scene::alice(&[])
        .knowing([acr])
        .proved([password().used(200), code().used(100)])
        .asks(&["it"]);
    let early = granted(&scene.decide()).auth_time;
    scene.now = NOW.plus(Seconds(200));
    assert_eq!(granted(&scene.decide()).auth_time, early);
}

#[test]
fn a_newer_proof_of_the_same_thing_never_makes_the_claim_older() {
    let by = |m: &str, within| {
        Predicate::Proof(Pattern {
            methods: [stepwell_core::authn::Method::new(m)].into(),
            within,
            ..Pattern::default()
        })
    };
    let acr = named(
        "it",
        Predicate::Any(vec![
            by("password", Some(Seconds(300))),
            Predicate::All(vec![
                by("password", Some(Seconds(600))),
                by("totp", Some(Seconds(60))),
            ]),
        ]),
    );
    let scene = Scene::alice(&[]).knowing([acr]).asks(&["it"]);
    let before = scene
        .clone()
        .proved([password().used(310), code().used(20)])
        .claims();
    let after = scene
        .proved([password().used(310), password().used(210), code().used(20)])
        .claims();
    assert_eq!(before.1, 20);
    assert_eq!(
        after, before,
        "a password more, and the claim would be of an older proof"
    );
}
