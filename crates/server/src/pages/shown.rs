//! Names that others chose, made safe to show.
//!
//! A display name may try to deceive: direction overrides, invisible letters, line breaks, great
//! length. [`Shown`] can only be made by cleaning, so a view model cannot hold a raw one
//! (spec threat 44). It does not escape HTML: templates do.

use std::fmt;

use stepwell_core::display_text::is_hidden;

/// Longest name shown, in characters; what is longer ends in an ellipsis.
const LONGEST: usize = 80;

/// Marks in a row on one letter; real writing needs few, stacks of them spill over other text.
const MARKS_IN_A_ROW: usize = 4;

/// A name cleaned for display.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown(String);

impl Shown {
    /// Drops invisible and direction-changing characters, turns runs of blanks and controls into
    /// one space, and cuts to 80 characters.
    pub fn new(raw: &str) -> Self {
        let mut out = String::new();
        let (mut blank, mut marks, mut count) = (false, 0, 0);
        for c in raw.chars() {
            if c.is_whitespace() || c.is_control() {
                blank = true;
                continue;
            }
            if is_hidden(c) {
                continue;
            }
            marks = if is_mark(c) { marks + 1 } else { 0 };
            if marks > MARKS_IN_A_ROW {
                continue;
            }
            if count >= LONGEST {
                out.push('…');
                break;
            }
            if blank && !out.is_empty() {
                out.push(' ');
                count += 1;
            }
            blank = false;
            out.push(c);
            count += 1;
        }
        Self(out)
    }

    /// The cleaned text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True when nothing visible was left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Shown {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<String> for Shown {
    fn from(raw: String) -> Self {
        Self::new(&raw)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Longest received value shown to a developer, in characters.
const LONGEST_VALUE: usize = 500;

/// A received value for a developer's eyes: nothing is dropped, so that a stray character can be
/// found, but what cannot be seen is written out, and a long value is cut.
pub(super) fn reveal(raw: &str) -> String {
    let mut out = String::new();
    for (at, c) in raw.chars().enumerate() {
        if at == LONGEST_VALUE {
            out.push('…');
            break;
        }
        if is_hidden(c) || (c.is_whitespace() && c != ' ') {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// The blocks of combining marks that stack on a letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direction_overrides_and_zero_width_letters_are_dropped() {
        assert_eq!(
            Shown::new("Acme\u{202E}knaB\u{200B}\u{FEFF}").as_str(),
            "AcmeknaB"
        );
    }

    #[test]
    fn developers_see_invisible_characters_written_out() {
        assert_eq!(
            reveal("a\u{200B}b\r c\u{202E}"),
            "a\\u{200b}b\\u{d} c\\u{202e}"
        );
        assert_eq!(reveal(&"x".repeat(9000)).chars().count(), 501);
    }

    #[test]
    fn line_breaks_become_one_space() {
        assert_eq!(Shown::new("  Acme\r\n\t Bank ").as_str(), "Acme Bank");
    }

    #[test]
    fn long_names_end_in_an_ellipsis() {
        let shown = Shown::new(&"w".repeat(500));
        assert_eq!(shown.as_str().chars().count(), 81);
        assert!(shown.as_str().ends_with('…'));
    }

    #[test]
    fn stacked_marks_are_thinned_and_accents_kept() {
        assert_eq!(Shown::new("é").as_str(), "é");
        let stacked = format!("e{}", "\u{0301}".repeat(50));
        assert_eq!(Shown::new(&stacked).as_str().chars().count(), 5);
    }

    #[test]
    fn names_in_other_scripts_stay_as_they_are() {
        for name in ["بنك أكمي", "Zoë & Søn", "株式会社アクメ"] {
            assert_eq!(Shown::new(name).as_str(), name);
        }
    }
}
