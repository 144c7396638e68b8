//! Which methods an address takes, and what the others get (RFC 9110 §9.3.2, §15.5.6).

use reqwest::Method;

use crate::support::World;
use crate::support::http::send;

#[test]
fn head_of_a_document_is_its_get_without_the_body() {
    let world = World::shared();
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/jwks",
    ] {
        let get = send(world.http.get(world.url(path)));
        let head = send(world.http.head(world.url(path)));
        assert_eq!((head.status, &*head.body), (200, ""), "{path}");
        for name in [
            "content-type",
            "cache-control",
            "access-control-allow-origin",
            "content-length",
        ] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
    }
}

#[test]
fn the_protocol_s_endpoints_take_post_only_and_say_so_in_json() {
    let world = World::shared();
    for path in ["/token", "/introspect", "/revoke"] {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let got = send(world.http.request(method.clone(), world.url(path)));
            got.assert_refused(405, "invalid_request");
            assert!(
                got.header("allow").contains("POST"),
                "{method} {path}: {got:#?}"
            );
        }
    }
    let got = send(world.http.delete(world.url("/userinfo")));
    got.assert_refused(405, "invalid_request");
    assert!(got.header("allow").contains("GET"), "{got:#?}");
}

#[test]
fn pages_that_take_another_method_say_so_on_a_page() {
    let world = World::shared();
    for (method, path, allowed) in [
        (Method::PUT, "/authorize", "GET"),
        (Method::DELETE, "/logout", "GET"),
        (Method::PUT, "/logout/confirm", "POST"),
        (Method::PUT, "/i/some/consent", "POST"),
        (Method::PUT, "/i/some", "GET"),
    ] {
        let got = send(world.http.request(method.clone(), world.url(path)));
        got.assert_page(405);
        assert!(
            got.header("allow").contains(allowed),
            "{method} {path}: {got:#?}"
        );
    }
}

#[test]
fn documents_cannot_be_written() {
    let world = World::shared();
    for path in ["/jwks", "/.well-known/openid-configuration"] {
        let got = send(world.http.post(world.url(path)).body("{}"));
        assert_eq!(got.status, 405, "{got:#?}");
        assert!(got.header("allow").contains("GET"), "{got:#?}");
    }
}

#[test]
fn what_is_nowhere_is_a_page_with_status_404() {
    let world = World::shared();
    for path in ["/nowhere", "/i", "/admin", "/static/x/y", "/.well-known/x"] {
        send(world.http.get(world.url(path))).assert_page(404);
    }
}

#[test]
fn head_is_answered_wherever_get_is() {
    let world = World::shared();
    let tab = world.tab();
    for path in [
        "/",
        "/authorize",
        "/logout",
        "/forgot",
        "/account",
        "/i/some",
        "/i/some/password",
        "/favicon.ico",
        "/nowhere",
        "/userinfo",
    ] {
        let get = tab.get(path);
        let head = tab.sent(tab.http().head(world.url(path)));
        assert_eq!((head.status, &*head.body), (get.status, ""), "{path}");
        assert_eq!(
            head.header("content-type"),
            get.header("content-type"),
            "{path}"
        );
    }
    let token = send(world.http.head(world.url("/token")));
    assert_eq!(
        (token.status, token.header("allow")),
        (405, "OPTIONS, POST")
    );
    let put = send(world.http.put(world.url("/account")));
    assert_eq!(put.header("allow"), "GET, HEAD");
}
