//! Text that people will read as it stands: names of apps and of actions.
//!
//! Refuses characters that hide, reorder or break it, so that no name can pass for another or write
//! over its surroundings. It does not escape: pages do that.

/// Why a text cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextProblem {
    /// Nothing to see.
    #[error("is empty; give it a name that people recognise")]
    Empty,
    /// Too long.
    #[error("is longer than {0} characters")]
    TooLong(usize),
    /// A control, zero-width or direction character.
    #[error("holds U+{:04X}, which is invisible or changes the direction of text; remove it", u32::from(*.0))]
    Hidden(char),
}

/// Checks that `text` has 1 to `max` characters and none of them hidden.
///
/// # Errors
/// The first problem found.
pub fn check(text: &str, max: usize) -> Result<(), TextProblem> {
    if text.trim().is_empty() {
        return Err(TextProblem::Empty);
    }
    if text.chars().count() > max {
        return Err(TextProblem::TooLong(max));
    }
    match text.chars().find(|c| is_hidden(*c)) {
        Some(c) => Err(TextProblem::Hidden(c)),
        None => Ok(()),
    }
}

/// Whether a character cannot be seen, or moves others: control characters, Unicode's
/// Default_Ignorable_Code_Point, bidirectional controls, line separators and look-alike blanks.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164
            | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFC | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_marks_and_symbols_of_any_script_may_be_shown() {
        for text in [
            "Bank",
            "Café – Zürich",
            "銀行",
            "بنك",
            "<b>&amp;</b>",
            "make a transfer of 250 €",
        ] {
            assert_eq!(check(text, 100), Ok(()), "{text}");
        }
    }

    #[test]
    fn hidden_and_reordering_characters_are_refused_by_name() {
        for c in [
            '\0',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2066}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            assert_eq!(
                check(&format!("Ba{c}nk"), 100),
                Err(TextProblem::Hidden(c)),
                "{c:?}"
            );
        }
        assert!(
            TextProblem::Hidden('\u{202e}')
                .to_string()
                .contains("U+202E")
        );
    }

    #[test]
    fn an_empty_or_endless_text_is_refused() {
        assert_eq!(check("  ", 100), Err(TextProblem::Empty));
        assert_eq!(check(&"é".repeat(100), 100), Ok(()));
        assert_eq!(check(&"é".repeat(101), 100), Err(TextProblem::TooLong(100)));
    }
}
