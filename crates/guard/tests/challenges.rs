//! What is required of a good token, and the exact challenge where it falls short
//! (RFC 6750 §3, RFC 9470 §3).
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use stepwell_guard::{Challenge, Presented, Requirement, acr, acr_any, authenticated, scope};
use support::{NOW, Scene, scene};

const MFA: &str = "urn:stepwell:acr:mfa";

async fn outcome(scene: &Scene, changes: Value, requirement: Requirement) -> Result<(), Challenge> {
    let header = format!("Bearer {}", scene.token_with(changes));
    scene
        .guard
        .require(requirement)
        .check(&Presented::header(&header))
        .await
        .map(|_| ())
}

async fn challenged(changes: Value, requirement: Requirement) -> (u16, String) {
    let challenge = outcome(&scene(), changes, requirement).await.unwrap_err();
    (challenge.status(), challenge.www_authenticate().unwrap())
}

#[actix_web::test]
async fn a_recent_strong_sign_in_passes() {
    assert_eq!(
        outcome(&scene(), json!({}), acr(MFA).max_age(300).scope("transfer")).await,
        Ok(())
    );
}

#[actix_web::test]
async fn a_weaker_acr_is_answered_with_the_acr_and_the_age_that_would_do() {
    assert_eq!(
        challenged(json!({"acr": "urn:stepwell:acr:basic"}), acr(MFA).max_age(300)).await,
        (
            401,
            r#"Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="urn:stepwell:acr:mfa", max_age="300""#.into()
        )
    );
}

#[actix_web::test]
async fn a_missing_acr_is_insufficient() {
    assert_eq!(
        challenged(json!({"acr": null}), acr("phr")).await,
        (401, r#"Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="phr""#.into())
    );
}

#[actix_web::test]
async fn an_old_sign_in_is_answered_with_the_age_that_would_do() {
    assert_eq!(
        challenged(json!({"auth_time": NOW - 301}), acr(MFA).max_age(300)).await,
        (
            401,
            r#"Bearer error="insufficient_user_authentication", error_description="More recent authentication is required", acr_values="urn:stepwell:acr:mfa", max_age="300""#.into()
        )
    );
    assert_eq!(
        challenged(json!({"auth_time": NOW - 6}), authenticated().max_age(5)).await,
        (401, r#"Bearer error="insufficient_user_authentication", error_description="More recent authentication is required", max_age="5""#.into())
    );
}

#[actix_web::test]
async fn a_sign_in_is_too_old_only_once_more_than_max_age_has_passed() {
    let scene = scene();
    for (age, passes) in [
        (0, true),
        (299, true),
        (300, true),
        (301, false),
        (100_000, false),
    ] {
        let answer = outcome(
            &scene,
            json!({"auth_time": NOW - age}),
            authenticated().max_age(300),
        )
        .await;
        assert_eq!(answer.is_ok(), passes, "{age} seconds");
    }
    assert!(
        outcome(
            &scene,
            json!({"auth_time": NOW}),
            authenticated().max_age(0)
        )
        .await
        .is_ok()
    );
    assert!(
        outcome(
            &scene,
            json!({"auth_time": NOW - 1}),
            authenticated().max_age(0)
        )
        .await
        .is_err()
    );
}

#[actix_web::test]
async fn a_sign_in_in_the_future_or_at_no_time_counts_as_stale() {
    for auth_time in [json!(NOW + 11), json!(NOW + 3600), json!(null)] {
        let (status, header) = challenged(
            json!({"auth_time": auth_time}),
            authenticated().max_age(300),
        )
        .await;
        assert_eq!(status, 401);
        assert!(
            header.contains("More recent authentication is required"),
            "{header}"
        );
    }
    // The tolerance between two clocks is the same as for the token's own times.
    assert!(
        outcome(
            &scene(),
            json!({"auth_time": NOW + 10}),
            authenticated().max_age(300)
        )
        .await
        .is_ok()
    );
}

#[actix_web::test]
async fn the_age_may_be_given_as_a_duration() {
    assert_eq!(
        acr(MFA).max_age(Duration::from_secs(300)),
        acr(MFA).max_age(300)
    );
}

#[actix_web::test]
async fn any_of_several_acrs_will_do_and_all_are_named_in_order() {
    let either = acr_any(["phr", MFA]);
    assert!(outcome(&scene(), json!({}), either.clone()).await.is_ok());
    assert!(
        outcome(&scene(), json!({"acr": "phr"}), either.clone())
            .await
            .is_ok()
    );
    let (_, header) = challenged(json!({"acr": "phrh"}), either).await;
    assert!(
        header.ends_with(r#"acr_values="phr urn:stepwell:acr:mfa""#),
        "{header}"
    );
}

#[actix_web::test]
async fn an_acr_is_compared_byte_for_byte() {
    for near in [
        "URN:stepwell:acr:mfa",
        "urn:stepwell:acr:mfa ",
        "urn:stepwell:acr:mf",
        "urn:stepwell:acr:mfa2",
    ] {
        assert!(
            outcome(&scene(), json!({"acr": near}), acr(MFA))
                .await
                .is_err(),
            "{near}"
        );
    }
}

#[actix_web::test]
async fn a_missing_scope_is_forbidden_and_named() {
    assert_eq!(
        challenged(json!({"scope": "accounts"}), scope("accounts transfer")).await,
        (403, r#"Bearer error="insufficient_scope", error_description="The access token lacks a scope that this request needs", scope="accounts transfer""#.into())
    );
    assert_eq!(
        challenged(json!({"scope": null}), scope("transfer"))
            .await
            .0,
        403
    );
}

#[actix_web::test]
async fn where_both_fall_short_one_challenge_names_both() {
    assert_eq!(
        challenged(json!({"scope": "accounts", "acr": "x"}), acr(MFA).max_age(300).scope("transfer")).await,
        (
            401,
            r#"Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="urn:stepwell:acr:mfa", max_age="300", scope="transfer""#.into()
        )
    );
}

#[actix_web::test]
async fn the_body_says_the_same_as_the_header() {
    let challenge = outcome(
        &scene(),
        json!({"acr": "x"}),
        acr_any(["phr", MFA]).max_age(300),
    )
    .await
    .unwrap_err();
    assert_eq!(
        challenge.body(),
        json!({
            "error": "insufficient_user_authentication",
            "error_description": "A different authentication level is required",
            "acr_values": "phr urn:stepwell:acr:mfa",
            "max_age": 300,
        })
    );
}

#[actix_web::test]
async fn without_a_token_the_challenge_names_the_realm_and_no_error() {
    let scene = scene();
    let required = scene.guard.require(acr(MFA).max_age(300));
    for presented in [
        Presented::nothing(),
        Presented::header("Basic YTpi"),
        Presented::header(""),
        Presented::nothing().query("page=2"),
    ] {
        let challenge = required.check(&presented).await.unwrap_err();
        assert_eq!((challenge.status(), challenge.error()), (401, None));
        assert_eq!(
            challenge.www_authenticate().unwrap(),
            r#"Bearer realm="https://api.example""#
        );
        assert_eq!(challenge.body(), json!({}));
    }
}

/// A requirement that asks for nothing by mistake, and what its flaw says.
fn mistakes() -> Vec<(Requirement, &'static str)> {
    let none: [&str; 0] = [];
    vec![
        (acr_any(none), "no acr is given"),
        (acr(""), "'' is not one acr"),
        (acr("a b"), "'a b' is not one acr"),
        (acr_any([MFA, "a\tb"]), "'a\\tb' is not one acr"),
        (acr("é"), "'\\u{e9}' is not one acr"),
        (scope(""), "no scope value is given"),
        (scope("  "), "no scope value is given"),
        (scope("a\"b"), "'a\\\"b' is not a scope value"),
        (acr(MFA).scope(""), "no scope value is given"),
        (acr_any(none).max_age(5), "no acr is given"),
    ]
}

#[actix_web::test]
async fn a_requirement_that_would_ask_for_nothing_lets_nobody_in_and_says_why() {
    let scene = scene();
    let good = format!("Bearer {}", scene.token_with(json!({})));
    for (requirement, because) in mistakes() {
        let flaw = requirement.flaw().unwrap().to_string();
        assert!(flaw.starts_with(because), "{flaw}");
        let required = scene.guard.require(requirement);
        for presented in [Presented::header(&good), Presented::nothing()] {
            let challenge = required.check(&presented).await.unwrap_err();
            assert_eq!(
                (challenge.status(), challenge.www_authenticate()),
                (500, None),
                "{because}"
            );
            assert_eq!(challenge.body()["error"], "server_error");
            assert!(challenge.description().contains(because), "{challenge}");
        }
    }
    for sound in [
        authenticated(),
        acr(MFA),
        acr_any([MFA, "phr"]),
        scope(" a  b "),
    ] {
        assert_eq!(sound.flaw(), None);
    }
}

#[actix_web::test]
async fn a_token_in_the_address_is_refused_even_beside_a_good_one() {
    let scene = scene();
    let token = scene.token_with(json!({}));
    let header = format!("Bearer {token}");
    for query in [
        format!("access_token={token}"),
        "a=1&access%5Ftoken=x".into(),
        "access_token".into(),
    ] {
        for presented in [
            Presented::nothing().query(&query),
            Presented::header(&header).query(&query),
        ] {
            let challenge = scene
                .guard
                .check(&presented, &authenticated())
                .await
                .unwrap_err();
            assert_eq!(challenge.status(), 400);
            assert_eq!(
                challenge.www_authenticate().unwrap(),
                r#"Bearer error="invalid_request", error_description="Send the access token in the Authorization header, never in the address""#
            );
        }
    }
}

#[actix_web::test]
async fn a_malformed_authorization_header_is_refused() {
    let scene = scene();
    for header in [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer a,b",
        "Bearer \"a\"",
    ] {
        let challenge = scene
            .guard
            .check(&Presented::header(header), &authenticated())
            .await
            .unwrap_err();
        assert_eq!(challenge.status(), 400, "{header}");
    }
    let good = format!("Bearer {}", scene.token_with(json!({})));
    let twice = Presented::header(&good).and_header(&good);
    let challenge = scene
        .guard
        .check(&twice, &authenticated())
        .await
        .unwrap_err();
    assert_eq!(
        challenge.description(),
        "The request has more than one Authorization header"
    );
}

#[actix_web::test]
async fn the_scheme_is_read_in_any_case() {
    let scene = scene();
    let token = scene.token_with(json!({}));
    for scheme in ["bearer", "BEARER", "Bearer  "] {
        assert!(
            scene
                .guard
                .check(
                    &Presented::header(&format!("{scheme} {token}")),
                    &authenticated()
                )
                .await
                .is_ok(),
            "{scheme}"
        );
    }
}
