//! What is read, what wins, what is refused and how it is told.
#![allow(clippy::unwrap_used)]

mod acrs;
mod brands;
mod documents;
mod messages;
mod passkeys;
mod secrets;

use stepwell_core::authn::{Catalog, Method};
use stepwell_core::time::Seconds;
use stepwell_engine::settings::EnrolmentSettings;

use super::*;

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Loaded, Problems> {
    let variables: Vec<_> = variables
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    parse(Some(Path::new("stepwell.toml")), Some(text), &variables)
}

/// The single problem of a broken configuration.
#[track_caller]
fn problem(text: &str, variables: &[(&str, &str)]) -> String {
    match read(text, variables).map(|_| ()) {
        Ok(()) => panic!("{text:?} was accepted"),
        Err(problems) => {
            assert_eq!(problems.all.len(), 1, "{problems}");
            problems.to_string()
        }
    }
}

#[test]
fn an_unknown_key_is_refused_with_line_column_and_what_was_meant() {
    assert_eq!(
        problem(
            "listen = \"127.0.0.1:1\"\n[lifetimes]\n  acces_token = \"5m\"\n",
            &[]
        ),
        "stepwell.toml:3:3: there is no key \"acces_token\" in [lifetimes]; did you mean \"access_token\"?"
    );
    assert_eq!(
        problem("isuer = \"x\"", &[]),
        "stepwell.toml:1:1: there is no key \"isuer\"; did you mean \"issuer\"?"
    );
    assert_eq!(
        problem("[lifetime]\ncode = \"30s\"", &[]),
        "stepwell.toml:1:2: there is no key \"lifetime\"; did you mean \"lifetimes\"?"
    );
}

#[test]
fn a_key_in_the_wrong_section_is_told_where_it_belongs() {
    assert!(
        problem("[log]\nissuer = \"https://id.example\"", &[])
            .ends_with("; it belongs above the first [section]")
    );
    assert!(problem("code_budget = 3", &[]).ends_with("; it belongs below [limits]"));
    assert!(problem("log = \"json\"", &[]).contains("\"log\" is a section"));
}

#[test]
fn an_unknown_variable_is_refused_with_what_was_meant() {
    assert_eq!(
        problem("", &[("STEPWELL__LOG__FROMAT", "json")]),
        "environment STEPWELL__LOG__FROMAT: there is no such key; did you mean \"STEPWELL__LOG__FORMAT\"?"
    );
    assert!(read("", &[("STEPWELL_CONFIG", "x"), ("PATH", "/bin")]).is_ok());
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_its_line() {
    for (text, start) in [
        (
            "issuer = 3",
            "stepwell.toml:1:10: issuer takes a text in quotes, not a number",
        ),
        (
            "\nauto_migrate = \"yes\"",
            "stepwell.toml:2:16: auto_migrate takes true or false",
        ),
        (
            "[limits]\ncode_budget = \"5\"",
            "stepwell.toml:2:15: limits.code_budget takes a whole number, not a text",
        ),
        (
            "[limits]\ncode_budget = 2.5",
            "stepwell.toml:2:15: limits.code_budget takes a whole number, not a number with a fraction",
        ),
        (
            "[limits]\ncode_budget = 0",
            "stepwell.toml:2:15: limits.code_budget takes a whole number from 1 to 100",
        ),
        (
            "[lifetimes]\ncode = true",
            "stepwell.toml:2:8: lifetimes.code takes a duration such as \"5m\", not true or false",
        ),
        (
            "trusted_proxies = \"::1\"",
            "stepwell.toml:1:19: trusted_proxies takes a list of texts, not a text",
        ),
        (
            "trusted_proxies = [\n  \"::1\",\n  \"proxy\",\n]",
            "stepwell.toml:3:3: trusted_proxies: \"proxy\" is no address range",
        ),
        (
            "listen = \"localhost:7100\"",
            "stepwell.toml:1:10: listen takes an address and a port",
        ),
        (
            "[log]\nformat = \"jsno\"",
            "stepwell.toml:2:10: log.format takes one of pretty, json; did you mean \"json\"?",
        ),
        (
            "[acr]\nname = \"x\"",
            "stepwell.toml:1:1: acr takes tables: write [[acr]] above each",
        ),
        (
            "[product]\nname = \"\"",
            "stepwell.toml:2:8: product.name is empty; leave it out instead",
        ),
        (
            "[product]\nname = \"a\\u0007\"",
            "stepwell.toml:2:8: product.name contains a control character",
        ),
    ] {
        let told = problem(text, &[]);
        assert!(told.starts_with(start), "{told}\n{start}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once_in_the_order_of_the_file() {
    let text = "issuer = \"http://id.example\"\nlisten = 1\n[limits]\nwindow = \"soon\"\n[lgo]\n";
    let problems = read(text, &[("STEPWELL__NOPE", "1")])
        .map(|_| ())
        .unwrap_err();
    let lines = problems.lines();
    assert_eq!(lines.len(), 5, "{problems}");
    for (line, start) in lines.iter().zip([
        "stepwell.toml:1:",
        "stepwell.toml:2:",
        "stepwell.toml:4:",
        "stepwell.toml:5:",
        "environment",
    ]) {
        assert!(line.starts_with(start), "{line}");
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let text = "[lifetimes]\naccess_token = \"5m\"\nid_token = \"2h\"\n";
    let loaded = read(
        text,
        &[
            ("STEPWELL__LIFETIMES__ACCESS_TOKEN", "90"),
            ("STEPWELL__TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ],
    )
    .unwrap();
    let lifetimes = loaded.config.settings.lifetimes;
    assert_eq!(lifetimes.access_token, Seconds(90));
    assert_eq!(lifetimes.id_token, Seconds(7_200));
    assert_eq!(lifetimes.code, Seconds(60));
    assert_eq!(loaded.config.trusted_proxies.len(), 2);
    let places: Vec<_> = loaded
        .dump()
        .keys
        .into_iter()
        .filter_map(|line| Some((line.key, line.source, line.place?)))
        .collect();
    assert_eq!(
        places,
        [
            (
                "trusted_proxies",
                "environment",
                "environment STEPWELL__TRUSTED_PROXIES".to_owned()
            ),
            (
                "lifetimes.access_token",
                "environment",
                "environment STEPWELL__LIFETIMES__ACCESS_TOKEN".to_owned()
            ),
            (
                "lifetimes.id_token",
                "file",
                "stepwell.toml:3:12".to_owned()
            ),
        ]
    );
}

#[test]
fn the_defaults_are_those_of_the_engine() {
    let settings = read("", &[]).unwrap().config.settings;
    assert_eq!(
        format!("{:?}", settings.lifetimes),
        format!("{:?}", Lifetimes::default())
    );
    assert_eq!(
        format!("{:?}", settings.limits),
        format!("{:?}", LimitSettings::default())
    );
    assert_eq!(settings.catalog, Catalog::shipped());
    assert_eq!(settings.enrolment, EnrolmentSettings::default());
    assert_eq!(settings.product, "Stepwell");
}

#[test]
fn what_may_be_set_up_is_listed_by_name_and_an_empty_list_forbids_all() {
    let enrolment = |text: &str| read(text, &[]).unwrap().config.settings.enrolment;
    let found =
        enrolment("[enrolment]\non_demand = false\nmethods = [\"totp\"]\nfresh_for = \"2m\"");
    assert!(!found.on_demand);
    assert_eq!(found.methods, Some(vec![Method::totp()]));
    assert_eq!(found.fresh_for, Seconds(120));
    assert_eq!(
        enrolment("[enrolment]\nmethods = []").methods,
        Some(Vec::new())
    );
    let wrong = problem("[enrolment]\nmethods = [\"totp\", \"pasword\"]", &[]);
    assert!(
        wrong.starts_with("stepwell.toml:2:20: enrolment.methods: \"pasword\" cannot be set up"),
        "{wrong}"
    );
    for bad in ["fresh_for = \"59s\"", "fresh_for = \"2h\"", "on_demand = 1"] {
        problem(&format!("[enrolment]\n{bad}"), &[]);
    }
}

#[test]
fn durations_are_read_with_their_units_and_kept_in_their_bounds() {
    for (text, seconds) in [
        ("\"90s\"", 90),
        ("\"2m\"", 120),
        ("45", 45),
        ("\"1d\"", 86_400),
    ] {
        let loaded = read(&format!("[lifetimes]\naccess_token = {text}"), &[]).unwrap();
        assert_eq!(
            loaded.config.settings.lifetimes.access_token,
            Seconds(seconds)
        );
    }
    assert!(
        problem("[lifetimes]\ncode = \"61s\"", &[])
            .ends_with("takes a duration from 10s to 1m, not 61s")
    );
    assert!(problem("[lifetimes]\ncode = \"1 minute\"", &[]).contains("is not a duration"));
    assert!(
        problem("[lifetimes]\nsession = \"1d\"", &[])
            .contains("session_idle (7d) may not be longer than")
    );
}

#[test]
fn an_issuer_is_https_or_loopback_and_in_its_normal_form() {
    for good in [
        "https://id.example.com",
        "http://localhost:1",
        "http://127.0.0.1:7100",
        "http://[::1]:9",
    ] {
        assert_eq!(
            read(&format!("issuer = {good:?}"), &[])
                .unwrap()
                .config
                .settings
                .issuer,
            good
        );
    }
    for (bad, why) in [
        ("http://id.example.com", "has to be https"),
        ("http://localhost.example.com", "has to be https"),
        ("ftp://id.example.com", "has to be an https URL"),
        ("id.example.com", "is not a URL"),
        (
            "https://id.example.com/",
            "may not end in a slash; write \"https://id.example.com\"",
        ),
        ("https://id.example.com?x=1", "may have no query"),
        (
            "https://example.com/id",
            "may have no path, because the addresses of this server begin at the root of its host; give it a host of its own, and write \"https://example.com\"",
        ),
        (
            "https://id.example.com/a#b",
            "may have no query and no fragment",
        ),
        (
            "https://ID.example.com",
            "normal form: \"https://id.example.com\"",
        ),
        (
            "https://id.example.com:443",
            "normal form: \"https://id.example.com\"",
        ),
        ("https://a:b@id.example.com", "no user name"),
    ] {
        let told = problem(&format!("issuer = {bad:?}"), &[]);
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn databases_and_redis_are_named_in_known_forms_only() {
    assert!(problem("database_url = \"mysql://x\"", &[]).contains("sqlite:FILE"));
    assert!(problem("database_url = \"sqlite::memory:\"", &[]).contains("needs a file"));
    assert!(problem("redis_url = \"http://x\"", &[]).contains("rediss://"));
    let over_tls = "redis_url = \"rediss://:secret@redis.example:6380/0\"";
    assert!(read(over_tls, &[]).unwrap().config.redis_url.is_some());
    let any_certificate = "redis_url = \"rediss://redis.example/#insecure\"";
    assert!(problem(any_certificate, &[]).contains("SSL_CERT_FILE"));
    assert!(read("redis_url = \"unix:///run/redis.sock\"", &[]).is_ok());
}

#[test]
fn health_has_an_address_of_its_own_or_none() {
    assert!(
        read("ops_listen = \"off\"", &[])
            .unwrap()
            .config
            .ops_listen
            .is_none()
    );
    assert!(problem("ops_listen = \"127.0.0.1:7100\"", &[]).contains("are the same address"));
    assert!(
        read(
            "listen = \"127.0.0.1:0\"\nops_listen = \"127.0.0.1:0\"",
            &[]
        )
        .is_ok()
    );
}

#[test]
fn a_file_that_is_not_there_is_told_by_name() {
    let missing = load(Some(Path::new("/nonexistent/stepwell.toml")), &[])
        .map(|_| ())
        .unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with("/nonexistent/stepwell.toml cannot be read"),
        "{missing}"
    );
}
