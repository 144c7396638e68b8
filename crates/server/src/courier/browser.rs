//! What a browser calls itself, as people call it: "Firefox on Linux".

use woothee::parser::Parser;

/// Browser and system; none when it is none that people would know.
pub(super) fn named(user_agent: &str) -> Option<(String, String)> {
    let found = Parser::new().parse(user_agent)?;
    let known = |name: &str| !name.is_empty() && name != "UNKNOWN";
    (known(found.name) && known(found.os)).then(|| (found.name.to_owned(), found.os.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_and_nonsense_is_not() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(
            named(firefox),
            Some(("Firefox".to_owned(), "Linux".to_owned()))
        );
        assert_eq!(named("<script>"), None);
        assert_eq!(named(""), None);
    }
}
