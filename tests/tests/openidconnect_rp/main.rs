//! The `openidconnect` crate as a relying party against the running server, on both databases: what
//! an application written with an ordinary library meets.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests read real clocks")]

mod party;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openidconnect::{Nonce, OAuth2TokenResponse, PkceCodeVerifier};
use party::{Ask, Party};
use stepwell_tests::databases::each_database;
use stepwell_tests::process::Provider;
use stepwell_tests::rp;
use stepwell_tests::visitor::{Landing, Shown};
use stepwell_tests::wait;

const BASIC: &str = "urn:stepwell:acr:basic";
const MFA: &str = "urn:stepwell:acr:mfa";
const REFRESHING: [&str; 4] = ["--grant", "authorization_code", "--grant", "refresh_token"];

#[test]
fn discovery_describes_the_provider() {
    each_database(|database| {
        let provider = Provider::start(database);
        let party = Party::meet(&provider, &[]);
        let metadata = &party.metadata;
        assert_eq!(metadata.issuer().as_str(), provider.ready.issuer);
        assert!(metadata.token_endpoint().is_some());
        assert!(metadata.userinfo_endpoint().is_some());
        assert!(!metadata.jwks().keys().is_empty());
        let acrs = metadata.acr_values_supported().unwrap();
        assert!(acrs.iter().any(|acr| acr.as_str() == MFA), "{acrs:?}");
        let algorithms = metadata.id_token_signing_alg_values_supported();
        assert!(!algorithms.is_empty());
    });
}

#[test]
fn a_code_becomes_tokens_that_verify_and_userinfo_is_the_same_person() {
    each_database(|database| {
        let provider = Provider::start(database);
        let party = Party::meet(&provider, &[]);
        let request = party.request(Ask {
            scopes: &["profile", "email"],
            ..Ask::default()
        });
        let (tokens, nonce) = party.tokens(request);
        let claims = party.verify(&tokens, &nonce, None).unwrap();
        assert!(party.at_hash_holds(&tokens, &nonce));
        assert!(tokens.expires_in().is_some());

        let person = party.user_info(&tokens, Some(claims.subject().clone()));
        assert_eq!(person.unwrap().subject(), claims.subject());
    });
}

#[test]
fn the_nonce_of_another_request_is_noticed() {
    each_database(|database| {
        let provider = Provider::start(database);
        let party = Party::meet(&provider, &[]);
        let (tokens, nonce) = party.tokens(party.request(Ask::default()));
        assert!(party.verify(&tokens, &nonce, None).is_ok());
        let other = Nonce::new("of another request".to_owned());
        let refused = party.verify(&tokens, &other, None).unwrap_err();
        assert!(refused.contains("InvalidNonce"), "{refused}");
    });
}

#[test]
fn a_code_is_worth_nothing_without_its_pkce_verifier() {
    each_database(|database| {
        let provider = Provider::start(database);
        let party = Party::meet(&provider, &[]);
        let code = party.sign_in(&party.request(Ask::default()));
        let wrong = PkceCodeVerifier::new("w".repeat(64));
        let refused = party.redeem(code, wrong).unwrap_err();
        assert!(refused.contains("invalid_grant"), "{refused}");
    });
}

#[test]
fn a_refresh_keeps_what_was_proven_and_when() {
    each_database(|database| {
        let provider = Provider::start(database);
        let party = Party::meet(&provider, &REFRESHING);
        let request = party.request(Ask {
            acr: Some(MFA),
            scopes: &["offline_access"],
            ..Ask::default()
        });
        let (tokens, _) = party.tokens(request);
        let first = tokens.refresh_token().unwrap();
        let refreshed = party.refresh(first).unwrap();

        let before = rp::claims(tokens.access_token().secret());
        let after = rp::claims(refreshed.access_token().secret());
        for claim in ["sub", "acr", "amr", "auth_time"] {
            assert!(!before[claim].is_null(), "{claim} is missing: {before}");
            assert_eq!(after[claim], before[claim], "{claim} changed");
        }
        assert_ne!(after["jti"], before["jti"]);
        let second = refreshed.refresh_token().unwrap();
        assert_ne!(second.secret(), first.secret());
        assert!(party.refresh(second).is_ok());
    });
}

#[test]
fn the_acr_that_was_asked_for_is_the_acr_of_the_tokens() {
    each_database(|database| {
        let provider = Provider::start(database);
        let party = Party::meet(&provider, &[]);
        for acr in [BASIC, "1", MFA, "2", "https://refeds.org/profile/mfa"] {
            let request = party.request(Ask {
                acr: Some(acr),
                ..Ask::default()
            });
            let (tokens, nonce) = party.tokens(request);
            let claims = party.verify(&tokens, &nonce, Some(acr)).unwrap();
            assert!(claims.auth_time().is_some());
            let access = rp::claims(tokens.access_token().secret());
            assert_eq!(access["acr"], acr);
            assert!(party.verify(&tokens, &nonce, Some("phr")).is_err());
        }
    });
}

#[test]
fn a_step_up_asks_for_the_code_alone_and_raises_acr_amr_and_auth_time() {
    each_database(|database| {
        let provider = Provider::start(database);
        let party = Party::meet(&provider, &[]);
        let weak = Ask {
            acr: Some(BASIC),
            ..Ask::default()
        };
        let (before, _) = party.tokens(party.request(weak));
        let before = rp::claims(before.access_token().secret());
        assert_eq!(before["amr"], serde_json::json!(["pwd"]));

        let request = party.request(Ask {
            acr: Some(MFA),
            max_age: Some(300),
            ..Ask::default()
        });
        let page = party.open(&request).page();
        assert!(page.form_for("totp").is_some(), "{}", page.body);
        assert!(page.form_for("password").is_none(), "{}", page.body);

        let (after, nonce) = party.tokens(request);
        party.verify(&after, &nonce, Some(MFA)).unwrap();
        let after = rp::claims(after.access_token().secret());
        for method in ["pwd", "otp", "mfa"] {
            let amr = after["amr"].as_array().unwrap();
            assert!(amr.iter().any(|given| given == method), "{amr:?}");
        }
        assert!(after["auth_time"].as_i64() >= before["auth_time"].as_i64());
        assert_eq!(after["sub"], before["sub"]);
    });
}

#[test]
fn a_sign_in_that_is_young_enough_for_max_age_is_not_asked_again() {
    each_database(|database| {
        let provider = Provider::start(database);
        let party = Party::meet(&provider, &[]);
        let recent = Ask {
            max_age: Some(600),
            ..Ask::default()
        };
        let (first, nonce) = party.tokens(party.request(recent));
        let first = party.verify(&first, &nonce, None).unwrap();

        let request = party.request(recent);
        let landing = party.open(&request);
        if let Some(page) = page_of(landing) {
            assert!(page.form_for("password").is_none(), "{}", page.body);
            assert!(page.form_for("identify").is_none(), "{}", page.body);
        }
        let (again, nonce) = party.tokens(party.request(recent));
        let again = party.verify(&again, &nonce, None).unwrap();
        assert_eq!(again.auth_time(), first.auth_time());
    });
}

#[test]
fn max_age_zero_proves_the_person_anew() {
    each_database(|database| {
        let provider = Provider::start(database);
        let party = Party::meet(&provider, &[]);
        let (first, nonce) = party.tokens(party.request(Ask::default()));
        let first = party.verify(&first, &nonce, None).unwrap();

        let request = party.request(Ask {
            max_age: Some(0),
            ..Ask::default()
        });
        let page = party.open(&request).page();
        assert!(page.form_for("password").is_some(), "{}", page.body);
        // auth_time counts whole seconds: a later one can be told apart when the second has changed.
        let second = first.auth_time().unwrap().timestamp();
        wait::until("the next second", Duration::from_secs(5), || {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            (now.as_secs().cast_signed() > second).then_some(())
        });
        let (again, nonce) = party.tokens(request);
        let again = party.verify(&again, &nonce, None).unwrap();
        assert!(again.auth_time().unwrap() > first.auth_time().unwrap());
    });
}

fn page_of(landing: Landing) -> Option<Shown> {
    match landing {
        Landing::Page(page) => Some(page),
        _ => None,
    }
}
