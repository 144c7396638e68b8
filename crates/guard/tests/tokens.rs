//! Which tokens are accepted and which are refused (RFC 9068 §4), one rule a test.
#![allow(clippy::unwrap_used)]

mod support;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jws::HS256;
use serde_json::json;
use stepwell_guard::{Algorithm, Challenge, Claims, ErrorCode, Guard, Presented, authenticated};
use support::{
    API, HEADER, ISSUER, NOW, Scene, changed, good_claims, key, public, scene, scene_with, sign,
    signer,
};

async fn check(scene: &Scene, token: &str) -> Result<Claims, Challenge> {
    scene
        .guard
        .check(
            &Presented::header(&format!("Bearer {token}")),
            &authenticated(),
        )
        .await
}

async fn refused(scene: &Scene, token: &str, because: &str) {
    let challenge = check(scene, token).await.unwrap_err();
    assert_eq!(
        challenge.error(),
        Some(ErrorCode::InvalidToken),
        "{challenge}"
    );
    assert_eq!(challenge.status(), 401);
    assert_eq!(
        challenge.www_authenticate().unwrap(),
        format!("Bearer error=\"invalid_token\", error_description=\"{because}\"")
    );
    assert_eq!(
        challenge.body(),
        json!({"error": "invalid_token", "error_description": because})
    );
}

#[actix_web::test]
async fn a_good_token_yields_its_claims() {
    let scene = scene();
    let claims = check(&scene, &scene.token_with(json!({"cnf": {"jkt": "x"}})))
        .await
        .unwrap();
    assert_eq!(
        (
            claims.iss.as_str(),
            claims.sub.as_str(),
            claims.client_id.as_str(),
            claims.jti.as_str()
        ),
        (ISSUER, "alice", "bank", "t1")
    );
    assert_eq!(claims.aud, [API]);
    assert_eq!(claims.acr.as_deref(), Some("urn:stepwell:acr:mfa"));
    assert_eq!(claims.amr, ["pwd", "otp", "mfa"]);
    assert_eq!(
        (claims.auth_time, claims.exp, claims.iat, claims.nbf),
        (Some(NOW - 60), NOW + 270, NOW - 30, None)
    );
    assert!(claims.has_scope("transfer") && !claims.has_scope("trans"));
    assert_eq!(claims.extra["cnf"]["jkt"], "x");
}

#[actix_web::test]
async fn every_supported_algorithm_is_verified() {
    for alg in ["ES256", "RS256", "PS256", "EdDSA"] {
        let scene = scene();
        let key = key(alg, "k2");
        scene.published.publish(std::slice::from_ref(&key));
        let header = json!({"typ": "at+jwt", "alg": alg, "kid": "k2"}).to_string();
        let token = sign(&header, &good_claims().to_string(), &*signer(alg, &key));
        assert!(check(&scene, &token).await.is_ok(), "{alg}");
        let forged = sign(
            &header,
            &good_claims().to_string(),
            &*signer(alg, &support::key(alg, "k2")),
        );
        refused(
            &scene,
            &forged,
            "The signature of the access token does not match a key of the issuer",
        )
        .await;
    }
}

#[actix_web::test]
async fn an_rsa_key_made_for_ps256_does_not_verify_rs256() {
    let scene = scene();
    let key = key("PS256", "k2");
    scene.published.publish(std::slice::from_ref(&key));
    let token = sign(
        r#"{"typ":"at+jwt","alg":"RS256","kid":"k2"}"#,
        &good_claims().to_string(),
        &*signer("RS256", &key),
    );
    refused(
        &scene,
        &token,
        "The signature of the access token does not match a key of the issuer",
    )
    .await;
}

#[actix_web::test]
async fn an_rsa_key_that_names_no_algorithm_verifies_rs256_alone() {
    let scene = scene();
    let key = key("RS256", "k2");
    let mut published = public(&key);
    published.as_object_mut().unwrap().remove("alg");
    *scene.published.document.lock().unwrap() = Some(json!({ "keys": [published] }));
    let signed_with = |alg: &str| {
        let header = json!({"typ": "at+jwt", "alg": alg, "kid": "k2"}).to_string();
        sign(&header, &good_claims().to_string(), &*signer(alg, &key))
    };
    assert!(check(&scene, &signed_with("RS256")).await.is_ok());
    refused(
        &scene,
        &signed_with("PS256"),
        "The signature of the access token does not match a key of the issuer",
    )
    .await;
}

#[actix_web::test]
async fn an_algorithm_that_the_api_does_not_allow_is_refused() {
    let scene = scene_with(|builder| builder.algorithms([Algorithm::Rs256]));
    refused(
        &scene,
        &scene.token(&good_claims()),
        "The token's signature algorithm is not accepted here",
    )
    .await;
}

#[actix_web::test]
async fn an_unsigned_token_is_refused() {
    let scene = scene();
    let header = URL_SAFE_NO_PAD.encode(r#"{"typ":"at+jwt","alg":"none","kid":"k1"}"#);
    let token = format!(
        "{header}.{}.",
        URL_SAFE_NO_PAD.encode(good_claims().to_string())
    );
    refused(
        &scene,
        &token,
        "The token's signature algorithm is not accepted here",
    )
    .await;
}

#[actix_web::test]
async fn a_public_key_used_as_a_shared_secret_is_refused() {
    let scene = scene();
    let public = public(&scene.key).to_string();
    let signer = HS256.signer_from_bytes(public.as_bytes()).unwrap();
    let token = sign(
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1"}"#,
        &good_claims().to_string(),
        &signer,
    );
    refused(
        &scene,
        &token,
        "The token's signature algorithm is not accepted here",
    )
    .await;
}

#[actix_web::test]
async fn a_changed_payload_is_refused() {
    let scene = scene();
    let token = scene.token(&good_claims());
    let other = URL_SAFE_NO_PAD.encode(changed(json!({"sub": "mallory"})).to_string());
    let parts: Vec<_> = token.split('.').collect();
    refused(
        &scene,
        &format!("{}.{other}.{}", parts[0], parts[2]),
        "The signature of the access token does not match a key of the issuer",
    )
    .await;
}

#[actix_web::test]
async fn a_signature_that_is_cut_short_or_all_zeros_is_refused() {
    let scene = scene();
    let token = scene.token(&good_claims());
    let (signed, _) = token.rsplit_once('.').unwrap();
    let nothing = "A".repeat(86);
    for signature in ["", "AAAA", "MAYCAQECAQE", nothing.as_str()] {
        refused(
            &scene,
            &format!("{signed}.{signature}"),
            "The signature of the access token does not match a key of the issuer",
        )
        .await;
    }
}

#[actix_web::test]
async fn the_long_form_of_the_type_is_accepted_in_any_case() {
    let scene = scene();
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        let token =
            scene.token_with_header(&json!({"typ": typ, "alg": "ES256", "kid": "k1"}).to_string());
        assert!(check(&scene, &token).await.is_ok(), "{typ}");
    }
}

#[actix_web::test]
async fn an_id_token_is_not_an_access_token() {
    let scene = scene();
    for header in [
        r#"{"typ":"JWT","alg":"ES256","kid":"k1"}"#,
        r#"{"alg":"ES256","kid":"k1"}"#,
        r#"{"typ":"logout+jwt","alg":"ES256","kid":"k1"}"#,
    ] {
        refused(
            &scene,
            &scene.token_with_header(header),
            "The token's typ is not at+jwt; an ID token is not an access token",
        )
        .await;
    }
}

#[actix_web::test]
async fn a_key_brought_along_in_the_header_is_not_used() {
    let scene = scene();
    let own = key("ES256", "k1");
    let header = json!({"typ": "at+jwt", "alg": "ES256", "kid": "k1", "jwk": public(&own), "jku": "https://evil.example/jwks", "x5u": "https://evil.example/x"});
    let token = sign(
        &header.to_string(),
        &good_claims().to_string(),
        &*signer("ES256", &own),
    );
    refused(
        &scene,
        &token,
        "The signature of the access token does not match a key of the issuer",
    )
    .await;
    assert!(
        check(&scene, &scene.token_with_header(&header.to_string()))
            .await
            .is_ok(),
        "and it does no harm where the issuer's key signed"
    );
}

#[actix_web::test]
async fn a_critical_header_that_is_not_understood_is_refused() {
    let scene = scene();
    for crit in [json!(["b64"]), json!([]), json!(null)] {
        let header =
            json!({"typ": "at+jwt", "alg": "ES256", "kid": "k1", "crit": crit, "b64": true});
        refused(
            &scene,
            &scene.token_with_header(&header.to_string()),
            "The token has a critical header that is not understood here",
        )
        .await;
    }
}

#[actix_web::test]
async fn a_token_without_a_key_id_is_refused() {
    let scene = scene();
    for header in [
        r#"{"typ":"at+jwt","alg":"ES256"}"#,
        r#"{"typ":"at+jwt","alg":"ES256","kid":""}"#,
        r#"{"typ":"at+jwt","alg":"ES256","kid":1}"#,
    ] {
        refused(
            &scene,
            &scene.token_with_header(header),
            "The token's header names no key (kid)",
        )
        .await;
    }
}

#[actix_web::test]
async fn a_member_given_twice_is_refused_in_header_and_payload() {
    let scene = scene();
    let signer = signer("ES256", &scene.key);
    let header = r#"{"typ":"at+jwt","alg":"ES256","kid":"k1","kid":"k1"}"#;
    refused(
        &scene,
        &sign(header, &good_claims().to_string(), &*signer),
        "The header of the access token is not a JSON object with unique members",
    )
    .await;
    let payload = good_claims()
        .to_string()
        .replacen('{', r#"{"sub":"mallory","#, 1);
    refused(
        &scene,
        &sign(HEADER, &payload, &*signer),
        "The payload of the access token is not a JSON object with unique members",
    )
    .await;
}

#[actix_web::test]
async fn a_token_that_is_too_long_is_refused_before_it_is_read() {
    let scene = scene();
    let token = scene.token_with(json!({"padding": "x".repeat(16 * 1024)}));
    refused(
        &scene,
        &token,
        "The access token is longer than 16384 bytes",
    )
    .await;
    assert_eq!(scene.published.fetches(), 0);
}

#[actix_web::test]
async fn what_is_not_a_signed_jwt_is_refused() {
    let scene = scene();
    let good = scene.token(&good_claims());
    refused(
        &scene,
        "opaque",
        "The access token is not a signed JWT in three parts",
    )
    .await;
    refused(
        &scene,
        &format!("{good}.AAAA.AAAA"),
        "The access token is not a signed JWT in three parts",
    )
    .await;
    refused(
        &scene,
        "!.!.!".replace('!', "a=").as_str(),
        "The header of the access token is not base64url",
    )
    .await;
    refused(
        &scene,
        &format!("{good}="),
        "The signature of the access token is not base64url",
    )
    .await;
    refused(
        &scene,
        "W10.W10.AAAA",
        "The header of the access token is not a JSON object with unique members",
    )
    .await;
}

#[actix_web::test]
async fn a_token_of_another_issuer_is_refused_even_if_it_differs_by_a_slash() {
    let scene = scene();
    for iss in [
        "https://evil.example",
        "https://id.example/",
        "HTTPS://id.example",
    ] {
        refused(
            &scene,
            &scene.token_with(json!({"iss": iss})),
            "The access token was issued by another issuer",
        )
        .await;
    }
}

#[actix_web::test]
async fn a_token_for_another_audience_is_refused() {
    let scene = scene();
    for aud in [
        json!("https://other.example"),
        json!([]),
        json!(["bank", "https://api.example/"]),
    ] {
        refused(
            &scene,
            &scene.token_with(json!({"aud": aud})),
            "The access token is for another audience",
        )
        .await;
    }
    assert!(
        check(
            &scene,
            &scene.token_with(json!({"aud": ["https://other.example", API]}))
        )
        .await
        .is_ok()
    );
}

#[actix_web::test]
async fn a_token_ends_with_its_expiry_and_the_leeway() {
    let scene = scene();
    assert!(
        check(&scene, &scene.token_with(json!({"exp": NOW - 9})))
            .await
            .is_ok()
    );
    refused(
        &scene,
        &scene.token_with(json!({"exp": NOW - 10})),
        "The access token has expired",
    )
    .await;
    let strict = scene_with(|builder| builder.leeway(0));
    assert!(
        check(&strict, &strict.token_with(json!({"exp": NOW + 1})))
            .await
            .is_ok()
    );
    refused(
        &strict,
        &strict.token_with(json!({"exp": NOW})),
        "The access token has expired",
    )
    .await;
}

#[actix_web::test]
async fn a_token_from_the_future_is_refused() {
    let scene = scene();
    assert!(
        check(
            &scene,
            &scene.token_with(json!({"nbf": NOW + 10, "iat": NOW + 10}))
        )
        .await
        .is_ok()
    );
    refused(
        &scene,
        &scene.token_with(json!({"nbf": NOW + 11})),
        "The access token is not valid yet",
    )
    .await;
    refused(
        &scene,
        &scene.token_with(json!({"iat": NOW + 11})),
        "The access token was issued in the future",
    )
    .await;
}

#[actix_web::test]
async fn a_token_that_lacks_a_required_claim_is_refused() {
    let scene = scene();
    for name in ["iss", "sub", "aud", "client_id", "exp", "iat", "jti"] {
        refused(
            &scene,
            &scene.token_with(json!({ name: null })),
            &format!("The access token lacks the claim {name}"),
        )
        .await;
    }
}

#[actix_web::test]
async fn a_claim_of_the_wrong_type_is_refused() {
    let scene = scene();
    for (name, value) in [
        ("exp", json!("tomorrow")),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("aud", json!({"a": 1})),
        ("aud", json!([1])),
        ("acr", json!(["urn:stepwell:acr:mfa"])),
        ("amr", json!("otp")),
        ("auth_time", json!("1800000000")),
        ("scope", json!(["accounts"])),
        ("sub", json!(7)),
    ] {
        refused(
            &scene,
            &scene.token_with(json!({ name: value })),
            &format!("The claim {name} of the access token has the wrong type"),
        )
        .await;
    }
}

#[actix_web::test]
async fn a_leeway_of_more_than_a_minute_cannot_be_configured() {
    assert!(
        Guard::builder(ISSUER)
            .audience(API)
            .leeway(60)
            .build()
            .is_ok()
    );
    let error = Guard::builder(ISSUER)
        .audience(API)
        .leeway(61)
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the leeway is 61 seconds, but at most 60 are allowed"
    );
}

#[actix_web::test]
async fn a_guard_without_audience_or_with_an_unsafe_issuer_cannot_be_built() {
    assert!(
        Guard::builder(ISSUER)
            .build()
            .unwrap_err()
            .to_string()
            .contains(".audience(")
    );
    for issuer in [
        "http://id.example",
        "id.example",
        "https://id.example?x=1",
        "https://id.example#x",
    ] {
        assert!(
            Guard::builder(issuer).audience(API).build().is_err(),
            "{issuer}"
        );
    }
    assert!(
        Guard::builder("http://localhost:7100")
            .audience(API)
            .build()
            .is_ok()
    );
    assert!(
        Guard::builder(ISSUER)
            .audience(API)
            .jwks_uri("http://id.example/jwks")
            .build()
            .is_err()
    );
    assert!(
        Guard::builder(ISSUER)
            .audience(API)
            .algorithms([])
            .build()
            .is_err()
    );
}
