//! Introspection and revocation (RFC 7662, RFC 7009): who may ask, and what is not told.

use serde_json::json;

use crate::support::{MFA, World};

#[test]
fn a_live_token_is_told_with_what_was_proven() {
    let world = World::shared();
    let person = world.person();
    let tokens = world.tokens(&world.tab(), &person, &[("acr_values", MFA)]);
    let service = world.service();
    let fields = [("token", tokens["access_token"].as_str().unwrap())];
    for app in [&world.web, &service] {
        let got = world.post_as(app, "/introspect", &fields);
        assert_eq!(got.status, 200, "{got:#?}");
        assert_eq!(got.header("content-type"), "application/json");
        assert_eq!(got.header("cache-control"), "no-store");
        let json = got.json();
        assert_eq!(
            (&json["active"], &json["acr"]),
            (&json!(true), &json!(MFA)),
            "{json}"
        );
        assert!(
            json["auth_time"].is_i64() && json["amr"].is_array(),
            "{json}"
        );
    }
}

#[test]
fn of_anything_else_it_is_told_that_it_is_not_active_and_nothing_more() {
    let world = World::shared();
    let tokens = world.tokens(&world.tab(), &world.alex(), &[]);
    let other = world.register(&[]);
    let access = tokens["access_token"].as_str().unwrap();
    let id_token = tokens["id_token"].as_str().unwrap();
    let unsigned = crate::assertions::unsigned(access);
    let long = "x".repeat(20_000);
    for (app, token) in [
        (&world.web, "unknown"),
        (&world.web, id_token),
        (&world.web, &unsigned),
        (&world.web, &long),
        (&world.web, "\u{202e}☃"),
        (&other, access),
        (&other, tokens["refresh_token"].as_str().unwrap()),
    ] {
        let got = world.post_as(app, "/introspect", &[("token", token)]);
        assert_eq!(
            (got.status, &*got.body),
            (200, "{\"active\":false}"),
            "{token}"
        );
    }
}

#[test]
fn only_a_client_that_proves_itself_may_ask() {
    let world = World::shared();
    let tokens = world.tokens(&world.tab(), &world.alex(), &[]);
    let access = tokens["access_token"].as_str().unwrap();
    world
        .post("/introspect", &[("token", access)])
        .assert_refused(401, "invalid_client");
    let named = [("token", access), ("client_id", &*world.web.client_id)];
    world
        .post("/introspect", &named)
        .assert_refused(401, "invalid_client");
    let public = world.register(&["--type", "native"]);
    let named = [("token", access), ("client_id", &*public.client_id)];
    let got = world.post("/introspect", &named);
    assert!([400, 401].contains(&got.status), "{got:#?}");
    assert!(got.json()["active"].is_null(), "{got:#?}");
    world
        .post_as(&world.web, "/introspect", &[])
        .assert_refused(400, "invalid_request");
    let bearer = world
        .http
        .post(world.url("/introspect"))
        .bearer_auth(access);
    crate::support::http::send(bearer.form(&[("token", access)]))
        .assert_refused(401, "invalid_client");
}

#[test]
fn revoking_ends_what_belongs_to_the_caller_and_tells_nothing_of_the_rest() {
    let world = World::shared();
    let tokens = world.tokens(&world.tab(), &world.alex(), &[]);
    let access = tokens["access_token"].as_str().unwrap();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let other = world.register(&[]);
    for unknown in ["unknown", "a.b.c", "☃"] {
        let got = world.post_as(&world.web, "/revoke", &[("token", unknown)]);
        assert_eq!((got.status, &*got.body), (200, ""), "{got:#?}");
    }
    for token in [access, refresh] {
        world
            .post_as(&other, "/revoke", &[("token", token)])
            .assert_refused(400, "invalid_grant");
    }
    let active = |token: &str| {
        let got = world.post_as(&world.web, "/introspect", &[("token", token)]);
        got.json()["active"].as_bool().unwrap()
    };
    assert!(active(access) && active(refresh));
    assert_eq!(
        world
            .post_as(&world.web, "/revoke", &[("token", access)])
            .status,
        200
    );
    assert!(!active(access) && active(refresh));
    let fresh = world.web.refresh(refresh);
    let (access, refresh) = (fresh.expect("access_token"), fresh.expect("refresh_token"));
    assert_eq!(
        world
            .post_as(&world.web, "/revoke", &[("token", &refresh)])
            .status,
        200
    );
    assert!(
        !active(&access) && !active(&refresh),
        "a refresh token takes its access tokens along"
    );
    assert_eq!(world.web.refresh(&refresh).error(), "invalid_grant");
    world
        .post("/revoke", &[("token", "x")])
        .assert_refused(401, "invalid_client");
    world
        .post_as(&world.web, "/revoke", &[])
        .assert_refused(400, "invalid_request");
}
