//! Keys of the Fluent files against each other and against the keys in use. Whatever files and languages
//! are there are taken.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::super::Locale;
use super::super::samples::samples;
use super::messages::{self, Messages};

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below a folder that ends so, but for tests.
pub(super) fn files(folder: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_test {
            out.extend(files(&path, ending));
        } else if path.extension().is_some_and(|found| found == ending) && !is_test {
            let text = fs::read_to_string(&path).unwrap();
            out.push((path, text));
        }
    }
    out
}

/// The messages of every language, by its tag.
pub(super) fn languages() -> BTreeMap<String, Messages> {
    let folders = fs::read_dir(root().join("locales")).unwrap();
    folders
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let tag = path.file_name().unwrap().to_str().unwrap().to_owned();
            let words = files(&path, "ftl");
            (tag, messages::read(&words))
        })
        .collect()
}

fn templates() -> Vec<(PathBuf, String)> {
    files(&root().join("templates"), "html")
}

/// The code, without comments and without its tests.
fn code() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    files(&folder, "rs")
        .into_iter()
        .map(|(path, text)| {
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let text = text.split("#[cfg(test)]\n#[allow(clippy::unwrap_used)]\nmod tests {");
            let lines = text.into_iter().next().unwrap().lines();
            (path, lines.filter(is_code).collect())
        })
        .collect()
}

/// A key asked for with `say("…")`, with the names of the arguments that are given right behind it.
#[derive(Debug)]
struct Said {
    place: PathBuf,
    key: String,
    arguments: BTreeSet<String>,
}

fn said(sources: Vec<(PathBuf, String)>) -> Vec<Said> {
    let mut all = Vec::new();
    for (place, source) in sources {
        for rest in source.split("say(\"").skip(1) {
            let (key, mut rest) = rest.split_once('"').unwrap();
            let mut arguments = BTreeSet::new();
            rest = rest.trim_start_matches([')', ' ']);
            while let Some((name, after)) = rest
                .strip_prefix(".arg(\"")
                .and_then(|rest| rest.split_once('"'))
            {
                arguments.insert(name.to_owned());
                rest = behind_call(after);
            }
            all.push(Said {
                place: place.clone(),
                key: key.to_owned(),
                arguments,
            });
        }
    }
    all
}

/// What follows the parenthesis that closes the call we stand in.
fn behind_call(text: &str) -> &str {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text[at + 1..].trim_start();
        }
    }
    ""
}

#[test]
fn every_language_has_every_message_with_every_argument() {
    let languages = languages();
    assert_eq!(
        languages.keys().cloned().collect::<Vec<_>>(),
        Locale::all().iter().map(Locale::tag).collect::<Vec<_>>()
    );
    let english = &languages["en"];
    for (tag, words) in &languages {
        let missing: Vec<&String> = english
            .keys()
            .filter(|key| !words.contains_key(*key))
            .collect();
        assert!(missing.is_empty(), "{tag} lacks {missing:?}");
        let extra: Vec<&String> = words
            .keys()
            .filter(|key| !english.contains_key(*key))
            .collect();
        assert!(extra.is_empty(), "{tag} has {extra:?}, which English lacks");
        for (key, message) in words {
            assert_eq!(message.arguments, english[key].arguments, "{key} in {tag}");
            assert!(!message.pieces.is_empty(), "{key} in {tag} says nothing");
        }
    }
}

#[test]
fn a_count_has_the_plural_forms_of_each_language() {
    for (tag, words) in languages() {
        for (key, message) in words {
            // English and German tell one from many; a language with more forms is listed here with them.
            // "None" may have words of its own, and a flag that a value is there has nothing else.
            let flag = message
                .arguments
                .iter()
                .any(|name| name.starts_with("has_"));
            for forms in message.forms {
                let forms: Vec<&str> = forms.iter().map(AsRef::as_ref).collect();
                let counts = matches!(forms[..], ["one", "other"] | ["0", "one", "other"]);
                let tells = flag && forms == ["0", "other"];
                assert!(counts || tells, "{key} in {tag} has {forms:?}");
            }
        }
    }
}

#[test]
fn every_key_in_use_has_words_and_templates_give_them_every_argument() {
    let english = &languages()["en"];
    for said in said(code()) {
        assert!(
            english.contains_key(&said.key),
            "no words for {} in {}",
            said.key,
            said.place.display()
        );
    }
    let in_templates = said(templates());
    assert!(in_templates.len() > 50);
    for said in in_templates {
        let message = english.get(&said.key);
        let message = message
            .unwrap_or_else(|| panic!("no words for {} in {}", said.key, said.place.display()));
        let place = said.place.display();
        assert_eq!(message.arguments, said.arguments, "{} in {place}", said.key);
    }
}

#[test]
fn no_page_shows_a_key_or_a_missing_argument() {
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
fn every_key_is_in_use() {
    let in_templates = said(templates());
    let code: String = code().into_iter().map(|(_, text)| text).collect();
    let unused: Vec<String> = languages()["en"]
        .keys()
        .filter(|key| {
            !in_templates.iter().any(|said| said.key == **key)
                && !code.contains(&format!("\"{key}\""))
        })
        .cloned()
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}
