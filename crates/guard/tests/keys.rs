//! How the issuer's keys are cached, and what happens while they change or cannot be had.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use stepwell_guard::{
    Challenge, Claims, FetchError, FetchedKeys, Guard, KeySource, Pending, Presented, acr,
    authenticated,
};
use support::{
    API, HEADER, ISSUER, Scene, changed, good_claims, key, public, scene, scene_with, sign, signer,
};
use tokio::sync::Semaphore;

const HOUR: i64 = 3600;

async fn check(scene: &Scene, token: &str) -> Result<Claims, Challenge> {
    scene
        .guard
        .check(
            &Presented::header(&format!("Bearer {token}")),
            &authenticated(),
        )
        .await
}

/// A token that does not expire within these tests.
fn lasting(scene: &Scene) -> String {
    scene.token(&changed(json!({"exp": 4_000_000_000_i64})))
}

#[actix_web::test]
async fn keys_are_fetched_with_the_first_token_and_then_kept() {
    let scene = scene();
    assert_eq!(scene.published.fetches(), 0);
    for _ in 0..5 {
        check(&scene, &lasting(&scene)).await.unwrap();
    }
    assert_eq!(scene.published.fetches(), 1);
}

#[actix_web::test]
async fn keys_are_fetched_again_when_their_lifetime_is_over() {
    let scene = scene();
    *scene.published.max_age.lock().unwrap() = Some(900);
    check(&scene, &lasting(&scene)).await.unwrap();
    scene.clock.advance(899);
    check(&scene, &lasting(&scene)).await.unwrap();
    assert_eq!(scene.published.fetches(), 1);
    scene.clock.advance(1);
    check(&scene, &lasting(&scene)).await.unwrap();
    assert_eq!(scene.published.fetches(), 2);
}

#[actix_web::test]
async fn the_lifetime_is_bounded_on_both_sides() {
    for (max_age, kept_for) in [(Some(0), 60), (None, 300), (Some(u64::MAX), 24 * HOUR)] {
        let scene = scene();
        *scene.published.max_age.lock().unwrap() = max_age;
        check(&scene, &lasting(&scene)).await.unwrap();
        scene.clock.advance(kept_for - 1);
        check(&scene, &lasting(&scene)).await.unwrap();
        assert_eq!(scene.published.fetches(), 1, "{max_age:?}");
        scene.clock.advance(1);
        check(&scene, &lasting(&scene)).await.unwrap();
        assert_eq!(scene.published.fetches(), 2, "{max_age:?}");
    }
}

#[actix_web::test]
async fn a_new_key_is_found_when_a_token_names_it() {
    let scene = scene();
    check(&scene, &lasting(&scene)).await.unwrap();
    scene.clock.advance(10);
    let new = key("ES256", "k2");
    scene.published.publish(&[scene.key.clone(), new.clone()]);
    let token = sign(
        r#"{"typ":"at+jwt","alg":"ES256","kid":"k2"}"#,
        &good_claims().to_string(),
        &*signer("ES256", &new),
    );
    check(&scene, &token).await.unwrap();
    assert_eq!(scene.published.fetches(), 2);
    check(&scene, &lasting(&scene)).await.unwrap();
}

#[actix_web::test]
async fn invented_key_ids_do_not_make_the_guard_hammer_the_issuer() {
    let scene = scene();
    check(&scene, &lasting(&scene)).await.unwrap();
    for n in 0..50 {
        let header = json!({"typ": "at+jwt", "alg": "ES256", "kid": format!("x{n}")}).to_string();
        let challenge = check(&scene, &scene.token_with_header(&header))
            .await
            .unwrap_err();
        assert_eq!(challenge.status(), 401);
    }
    assert_eq!(scene.published.fetches(), 1);
    scene.clock.advance(10);
    for n in 0..50 {
        let header = json!({"typ": "at+jwt", "alg": "ES256", "kid": format!("x{n}")}).to_string();
        check(&scene, &scene.token_with_header(&header))
            .await
            .unwrap_err();
    }
    assert_eq!(scene.published.fetches(), 2);
}

#[actix_web::test]
async fn a_withdrawn_key_is_refused_after_the_next_fetch() {
    let scene = scene();
    check(&scene, &lasting(&scene)).await.unwrap();
    scene.published.publish(&[key("ES256", "k2")]);
    scene.clock.advance(300);
    assert_eq!(
        check(&scene, &lasting(&scene)).await.unwrap_err().status(),
        401
    );
}

#[actix_web::test]
async fn known_keys_serve_a_while_longer_when_the_issuer_is_down() {
    let scene = scene();
    check(&scene, &lasting(&scene)).await.unwrap();
    scene.published.withdraw();
    scene.clock.advance(300);
    check(&scene, &lasting(&scene)).await.unwrap();
    check(&scene, &lasting(&scene)).await.unwrap();
    assert_eq!(
        scene.published.fetches(),
        2,
        "a failed fetch is not repeated at once"
    );
    scene.clock.advance(HOUR);
    let challenge = check(&scene, &lasting(&scene)).await.unwrap_err();
    assert_eq!(
        (challenge.status(), challenge.www_authenticate()),
        (503, None)
    );
}

#[actix_web::test]
async fn without_any_keys_the_answer_is_unavailable_until_the_issuer_is_back() {
    let scene = scene();
    scene.published.withdraw();
    assert_eq!(
        check(&scene, &lasting(&scene)).await.unwrap_err().status(),
        503
    );
    scene.published.publish(std::slice::from_ref(&scene.key));
    assert_eq!(
        check(&scene, &lasting(&scene)).await.unwrap_err().status(),
        503,
        "not before the pause is over"
    );
    scene.clock.advance(10);
    check(&scene, &lasting(&scene)).await.unwrap();
}

/// A token that names a key the issuer never published.
fn of_an_unknown_key(scene: &Scene) -> String {
    scene.token_with_header(r#"{"typ":"at+jwt","alg":"ES256","kid":"unknown"}"#)
}

#[actix_web::test]
async fn an_unknown_key_during_an_outage_is_nobodys_fault() {
    let scene = scene();
    check(&scene, &lasting(&scene)).await.unwrap();
    scene.clock.advance(10);
    scene.published.withdraw();
    // The first asks the issuer in vain, the second comes within the pause after that.
    for _ in 0..2 {
        let challenge = check(&scene, &of_an_unknown_key(&scene)).await.unwrap_err();
        assert_eq!(
            (challenge.status(), challenge.www_authenticate()),
            (503, None)
        );
    }
    assert_eq!(scene.published.fetches(), 2);
    check(&scene, &lasting(&scene)).await.unwrap();
    scene.published.publish(std::slice::from_ref(&scene.key));
    scene.clock.advance(10);
    let challenge = check(&scene, &of_an_unknown_key(&scene)).await.unwrap_err();
    assert_eq!(
        challenge.status(),
        401,
        "the issuer says it has no such key"
    );
}

#[actix_web::test]
async fn a_set_without_usable_keys_does_not_replace_good_ones() {
    let no_use = json!([{"kty": "oct", "kid": "k1", "k": "c2VjcmV0"}]);
    for keys in [json!([]), no_use] {
        let scene = scene();
        check(&scene, &lasting(&scene)).await.unwrap();
        *scene.published.document.lock().unwrap() = Some(json!({ "keys": keys }));
        scene.clock.advance(300);
        check(&scene, &lasting(&scene)).await.unwrap();
        assert_eq!(scene.published.fetches(), 2);
        scene.clock.advance(HOUR);
        let challenge = check(&scene, &lasting(&scene)).await.unwrap_err();
        assert_eq!(challenge.status(), 503, "their hour of grace is over");
    }
}

#[actix_web::test]
async fn an_issuer_that_publishes_no_key_leaves_every_token_undecided() {
    let scene = scene();
    *scene.published.document.lock().unwrap() = Some(json!({"keys": []}));
    let challenge = check(&scene, &lasting(&scene)).await.unwrap_err();
    assert_eq!(challenge.status(), 503);
}

/// Answers each fetch only when it is let through.
#[derive(Debug)]
struct Held {
    document: Value,
    gate: Arc<Semaphore>,
    fetches: Arc<AtomicUsize>,
}

impl KeySource for Held {
    fn fetch(&self) -> Pending<'_, Result<FetchedKeys, FetchError>> {
        Box::pin(async {
            self.fetches.fetch_add(1, Ordering::SeqCst);
            self.gate.acquire().await.unwrap().forget();
            Ok(FetchedKeys {
                document: self.document.to_string().into_bytes(),
                max_age: Some(900),
            })
        })
    }
}

#[actix_web::test]
async fn tokens_that_come_at_once_share_one_fetch_and_known_keys_need_not_wait_for_it() {
    let (gate, fetches) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let scene = scene();
    let source = Held {
        document: json!({"keys": [public(&scene.key)]}),
        gate: Arc::clone(&gate),
        fetches: Arc::clone(&fetches),
    };
    let guard = Guard::builder(ISSUER)
        .audience(API)
        .key_source(source)
        .clock(scene.clock.clone())
        .build()
        .unwrap();
    let header = format!("Bearer {}", lasting(&scene));
    let ask = || {
        let (guard, header) = (guard.clone(), header.clone());
        actix_web::rt::spawn(async move {
            guard
                .check(&Presented::header(&header), &authenticated())
                .await
        })
    };
    let fetching = async |count| {
        while fetches.load(Ordering::SeqCst) < count {
            tokio::task::yield_now().await;
        }
    };

    let first: Vec<_> = (0..20).map(|_| ask()).collect();
    fetching(1).await;
    gate.add_permits(1);
    for answer in first {
        answer.await.unwrap().unwrap();
    }
    assert_eq!(fetches.load(Ordering::SeqCst), 1);

    scene.clock.advance(900);
    let waiting = ask();
    fetching(2).await;
    ask().await.unwrap().unwrap();
    assert!(!waiting.is_finished(), "the fetch is still held");
    gate.add_permits(1);
    waiting.await.unwrap().unwrap();
    assert_eq!(fetches.load(Ordering::SeqCst), 2);
}

#[actix_web::test]
async fn unusable_keys_in_the_set_are_passed_over() {
    let scene = scene();
    let good = public(&scene.key);
    *scene.published.document.lock().unwrap() = Some(json!({"keys": [
        1, {}, {"kty": "oct", "kid": "k1", "k": "c2VjcmV0"}, {"kty": "EC", "kid": "k1", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "kid": "k1", "crv": "P-384", "x": "AA", "y": "AA"}, {"kty": "OKP", "crv": "X25519", "kid": "k1", "x": "AA"}, good,
    ]}));
    check(&scene, &lasting(&scene)).await.unwrap();
}

#[actix_web::test]
async fn a_remembered_token_still_expires_and_still_ages() {
    let scene = scene_with(|builder| builder.remember(100));
    let token = scene.token(&good_claims());
    let recent = scene
        .guard
        .require(acr("urn:stepwell:acr:mfa").max_age(100));
    let header = format!("Bearer {token}");
    check(&scene, &token).await.unwrap();
    recent.check(&Presented::header(&header)).await.unwrap();
    scene.clock.advance(60);
    check(&scene, &token).await.unwrap();
    assert_eq!(
        recent
            .check(&Presented::header(&header))
            .await
            .unwrap_err()
            .max_age(),
        Some(100)
    );
    scene.clock.advance(220);
    assert_eq!(
        check(&scene, &token).await.unwrap_err().description(),
        "The access token has expired"
    );
}

#[actix_web::test]
async fn a_remembered_token_with_another_signature_is_another_token() {
    let scene = scene_with(|builder| builder.remember(100));
    let token = scene.token(&good_claims());
    check(&scene, &token).await.unwrap();
    let forged = sign(
        HEADER,
        &good_claims().to_string(),
        &*signer("ES256", &key("ES256", "k1")),
    );
    assert_eq!(check(&scene, &forged).await.unwrap_err().status(), 401);
}

#[actix_web::test]
async fn a_remembered_token_falls_with_its_key() {
    let scene = scene_with(|builder| builder.remember(100));
    check(&scene, &lasting(&scene)).await.unwrap();
    scene.published.publish(&[key("ES256", "k1")]);
    scene.clock.advance(300);
    assert_eq!(
        check(&scene, &lasting(&scene)).await.unwrap_err().status(),
        401
    );
}

#[actix_web::test]
async fn pinned_keys_are_never_fetched() {
    let scene = scene();
    let document = json!({"keys": [public(&scene.key)]}).to_string();
    let guard = Guard::builder(ISSUER)
        .audience(API)
        .pinned_keys(document)
        .clock(scene.clock.clone())
        .build()
        .unwrap();
    assert!(
        guard
            .check(
                &Presented::header(&format!("Bearer {}", scene.token(&good_claims()))),
                &authenticated()
            )
            .await
            .is_ok()
    );
}
