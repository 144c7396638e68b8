//! The guard over HTTP: the middleware's answers, and keys fetched from a real issuer's metadata.
#![cfg(feature = "actix")]
#![allow(clippy::unwrap_used)]

mod support;

use std::net::TcpListener;

use actix_web::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use stepwell_guard::{Claims, Guard, Presented, acr, authenticated, scope};
use support::{API, changed, key, public, scene, sign, signer};

async fn who(claims: Claims) -> HttpResponse {
    HttpResponse::Ok().body(claims.sub)
}

#[actix_web::test]
async fn the_handler_behind_the_guard_sees_the_claims() {
    let scene = scene();
    let app = init_service(
        App::new().service(
            web::resource("/")
                .wrap(scene.guard.require(scope("accounts")))
                .get(who),
        ),
    )
    .await;
    let token = scene.token_with(json!({}));
    let response = call_service(
        &app,
        TestRequest::get()
            .insert_header(("Authorization", format!("Bearer {token}")))
            .to_request(),
    )
    .await;
    assert_eq!(response.status(), 200);
    assert_eq!(actix_web::test::read_body(response).await, "alice");
}

#[actix_web::test]
async fn a_challenge_has_header_status_and_body_and_is_not_stored() {
    let scene = scene();
    let strong = scene.guard.require(acr("phr").max_age(300));
    let app = init_service(App::new().service(web::resource("/").wrap(strong).post(who))).await;
    let token = scene.token_with(json!({}));
    let response = call_service(
        &app,
        TestRequest::post()
            .insert_header(("Authorization", format!("Bearer {token}")))
            .to_request(),
    )
    .await;
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers().get(CACHE_CONTROL).unwrap(), "no-store");
    assert_eq!(
        response.headers().get(WWW_AUTHENTICATE).unwrap(),
        r#"Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="phr", max_age="300""#
    );
    let body: Value = read_body_json(response).await;
    assert_eq!(body["max_age"], 300);
}

#[actix_web::test]
async fn no_token_a_query_token_and_two_headers_are_told_apart() {
    let scene = scene();
    let app = init_service(
        App::new().service(
            web::resource("/")
                .wrap(scene.guard.require(authenticated()))
                .get(who),
        ),
    )
    .await;
    let response = call_service(&app, TestRequest::get().to_request()).await;
    assert_eq!(
        (
            response.status().as_u16(),
            response
                .headers()
                .get(WWW_AUTHENTICATE)
                .unwrap()
                .to_str()
                .unwrap()
        ),
        (401, r#"Bearer realm="https://api.example""#)
    );
    let token = scene.token_with(json!({}));
    let response = call_service(
        &app,
        TestRequest::get()
            .uri(&format!("/?access_token={token}"))
            .to_request(),
    )
    .await;
    assert_eq!(response.status(), 400);
    let twice = TestRequest::get()
        .append_header(("Authorization", format!("Bearer {token}")))
        .append_header(("Authorization", format!("Bearer {token}")));
    assert_eq!(call_service(&app, twice.to_request()).await.status(), 400);
}

#[actix_web::test]
async fn a_handler_that_asks_for_claims_without_a_guard_stays_closed() {
    let app = init_service(App::new().route("/", web::get().to(who))).await;
    let response = call_service(&app, TestRequest::get().to_request()).await;
    assert_eq!(response.status(), 500);
}

/// Serves metadata that names `issuer`, or this very server where none is given, and one key set.
fn issuer(named: Option<&str>, jwks: Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = format!("http://{}", listener.local_addr().unwrap());
    let metadata = json!({"issuer": named.unwrap_or(&own), "jwks_uri": format!("{own}/jwks")});
    let server = HttpServer::new(move || {
        let (metadata, jwks) = (metadata.clone(), jwks.clone());
        App::new()
            .route(
                "/.well-known/openid-configuration",
                web::get()
                    .to(move || std::future::ready(HttpResponse::Ok().json(metadata.clone()))),
            )
            .route(
                "/jwks",
                web::get().to(move || std::future::ready(HttpResponse::Ok().json(jwks.clone()))),
            )
    });
    actix_web::rt::spawn(
        server
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run(),
    );
    own
}

fn token(issuer: &str, key: &josekit::jwk::Jwk) -> String {
    let claims = changed(json!({"iss": issuer, "iat": 1_700_000_000, "exp": 4_000_000_000_i64}));
    format!(
        "Bearer {}",
        sign(
            r#"{"typ":"at+jwt","alg":"ES256","kid":"k1"}"#,
            &claims.to_string(),
            &*signer("ES256", key)
        )
    )
}

#[actix_web::test]
async fn keys_are_found_through_the_issuers_metadata() {
    let key = key("ES256", "k1");
    let issuer = issuer(None, json!({"keys": [public(&key)]}));
    let guard = Guard::builder(&issuer).audience(API).build().unwrap();
    let claims = guard
        .check(&Presented::header(&token(&issuer, &key)), &authenticated())
        .await
        .unwrap();
    assert_eq!(claims.iss, issuer);
}

#[actix_web::test]
async fn metadata_of_another_issuer_is_not_believed() {
    let key = key("ES256", "k1");
    let own = issuer(
        Some("https://evil.example"),
        json!({"keys": [public(&key)]}),
    );
    let guard = Guard::builder(&own).audience(API).build().unwrap();
    let challenge = guard
        .check(&Presented::header(&token(&own, &key)), &authenticated())
        .await
        .unwrap_err();
    assert_eq!(challenge.status(), 503);
}

#[actix_web::test]
async fn a_key_set_without_end_is_not_read_to_its_end() {
    let key = key("ES256", "k1");
    let own = issuer(
        None,
        json!({"keys": [public(&key)], "padding": "x".repeat(300 * 1024)}),
    );
    let guard = Guard::builder(&own).audience(API).build().unwrap();
    let challenge = guard
        .check(&Presented::header(&token(&own, &key)), &authenticated())
        .await
        .unwrap_err();
    assert_eq!(challenge.status(), 503);
}
