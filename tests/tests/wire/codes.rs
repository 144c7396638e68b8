//! Authorization codes at the token endpoint: used once, by whom they were made for (lines 23 to 31).

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stepwell_tests::rp::{REDIRECT_URI, VERIFIER, claims};

use crate::support::http::send;
use crate::support::{Got, World};

fn is_live(world: &World, access_token: &str) -> bool {
    let got = send(
        world
            .http
            .get(world.url("/userinfo"))
            .bearer_auth(access_token),
    );
    got.status == 200
}

/// Redeems with these fields in place of, or left out of, the right ones.
fn redeem(world: &World, code: &str, fields: &[(&str, Option<&str>)]) -> Got {
    let mut all = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in fields {
        all.retain(|(known, _)| known != name);
        all.extend(value.map(|value| (*name, value)));
    }
    world.post_as(&world.web, "/token", &all)
}

#[test]
fn a_token_answer_is_json_that_nobody_stores() {
    let world = World::shared();
    let code = world.code(&world.tab(), &world.web, &world.alex(), &[]);
    let got = redeem(&world, &code, &[]);
    assert_eq!(got.status, 200, "{got:#?}");
    assert_eq!(got.header("content-type"), "application/json");
    assert_eq!(got.header("cache-control"), "no-store");
    assert_eq!(got.header("pragma"), "no-cache");
    assert!(got.set_cookies().is_empty());
    let json = got.json();
    assert_eq!(json["token_type"], "Bearer");
    assert!(json["expires_in"].as_i64().unwrap() > 0);
    assert_eq!(json["scope"], "openid");
    let known = [
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "id_token",
        "scope",
    ];
    for member in json.as_object().unwrap().keys() {
        assert!(known.contains(&&**member), "{member} is unexpected");
    }
}

#[test]
fn a_replayed_code_is_refused_and_takes_its_tokens_along() {
    let world = World::shared();
    let code = world.code(&world.tab(), &world.web, &world.alex(), &[]);
    let tokens = redeem(&world, &code, &[]).json();
    let access = tokens["access_token"].as_str().unwrap();
    assert!(is_live(&world, access));
    redeem(&world, &code, &[]).assert_refused(400, "invalid_grant");
    assert!(!is_live(&world, access));
    let refreshed = world.web.refresh(tokens["refresh_token"].as_str().unwrap());
    assert_eq!(refreshed.error(), "invalid_grant");
}

#[test]
fn a_replay_that_does_not_know_the_verifier_revokes_nothing() {
    let world = World::shared();
    let code = world.code(&world.tab(), &world.web, &world.alex(), &[]);
    let tokens = redeem(&world, &code, &[]).json();
    let wrong = "w".repeat(64);
    redeem(&world, &code, &[("code_verifier", Some(&wrong))]).assert_refused(400, "invalid_grant");
    assert!(is_live(&world, tokens["access_token"].as_str().unwrap()));
}

#[test]
fn of_many_redemptions_at_once_exactly_one_succeeds() {
    let world = World::shared();
    let code = world.code(&world.tab(), &world.web, &world.alex(), &[]);
    let answers: Vec<Got> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| redeem(&world, &code, &[])))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|got| got.status == 200);
    assert_eq!(won.len(), 1, "{answers:#?}");
    for got in lost {
        got.assert_refused(400, "invalid_grant");
    }
}

#[test]
fn a_code_is_good_only_for_its_client_its_redirect_uri_and_its_verifier() {
    let world = World::shared();
    let code = world.code(&world.tab(), &world.web, &world.alex(), &[]);
    let other = world.register(&[]);
    assert_eq!(other.redeem(&code).error(), "invalid_grant");
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let changes: [&[(&str, Option<&str>)]; 10] = [
        &[("redirect_uri", None)],
        &[("redirect_uri", Some("http://127.0.0.1:9/callback/"))],
        &[("redirect_uri", Some("http://127.0.0.1:9/other"))],
        &[("code_verifier", None)],
        &[("code_verifier", Some(""))],
        &[("code_verifier", Some(&short))],
        &[("code_verifier", Some(&long))],
        &[(
            "code_verifier",
            Some("with spaces and ünïcødé in it, but long enough for it all"),
        )],
        &[("code", Some("unknown"))],
        &[("code", Some("' OR 1=1 --"))],
    ];
    for change in changes {
        redeem(&world, &code, change).assert_refused(400, "invalid_grant");
    }
    redeem(&world, &code, &[("code", None)]).assert_refused(400, "invalid_request");
    // None of that cost the code.
    assert_eq!(redeem(&world, &code, &[]).status, 200);
}

#[test]
fn a_verifier_for_a_code_without_a_challenge_is_refused() {
    let world = World::shared();
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = world.code(&world.tab(), &world.web, &world.alex(), &without);
    redeem(&world, &code, &[]).assert_refused(400, "invalid_grant");
    assert_eq!(
        redeem(&world, &code, &[("code_verifier", None)]).status,
        200
    );
}

#[test]
fn a_public_client_must_use_a_challenge() {
    let world = World::shared();
    let app = world.register(&["--type", "native"]);
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let got = send(world.http.get(app.authorize_url(&without)));
    let back = crate::support::sent_back(&got, REDIRECT_URI);
    assert_eq!(back["error"], "invalid_request");
}

#[test]
fn codes_and_tokens_hold_at_least_128_bits_and_none_is_like_another() {
    let world = World::shared();
    let tab = world.tab();
    let mut seen = HashSet::new();
    let mut bits_set = [0_u32; 128];
    let rounds = 24;
    for _ in 0..rounds {
        let code = world.code(&tab, &world.web, &world.alex(), &[]);
        let tokens = redeem(&world, &code, &[]).json();
        let access = claims(tokens["access_token"].as_str().unwrap());
        let jti = access["jti"].as_str().unwrap();
        let drawn = jti.rsplit('.').next().unwrap();
        for secret in [&*code, tokens["refresh_token"].as_str().unwrap(), drawn] {
            let bytes = URL_SAFE_NO_PAD.decode(secret).unwrap();
            assert!(bytes.len() >= 16, "{secret}");
            assert!(seen.insert(bytes.clone()), "{secret} came twice");
            for (bit, count) in bits_set.iter_mut().enumerate() {
                *count += u32::from(bytes[bit / 8] >> (bit % 8) & 1);
            }
        }
    }
    // A bit that never changes is no randomness: with 72 draws chance has 1 in 10^19 for it.
    for (bit, count) in bits_set.into_iter().enumerate() {
        assert!(
            count > 0 && count < rounds * 3,
            "bit {bit} is always the same"
        );
    }
}
