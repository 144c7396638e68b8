#![allow(clippy::unwrap_used)]
use proptest::prelude::*;
use url::Url;

use super::*;

const ISSUER: &str = "https://id.example";

fn path(redirect_uri: &str, state: Option<&str>, response_mode: ResponseMode) -> ReturnPath {
    ReturnPath {
        redirect_uri: redirect_uri.into(),
        response_mode,
        state: state.map(str::to_owned),
        issuer: ISSUER.into(),
    }
}

fn url_of(answer: Return) -> String {
    match answer {
        Return::Redirect { url } => url,
        Return::FormPost { .. } => panic!("expected a redirect"),
    }
}

#[test]
fn every_answer_carries_iss_and_state() {
    let plain = path(
        "https://app.example/cb",
        Some("s 1&x=é"),
        ResponseMode::Query,
    );
    let error = OAuthError::access_denied("RFC 6749 §4.1.2.1", "the person said no");
    for answer in [plain.success("c0de"), plain.error(&error)] {
        let url = Url::parse(&url_of(answer)).unwrap();
        let get = |name: &str| {
            url.query_pairs()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.into_owned())
        };
        assert_eq!(get("iss").unwrap(), ISSUER);
        assert_eq!(get("state").unwrap(), "s 1&x=é");
    }
    let Return::FormPost { action, fields } =
        path("https://app.example/cb", Some("s"), ResponseMode::FormPost).error(&error)
    else {
        panic!("expected a form")
    };
    assert_eq!(action, "https://app.example/cb");
    assert_eq!(fields[0], ("error", "access_denied".to_owned()));
    assert_eq!(
        fields[2..],
        [("state", "s".to_owned()), ("iss", ISSUER.to_owned())]
    );
}

#[test]
fn no_state_is_invented_when_none_was_sent() {
    let url = url_of(path("https://app.example/cb", None, ResponseMode::Query).success("c"));
    assert_eq!(
        url,
        "https://app.example/cb?code=c&iss=https%3A%2F%2Fid.example"
    );
}

#[test]
fn an_existing_query_is_kept_byte_for_byte() {
    for (uri, expected) in [
        (
            "https://a.example/cb?t=1%20x",
            "https://a.example/cb?t=1%20x&code=c&",
        ),
        ("https://a.example/cb?", "https://a.example/cb?code=c&"),
        ("https://a.example/cb?t&", "https://a.example/cb?t&code=c&"),
        ("com.example.app:/cb", "com.example.app:/cb?code=c&"),
        ("https://a.example", "https://a.example?code=c&"),
    ] {
        assert!(
            url_of(path(uri, None, ResponseMode::Query).success("c")).starts_with(expected),
            "{uri}"
        );
    }
}

#[test]
fn line_breaks_in_state_never_reach_a_header() {
    let state = "x\r\nSet-Cookie: a=b";
    let url = url_of(path("https://app.example/cb", Some(state), ResponseMode::Query).success("c"));
    assert!(url.bytes().all(|b| b.is_ascii_graphic()), "{url}");
}

proptest! {
    #[test]
    fn an_answer_never_leaves_the_redirect_uris_host_and_is_always_plain_ascii(
        which in 0usize..4, state in any::<String>(), code in "[A-Za-z0-9_-]{43}", text in any::<String>()
    ) {
        let uris = ["https://app.example/cb", "https://app.example/cb?t=1", "https://app.example", "http://[::1]:7/x"];
        let path = path(uris[which], Some(&state), ResponseMode::Query);
        let registered = Url::parse(uris[which]).unwrap();
        let error = OAuthError::server_error("RFC 6749 §4.1.2.1", text);
        for answer in [path.success(&code), path.error(&error)] {
            let url = url_of(answer);
            prop_assert!(url.bytes().all(|b| b.is_ascii_graphic()));
            let url = Url::parse(&url).unwrap();
            prop_assert_eq!(url.origin(), registered.origin());
            prop_assert_eq!(url.path(), registered.path());
            prop_assert_eq!(url.fragment(), None);
            prop_assert!(url.query_pairs().any(|(n, v)| n == "state" && v == state.as_str()));
        }
    }
}
