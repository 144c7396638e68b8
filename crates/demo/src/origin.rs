//! Refusing forms that other sites send in a person's name. The cookie is SameSite=Lax already;
//! this says the same by the `Origin` that every browser adds to a POST.

use actix_web::HttpRequest;
use actix_web::http::header::ORIGIN;

/// Whether a POST comes from one of our own pages. A request with neither `Origin` nor
/// `Sec-Fetch-Site` was not made by a browser, so nobody's cookie can have been borrowed for it.
pub(crate) fn is_own(request: &HttpRequest, own: &str) -> bool {
    match (
        request.headers().get(ORIGIN),
        request.headers().get("sec-fetch-site"),
    ) {
        (Some(origin), _) => origin.as_bytes() == own.as_bytes(),
        (None, Some(site)) => site.as_bytes() == b"same-origin",
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::is_own;

    #[test]
    fn only_our_own_pages_may_send_forms() {
        let own = "http://localhost:7200";
        for (origin, allowed) in [
            (own, true),
            ("http://localhost:7100", false),
            ("null", false),
            ("https://localhost:7200", false),
        ] {
            assert_eq!(
                is_own(
                    &TestRequest::post()
                        .insert_header(("Origin", origin))
                        .to_http_request(),
                    own
                ),
                allowed,
                "{origin}"
            );
        }
        let fetched = |site: &'static str| {
            TestRequest::post()
                .insert_header(("Sec-Fetch-Site", site))
                .to_http_request()
        };
        assert!(is_own(&fetched("same-origin"), own));
        assert!(!is_own(&fetched("same-site"), own));
        assert!(is_own(&TestRequest::post().to_http_request(), own));
    }
}
