//! Names people sign in with: one canonical form, and a skeleton that betrays look-alikes.
//!
//! Accounts are found by the canonical form. At creation the skeleton must be new too, so that nobody
//! can register a name that reads as another person's (Unicode TR39 §4). Knows no accounts.

use unicode_normalization::UnicodeNormalization;
use unicode_security::GeneralSecurityProfile;

use crate::display_text::is_hidden;

/// Longest username, in characters, before and after normalisation.
pub const MAX_CHARS: usize = 128;

/// Why a text is no username.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernameProblem {
    /// Nothing but blanks.
    #[error("the username is empty")]
    Empty,
    /// Over [`MAX_CHARS`].
    #[error("the username is longer than {MAX_CHARS} characters")]
    TooLong,
    /// A control, zero-width or direction character.
    #[error("the username holds the invisible character U+{:04X}; type it again by hand", u32::from(*.0))]
    Hidden(char),
    /// A space, or a character that identifiers do not use.
    #[error("the username holds '{0}'; use letters, digits and . _ - + @ '")]
    NotAllowed(char),
}

/// Brings what a person typed into canonical form: NFKC, case folded, trimmed. Accounts are found by
/// it, and it is its own canonical form.
///
/// # Errors
/// [`UsernameProblem`]; at sign-in, treat it as an unknown username.
pub fn canonical(typed: &str) -> Result<String, UsernameProblem> {
    // The byte bound comes first, so that a megabyte is never normalised.
    if typed.len() > MAX_CHARS * 4 {
        return Err(UsernameProblem::TooLong);
    }
    let typed = typed.trim();
    if let Some(c) = typed.chars().find(|c| is_hidden(*c)) {
        return Err(UsernameProblem::Hidden(c));
    }
    let canonical = fold(typed);
    if canonical.is_empty() {
        return Err(UsernameProblem::Empty);
    }
    if canonical.chars().count() > MAX_CHARS {
        return Err(UsernameProblem::TooLong);
    }
    match canonical.chars().find(|c| !is_allowed(*c)) {
        Some(c) => Err(UsernameProblem::NotAllowed(c)),
        None => Ok(canonical),
    }
}

/// The skeleton of TR39 §4 of a canonical name: equal for names that look alike. For comparing, never
/// for showing.
pub fn skeleton(canonical: &str) -> String {
    fold(&unicode_security::skeleton(canonical).collect::<String>())
}

fn is_allowed(c: char) -> bool {
    match c {
        'a'..='z' | '0'..='9' | '.' | '_' | '-' | '+' | '@' | '\'' => true,
        c if c.is_ascii() => false,
        c => c.identifier_allowed(),
    }
}

/// NFKC and case folding, repeated until nothing changes. Upper-casing before lower-casing folds what
/// lower-casing alone keeps apart (ß and ss, σ and ς).
fn fold(text: &str) -> String {
    let mut folded: String = text.nfkc().collect();
    // Two rounds settle every known character; the bound keeps the loop finite whatever comes.
    for _ in 0..4 {
        let next: String = folded
            .chars()
            .flat_map(char::to_uppercase)
            .flat_map(char::to_lowercase)
            .nfkc()
            .collect();
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn name(typed: &str) -> String {
        canonical(typed).unwrap()
    }

    #[test]
    fn case_width_composition_and_blanks_around_make_no_other_person() {
        for (typed, expected) in [
            ("Alice", "alice"),
            (" alice ", "alice"),
            ("ａｌｉｃｅ", "alice"),
            ("Jose\u{301}", "josé"),
            ("JOSÉ", "josé"),
            ("Straße", "strasse"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
            ("οδυσσευς", "οδυσσευσ"),
            ("Ann.O'Neil+bank@Example.org", "ann.o'neil+bank@example.org"),
        ] {
            assert_eq!(name(typed), expected, "{typed}");
        }
    }

    #[test]
    fn zero_width_control_and_direction_characters_are_refused() {
        for c in [
            '\u{200b}',
            '\u{200d}',
            '\u{feff}',
            '\u{ad}',
            '\u{202e}',
            '\0',
            '\n',
            '\u{2060}',
            '\u{e0061}',
        ] {
            assert_eq!(
                canonical(&format!("al{c}ice")),
                Err(UsernameProblem::Hidden(c)),
                "{c:?}"
            );
        }
    }

    #[test]
    fn spaces_inside_markup_and_symbols_are_refused() {
        for bad in [
            "al ice",
            "al<ice",
            "al\"ice",
            "al/ice",
            "al☃ice",
            "al\u{a0}ice",
            "😀",
        ] {
            assert!(
                matches!(canonical(bad), Err(UsernameProblem::NotAllowed(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn an_empty_or_endless_username_is_refused() {
        assert_eq!(canonical(" \t"), Err(UsernameProblem::Empty));
        assert_eq!(name(&"a".repeat(128)).len(), 128);
        assert_eq!(canonical(&"a".repeat(129)), Err(UsernameProblem::TooLong));
        assert_eq!(
            canonical(&"a".repeat(1_000_000)),
            Err(UsernameProblem::TooLong)
        );
        // One character that unfolds into eighteen.
        assert!(canonical(&"\u{fdfa}".repeat(100)).is_err());
    }

    #[test]
    fn homographs_share_a_skeleton() {
        for (a, b) in [
            ("alice", "аlice"),
            ("paypal", "раураl"),
            ("modern", "rnodern"),
            ("bill", "bi1l"),
        ] {
            assert_ne!(name(a), name(b), "{a} {b}");
            assert_eq!(skeleton(&name(a)), skeleton(&name(b)), "{a} {b}");
        }
        assert_ne!(skeleton(&name("alice")), skeleton(&name("alicia")));
        assert_ne!(skeleton(&name("jose")), skeleton(&name("josé")));
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_its_own_canonical_form(typed in "\\PC{1,20}") {
            if let Ok(username) = canonical(&typed) {
                prop_assert_eq!(canonical(&username), Ok(username.clone()));
                prop_assert!(username.chars().count() <= MAX_CHARS);
            }
        }

        #[test]
        fn upper_and_lower_case_are_the_same_person(typed in "[\\p{L}]{1,12}") {
            let upper: String = typed.chars().flat_map(char::to_uppercase).collect();
            if let (Ok(a), Ok(b)) = (canonical(&typed), canonical(&upper)) {
                prop_assert_eq!(a, b);
            }
        }
    }
}
