//! The way on from a page that ends something: a link, or a form to the app.

/// Where the main button leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Onward {
    /// A link.
    Link(String),
    /// A POST to the app (`response_mode=form_post`); never carries our csrf field. The page
    /// needs [`super::headers::form_post`].
    FormPost {
        action: String,
        fields: Vec<(String, String)>,
    },
}

impl Onward {
    /// The address it leads to, when it is one that may be followed.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Link(url) | Self::FormPost { action: url, .. } => safe_link(url),
        }
    }
}

/// Refuses addresses that would run or contain code instead of leading somewhere.
pub(super) fn safe_link(url: &str) -> Option<&str> {
    let compact: String = url
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    let scheme = compact.split(['/', '?', '#']).next().unwrap_or_default();
    let scheme = scheme
        .split_once(':')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    let runs = matches!(
        scheme.as_deref(),
        Some("javascript" | "data" | "vbscript" | "blob" | "file" | "about" | "view-source")
    );
    (!runs && !url.is_empty()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_run_code_are_not_links() {
        for bad in [
            "javascript:alert(1)",
            " JaVa\tScript:alert(1)",
            "data:text/html,x",
            "",
        ] {
            assert_eq!(safe_link(bad), None, "{bad}");
        }
        for good in [
            "https://acme.example/cb?a=1:2",
            "/i/abc",
            "com.acme.app:/cb",
            "/?next=javascript:x",
        ] {
            assert_eq!(safe_link(good), Some(good));
        }
    }
}
