//! A browser's name from its `User-Agent`: "Firefox on Windows". Nobody is shown the raw text.

use super::super::{Message, Text};

/// The browser and its system; either may be unknown.
pub fn browser_name(user_agent: &str) -> (Option<String>, Option<String>) {
    let found = woothee::parser::Parser::new().parse(user_agent);
    let known = |name: &str| (name != "UNKNOWN" && !name.is_empty()).then(|| name.to_owned());
    found.map_or((None, None), |found| (known(found.name), known(found.os)))
}

/// The same in words.
pub(super) fn browser_words(user_agent: &str, t: &Text) -> Message {
    match browser_name(user_agent) {
        (Some(name), Some(os)) => t
            .say("sessions-browser-on")
            .arg("browser", name)
            .arg("os", os),
        (Some(name), None) => t.say("sessions-browser").arg("browser", name),
        (None, _) => t.say("sessions-unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_named_and_odd_ones_are_not_guessed() {
        let firefox =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let (name, os) = browser_name(firefox);
        assert_eq!(
            (name.as_deref(), os.as_deref()),
            (Some("Firefox"), Some("Windows 10"))
        );
        assert_eq!(browser_name("\u{202E}<script>"), (None, None));
        assert_eq!(browser_name(""), (None, None));
    }
}
