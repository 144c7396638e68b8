#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;
use crate::client::NewClient;
use crate::ids::ClientId;
use crate::oauth::ErrorCode;
use crate::time::Timestamp;

fn client(application_type: ApplicationType, redirect_uris: &[&str]) -> Client {
    NewClient {
        auth_method: Some(crate::client::AuthMethod::None),
        redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
        ..NewClient::new(application_type, "App")
    }
    .build(ClientId::new("app"), Vec::new(), Timestamp::from_secs(0))
    .unwrap()
}

fn web(redirect_uris: &[&str]) -> Client {
    client(ApplicationType::Web, redirect_uris)
}

fn reason(client: &Client, sent: &str) -> String {
    match_redirect_uri(client, sent)
        .unwrap_err()
        .description()
        .to_owned()
}

#[test]
fn only_the_same_text_matches() {
    let client = web(&[
        "https://app.example/cb",
        "https://app.example/other?tenant=1",
    ]);
    assert_eq!(
        match_redirect_uri(&client, "https://app.example/cb"),
        Ok(())
    );
    assert_eq!(
        match_redirect_uri(&client, "https://app.example/other?tenant=1"),
        Ok(())
    );
    for sent in [
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://APP.example/cb",
        "https://app.example/cb?x=1",
        "https://app.example/cb#x",
        "https://app.example/x/../cb",
        "https://app.example/%63b",
        "https://user@app.example/cb",
        "https://app.example:443/cb",
        "https://app.example.evil.example/cb",
        "https://evil.example/cb",
        "http://app.example/cb",
        "https://app.example/cb ",
        "https://app.example/other?tenant=2",
        "",
    ] {
        assert!(match_redirect_uri(&client, sent).is_err(), "{sent}");
    }
}

#[test]
fn a_mismatch_says_what_differs_and_never_names_the_registered_uri() {
    let client = web(&["https://secret-host.example/callback"]);
    for (sent, said) in [
        ("https://secret-host.example/callback/", "trailing slash"),
        (
            "https://Secret-Host.example/callback",
            "upper and lower case",
        ),
        (
            "https://secret-host.example/Callback",
            "upper and lower case",
        ),
        ("https://secret-host.example:8443/callback", "another port"),
        ("http://secret-host.example/callback", "another scheme"),
        ("https://secret-host.example/callback?a=1", "another query"),
        ("https://secret-host.example/cb", "another path"),
        ("https://secret-host.example/callback#f", "fragment"),
        ("https://u:p@secret-host.example/callback", "user name"),
        ("https://secret-host.example/x/../callback", "dot segments"),
        (
            "https://evil.example/callback",
            "is not one of those registered",
        ),
        ("nonsense", "is not one of those registered"),
    ] {
        let reason = reason(&client, sent);
        assert!(reason.contains(said), "{sent}: {reason}");
        assert!(!reason.contains("secret-host"), "{reason}");
    }
}

#[test]
fn the_port_of_a_native_apps_loopback_address_may_differ_and_nothing_else() {
    let native = client(
        ApplicationType::Native,
        &["http://127.0.0.1/cb", "http://[::1]:5000/cb?a=1"],
    );
    for sent in [
        "http://127.0.0.1/cb",
        "http://127.0.0.1:1/cb",
        "http://127.0.0.1:65535/cb",
        "http://[::1]/cb?a=1",
    ] {
        assert_eq!(match_redirect_uri(&native, sent), Ok(()), "{sent}");
    }
    for sent in [
        "http://localhost:5000/cb",
        "http://127.0.0.1:5000/other",
        "http://127.0.0.1:5000/cb/",
        "http://127.0.0.1:5000/cb?x",
        "https://127.0.0.1:5000/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:05000/cb",
        "http://127.0.0.1:80@evil.example/cb",
        "http://127.0.0.1:80.evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1:80\\@evil.example/cb",
        "http://127.0.0.1:5000/cb#x",
        "http://127.0.0.2/cb",
        "http://[::1]:5000/cb",
    ] {
        assert!(match_redirect_uri(&native, sent).is_err(), "{sent}");
    }
}

#[test]
fn a_web_app_on_localhost_keeps_its_port() {
    let client = web(&["http://localhost:3000/cb"]);
    assert_eq!(
        match_redirect_uri(&client, "http://localhost:3000/cb"),
        Ok(())
    );
    assert!(reason(&client, "http://localhost:3001/cb").contains("another port"));
}

#[test]
fn ordinary_redirect_uris_can_be_registered() {
    use ApplicationType::{Native, Spa, Web};
    for (kind, uri) in [
        (Web, "https://app.example/cb"),
        (Web, "https://app.example"),
        (Web, "https://app.example:8443/cb?tenant=a%20b"),
        (Web, "http://localhost:3000/cb"),
        (Spa, "https://xn--bcher-kva.example/"),
        (Spa, "http://127.0.0.1:5173/"),
        (Native, "http://[::1]/cb"),
        (Native, "com.example.app:/cb"),
        (Native, "com.example.app://cb"),
        (Native, "https://app.example/claimed"),
    ] {
        assert_eq!(validate_redirect_uri(kind, uri), Ok(()), "{uri}");
    }
}

#[test]
fn dangerous_or_ambiguous_redirect_uris_cannot_be_registered() {
    for kind in [
        ApplicationType::Web,
        ApplicationType::Spa,
        ApplicationType::Native,
    ] {
        for uri in [
            "",
            "/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///x",
            "blob:https://app.example/x",
            "about:blank",
            "myapp:/cb",
            "https://app.example/cb#fragment",
            "https://app.example/cb#",
            "https://user@app.example/cb",
            "https://user:pass@app.example/cb",
            "https://@app.example/cb",
            "https://app.example/a/../cb",
            "https://app.example/a/%2e%2e/cb",
            "https://APP.example/cb",
            "https://app.example:443/cb",
            "https://*.app.example/cb",
            "https://app.example\\cb",
            "https:app.example/cb",
            "https://bücher.example/",
            "https://app.example/c b",
            "https://app.example/cb?code=1",
            "https://app.example/cb?x=1&iss=y",
            "https://",
            "http://app.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://0x7f.1/cb",
            "http://localhost.evil.example/",
            "https://app.example/cb\r\nx",
        ] {
            let error = validate_redirect_uri(kind, uri).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidRedirectUri, "{uri}");
        }
    }
}

#[test]
fn a_scheme_of_its_own_is_for_native_apps_only() {
    for kind in [ApplicationType::Web, ApplicationType::Spa] {
        assert!(validate_redirect_uri(kind, "com.example.app:/cb").is_err());
    }
    assert!(validate_redirect_uri(ApplicationType::Native, "COM.example.app:/cb").is_err());
}

const REGISTERED: &[&str] = &[
    "https://app.example/cb",
    "http://127.0.0.1/cb",
    "http://[::1]:7000/cb?x=1",
    "http://localhost:7000/cb",
];

proptest! {
    /// Whatever is sent, an accepted redirect goes to a registered scheme, host and path.
    #[test]
    fn an_accepted_redirect_never_changes_its_host(
        which in 0..REGISTERED.len(),
        at in 0usize..30,
        cut in 0usize..3,
        inserted in r"[:@/\\#?.a-c0-9\[\]%\t ]{0,6}",
    ) {
        let native = client(ApplicationType::Native, REGISTERED);
        let registered = REGISTERED[which];
        let at = at.min(registered.len());
        let end = (at + cut).min(registered.len());
        let sent = format!("{}{inserted}{}", &registered[..at], &registered[end..]);
        if match_redirect_uri(&native, &sent).is_ok() {
            let sent = Url::parse(&sent).unwrap();
            prop_assert!(REGISTERED.iter().map(|uri| Url::parse(uri).unwrap()).any(|registered| {
                (registered.scheme(), registered.host(), registered.path(), registered.query(), registered.fragment())
                    == (sent.scheme(), sent.host(), sent.path(), sent.query(), sent.fragment())
                    && sent.username().is_empty() && sent.password().is_none()
            }), "{sent}");
        }
    }

    #[test]
    fn what_may_be_registered_always_reads_back_as_the_same_text(
        uri in r"(https?|com\.example)://?[a-c.@:0-9\[\]]{0,12}[/?#\\a-c.%2e]{0,10}"
    ) {
        if validate_redirect_uri(ApplicationType::Native, &uri).is_ok() && uri.starts_with("http") {
            let url = Url::parse(&uri).unwrap();
            let same = url.as_str() == uri || url.as_str().strip_suffix('/') == Some(&*uri);
            prop_assert!(same);
            prop_assert!(url.host_str().is_some());
        }
    }
}
