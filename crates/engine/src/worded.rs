//! A text of the operator's for people to read, in one language or several.
//!
//! Chooses among what was written; translates nothing.

use std::collections::BTreeMap;

/// The language that stands in where a page's own was not written.
const USUAL: &str = "en";

/// A text by the BCP 47 tag of its language; under an empty tag what is said in every other one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worded(BTreeMap<String, String>);

impl Worded {
    /// Texts by language; none without any.
    pub fn by_language(texts: BTreeMap<String, String>) -> Option<Self> {
        (!texts.is_empty()).then_some(Self(texts))
    }

    /// The text for a page in this language: in it, else the one for every other language, else in English,
    /// else in whatever there is.
    pub fn in_language(&self, tag: &str) -> &str {
        let language = tag.split('-').next().unwrap_or_default();
        [tag, language, "", USUAL]
            .into_iter()
            .find_map(|tag| self.0.get(tag))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}

/// One text for every language.
impl From<&str> for Worded {
    fn from(text: &str) -> Self {
        Self(BTreeMap::from([(String::new(), text.to_owned())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worded(texts: &[(&str, &str)]) -> Worded {
        let texts = texts.iter();
        let texts = texts.map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned()));
        Worded::by_language(texts.collect()).unwrap()
    }

    #[test]
    fn a_page_gets_its_own_language_then_english_then_whatever_there_is() {
        let both = worded(&[("de", "Konten ansehen"), ("en", "See your accounts")]);
        assert_eq!(both.in_language("de"), "Konten ansehen");
        assert_eq!(both.in_language("de-CH"), "Konten ansehen");
        for other in ["en", "fr", ""] {
            assert_eq!(both.in_language(other), "See your accounts", "{other}");
        }
        let german = worded(&[("de", "Konten ansehen")]);
        assert_eq!(german.in_language("en"), "Konten ansehen");
    }

    #[test]
    fn one_text_is_said_in_every_language_and_no_text_is_none() {
        let one = Worded::from("see your accounts");
        for tag in ["de", "en", ""] {
            assert_eq!(one.in_language(tag), "see your accounts");
        }
        assert_eq!(Worded::by_language(BTreeMap::new()), None);
    }
}
