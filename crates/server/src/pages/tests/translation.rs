//! Pages in another language say nothing in English.

use super::super::samples::{chrome, samples, samples_with};
use super::super::{Chrome, Locale};
use super::html::{Tag, parse};
use super::messages::{Message, Messages};
use super::words::languages;

fn in_language(tag: &str) -> Chrome {
    Chrome {
        locale: Locale::offered(tag).unwrap(),
        ..chrome()
    }
}

/// What is read out or shown: text, and attributes that hold words.
fn words(tags: &[Tag]) -> Vec<&str> {
    let held = [
        "aria-label",
        "title",
        "alt",
        "placeholder",
        "data-shown",
        "data-hidden",
    ];
    tags.iter()
        .filter(|tag| tag.get("lang").is_none() || tag.name == "html")
        .flat_map(|tag| {
            let attributes = held.iter().filter_map(|name| tag.get(name));
            attributes.chain([tag.text.trim()])
        })
        .filter(|text| text.chars().any(char::is_alphabetic))
        .collect()
}

/// Whether a text is the message, whatever its arguments are.
fn says(pieces: &[String], text: &str) -> bool {
    if pieces.len() == 1 {
        return text == pieces[0];
    }
    let (first, last) = (&pieces[0], &pieces[pieces.len() - 1]);
    let Some(mut rest) = text
        .strip_prefix(first.as_str())
        .and_then(|rest| rest.strip_suffix(last.as_str()))
    else {
        return false;
    };
    for piece in &pieces[1..pieces.len() - 1] {
        match rest.split_once(piece.as_str()) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

/// What a message says of its own, where that differs from the other language.
fn differing<'m>(english: &'m Messages, other: &Messages) -> Vec<(&'m String, &'m Message)> {
    english
        .iter()
        .filter(|(key, message)| {
            let own = |piece: &String| piece.chars().any(char::is_alphabetic);
            let differs = other
                .get(*key)
                .is_none_or(|theirs| theirs.pieces != message.pieces);
            message.pieces.iter().flatten().any(own) && differs
        })
        .collect()
}

#[test]
fn no_page_in_another_language_has_english_left_over() {
    let all = languages();
    for (tag, other) in all.iter().filter(|(tag, _)| *tag != "en") {
        let english = differing(&all["en"], other);
        assert!(english.len() > 100);
        let mut seen = 0;
        for sample in samples_with(&in_language(tag)) {
            let tags = parse(sample.name, &sample.html);
            for text in words(&tags) {
                for (key, message) in &english {
                    for pieces in &message.pieces {
                        assert!(
                            !says(pieces, text),
                            "{} in {tag} says {text:?}, which is {key} in English",
                            sample.name
                        );
                    }
                }
                seen += 1;
            }
        }
        assert!(seen > 300);
    }
}

#[test]
fn english_pages_are_caught_by_the_same_comparison() {
    let all = languages();
    let english = differing(&all["en"], &all["de"]);
    for sample in samples() {
        let tags = parse(sample.name, &sample.html);
        let caught = words(&tags).iter().any(|text| {
            let mut pieces = english.iter().flat_map(|(_, message)| &message.pieces);
            pieces.any(|pieces| says(pieces, text))
        });
        assert!(caught, "{}", sample.name);
    }
}

#[test]
fn lengths_and_ages_inside_sentences_are_in_the_language_of_the_page() {
    for sample in samples_with(&in_language("de")) {
        for english in [
            " minute", " second", " hour", " days", " min ago", " h ago", "just now",
        ] {
            let tags = parse(sample.name, &sample.html);
            assert!(
                !words(&tags).iter().any(|text| text.contains(english)),
                "{}: {english}",
                sample.name
            );
        }
    }
}

#[test]
fn what_nobody_gave_a_name_is_called_by_its_method_and_nothing_stands_beside_it() {
    let de = samples_with(&in_language("de"));
    let page = |name: &str| {
        let found = de.iter().find(|sample| sample.name == name);
        &found.expect("a sample").html
    };
    let app = "Code aus der Authenticator-App";
    let several = page("code-several");
    assert!(several.contains(&format!("<span dir=\"auto\">{app}</span>")));
    let only = page("step-up-code-only-unnamed");
    assert!(
        only.contains(&format!("<li><bdi></bdi>{app}</li>")),
        "{only}"
    );
    assert!(
        only.contains("Öffnen Sie in Ihrer Authenticator-App"),
        "{only}"
    );
    assert!(page("step-up-passkey-only-some").contains("<bdi></bdi>Passkey</li>"));
    assert!(page("enrol-lost").contains(&format!("<span>{app}</span></label>")));
    let remove = page("account-remove-unnamed");
    assert!(remove.contains(&format!("<p><strong>{app}</strong></p>")));
}

#[test]
fn the_row_of_recovery_codes_says_how_many_are_left_and_takes_no_name() {
    for (tag, left) in [("en", "9 of 10 left"), ("de", "Noch 9 von 10 übrig")] {
        let samples = samples_with(&in_language(tag));
        let page = samples
            .iter()
            .find(|sample| sample.name == "account-security");
        let html = &page.expect("a sample").html;
        let rows: Vec<&str> = html.split("<li>").collect();
        let row = rows.iter().find(|row| row.contains(left)).expect(left);
        let row = row.split("</li>").next().unwrap();
        assert!(!row.contains("/rename") && row.contains("/remove"), "{row}");
    }
}

#[test]
fn pages_say_which_language_and_direction_they_have_and_offer_the_others() {
    for locale in Locale::all() {
        let tag = locale.tag();
        for sample in samples_with(&in_language(&tag)) {
            let tags = parse(sample.name, &sample.html);
            assert!(tags[0].has("lang", &tag) && tags[0].has("dir", locale.dir()));
            let offered: Vec<&str> = tags
                .iter()
                .filter(|found| found.name == "button" && found.has("name", "language"))
                .filter_map(|found| found.get("value"))
                .collect();
            if sample.name.starts_with("leave") || sample.name.starts_with("form-post") {
                assert!(offered.is_empty(), "{}", sample.name);
                continue;
            }
            let others = Locale::all().into_iter().map(|other| other.tag());
            let others: Vec<String> = others.filter(|other| *other != tag).collect();
            assert_eq!(offered, others, "{}", sample.name);
        }
    }
}

#[test]
fn a_page_that_cannot_be_opened_again_offers_no_switch() {
    let once = Chrome {
        here: None,
        ..chrome()
    };
    for sample in samples_with(&once) {
        assert!(!sample.html.contains("/language"), "{}", sample.name);
    }
}
