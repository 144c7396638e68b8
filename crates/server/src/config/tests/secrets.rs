//! Secrets: read from files, never shown.

use stepwell_engine::seal::{SealKey, SealingKeys};

use super::*;
use crate::clock::OsEntropy;

const KEY: &str = "yMnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5uc=";

fn file(text: &str) -> (tempdir::Dir, String) {
    let folder = tempdir::Dir::new();
    let path = folder.path().join("secret");
    std::fs::write(&path, text).unwrap();
    let name = path.display().to_string();
    (folder, name)
}

/// A folder of its own for each test, removed at its end.
mod tempdir {
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU32, Ordering};

    pub(super) struct Dir(PathBuf);

    static NEXT: AtomicU32 = AtomicU32::new(0);

    impl Dir {
        pub(super) fn new() -> Self {
            let name = format!(
                "stepwell-config-{}-{}",
                std::process::id(),
                NEXT.fetch_add(1, Ordering::Relaxed)
            );
            let path = std::env::temp_dir().join(name);
            std::fs::create_dir(&path).unwrap();
            Self(path)
        }

        pub(super) fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

#[test]
fn a_secret_can_come_from_a_file_and_loses_one_newline() {
    let (_folder, path) = file("postgres://u:p@h/d\r\n");
    let loaded = read("", &[("STEPWELL__DATABASE_URL_FILE", &path)]).unwrap();
    assert_eq!(loaded.config.database_url.expose(), "postgres://u:p@h/d");
    let line = loaded
        .dump()
        .keys
        .into_iter()
        .find(|line| line.key == "database_url")
        .unwrap();
    assert_eq!(
        line.place.unwrap(),
        format!("environment STEPWELL__DATABASE_URL_FILE ({path})")
    );
}

#[test]
fn a_secret_file_that_is_missing_or_stands_beside_the_value_is_refused() {
    let told = problem("", &[("STEPWELL__REDIS_URL_FILE", "/nonexistent/redis")]);
    assert!(told.contains("/nonexistent/redis cannot be read"), "{told}");
    let (_folder, path) = file("redis://b");
    let told = problem(
        "",
        &[
            ("STEPWELL__REDIS_URL", "redis://a"),
            ("STEPWELL__REDIS_URL_FILE", &path),
        ],
    );
    assert!(
        told.contains("is given twice, also by environment STEPWELL__REDIS_URL"),
        "{told}"
    );
}

#[test]
fn only_secrets_have_a_file_variant() {
    assert!(
        problem("", &[("STEPWELL__ISSUER_FILE", "/etc/issuer")]).contains("there is no such key")
    );
}

#[test]
fn the_sealing_key_comes_from_a_value_a_file_or_a_command() {
    let expected = SealingKeys::new(SealKey::parse(KEY).unwrap(), Vec::new());
    let (_folder, path) = file(&format!("{KEY}\n"));
    for (name, text) in [
        ("STEPWELL__SEAL__KEY", KEY.to_owned()),
        ("STEPWELL__SEAL__KEY_FILE", path.clone()),
        ("STEPWELL__SEAL__KEY_COMMAND", format!("cat {path}")),
    ] {
        let loaded = read("", &[(name, &text)]).unwrap();
        let keys = loaded.config.seal.fetch().unwrap();
        let sealed = keys.seal("a purpose", b"a secret", &OsEntropy);
        assert!(expected.is_current(&sealed), "{name}");
    }
}

#[test]
fn without_a_sealing_key_the_way_to_make_one_is_told() {
    let error = read("", &[]).unwrap().config.seal.fetch().unwrap_err();
    assert!(error.contains("stepwell keys generate-seal"), "{error}");
    let told = problem("[seal]\nkey_file = \"a\"\nkey_command = \"b\"", &[]);
    assert!(
        told.contains("three ways to give one key; keep one"),
        "{told}"
    );
    let failed = read("[seal]\nkey_command = \"exit 3\"", &[])
        .unwrap()
        .config
        .seal
        .fetch()
        .unwrap_err();
    assert!(failed.contains("exit status: 3"), "{failed}");
    assert!(problem("[seal]\nkey = \"short\"", &[]).contains("32 random bytes"));
}

#[test]
fn a_file_that_is_named_but_missing_is_told_with_the_way_to_make_it() {
    let told = |text: &str| {
        let loaded = read(text, &[]).unwrap();
        loaded.look_at_files().unwrap_err().to_string()
    };
    assert_eq!(
        told("[seal]\nkey_file = \"nowhere/a.seal\""),
        "stepwell.toml:2:12: seal.key_file: nowhere/a.seal cannot be read: No such file or directory (os error 2); \
         make one with `stepwell keys generate-seal --out nowhere/a.seal`"
    );
    let (_folder, path) = file("no key");
    let broken = told(&format!("[seal]\nkey_file = \"{path}\""));
    assert!(broken.contains("32 random bytes"), "{broken}");
    let database = told("database_url = \"sqlite:nowhere/s.db\"");
    assert!(database.contains("no folder nowhere"), "{database}");

    let (_folder, path) = file(KEY);
    let sound = format!("database_url = \"sqlite:s.db\"\n[seal]\nkey_file = \"{path}\"");
    assert!(read(&sound, &[]).unwrap().look_at_files().is_ok());
    // A command is not run to be checked, and what the environment replaces is not looked at.
    let other = "[seal]\nkey_command = \"exit 3\"";
    assert!(read(other, &[]).unwrap().look_at_files().is_ok());
    let replaced = "[seal]\nkey_file = \"/nonexistent/seal\"";
    let loaded = read(replaced, &[("STEPWELL__SEAL__KEY", KEY)]).unwrap();
    assert!(loaded.look_at_files().is_ok());
}

#[test]
fn a_relative_path_counts_from_the_folder_of_the_file_it_stands_in() {
    let shown = |config: &str, text: &str, variables: &[(String, String)]| {
        let loaded = parse(Some(Path::new(config)), Some(text), variables)
            .map_err(|problems| problems.to_string())
            .unwrap();
        let value = |key: &str| {
            let mut lines = loaded.dump().keys.into_iter();
            lines.find(|line| line.key == key).unwrap().value
        };
        (value("seal.key_file"), value("database_url"))
    };
    let text = "database_url = \"sqlite:data/s.db\"\n[seal]\nkey_file = \"a.seal\"";
    assert_eq!(
        shown("/etc/stepwell/stepwell.toml", text, &[]),
        (
            "/etc/stepwell/a.seal".into(),
            "sqlite:/etc/stepwell/data/s.db".into()
        )
    );
    assert_eq!(
        shown("stepwell.toml", text, &[]),
        ("a.seal".into(), "sqlite:data/s.db".into())
    );
    let absolute = "database_url = \"sqlite:///var/s.db\"\n[seal]\nkey_file = \"/run/a.seal\"";
    assert_eq!(
        shown("conf/stepwell.toml", absolute, &[]),
        ("/run/a.seal".into(), "sqlite:///var/s.db".into())
    );
    // What stands elsewhere counts from the working directory.
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let variables = [
        variable("STEPWELL__SEAL__KEY_FILE", "a.seal"),
        variable("STEPWELL__DATABASE_URL", "sqlite:s.db"),
    ];
    assert_eq!(
        shown("conf/stepwell.toml", "", &variables),
        ("a.seal".into(), "sqlite:s.db".into())
    );
    assert_eq!(shown("conf/stepwell.toml", "", &[]).1, "sqlite:stepwell.db");
    let server = "database_url = \"postgres://u@h/d\"";
    assert_eq!(shown("conf/s.toml", server, &[]).1, "postgres://u@h/d");
}

#[test]
fn a_sealing_key_in_the_environment_wins_over_any_way_in_the_file() {
    let text = "[seal]\nkey_file = \"/nonexistent/seal\"";
    let loaded = read(text, &[("STEPWELL__SEAL__KEY", KEY)]).unwrap();
    assert!(loaded.config.seal.fetch().is_ok());
}

#[test]
fn a_dump_shows_no_secret_and_hides_no_address() {
    let text = format!(
        "database_url = \"postgres://app:hunter2@db/stepwell\"\nredis_url = \"redis://:hunter3@cache\"\n[seal]\nkey = \"{KEY}\"\nolder_keys = [\"{KEY}\"]"
    );
    let loaded = read(&text, &[]).unwrap();
    let dump = loaded.dump();
    for shown in [
        dump.text(),
        serde_json::to_string(&dump).unwrap(),
        format!("{:?}", loaded.config),
    ] {
        for secret in ["hunter2", "hunter3", KEY] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    assert!(
        dump.text().contains("postgres://app:hidden@db/stepwell"),
        "{}",
        dump.text()
    );
}

#[test]
fn a_problem_with_a_secret_does_not_quote_it() {
    for text in [
        "[seal]\nkey = \"hunter2\"",
        "database_url = \"hunter2\"",
        "redis_url = \"hunter2\"",
    ] {
        assert!(!problem(text, &[]).contains("hunter2"), "{text}");
    }
}

#[test]
fn every_path_in_a_file_counts_from_the_folder_of_the_file() {
    let folder = tempdir::Dir::new();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let load = |text: &str| {
        let file = folder.path().join("stepwell.toml");
        crate::config::parse(Some(&file), Some(text), &[])
    };
    let svg = r#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/></svg>"#;
    std::fs::write(at("logo.svg"), svg).unwrap();
    let loaded = load(
        "[brand]\nlogo = \"logo.svg\"\n\
         [mail]\ntransport = \"file\"\nfrom = \"a@example.com\"\nfolder = \"mail\"\n\
         [sms]\ntransport = \"file\"\nfolder = \"sms\"\n",
    );
    let config = loaded
        .map_err(|problems| problems.to_string())
        .unwrap()
        .config;
    assert!(config.brand.logo_url().is_some());
    let shown = format!("{:?} {:?}", config.mail, config.sms);
    for name in ["mail", "sms"] {
        assert!(shown.contains(&format!("{:?}", at(name))), "{shown}");
    }

    let told = load("[passkeys]\nattestation = \"direct\"\nattestation_ca_files = [\"a.pem\"]")
        .map(drop)
        .unwrap_err()
        .to_string();
    assert!(
        told.contains(&format!("{} cannot be read", at("a.pem"))),
        "{told}"
    );
}

#[test]
fn a_look_at_the_files_reads_the_certificate_of_the_mail_server() {
    let told = |path: &str| {
        let text = format!(
            "[mail]\ntransport = \"smtp\"\nfrom = \"a@example.com\"\nhost = \"mail.example\"\nca_file = {path:?}"
        );
        let loaded = read(&text, &[]).map_err(|problems| problems.to_string());
        loaded.unwrap().look_at_files().unwrap_err().to_string()
    };
    let missing = told("/nowhere/ca.pem");
    assert!(
        missing.contains("stepwell.toml:5:11: mail.ca_file: /nowhere/ca.pem cannot be read"),
        "{missing}"
    );
    let (_folder, path) = file("no certificate");
    assert!(told(&path).contains("is no certificate in PEM"));
}
