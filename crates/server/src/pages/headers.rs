//! The headers every page leaves with.
//!
//! Transport security is the edge's to add: it knows whether it speaks https.

/// No inline script or style, no framing, forms only to ourselves.
pub const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same without a word on forms: browsers hold `form-action` also against where the app goes on to after
/// it took the form, which nobody here knows (docs/adr/0022).
pub const FORM_POST_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// Name of the policy header.
const CSP_NAME: &str = "content-security-policy";

const OPENER_NAME: &str = "cross-origin-opener-policy";

/// Headers that are the same on every page.
const COMMON: [(&str, &str); 6] = [
    ("cache-control", "no-store"),
    ("content-type", "text/html; charset=utf-8"),
    ("pragma", "no-cache"),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

/// Whether the window that opened a page may go on knowing it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Opener {
    /// An app may sign people in in a window that it opens, and has to see when that comes back or is closed.
    #[default]
    Kept,
    /// Nobody opens a person's own pages for them.
    Cut,
}

/// The headers of a page.
pub fn page(opener: Opener) -> Vec<(&'static str, &'static str)> {
    with_policy(CSP, opener)
}

/// The headers of the page with the one form that posts to the app.
pub fn form_post() -> Vec<(&'static str, &'static str)> {
    with_policy(FORM_POST_CSP, Opener::Kept)
}

fn with_policy(policy: &'static str, opener: Opener) -> Vec<(&'static str, &'static str)> {
    let opener = match opener {
        Opener::Kept => "unsafe-none",
        Opener::Cut => "same-origin",
    };
    let own = [(CSP_NAME, policy), (OPENER_NAME, opener)];
    COMMON.into_iter().chain(own).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn header(headers: &[(&'static str, &'static str)], wanted: &str) -> &'static str {
        let found = headers.iter().find(|(name, _)| *name == wanted);
        found.unwrap().1
    }

    #[test]
    fn pages_forbid_framing_inline_code_and_storing() {
        let headers = page(Opener::Kept);
        let policy = header(&headers, CSP_NAME);
        assert!(policy.contains("frame-ancestors 'none'"));
        assert!(policy.contains("form-action 'self'"));
        assert!(!policy.contains("unsafe") && !policy.contains("data:"));
        assert_eq!(header(&headers, "cache-control"), "no-store");
        assert_eq!(header(&headers, "x-frame-options"), "DENY");
    }

    #[test]
    fn an_app_that_opened_a_window_goes_on_knowing_it_but_not_the_account() {
        assert_eq!(header(&page(Opener::Kept), OPENER_NAME), "unsafe-none");
        assert_eq!(header(&form_post(), OPENER_NAME), "unsafe-none");
        assert_eq!(header(&page(Opener::Cut), OPENER_NAME), "same-origin");
    }

    #[test]
    fn the_form_for_the_app_differs_from_a_page_by_the_word_on_forms_alone() {
        let policy = header(&form_post(), CSP_NAME);
        assert_eq!(policy, CSP.replace("form-action 'self'; ", ""));
    }
}
