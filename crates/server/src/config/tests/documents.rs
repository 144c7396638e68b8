//! The example file and the documentation say what the code does.

use super::super::key::{KEYS, Kind};
use super::*;

const EXAMPLE: &str = include_str!("../../../../../stepwell.example.toml");
const MANUAL: &str = include_str!("../../../../../docs/configuration.md");

#[test]
fn the_example_file_says_every_default() {
    let example = read(EXAMPLE, &[]).unwrap();
    let defaults = read("", &[]).unwrap();
    let values = |loaded: &Loaded| {
        loaded
            .dump()
            .keys
            .into_iter()
            .map(|line| (line.key, line.value))
            .collect::<Vec<_>>()
    };
    assert_eq!(values(&example), values(&defaults));
    for key in KEYS {
        let name = key.path.rsplit('.').next().unwrap();
        let there = EXAMPLE
            .lines()
            .map(|line| line.trim_start_matches("# "))
            .any(|line| line.starts_with(&format!("{name} = ")) || line == format!("[[{name}]]"));
        assert!(there, "{} is missing in stepwell.example.toml", key.path);
    }
}

#[test]
fn what_is_commented_out_in_the_example_can_be_taken_in() {
    let text: String = EXAMPLE
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| is_setting(rest))
                .unwrap_or(line)
        })
        .filter(|line| !line.starts_with("key = ") && !line.starts_with("key_command = "))
        // It names a file that is read.
        .filter(|line| !line.starts_with("logo = "))
        .map(|line| format!("{line}\n"))
        .collect();
    let loaded = read(&text, &[])
        .map_err(|problems| problems.to_string())
        .unwrap();
    assert_eq!(loaded.config.settings.scopes.len(), 1);
    assert_eq!(loaded.config.settings.resources.len(), 1);
    assert!(loaded.config.redis_url.is_some() && loaded.config.seal.is_configured());
}

/// Whether a comment is a setting that was commented out, not a sentence.
fn is_setting(text: &str) -> bool {
    let name = text.split(" = \"").next().unwrap();
    text.starts_with("[[")
        || (name != text && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
}

#[test]
fn the_manual_names_every_key_with_its_default_and_its_variable() {
    for key in KEYS {
        assert!(
            MANUAL.contains(&format!("`{}`", key.variable())),
            "{} is missing",
            key.variable()
        );
        if key.kind == Kind::Tables {
            continue;
        }
        let row = MANUAL
            .lines()
            .find(|line| line.starts_with(&format!("| `{}` ", key.path)));
        let row = row.unwrap_or_else(|| panic!("{} has no row", key.path));
        let default = key
            .default
            .filter(|text| !text.is_empty())
            .map_or("none".to_owned(), |text| format!("`{text}`"));
        assert!(row.contains(&format!("| {default} |")), "{row}");
        assert_eq!(row.contains("*secret*"), key.secret(), "{row}");
    }
}
