//! `[[acr]]`, `[[scope]]` and `[[resource]]`.

use stepwell_core::authn::{AcrName, Barred, Method, Pattern, Predicate, Renew};

use super::*;

fn requires(text: &str) -> Predicate {
    let loaded = read(&format!("[[acr]]\nname = \"a\"\nrequires = {text}"), &[]);
    let catalog = loaded
        .map_err(|problems| problems.to_string())
        .unwrap()
        .config
        .settings
        .catalog;
    catalog.find(&AcrName::new("a")).unwrap().requires.clone()
}

fn totp(within: Option<Seconds>) -> Predicate {
    Predicate::Proof(Pattern {
        methods: [Method::totp()].into(),
        within,
        ..Pattern::default()
    })
}

#[test]
fn every_form_of_requires_is_read() {
    assert_eq!(
        requires("{ proof = {} }"),
        Predicate::Proof(Pattern::default())
    );
    assert_eq!(
        requires("{ method = [\"totp\"], within = \"5m\" }"),
        totp(Some(Seconds(300)))
    );
    assert_eq!(requires("{ proof = { method = [\"totp\"] } }"), totp(None));
    assert_eq!(
        requires("{ kinds = 2, within = \"1h\" }"),
        Predicate::Kinds {
            count: 2,
            within: Some(Seconds(3_600)),
            settled: None,
        }
    );
    let strong = Pattern {
        hardware_bound: true,
        phishing_resistant: true,
        user_verified: true,
        ..Pattern::default()
    };
    assert_eq!(
        requires("{ hardware_bound = true, phishing_resistant = true, user_verified = true }"),
        Predicate::Proof(strong)
    );
    let two = Predicate::Kinds {
        count: 2,
        within: None,
        settled: None,
    };
    assert_eq!(
        requires("{ any = [{ kinds = 2 }, { method = [\"totp\"] }] }"),
        Predicate::Any(vec![two.clone(), totp(None)])
    );
    assert_eq!(
        requires("{ all = [{ kinds = 2 }, { any = [{ kinds = 2 }] }] }"),
        Predicate::All(vec![two.clone(), Predicate::Any(vec![two])])
    );
}

#[test]
fn what_does_not_count_may_stand_beside_every_form() {
    let without = |methods: &[Method], restricted, requires| Predicate::Without {
        barred: Barred {
            methods: methods.iter().cloned().collect(),
            restricted,
        },
        requires: Box::new(requires),
    };
    let two = || Predicate::Kinds {
        count: 2,
        within: None,
        settled: None,
    };
    let mail = [Method::mail()];
    for (text, expected) in [
        (
            "{ kinds = 2, not_method = [\"mail\"] }",
            without(&mail, false, two()),
        ),
        (
            "{ kinds = 2, restricted = false }",
            without(&[], true, two()),
        ),
        (
            "{ not_method = [\"mail\"], restricted = false }",
            without(&mail, true, Predicate::Proof(Pattern::default())),
        ),
        (
            "{ any = [{ kinds = 2, restricted = false }], not_method = [\"mail\"] }",
            without(
                &mail,
                false,
                Predicate::Any(vec![without(&[], true, two())]),
            ),
        ),
        (
            "{ method = [\"totp\"], restricted = false }",
            without(&[], true, totp(None)),
        ),
    ] {
        assert_eq!(requires(text), expected, "{text}");
    }
}

#[test]
fn an_acr_may_bar_young_authenticators() {
    let day = Some(Seconds(86_400));
    assert_eq!(
        requires("{ kinds = 2, enrolled_before = \"24h\", within = \"1h\" }"),
        Predicate::Kinds {
            count: 2,
            within: Some(Seconds(3_600)),
            settled: day,
        }
    );
    let strong = Pattern {
        phishing_resistant: true,
        settled: day,
        ..Pattern::default()
    };
    let text = "{ phishing_resistant = true, enrolled_before = \"1d\" }";
    assert_eq!(requires(text), Predicate::Proof(strong));
    let text = "{ proof = { enrolled_before = \"1d\" } }";
    let any = Pattern {
        settled: day,
        ..Pattern::default()
    };
    assert_eq!(requires(text), Predicate::Proof(any));
    for bad in [
        "{ kinds = 2, enrolled_before = \"0s\" }",
        "{ method = [\"totp\"], enrolled_before = true }",
        "{ any = [{ kinds = 2 }], enrolled_before = \"1d\" }",
    ] {
        problem(&format!("[[acr]]\nname = \"a\"\nrequires = {bad}"), &[]);
    }
}

#[test]
fn no_acr_is_made_true_by_recovery_codes() {
    let text = "[[acr]]\nname = \"a\"\nrequires = { method = [\"recovery\"] }";
    assert!(problem(text, &[]).contains("there is no method \"recovery\""));
}

#[test]
fn an_acr_has_its_lifetime_its_renewal_and_its_aliases() {
    let text = "[[acr]]\nname = \"a\"\naliases = [\"1\"]\nrequires = { kinds = 2 }\nlifetime = \"10m\"\nrenew = \"all\"";
    let catalog = read(text, &[]).unwrap().config.settings.catalog;
    let acr = catalog.find(&AcrName::new("1")).unwrap();
    assert_eq!((acr.lifetime, acr.renew), (Some(Seconds(600)), Renew::All));
    assert_eq!(catalog.iter().count(), 1, "the shipped ones are gone");
}

#[test]
fn acrs_can_come_from_the_environment() {
    let loaded = read(
        "",
        &[(
            "STEPWELL__ACR",
            "[{ name = \"a\", requires = { kinds = 3 } }]",
        )],
    )
    .unwrap();
    assert!(
        loaded
            .config
            .settings
            .catalog
            .find(&AcrName::new("a"))
            .is_some()
    );
    assert!(
        problem("", &[("STEPWELL__ACR", "[{ name = ")])
            .contains("environment STEPWELL__ACR: this is not a TOML value")
    );
}

#[test]
fn a_requirement_that_makes_no_sense_is_refused_with_its_place() {
    for (text, why) in [
        ("{}", "requires says nothing"),
        ("3", "requires takes a table"),
        ("{ any = [] }", "any has 0 parts"),
        ("{ all = [] }", "all has 0 parts"),
        (
            "{ all = { kinds = 2 } }",
            "all takes a list of tables, not a table",
        ),
        ("{ kinds = 0 }", "kinds takes 1, 2 or 3"),
        ("{ kinds = 4 }", "kinds takes 1, 2 or 3"),
        (
            "{ kinds = 2, method = [\"totp\"] }",
            "kinds and method cannot stand in one table",
        ),
        (
            "{ any = [{ kinds = 2 }], within = \"5m\" }",
            "any and within cannot stand in one table",
        ),
        (
            "{ any = [{ kinds = 2 }], all = [{ kinds = 2 }] }",
            "all and any cannot stand in one table",
        ),
        (
            "{ kind = 2 }",
            "requires has no key \"kind\"; did you mean \"kinds\"?",
        ),
        ("{ proof = { kinds = 2 } }", "requires has no key \"kinds\""),
        ("{ method = [] }", "method is an empty list"),
        ("{ method = \"totp\" }", "method takes a list"),
        (
            "{ kinds = 2, not_method = [] }",
            "not_method is an empty list",
        ),
        (
            "{ kinds = 2, not_methods = [\"mail\"] }",
            "did you mean \"not_method\"?",
        ),
        (
            "{ kinds = 2, restricted = true }",
            "restricted takes only false",
        ),
        (
            "{ kinds = 2, not_method = [\"mail\"], within = \"90s\" }",
            "here at least 2m",
        ),
        (
            "{ method = [\"topt\"] }",
            "there is no method \"topt\"; did you mean \"totp\"?",
        ),
        (
            "{ phishing_resistant = false }",
            "phishing_resistant takes only true",
        ),
        (
            "{ any = [{ any = [{ any = [{ any = [{ kinds = 2 }] }] }] }] }",
            "nested more than 4 deep",
        ),
        (
            "{ method = [\"totp\"], within = \"59s\" }",
            "is too short: a person gets 60 s for each proof, here at least 1m",
        ),
        ("{ kinds = 2, within = \"90s\" }", "here at least 2m"),
        (
            "{ all = [{ method = [\"password\"] }, { method = [\"totp\"], within = \"1m\" }] }",
            "here at least 2m",
        ),
        (
            "{ method = [\"totp\"], within = \"a while\" }",
            "is not a duration",
        ),
    ] {
        let told = problem(&format!("[[acr]]\nname = \"a\"\nrequires = {text}"), &[]);
        assert!(
            told.starts_with("stepwell.toml:3:") && told.contains(why),
            "{text}: {told}"
        );
    }
}

#[test]
fn an_acr_that_makes_no_sense_is_refused_with_its_place() {
    let good = "[[acr]]\nname = \"a\"\nrequires = { kinds = 2 }\n";
    for (text, why) in [
        (
            "[[acr]]\nrequires = { kinds = 2 }".to_owned(),
            "[[acr]] needs name",
        ),
        ("[[acr]]\nname = \"a\"".to_owned(), "[[acr]] needs requires"),
        (format!("{good}{good}"), "\"a\" is used twice"),
        (format!("{good}aliases = [\"a\"]"), "\"a\" is used twice"),
        (
            "[[acr]]\nname = \"a b\"\nrequires = { kinds = 2 }".to_owned(),
            "visible ASCII",
        ),
        (
            format!("{good}lifetime = \"1m\""),
            "takes a duration from 2m",
        ),
        (
            format!("{good}renew = \"never\""),
            "renew takes \"strongest\" or \"all\"",
        ),
        (
            format!("{good}alias = [\"b\"]"),
            "there is no key \"alias\" in [[acr]]; did you mean \"aliases\"?",
        ),
        ("acr = []".to_owned(), "nothing could be claimed"),
    ] {
        let told = problem(&text, &[]);
        assert!(
            told.starts_with("stepwell.toml:") && told.contains(why),
            "{text}: {told}"
        );
    }
}

#[test]
fn scopes_and_resources_have_floors_that_exist() {
    let text = "[[scope]]\nname = \"transfer\"\naction = \"make a transfer\"\nminimum_acr = \"2\"\nmax_age = \"5m\"\n\
                [[resource]]\nidentifier = \"https://api.example/\"\nminimum_acr = \"phr\"";
    let settings = read(text, &[]).unwrap().config.settings;
    assert_eq!(settings.scopes[0].minimum_acr, Some(AcrName::new("2")));
    assert_eq!(settings.scopes[0].max_age, Some(Seconds(300)));
    assert_eq!(settings.resources[0].minimum_acr, Some(AcrName::new("phr")));
    for (text, why) in [
        (
            "[[scope]]\nname = \"a\"\nminimum_acr = \"phhr\"",
            "there is no acr \"phhr\"; did you mean \"phr\"?",
        ),
        (
            "[[scope]]\nname = \"a\"\nmax_age = \"5m\"",
            "name that acr too",
        ),
        ("[[scope]]\nname = \"a b\"", "visible ASCII"),
        (
            "[[scope]]\nname = \"a\"\n[[scope]]\nname = \"a\"",
            "stands twice",
        ),
        (
            "[[scope]]\nname = \"a\"\nactoin = \"x\"",
            "did you mean \"action\"?",
        ),
        (
            "[[resource]]\nidentifier = \"/api\"",
            "absolute URI without fragment",
        ),
        (
            "[[resource]]\nidentifier = \"https://api.example/#x\"",
            "absolute URI without fragment",
        ),
        ("[[resource]]\n", "[[resource]] needs identifier"),
    ] {
        let told = problem(text, &[]);
        assert!(told.contains(why), "{text}: {told}");
    }
}

#[test]
fn a_scope_is_described_once_or_in_each_language_of_the_pages() {
    let text = "[[scope]]\nname = \"a\"\ndescription = { en = \"see it\", de = \"es sehen\" }\naction = \"see it\"";
    let settings = read(text, &[]).unwrap().config.settings;
    let description = settings.scopes[0].description.as_ref().unwrap();
    assert_eq!(description.in_language("de"), "es sehen");
    assert_eq!(description.in_language("en"), "see it");
    let action = settings.scopes[0].action.as_ref().unwrap();
    assert_eq!(action.in_language("de"), "see it");
    let variable = "[{ name = \"a\", description = { de = \"es sehen\" } }]";
    let settings = read("", &[("STEPWELL__SCOPE", variable)]).unwrap();
    let only = settings.config.settings.scopes[0].description.clone();
    assert_eq!(only.unwrap().in_language("en"), "es sehen");
    for (value, why) in [
        ("{ fr = \"voir\" }", "pages come in de, en, not in \"fr\""),
        (
            "{ en = \"\" }",
            "description.en is empty; leave it out instead",
        ),
        (
            "{ en = 1 }",
            "description.en takes a text in quotes, not a number",
        ),
        ("{}", "description names no language"),
        ("[\"see it\"]", "takes a text in quotes, not a list"),
    ] {
        let told = problem(
            &format!("[[scope]]\nname = \"a\"\ndescription = {value}"),
            &[],
        );
        assert!(
            told.contains(why) && told.starts_with("stepwell.toml:3:"),
            "{value}: {told}"
        );
    }
}
