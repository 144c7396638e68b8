//! Keys of the Fluent files against keys in use.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::samples::samples;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path, ending: &str) -> Vec<String> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "tests") {
            out.extend(files(&path, ending));
        } else if path.extension().is_some_and(|found| found == ending) {
            out.push(fs::read_to_string(&path).unwrap());
        }
    }
    out
}

fn defined(locale: &Path) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for file in files(locale, "ftl") {
        let lines = file
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        for (key, _) in lines.filter_map(|line| line.split_once(" =")) {
            assert!(
                keys.insert(key.to_owned()),
                "{key} is defined twice in {}",
                locale.display()
            );
        }
    }
    keys
}

fn sources() -> Vec<String> {
    let mut sources = files(&root().join("templates"), "html");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut code = files(&source.join("pages"), "rs");
    code.extend(files(&source.join("courier"), "rs"));
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    sources.extend(
        code.iter()
            .map(|file| file.lines().filter(is_code).collect()),
    );
    sources
}

/// Keys asked for with `say("…")`.
fn said() -> BTreeSet<String> {
    let sources = sources();
    let pieces = sources
        .iter()
        .flat_map(|source| source.split("say(\"").skip(1));
    let keys = pieces.filter_map(|rest| rest.split('"').next());
    keys.filter(|key| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_key_in_use_has_english_words() {
    let defined = defined(&root().join("locales/en"));
    let missing: Vec<String> = said()
        .into_iter()
        .filter(|key| !defined.contains(key))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    for sample in samples() {
        assert!(
            !sample.html.contains(['⟦', '⟧']),
            "{} misses words",
            sample.name
        );
        assert!(
            !sample.html.contains("{ $") && !sample.html.contains("{$"),
            "{} misses an argument",
            sample.name
        );
    }
}

#[test]
fn every_english_key_is_in_use() {
    let sources = sources().concat();
    let unused: Vec<String> = defined(&root().join("locales/en"))
        .into_iter()
        .filter(|key| !sources.contains(&format!("\"{key}\"")))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn another_language_has_no_keys_that_english_lacks() {
    let english = defined(&root().join("locales/en"));
    for entry in fs::read_dir(root().join("locales")).unwrap() {
        let path = entry.unwrap().path();
        let extra: Vec<String> = defined(&path).difference(&english).cloned().collect();
        assert!(extra.is_empty(), "{}: {extra:?}", path.display());
    }
}
