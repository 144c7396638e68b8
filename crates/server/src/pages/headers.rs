//! The headers every page leaves with.
//!
//! Transport security is the edge's to add: it knows whether it speaks https.

use url::Url;

/// No inline script or style, no framing, forms only to ourselves.
pub const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Name of the policy header.
const CSP_NAME: &str = "content-security-policy";

/// Headers that are the same on every page.
const COMMON: [(&str, &str); 7] = [
    ("cache-control", "no-store"),
    ("content-type", "text/html; charset=utf-8"),
    ("cross-origin-opener-policy", "same-origin"),
    ("pragma", "no-cache"),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

/// The headers of a page.
pub fn page() -> Vec<(&'static str, String)> {
    with_policy(CSP.to_owned())
}

/// The headers of a page with a form that posts to the app: its origin joins `form-action`.
/// For an address that is not http(s) the scheme is named instead.
pub fn form_post(action: &Url) -> Vec<(&'static str, String)> {
    let origin = action.origin();
    let source = if origin.is_tuple() {
        origin.ascii_serialization()
    } else {
        format!("{}:", action.scheme())
    };
    with_policy(CSP.replace(
        "form-action 'self'",
        &format!("form-action 'self' {source}"),
    ))
}

fn with_policy(policy: String) -> Vec<(&'static str, String)> {
    let common = COMMON
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    common.chain([(CSP_NAME, policy)]).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn policy(headers: &[(&'static str, String)]) -> String {
        headers
            .iter()
            .find(|(name, _)| *name == CSP_NAME)
            .map(|(_, value)| value.clone())
            .unwrap()
    }

    #[test]
    fn pages_forbid_framing_inline_code_and_storing() {
        let headers = page();
        assert!(policy(&headers).contains("frame-ancestors 'none'"));
        assert!(!policy(&headers).contains("unsafe"));
        assert!(headers.contains(&("cache-control", "no-store".to_owned())));
        assert!(headers.contains(&("x-frame-options", "DENY".to_owned())));
    }

    #[test]
    fn form_post_pages_may_post_to_the_apps_origin_and_nowhere_else() {
        let url =
            Url::parse("https://acme.example:8443/cb;script-src *?x='unsafe-inline'").unwrap();
        let policy = policy(&form_post(&url));
        assert!(
            policy.contains("form-action 'self' https://acme.example:8443; base-uri"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-inline"));
    }

    #[test]
    fn a_private_scheme_is_named_by_scheme() {
        let policy = policy(&form_post(&Url::parse("com.acme.app:/cb").unwrap()));
        assert!(
            policy.contains("form-action 'self' com.acme.app:;"),
            "{policy}"
        );
    }
}
