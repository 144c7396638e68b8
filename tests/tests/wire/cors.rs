//! Which scripts may read answers (spec §5 line 107): everybody the public documents, registered
//! origins the token endpoint, nobody the authorization endpoint.

use reqwest::Method;

use crate::support::http::send;
use crate::support::{Got, World};

const OURS: &str = "https://spa.example";

fn from(world: &World, method: Method, path: &str, origin: &str) -> Got {
    let request = world
        .http
        .request(method, world.url(path))
        .header("origin", origin);
    send(request.header("access-control-request-method", "POST"))
}

#[test]
fn a_registered_origin_may_read_token_userinfo_and_revocation_answers() {
    let world = World::shared();
    world.register(&["--type", "spa", "--cors-origin", OURS]);
    for path in ["/token", "/userinfo", "/revoke"] {
        for method in [Method::OPTIONS, Method::POST] {
            let got = from(&world, method.clone(), path, OURS);
            assert_eq!(
                got.header("access-control-allow-origin"),
                OURS,
                "{method} {path}"
            );
            assert!(
                got.header("vary").to_lowercase().contains("origin"),
                "{got:#?}"
            );
            assert!(
                got.header("access-control-allow-credentials").is_empty(),
                "{got:#?}"
            );
        }
        let preflight = from(&world, Method::OPTIONS, path, OURS);
        assert_eq!((preflight.status, &*preflight.body), (204, ""));
        assert!(
            preflight
                .header("access-control-allow-methods")
                .contains("POST")
        );
        let headers = preflight
            .header("access-control-allow-headers")
            .to_lowercase();
        assert!(headers.contains("authorization"), "{headers}");
    }
}

#[test]
fn an_origin_that_is_not_registered_byte_for_byte_reads_nothing() {
    let world = World::shared();
    world.register(&["--type", "spa", "--cors-origin", OURS]);
    for origin in [
        "https://evil.example",
        "https://spa.example.evil.example",
        "https://spa.example:443",
        "http://spa.example",
        "https://SPA.example",
        "https://spa.example/",
        "null",
        "*",
        "",
    ] {
        for path in ["/token", "/userinfo", "/revoke"] {
            for method in [Method::OPTIONS, Method::POST] {
                let got = from(&world, method, path, origin);
                assert!(
                    got.headers.get("access-control-allow-origin").is_none(),
                    "{origin}: {got:#?}"
                );
            }
        }
    }
}

#[test]
fn authorization_introspection_logout_and_pages_are_read_by_no_script() {
    let world = World::shared();
    world.register(&["--type", "spa", "--cors-origin", OURS]);
    let authorize = &world.web.authorize_url(&[("prompt", "none")])[world.issuer.len()..];
    for path in [
        authorize,
        "/authorize",
        "/introspect",
        "/logout",
        "/i/x",
        "/i/x/password",
        "/",
    ] {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let got = from(&world, method.clone(), path, OURS);
            for name in got.headers.keys() {
                let is_cors = name.as_str().starts_with("access-control-");
                assert!(!is_cors, "{method} {path}: {got:#?}");
            }
        }
    }
}

#[test]
fn public_documents_are_read_by_everybody() {
    let world = World::shared();
    for path in [
        "/jwks",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ] {
        for method in [Method::GET, Method::OPTIONS] {
            let got = from(&world, method, path, "https://anybody.example");
            assert_eq!(got.header("access-control-allow-origin"), "*", "{path}");
            assert!(got.status < 300, "{got:#?}");
        }
    }
}
