//! Whether a new password is good enough, and what would mend it. Existing ones are never judged.
//!
//! Length, a list of the commonest ones, and an estimate of the guesses it would take; no rules about
//! kinds of characters, and no expiry (ASVS 6.2.5, 6.2.10).

use std::collections::HashSet;

use zxcvbn::{Score, zxcvbn};

use super::{MAX_BYTES, normalised};

/// Fewest characters of a new password, however it is configured (NIST SP 800-63B §3.1.1.2).
pub const MIN_CHARS: usize = 8;
/// The estimate looks at this many characters; what comes after can only help.
const ESTIMATED: usize = 100;

/// Why a new password is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Too short.
    #[error("use at least {least} characters; a few words in a row are easy to remember")]
    TooShort {
        /// The fewest characters that a new password may have here.
        least: usize,
    },
    /// Longer than is looked at.
    #[error("use at most {MAX_BYTES} bytes")]
    TooLong,
    /// One of the commonest.
    #[error(
        "this is one of the most used passwords, and the first to be tried; choose one of your own"
    )]
    Common,
    /// Too few guesses would find it.
    #[error("this can be guessed too easily; {0}")]
    Guessable(Advice),
}

/// What makes a guessable password better, for a page to say in the person's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// It is built from the person's or the service's own name.
    OwnName,
    /// Anything else.
    MoreWords,
}

impl Advice {
    /// A stable name, for looking up a translation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OwnName => "own-name",
            Self::MoreWords => "more-words",
        }
    }
}

impl std::fmt::Display for Advice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OwnName => "leave out your own name and the name of the service",
            Self::MoreWords => "add another word or two that do not belong together",
        })
    }
}

/// The rules for new passwords, with the embedded list. The engine has one of them, which every way to set a
/// password asks.
#[derive(Debug)]
pub struct PasswordRules {
    least: usize,
    common: HashSet<&'static str>,
}

impl PasswordRules {
    /// Rules by which a new password has at least so many characters, and never fewer than [`MIN_CHARS`].
    pub fn new(least: usize) -> Self {
        Self {
            least: least.max(MIN_CHARS),
            common: include_str!("common.txt").lines().collect(),
        }
    }

    /// The fewest characters of a new password.
    pub fn least(&self) -> usize {
        self.least
    }

    /// Judges a new password. `own` is what guessers know of the person and the service: username,
    /// address, name, the service's name.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, password: &str, own: &[&str]) -> Result<(), Weakness> {
        if password.len() > MAX_BYTES {
            return Err(Weakness::TooLong);
        }
        let password = normalised(password);
        if password.chars().count() < self.least {
            return Err(Weakness::TooShort { least: self.least });
        }
        if self.common.contains(password.to_lowercase().as_str()) {
            return Err(Weakness::Common);
        }
        let parts = parts_of(own);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let looked_at: String = password.chars().take(ESTIMATED).collect();
        if zxcvbn(&looked_at, &parts).score() >= Score::Three {
            return Ok(());
        }
        let lower = looked_at.to_lowercase();
        let own_name = parts.iter().any(|part| lower.contains(part));
        Err(Weakness::Guessable(if own_name {
            Advice::OwnName
        } else {
            Advice::MoreWords
        }))
    }
}

/// Every known text, whole and in its words, in lower case; bounded, as the estimate takes longer with
/// each.
fn parts_of(own: &[&str]) -> Vec<String> {
    own.iter()
        .flat_map(|text| std::iter::once(*text).chain(text.split(|c: char| !c.is_alphanumeric())))
        .map(|part| part.chars().take(64).collect::<String>().to_lowercase())
        .filter(|part| part.chars().count() >= 3)
        .take(32)
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), Weakness> {
        PasswordRules::new(MIN_CHARS).check(
            password,
            &["ada.lovelace@example.org", "Ada Lovelace", "Example Bank"],
        )
    }

    #[test]
    fn a_few_unrelated_words_are_good_enough_without_digits_or_symbols() {
        for good in [
            "violet tractor humming",
            "korrekt pferd batterie",
            "xk7Qv2mPz9",
            "桜の木の下で会いましょう",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn fewer_than_eight_characters_are_refused_however_odd() {
        let short = Err(Weakness::TooShort { least: 8 });
        assert_eq!(check("xQ7!vZ2"), short);
        assert_eq!(check("🦀🦀🦀🦀"), short);
        assert_eq!(check("e\u{301}e\u{301}e\u{301}e\u{301}"), short);
    }

    #[test]
    fn more_characters_may_be_asked_for_and_never_fewer_than_eight() {
        let long = PasswordRules::new(15);
        let refused = long.check("xk7Qv2mPz9aB3d", &[]).unwrap_err();
        assert_eq!(refused, Weakness::TooShort { least: 15 });
        assert!(refused.to_string().contains("at least 15 characters"));
        assert_eq!(long.check("xk7Qv2mPz9aB3d5", &[]), Ok(()));
        assert_eq!(PasswordRules::new(1).least(), MIN_CHARS);
    }

    #[test]
    fn a_password_over_the_bound_is_refused_and_one_at_it_is_judged_quickly() {
        assert_eq!(check(&"violet tractor ".repeat(70)), Err(Weakness::TooLong));
        let longest: String = "violet tractor humming "
            .chars()
            .cycle()
            .take(MAX_BYTES)
            .collect();
        assert_eq!(check(&longest), Ok(()));
    }

    #[test]
    fn the_commonest_passwords_are_refused_in_any_case() {
        for common in [
            "password",
            "PassWord",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "baseball",
        ] {
            assert_eq!(check(common), Err(Weakness::Common), "{common}");
        }
    }

    #[test]
    fn a_guessable_password_is_refused_with_what_would_mend_it() {
        for (weak, advice) in [
            ("lovelace1815", Advice::OwnName),
            ("ExampleBank1", Advice::OwnName),
            ("p4ssw0rd!1", Advice::MoreWords),
            ("abcdefghijkl", Advice::MoreWords),
            ("aaaaaaaaaaaa", Advice::MoreWords),
        ] {
            assert_eq!(check(weak), Err(Weakness::Guessable(advice)), "{weak}");
        }
        assert!(
            check("aaaaaaaaaaaa")
                .unwrap_err()
                .to_string()
                .contains("add another word")
        );
    }

    #[test]
    fn the_embedded_list_is_lower_case_without_repeats_and_long_enough_to_matter() {
        let lines: Vec<_> = include_str!("common.txt").lines().collect();
        let rules = PasswordRules::new(MIN_CHARS);
        assert!(lines.len() >= 300, "{}", lines.len());
        assert_eq!(rules.common.len(), lines.len());
        for line in lines {
            assert_eq!(line, line.to_lowercase().trim());
            assert!(
                line.chars().count() >= MIN_CHARS,
                "{line} is too short to be chosen anyway"
            );
        }
    }
}
