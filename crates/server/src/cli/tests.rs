//! Commands against a real database file: what they print, and how they end.
#![allow(clippy::unwrap_used)]

mod manual;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use clap::Parser as _;
use serde_json::Value;

use stepwell_core::secret::{Hashed, Secret};

use super::args::Cli;
use super::failure::{Code, Failure};
use super::output::Output;

const PASSWORD: &str = "tumbling-walnut-orchard-47";

/// A folder with a configuration, removed at the end of its test.
struct Site(PathBuf);

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Site {
    /// A configuration that works: a database file and a sealing key.
    fn new() -> Self {
        let name = format!(
            "stepwell-cli-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let site = Self(std::env::temp_dir().join(name));
        std::fs::create_dir(&site.0).unwrap();
        site.configure("");
        site.run(&["keys", "generate-seal", "--out", &site.path("seal")])
            .unwrap();
        site
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn configure(&self, more: &str) {
        let (db, seal) = (self.path("s.db"), self.path("seal"));
        self.write(
            "stepwell.toml",
            &format!("database_url = \"sqlite:{db}\"\n{more}\n[seal]\nkey_file = \"{seal}\"\n"),
        );
    }

    /// Runs a command and gives what it printed.
    fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let config = self.path("stepwell.toml");
        let all = ["stepwell", "--config", &config]
            .into_iter()
            .chain(arguments.iter().copied());
        let cli = Cli::try_parse_from(all).map_err(|error| Failure::usage(error.to_string()))?;
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let json = cli.global.json;
        super::run(cli, &mut Output::new(json, &mut out, &mut err))?;
        Ok(String::from_utf8(out).unwrap())
    }

    /// Runs a command with `--json`, which prints exactly one object on one line.
    fn json(&self, arguments: &[&str]) -> Value {
        let printed = self.run(&[arguments, &["--json"]].concat()).unwrap();
        assert_eq!(printed.lines().count(), 1, "{printed}");
        let value: Value = serde_json::from_str(&printed).unwrap();
        assert!(value.is_object());
        value
    }

    #[track_caller]
    fn fails(&self, arguments: &[&str], code: Code, why: &str) {
        let failure = self.run(arguments).unwrap_err();
        assert_eq!(failure.code, code, "{failure}");
        assert!(failure.to_string().contains(why), "{failure}");
        assert_eq!(failure.json()["error"], code.name());
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_client_is_created_listed_and_never_created_twice() {
    let site = Site::new();
    let web = [
        "client",
        "create",
        "--type",
        "web",
        "--redirect",
        "https://app.example/cb",
        "--id",
        "app",
    ];
    let created = site.json(&web);
    assert_eq!(created["client_id"], "app");
    assert!(created["client_secret"].as_str().unwrap().len() >= 43);
    assert_eq!(created["name"], "app.example");
    site.fails(&web, Code::Conflict, "choose another --id");
    let spa = [
        "client",
        "create",
        "--type",
        "spa",
        "--redirect",
        "https://spa.example/cb",
        "--name",
        "Shop",
    ];
    assert_eq!(site.json(&spa)["client_secret"], Value::Null);
    let listed = site.json(&["client", "list"]);
    let names: Vec<_> = listed["clients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["app.example", "Shop"]);
    assert!(
        site.run(&["client", "list"])
            .unwrap()
            .contains("app  web  app.example")
    );
}

#[test]
fn env_prints_what_an_application_reads() {
    let site = Site::new();
    let printed = site
        .run(&[
            "client",
            "create",
            "--type",
            "web",
            "--redirect",
            "https://app.example/cb",
            "--post-logout-redirect",
            "https://app.example/",
            "--id",
            "app",
            "--scope",
            "openid",
            "--scope",
            "email",
            "--alg",
            "RS256",
            "--minimum-acr",
            "2",
            "--acr-values",
            "voluntary",
            "--auth-method",
            "client_secret_post",
            "--env",
        ])
        .unwrap();
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(
        lines[..2],
        ["ISSUER=http://localhost:7100", "CLIENT_ID=app"]
    );
    assert!(lines[2].starts_with("CLIENT_SECRET=") && lines[2].len() > 50);
    assert_eq!(
        lines[3..],
        [
            "REDIRECT_URI=https://app.example/cb",
            "POST_LOGOUT_REDIRECT_URI=https://app.example/",
            "TOKEN_ENDPOINT_AUTH_METHOD=client_secret_post",
            "SCOPE=\"openid email\"",
        ]
    );
}

#[test]
fn a_registration_that_breaks_a_rule_is_a_usage_failure_that_names_it() {
    let site = Site::new();
    for (arguments, why) in [
        (
            &["--type", "web", "--redirect", "http://app.example/cb"][..],
            "http",
        ),
        (&["--type", "web"], "--redirect"),
        (
            &["--type", "service", "--grant", "implicit"],
            "--grant: 'implicit' is not offered",
        ),
        (
            &["--type", "service", "--auth-method", "mtls"],
            "--auth-method: 'mtls' is not offered",
        ),
        (&["--type", "service", "--scope", "a\"b"], "--scope"),
        (&["--type", "service", "--minimum-acr", "nope"], "nope"),
    ] {
        site.fails(
            &[&["client", "create"][..], arguments].concat(),
            Code::Usage,
            why,
        );
    }
    site.fails(
        &[
            "client",
            "create",
            "--type",
            "service",
            "--jwks",
            "/nonexistent/jwks",
        ],
        Code::NotFound,
        "/nonexistent/jwks",
    );
}

#[test]
fn a_person_is_created_with_claims_and_an_authenticator() {
    let site = Site::new();
    let password = site.write("password", &format!("{PASSWORD}\n"));
    let claims = site.write("claims.json", r#"{ "given_name": "Ada", "name": "X" }"#);
    let create = [
        "user",
        "create",
        "ada",
        "--password-file",
        &password,
        "--email",
        "ada@example.com",
        "--name",
        "Ada L",
        "--claims",
        &claims,
        "--totp",
    ];
    let created = site.json(&create);
    assert_eq!(created["username"], "ada");
    assert!(
        created["totp_uri"]
            .as_str()
            .unwrap()
            .starts_with("otpauth://totp/")
    );
    site.fails(&create, Code::Conflict, "taken");
    assert!(
        site.run(&["user", "create", "bob"])
            .unwrap()
            .contains("no password yet")
    );
    let short = site.write("short", "abc");
    site.fails(
        &["user", "create", "eve", "--password-file", &short],
        Code::Usage,
        "use at least 8 characters",
    );
    let list = site.write("list.json", "[]");
    site.fails(
        &["user", "create", "eve", "--claims", &list],
        Code::Usage,
        "JSON object of claims",
    );
    let wrong = site.write(
        "wrong.json",
        r#"{ "email_verified": "yes", "address": "x" }"#,
    );
    site.fails(
        &["user", "create", "eve", "--claims", &wrong],
        Code::Usage,
        "the claim email_verified takes true or false",
    );
    site.fails(
        &["user", "create", "eve", "--claims", &site.path("none")],
        Code::NotFound,
        "cannot be read",
    );
}

#[test]
fn keys_are_listed_and_rotated() {
    let site = Site::new();
    let current = |keys: &Value| -> Vec<String> {
        let of = |key: &&Value| key["status"] == "current" && key["alg"] == "ES256";
        keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .filter(of)
            .map(|key| key["kid"].to_string())
            .collect()
    };
    let before = current(&site.json(&["keys", "list"]));
    site.fails(
        &["keys", "rotate"],
        Code::Usage,
        "the next RS256 key is published only since",
    );
    assert_eq!(current(&site.json(&["keys", "list"])), before);
    // The first next key of ES256 is as old as the first current one, the one after is not.
    let es256 = ["keys", "rotate", "--alg", "ES256"];
    let after = current(&site.json(&es256));
    site.fails(
        &es256,
        Code::Usage,
        "the next ES256 key is published only since",
    );
    let now = current(&site.json(&["keys", "rotate", "--alg", "ES256", "--now"]));
    assert_eq!((before.len(), after.len(), now.len()), (1, 1, 1));
    assert!(before != after && after != now);
    site.fails(&["keys", "rotate", "--alg", "HS256"], Code::Usage, "HS256");
}

#[test]
fn a_sealing_key_is_for_its_owner_alone_and_never_overwritten() {
    let site = Site::new();
    let file = site.path("seal");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    site.fails(
        &["keys", "generate-seal", "--out", &file],
        Code::Conflict,
        "not overwritten",
    );
    assert_eq!(
        site.json(&["keys", "generate-seal"])["seal_key"]
            .as_str()
            .unwrap()
            .len(),
        44
    );
}

#[test]
fn a_demo_listens_on_an_address_or_on_a_port_of_this_machine_alone() {
    let listens = |text: &str| {
        let cli = Cli::try_parse_from(["stepwell", "demo", "--bank-listen", text]);
        match cli.map_err(|error| error.to_string())?.command {
            super::args::Command::Demo(demo) => Ok(demo.bank_listen.to_string()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(listens("0"), Ok("127.0.0.1:0".to_owned()));
    assert_eq!(listens("7300"), Ok("127.0.0.1:7300".to_owned()));
    assert_eq!(listens("[::1]:7300"), Ok("[::1]:7300".to_owned()));
    for wrong in ["", "70000", "bank", "127.0.0.1"] {
        let said: String = listens(wrong).unwrap_err();
        assert!(said.contains("such as 127.0.0.1:7100"), "{wrong}: {said}");
    }
}

#[test]
fn secrets_are_sealed_again_after_the_key_changed() {
    let site = Site::new();
    site.json(&["keys", "list"]);
    let old = std::fs::read_to_string(site.path("seal")).unwrap();
    site.run(&["keys", "generate-seal", "--out", &site.path("new")])
        .unwrap();
    let (db, new) = (site.path("s.db"), site.path("new"));
    site.write(
        "stepwell.toml",
        &format!("database_url = \"sqlite:{db}\"\n[seal]\nkey_file = \"{new}\"\n"),
    );
    site.fails(&["keys", "list"], Code::Failed, "which is not configured");
    let old = old.trim();
    site.write("stepwell.toml", &format!("database_url = \"sqlite:{db}\"\n[seal]\nkey_file = \"{new}\"\nolder_keys = [\"{old}\"]\n"));
    assert!(site.json(&["keys", "reseal"])["resealed"].as_u64().unwrap() >= 4);
    site.write(
        "stepwell.toml",
        &format!("database_url = \"sqlite:{db}\"\n[seal]\nkey_file = \"{new}\"\n"),
    );
    site.json(&["keys", "list"]);
}

#[test]
fn without_a_sealing_key_nothing_is_opened_and_the_way_to_make_one_is_told() {
    let site = Site::new();
    let db = site.path("other.db");
    site.write(
        "stepwell.toml",
        &format!(
            "database_url = \"sqlite:{db}\"\nlisten = \"127.0.0.1:0\"\nops_listen = \"off\"\n"
        ),
    );
    for command in [&["serve"][..], &["keys", "list"]] {
        site.fails(command, Code::Usage, "stepwell keys generate-seal");
    }
    assert!(!Path::new(&db).exists());
}

#[test]
fn a_database_that_is_behind_is_refused_with_the_command_where_migrating_is_not_automatic() {
    let site = Site::new();
    site.configure("auto_migrate = false");
    site.fails(&["client", "list"], Code::Failed, "run `stepwell migrate`");
    let status = site.json(&["migrate", "--status"]);
    assert_eq!(status["up_to_date"], false);
    assert_eq!(site.json(&["migrate"])["applied"], status["pending"]);
    assert_eq!(site.json(&["migrate", "--status"])["up_to_date"], true);
    assert_eq!(
        site.json(&["client", "list"])["clients"],
        Value::Array(vec![])
    );
}

#[test]
fn a_database_that_is_not_there_is_unavailable() {
    let site = Site::new();
    site.write(
        "stepwell.toml",
        "database_url = \"sqlite:/nonexistent/folder/s.db\"",
    );
    site.fails(
        &["client", "list"],
        Code::Unavailable,
        "/nonexistent/folder/s.db cannot be opened",
    );
}

#[test]
fn an_audit_log_is_whole_until_it_differs_from_its_checkpoint() {
    let site = Site::new();
    site.json(&["keys", "list"]);
    let checkpoint = site.path("checkpoint.json");
    let first = site.json(&["audit", "verify", "--checkpoint", &checkpoint]);
    assert_eq!(first["ok"], true);
    let again = site.json(&["audit", "verify", "--checkpoint", &checkpoint]);
    assert_eq!(
        again["records"].as_i64(),
        first["records"].as_i64().map(|n| n + 1),
        "the walk itself is recorded"
    );
    let forged = format!("{{\"seq\":1,\"hash\":\"{}\"}}", "ab".repeat(32));
    std::fs::write(&checkpoint, forged).unwrap();
    site.fails(
        &["audit", "verify", "--checkpoint", &checkpoint],
        Code::Failed,
        "touched at record 1",
    );
    std::fs::write(&checkpoint, "{}").unwrap();
    site.fails(
        &["audit", "verify", "--checkpoint", &checkpoint],
        Code::Usage,
        "is not a checkpoint",
    );
}

#[test]
fn a_client_is_shown_switched_off_and_on_and_given_another_secret() {
    let site = Site::new();
    let redirect = "https://app.example/cb";
    let create = |id: &str, kind: &str| {
        let web = [
            "client",
            "create",
            "--type",
            kind,
            "--redirect",
            redirect,
            "--id",
            id,
        ];
        site.json(&web)
    };
    let created = create("app", "web");
    let shown = site.json(&["client", "show", "app"]);
    for (name, value) in [
        ("client_id", "app".into()),
        ("type", "web".into()),
        ("token_endpoint_auth_method", "client_secret_basic".into()),
        ("redirect_uris", serde_json::json!([redirect])),
        ("disabled", false.into()),
        ("old_secret_until", Value::Null),
    ] {
        assert_eq!(shown[name], value, "{shown}");
    }
    let text = site.run(&["client", "show", "app"]).unwrap();
    assert!(
        text.contains("redirect_uris: https://app.example/cb\n"),
        "{text}"
    );

    assert_eq!(site.json(&["client", "disable", "app"])["changed"], true);
    assert_eq!(site.json(&["client", "disable", "app"])["changed"], false);
    assert_eq!(site.json(&["client", "show", "app"])["disabled"], true);
    let again = site.run(&["client", "enable", "app"]).unwrap();
    assert!(again.contains("on again"), "{again}");

    let first = created["client_secret"].as_str().unwrap();
    let at_once = site.run(&["client", "rotate-secret", "app"]).unwrap();
    assert!(
        at_once.contains("The old secret ended at once."),
        "{at_once}"
    );
    let rotate = ["client", "rotate-secret", "app", "--old-until", "24h"];
    let rotated = site.json(&rotate);
    assert_ne!(rotated["client_secret"], *first);
    let until = &rotated["old_secret_until"];
    assert!(until.is_string(), "{rotated}");
    let shown = site.json(&["client", "show", "app"]);
    assert_eq!(&shown["old_secret_until"], until);
    for secret in [first, rotated["client_secret"].as_str().unwrap()] {
        let hash = Hashed::of(&Secret::new(secret));
        let shown = shown.to_string();
        assert!(
            !shown.contains(secret) && !shown.contains(hash.as_str()),
            "{shown}"
        );
    }
    assert!(!shown.to_string().contains("hash"), "{shown}");

    create("spa", "spa");
    let rotate = |id, until| ["client", "rotate-secret", id, "--old-until", until];
    site.fails(&rotate("spa", "1h"), Code::Usage, "has no secret");
    site.fails(&rotate("app", "soon"), Code::Usage, "--old-until");
    site.fails(&rotate("app", "91d"), Code::Usage, "90d at most");
    for command in ["show", "disable", "enable", "rotate-secret"] {
        site.fails(
            &["client", command, "nobody"],
            Code::NotFound,
            "under nobody",
        );
    }
}

#[test]
fn people_are_listed_and_shown_without_their_secrets() {
    let site = Site::new();
    assert_eq!(site.json(&["user", "list"])["users"], serde_json::json!([]));
    let password = site.write("password", PASSWORD);
    site.run(&["user", "create", "Bob"]).unwrap();
    let ada = [
        "user",
        "create",
        "ada",
        "--password-file",
        &password,
        "--name",
        "Ada L",
        "--totp",
    ];
    let ada = site.json(&ada);
    let list = site.json(&["user", "list"]);
    let names: Vec<&str> = list["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["username"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["ada", "Bob"]);

    let shown = site.json(&["user", "show", "ADA"]);
    assert_eq!(shown["user_id"], ada["user_id"]);
    assert_eq!(shown["status"], "active");
    assert_eq!(shown["claims"]["name"], "Ada L");
    let mine = shown["authenticators"].as_array().unwrap();
    let mut methods: Vec<_> = mine
        .iter()
        .map(|one| one["method"].as_str().unwrap())
        .collect();
    methods.sort_unstable();
    assert_eq!(methods, ["password", "totp"]);
    assert!(mine.iter().all(|one| one["rests_until"].is_null()));
    let seed = ada["totp_uri"].as_str().unwrap();
    let seed = seed
        .split("secret=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let text = site.run(&["user", "show", "ada"]).unwrap();
    assert!(
        text.contains("totp: Authenticator app, enrolled 2"),
        "{text}"
    );
    for secret in ["$argon2", seed, PASSWORD] {
        assert!(
            !text.contains(secret) && !shown.to_string().contains(secret),
            "{text}"
        );
    }
    site.fails(
        &["user", "show", "eve"],
        Code::NotFound,
        "nobody signs in as eve",
    );
}

#[test]
fn an_account_is_locked_and_opened_and_each_command_says_what_it_did() {
    let site = Site::new();
    site.run(&["user", "create", "ada"]).unwrap();
    let text = site.run(&["user", "lock", "ada"]).unwrap();
    assert!(text.contains("Locked ada. Sessions ended: 0"), "{text}");
    assert!(
        site.run(&["user", "lock", "ada"])
            .unwrap()
            .contains("already")
    );
    assert_eq!(site.json(&["user", "show", "ada"])["status"], "locked");
    let list = site.json(&["user", "list"]);
    assert_eq!(list["users"][0]["status"], "locked");
    site.fails(
        &["user", "link", "ada"],
        Code::Usage,
        "stepwell user unlock",
    );

    let lifted = site.json(&["user", "unlock", "ada", "--reason", "it was her"]);
    assert_eq!(
        (&lifted["account"], &lifted["authenticators"]),
        (&serde_json::json!(true), &serde_json::json!([]))
    );
    let nothing = site.run(&["user", "unlock", "ada"]).unwrap();
    assert!(nothing.contains("nothing was changed"), "{nothing}");
    let locked = site.json(&["user", "lock", "ada", "--reason", "lost laptop"]);
    assert_eq!(locked["changed"], true);
    for command in ["lock", "unlock"] {
        site.fails(&["user", command, "eve"], Code::NotFound, "nobody signs in");
        site.fails(
            &["user", command, "ada", "--reason", &"x".repeat(201)],
            Code::Usage,
            "longer than 200 characters",
        );
    }
}

#[test]
fn a_lost_authenticator_is_taken_away_only_when_told_so_and_the_next_step_is_named() {
    let site = Site::new();
    let password = site.write("password", PASSWORD);
    let ada = [
        "user",
        "create",
        "ada",
        "--password-file",
        &password,
        "--totp",
    ];
    site.run(&ada).unwrap();
    let reset = |more: &[&'static str]| [&["user", "reset-factor", "ada"], more].concat();
    site.fails(&reset(&[]), Code::Usage, "--method");
    site.fails(&reset(&["--all", "--method", "totp"]), Code::Usage, "--all");
    site.fails(
        &reset(&["--method", "totp"]),
        Code::Usage,
        "nothing was changed: this would take away totp (Authenticator app) from ada",
    );
    let there = site.json(&["user", "show", "ada"]);
    assert_eq!(there["authenticators"].as_array().unwrap().len(), 2);
    site.fails(&reset(&["--method", "otp"]), Code::Usage, "use one of");
    site.fails(&reset(&["--method", "sms", "--yes"]), Code::NotFound, "sms");
    site.fails(
        &reset(&["--all", "--yes", "--reason", "line\nbreak"]),
        Code::Usage,
        "the reason",
    );

    let text = site.run(&reset(&["--method", "totp", "--yes"])).unwrap();
    for part in [
        "Took away from ada: totp (Authenticator app)",
        "The person is not told",
        "Only the password is left",
        "stepwell user link ada",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    site.fails(
        &reset(&["--all", "--yes"]),
        Code::NotFound,
        "but a password",
    );
    let done = site.json(&reset(&["--method", "password", "--yes"]));
    assert_eq!(done["removed"][0]["method"], "password");
    assert_eq!(done["left"], serde_json::json!([]));
}

#[test]
fn a_misunderstood_command_names_the_options_that_it_is_about() {
    let told = |arguments: &[&str]| {
        let all = ["stepwell"].iter().chain(arguments).copied();
        super::said(&Cli::try_parse_from(all).unwrap_err())
    };
    let missing = told(&["client", "create", "--json", "--env"]);
    assert!(
        missing.ends_with("were not provided: --type <TYPE>"),
        "{missing}"
    );
    let several = told(&["client", "create", "--type", "web"]);
    assert!(several.contains("--redirect <URI>"), "{several}");
    let choices = told(&["client", "create", "--type", "app"]);
    assert!(
        choices.contains("--type <TYPE>") && choices.contains("spa, native, service"),
        "{choices}"
    );
    let unknown = told(&["serve", "--prot", "1"]);
    assert_eq!(unknown, "unexpected argument '--prot' found");
}

#[test]
fn a_configuration_is_checked_and_dumped() {
    let site = Site::new();
    assert!(site.run(&["config", "check"]).unwrap().starts_with("OK: "));
    let dump = site.json(&["config", "dump"]);
    let file = dump["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["key"] == "database_url")
        .unwrap();
    assert_eq!(file["source"], "file");
    assert!(
        site.run(&["config", "dump"])
            .unwrap()
            .contains("lifetimes.code = \"60s\"  # default")
    );
    // Relative paths count from the file's folder, wherever the command runs.
    site.write(
        "stepwell.toml",
        "database_url = \"sqlite:s.db\"\n[seal]\nkey_file = \"seal\"\n",
    );
    assert_eq!(
        site.json(&["config", "check"])["notes"],
        serde_json::json!([])
    );
    site.run(&["migrate"]).unwrap();
    assert!(site.0.join("s.db").exists());
    std::fs::remove_file(site.path("seal")).unwrap();
    site.fails(
        &["config", "check"],
        Code::Usage,
        "keys generate-seal --out",
    );
    site.write("stepwell.toml", "");
    let checked = site.json(&["config", "check"]);
    assert_eq!(checked["ok"], true);
    assert!(
        checked["notes"][0]
            .as_str()
            .unwrap()
            .contains("no sealing key")
    );
    site.write("stepwell.toml", "listne = 1\n[log]\nformat = \"xml\"\n");
    let failure = site.run(&["config", "check"]).unwrap_err();
    assert_eq!((failure.code, failure.messages.len()), (Code::Usage, 2));
    assert!(
        failure.messages[0].ends_with("did you mean \"listen\"?"),
        "{failure}"
    );
}

#[test]
fn every_page_is_written_in_every_language_with_the_files_it_loads() {
    let site = Site::new();
    site.configure("[product]\nname = \"Acme ID\"\n[brand]\naccent = \"#0F7A43\"\n");
    let out = site.path("pages");
    let said = site.run(&["templates", "--out", &out]).unwrap();
    assert!(said.contains(" pages in "), "{said}");
    for page in ["en/password.html", "de/password.html", "de/error-404.html"] {
        let html = std::fs::read_to_string(Path::new(&out).join(page)).unwrap();
        assert!(html.contains("Acme ID"), "{page}");
        assert!(!html.contains("\"/static/"), "{page}");
        for link in html.split("\"../").skip(1) {
            let name = link.split('"').next().unwrap();
            assert!(Path::new(&out).join(name).exists(), "{page}: {name}");
        }
        assert!(html.contains("../static/brand.css"), "{page}");
    }
    let taken = site.write("taken", "");
    let refused = site.run(&["templates", "--out", &taken]).unwrap_err();
    assert!(refused.to_string().contains("--out "), "{refused}");
}
