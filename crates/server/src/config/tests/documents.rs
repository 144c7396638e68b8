//! The example file and the documentation say what the code does.

use std::collections::BTreeSet;

use super::super::key::{KEYS, Key, Kind};
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
    let said = paths_in_the_example();
    for key in KEYS {
        assert!(
            said.contains(key.path),
            "{} is missing in stepwell.example.toml",
            key.path
        );
    }
    // What is commented out is no less said: it has to be a key, too.
    for path in said {
        assert!(
            KEYS.iter().any(|key| key.path == path),
            "{path} in stepwell.example.toml is no key"
        );
    }
}

/// Every `section.key` of the example, commented out or not, and every list of tables by its name.
fn paths_in_the_example() -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    // Inside a list of tables the keys are those of a table, not of the file.
    let mut section = Some(String::new());
    for line in EXAMPLE.lines() {
        let line = line
            .strip_prefix("# ")
            .filter(|rest| is_setting(rest) || is_assignment(rest))
            .unwrap_or(line);
        let header = |open: &str, close: &str| {
            let name = line.strip_prefix(open)?.strip_suffix(close)?;
            Some(name.to_owned())
        };
        if let Some(tables) = header("[[", "]]") {
            said.insert(tables);
            section = None;
        } else if let Some(name) = header("[", "]") {
            section = Some(format!("{name}."));
        } else if let (Some(section), true) = (&section, is_assignment(line)) {
            let (name, _) = line.split_once(" = ").unwrap();
            said.insert(format!("{section}{name}"));
        }
    }
    said
}

/// Whether a line is `name = value`.
fn is_assignment(line: &str) -> bool {
    line.split_once(" = ").is_some_and(|(name, value)| {
        !value.is_empty()
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    })
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
        assert!(row.contains(&format!("`{}`", key.variable())), "{row}");
    }
}

#[test]
fn the_manual_names_no_key_and_no_variable_that_is_gone() {
    let first_cell = |line: &'static str| {
        line.strip_prefix("| `")?
            .split_once("` |")
            .map(|(cell, _)| cell)
    };
    let sections: BTreeSet<&str> = KEYS
        .iter()
        .filter_map(|key| key.path.split_once('.').map(|(section, _)| section))
        .collect();
    for path in MANUAL.lines().filter_map(first_cell) {
        let in_a_section = path
            .split_once('.')
            .is_some_and(|(section, _)| sections.contains(section));
        assert!(
            !in_a_section || KEYS.iter().any(|key| key.path == path),
            "{path} has a row and is no key"
        );
    }
    let mut variables = 0;
    for text in MANUAL
        .split('`')
        .filter(|text| text.starts_with("STEPWELL__"))
    {
        let name = text.split('=').next().unwrap();
        let plain = name.strip_suffix("_FILE").unwrap_or(name);
        let known = |key: &Key| key.variable() == name || (key.secret() && key.variable() == plain);
        assert!(KEYS.iter().any(known), "{name} is no variable");
        variables += 1;
    }
    assert!(variables >= KEYS.len(), "only {variables} were found");
}
