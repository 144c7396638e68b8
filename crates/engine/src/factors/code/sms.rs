//! Text messages as a way for codes: what a number is, and how it is shown.

use super::{Channel, Medium};

/// Codes by text message: restricted, because the network may bring them to somebody else (NIST SP 800-63B
/// §5.1.3.3).
pub(super) const TEXT: Medium = Medium {
    method: "sms",
    channel: Channel::Text,
    asks: "number",
    amr: "sms",
    restricted: true,
    clean,
    mask,
};

/// A number in its international form (E.164 §6: at most 15 digits, the country first), without the marks that
/// people put in.
fn clean(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let marks = |c: char| c.is_whitespace() || "()-./".contains(c);
    let number: String = typed.chars().filter(|c| !marks(*c)).collect();
    let digits = number.strip_prefix('+')?;
    let sound = (7..=15).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    sound.then_some(number)
}

/// The last two digits.
fn mask(number: &str) -> String {
    let end = number.len().saturating_sub(2);
    format!("••••••{}", number.get(end..).unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_international_or_none() {
        assert_eq!(clean("+1 (555) 010-0100").as_deref(), Some("+15550100100"));
        for typed in [
            "",
            "+",
            "5550100100",
            "0049301234567",
            "+0301234567",
            "+12345",
            "+1234567890123456",
            "+49 30 12x4567",
            "+٤٩٣٠١٢٣٤٥٦٧",
            "+49301234567\r\nx",
        ] {
            let refused = typed.contains('x') || clean(typed).is_none();
            assert!(refused && clean(typed).is_none(), "{typed:?}");
        }
    }

    #[test]
    fn a_masked_number_shows_its_last_two_digits() {
        assert_eq!(mask("+15550100189"), "••••••89");
    }
}
