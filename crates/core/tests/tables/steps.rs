//! Which proof is asked next: only what leads to the demand, shortest first, strongest first.

use std::collections::BTreeSet;

use stepwell_core::authn::{Error, Method, Pattern, Predicate};
use stepwell_core::time::Seconds;

use crate::support::{
    Authenticator, Scene, asked, code, error, face, hardware_key, mailed_code, methods, named,
    passkey, password, pin, security_key,
};

fn by(method: &str) -> Predicate {
    Predicate::Proof(Pattern {
        methods: [Method::new(method)].into(),
        ..Pattern::default()
    })
}

#[test]
fn a_sign_in_begins_with_what_may_come_first_here_in_the_order_of_the_installation() {
    let scene = Scene::alice(&[code(), password(), passkey()]);
    assert_eq!(methods(&scene.decide()), ["password", "passkey"]);
    let other = scene.offering(&[passkey(), code(), password()]);
    assert_eq!(methods(&other.decide()), ["passkey", "password"]);
}

#[test]
fn a_sign_in_begins_with_what_meets_the_demand_alone_only_where_it_takes_a_key_in_any_case() {
    let first = |scene: Scene| {
        let choices = asked(&scene.decide()).choices;
        let steps = choices.into_iter().map(|c| (c.method.to_string(), c.steps));
        steps.collect::<Vec<_>>()
    };
    let ordered = |list: [(&str, usize); 2]| list.map(|(m, n)| (m.to_owned(), n));
    let alice = || Scene::alice(&[password(), code()]);
    let passkey_first = ordered([("passkey", 1), ("password", 2)]);
    for scene in [
        alice().asks(&["phr"]),
        alice().would_like(&["phr"]),
        alice().minimum("phrh"),
    ] {
        assert_eq!(first(scene), passkey_first);
    }
    // A password and a code lead there as well, and nobody is known to own a passkey yet.
    let password_first = ordered([("password", 2), ("passkey", 1)]);
    for scene in [
        alice().asks(&["2"]),
        alice().asks(&["1"]).minimum("urn:stepwell:acr:mfa"),
        alice().asks(&["2"]).max_age(0),
    ] {
        assert_eq!(first(scene), password_first);
    }
    let neither_code = alice().asks(&["2"]).offering(&[password(), passkey()]);
    assert_eq!(
        first(neither_code),
        passkey_first,
        "no other way is offered"
    );
    let either = ordered([("password", 1), ("passkey", 1)]);
    assert_eq!(first(alice()), either);
    assert_eq!(first(alice().asks(&["1"]).prompt_login()), either);
    // Only by both, so neither can do alone.
    let both = || named("both", Predicate::All(vec![by("passkey"), by("password")]));
    let neither = ordered([("password", 2), ("passkey", 2)]);
    assert_eq!(first(alice().knowing([both()]).asks(&["both"])), neither);
}

#[test]
fn after_a_password_only_what_is_missing_is_asked_for() {
    let scene = Scene::alice(&[password(), pin(), code()])
        .asks(&["2"])
        .proved([password().used(60)]);
    let prove = asked(&scene.decide());
    assert_eq!(
        methods(&scene.decide()),
        ["totp"],
        "another thing known would not help"
    );
    assert_eq!(prove.remaining, 1);
    assert_eq!(prove.counted, [password().used(60).id]);
}

#[test]
fn a_passkey_is_offered_beside_the_code_and_before_it() {
    let scene = Scene::alice(&[password(), code(), passkey()])
        .asks(&["2"])
        .proved([password().used(60)]);
    assert_eq!(methods(&scene.decide()), ["passkey", "totp"]);
    assert_eq!(scene.clone().then(&passkey()).claims().0, "2");
    assert_eq!(scene.then(&code()).claims().0, "2");
}

#[test]
fn a_shorter_way_is_offered_before_a_longer_one() {
    let acr = named(
        "it",
        Predicate::Any(vec![
            Predicate::All(vec![by("totp"), by("face")]),
            by("mail"),
        ]),
    );
    let scene = Scene::alice(&[password(), code(), face(), mailed_code()])
        .knowing([acr])
        .asks(&["it"])
        .proved([password().used(60)]);
    let prove = asked(&scene.decide());
    let steps: Vec<(String, usize)> = prove
        .choices
        .iter()
        .map(|c| (c.method.to_string(), c.steps))
        .collect();
    let expected = [("mail", 1), ("face", 2), ("totp", 2)].map(|(m, n)| (m.to_owned(), n));
    assert_eq!(steps, expected);
    let then: Vec<&[Method]> = prove.choices.iter().map(|c| c.then.as_slice()).collect();
    assert_eq!(
        then,
        [&[][..], &[Method::totp()], &[Method::new("face")]],
        "what comes after each is named"
    );
    assert_eq!(prove.remaining, 1);
}

#[test]
fn of_two_keys_the_one_that_leads_there_is_meant() {
    let scene = Scene::alice(&[password(), passkey(), hardware_key()])
        .asks(&["phrh"])
        .proved([password().used(60)]);
    let prove = asked(&scene.decide());
    assert_eq!(prove.choices.len(), 1);
    assert!(prove.choices[0].traits.hardware_bound);
}

#[test]
fn a_method_is_offered_once_however_many_of_its_authenticators_help() {
    let mut other = security_key();
    other.owned.opens = true;
    let owned = [passkey(), other, hardware_key(), password()];
    for scene in [
        Scene::alice(&owned),
        Scene::alice(&owned)
            .asks(&["phr"])
            .proved([password().used(60)]),
    ] {
        let offered = methods(&scene.decide());
        let mut once = offered.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), offered.len(), "{offered:?}");
    }
}

#[test]
fn an_acr_of_a_second_factor_alone_is_reached_after_the_first() {
    let scene = Scene::alice(&[password(), code()])
        .knowing([named("coded", by("totp"))])
        .asks(&["coded"]);
    assert_eq!(methods(&scene.decide()), ["password", "passkey"]);
    let scene = scene.then(&password());
    assert_eq!(
        methods(&scene.decide()),
        ["totp"],
        "asking for the password again would never end"
    );
    assert_eq!(scene.then(&code()).claims().0, "coded");
}

#[test]
fn a_second_factor_alone_does_not_renew_a_sign_in_that_is_too_old() {
    let scene = Scene::alice(&[password(), code()])
        .knowing([named("coded", by("totp"))])
        .asks(&["coded"])
        .max_age(300)
        .proved([password().used(3_600)]);
    let prove = asked(&scene.decide());
    assert_eq!(methods(&scene.decide()), ["password"]);
    assert_eq!(prove.remaining, 2);
    let scene = scene.then(&password());
    assert_eq!(methods(&scene.decide()), ["totp"]);
}

#[test]
fn signing_in_again_begins_with_what_may_come_first() {
    let acr = || named("basic", Predicate::Proof(Pattern::default()));
    let scene = Scene::alice(&[password(), code()])
        .knowing([acr()])
        .prompt_login()
        .proved([password().used(60)]);
    assert_eq!(methods(&scene.decide()), ["password"]);
}

#[test]
fn nothing_is_offered_that_leads_nowhere() {
    let scene = Scene::alice(&[password(), pin(), code(), face()])
        .asks(&["phr"])
        .proved([password().used(60)]);
    assert_eq!(
        error(&scene.decide()),
        Error::UnmetAuthenticationRequirements
    );
}

#[test]
fn the_order_in_which_things_are_owned_changes_nothing() {
    let mut owned = vec![
        password(),
        code(),
        mailed_code(),
        face(),
        passkey(),
        hardware_key(),
        security_key(),
    ];
    let decide = |owned: &[Authenticator]| {
        [
            Scene::alice(owned).decide(),
            Scene::alice(owned)
                .asks(&["2"])
                .proved([password().used(60)])
                .decide(),
            Scene::alice(owned)
                .asks(&["phr"])
                .prompt_login()
                .proved([password().used(60)])
                .decide(),
        ]
    };
    let first = decide(&owned);
    for _ in 0..owned.len() {
        owned.rotate_left(1);
        assert_eq!(decide(&owned), first);
        let reversed: Vec<Authenticator> = owned.iter().rev().cloned().collect();
        assert_eq!(decide(&reversed), first);
    }
}

#[test]
fn the_page_says_what_the_first_choice_builds_on() {
    let scene = Scene::alice(&[password(), code()])
        .asks(&["2"])
        .max_age(300)
        .proved([password().used(3_600), code().used(3_500)]);
    let prove = asked(&scene.decide());
    assert_eq!(
        prove.counted,
        [password().used(3_600).id],
        "the old code does not count, the password does"
    );
}

#[test]
fn of_several_of_a_method_those_that_lead_there_are_named() {
    let by_of = |scene: &Scene, method: &str| {
        let choices = asked(&scene.decide()).choices;
        let choice = choices.into_iter().find(|c| c.method.as_str() == method);
        let by = choice.unwrap().by;
        by.map(|by| by.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let names = |list: &[&str]| Some(list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
    // Not bound to hardware.
    let alice = Scene::alice(&[password(), passkey(), hardware_key()]);
    let passworded = alice.proved([password().used(60)]);
    let asks = |acr: &str| passworded.clone().asks(&[acr]);
    assert_eq!(by_of(&asks("phrh"), "passkey"), names(&["hardware-key"]));
    assert_eq!(
        by_of(&asks("phr"), "passkey"),
        names(&["hardware-key", "passkey"])
    );
    // Too young.
    let grown = Predicate::Proof(Pattern {
        methods: [Method::new("totp")].into(),
        settled: Some(Seconds(86_400)),
        ..Pattern::default()
    });
    let codes = [
        code().called("new").set_up(Some(60)),
        code().called("old").set_up(Some(100_000)),
        code().called("older").set_up(Some(200_000)),
    ];
    let [new, old, older] = codes;
    let grown = Scene::alice(&[password(), new, old, older])
        .knowing([named("grown", grown)])
        .asks(&["grown"])
        .proved([password().used(60)]);
    assert_eq!(by_of(&grown, "totp"), names(&["old", "older"]));
    // Before anything is proven nobody is told.
    let nobody = Scene::alice(&[password(), passkey(), hardware_key()]).asks(&["phrh"]);
    assert_eq!(by_of(&nobody, "passkey"), None);
}

#[test]
fn a_longer_way_by_another_authenticator_of_the_method_is_a_way_too() {
    let hard = Predicate::Proof(Pattern {
        hardware_bound: true,
        ..Pattern::default()
    });
    let either = Predicate::Any(vec![hard, Predicate::All(vec![by("passkey"), by("totp")])]);
    let scene = Scene::alice(&[password(), passkey(), hardware_key(), code()])
        .knowing([named("either", either)])
        .asks(&["either"])
        .proved([password().used(60)]);
    let choices = asked(&scene.decide()).choices;
    let key = choices.iter().find(|c| c.method.as_str() == "passkey");
    let key = key.unwrap();
    assert_eq!(key.steps, 1);
    assert_eq!(key.by.as_ref().map(BTreeSet::len), Some(2));
}
