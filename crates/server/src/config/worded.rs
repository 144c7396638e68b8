//! Texts for people: `"make a transfer"`, or one for each language, `{ en = "…", de = "…" }`.

use std::collections::BTreeMap;

use stepwell_engine::worded::Worded;

use super::fields::Fields;
use super::key::Kind;
use super::node::{Entry, Value};
use super::{read, suggest};
use crate::pages::Locale;

/// Reads a key; each text may have `most` characters.
pub(crate) fn read(fields: &mut Fields<'_>, key: &str, most: usize) -> Option<Worded> {
    let Value::Table(entries) = &fields.node(key)?.value else {
        return fields.text(key, most).as_deref().map(Worded::from);
    };
    let entries = entries.clone();
    if entries.is_empty() {
        fields.refuse(
            key,
            format!("{key} names no language; leave it out instead"),
        );
    }
    let texts = entries.into_iter().filter_map(|entry| {
        let at = entry.at.clone();
        match one(key, most, entry) {
            Ok(text) => Some(text),
            Err(message) => {
                fields.refuse_at(at, message);
                None
            }
        }
    });
    let texts: BTreeMap<String, String> = texts.collect();
    Worded::by_language(texts)
}

fn one(key: &str, most: usize, entry: Entry) -> Result<(String, String), String> {
    let tag = entry.key;
    if Locale::offered(&tag).is_none() {
        let all: Vec<String> = Locale::all().iter().map(Locale::tag).collect();
        let hint = suggest::hint(&tag, all.iter().map(String::as_str));
        let all = all.join(", ");
        return Err(format!("pages come in {all}, not in {tag:?}{hint}"));
    }
    let text = read::text(&entry.node, Kind::Text(most));
    match text {
        Ok(text) => Ok((tag, text)),
        Err(message) => Err(format!("{key}.{tag} {message}")),
    }
}
