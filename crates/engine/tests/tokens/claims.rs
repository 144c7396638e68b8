//! What tokens claim: RFC 9068 for access tokens, OpenID Connect Core for ID tokens.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha512};
use stepwell_core::client::SigningAlg;
use stepwell_core::ids::UserId;
use stepwell_store::users;

use super::jwt::verified;
use crate::support::{ISSUER, Stage, a_person, a_relying_party, each_database};

fn names(claims: &Value) -> BTreeSet<&str> {
    claims
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn a_code_becomes_the_tokens_that_the_standards_describe() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().with_totp().create();
        let asked = [
            ("scope", "openid balance"),
            ("acr_values", "urn:stepwell:acr:mfa"),
        ];
        let (answer, pages) = stage.browser(&ada).complete(&bank, &asked);
        assert_eq!(pages, ["identify", "password", "totp"]);
        stage.advance(7);
        let tokens = bank.redeem(stage, &answer);
        let now = stage.now().secs();

        assert_eq!(tokens.answer.token_type, "Bearer");
        assert_eq!(tokens.answer.expires_in, 600);
        assert_eq!(tokens.answer.scope, "openid balance");

        let (header, access) = verified(stage, &tokens.answer.access_token);
        assert_eq!(
            (&header["typ"], &header["alg"]),
            (&json!("at+jwt"), &json!("ES256"))
        );
        assert_eq!(
            names(&access),
            BTreeSet::from([
                "iss",
                "sub",
                "aud",
                "client_id",
                "exp",
                "iat",
                "jti",
                "scope",
                "acr",
                "amr",
                "auth_time"
            ])
        );
        assert_eq!(access["iss"], ISSUER);
        assert_eq!(access["sub"], ada.subject());
        assert_eq!(access["aud"], ISSUER);
        assert_eq!(access["client_id"], bank.client.id.as_str());
        assert_eq!(
            (&access["iat"], &access["exp"]),
            (&json!(now), &json!(now + 600))
        );
        assert_eq!(access["scope"], "openid balance");
        let grant = stage
            .database()
            .texts("SELECT id AS t FROM grants")
            .remove(0);
        assert!(
            access["jti"]
                .as_str()
                .unwrap()
                .starts_with(&format!("{grant}."))
        );

        let (header, id) = verified(stage, tokens.answer.id_token.as_deref().unwrap());
        assert_eq!(
            (&header["typ"], &header["alg"]),
            (&json!("JWT"), &json!("ES256"))
        );
        assert_eq!(
            names(&id),
            BTreeSet::from([
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "nonce",
                "acr",
                "amr",
                "sid",
                "at_hash"
            ])
        );
        assert_eq!(id["iss"], ISSUER);
        assert_eq!(id["sub"], ada.subject());
        assert_eq!(id["aud"], bank.client.id.as_str());
        assert_eq!(id["nonce"], "some-nonce");
        assert_eq!((&id["iat"], &id["exp"]), (&json!(now), &json!(now + 3_600)));
        let session = stage
            .database()
            .texts("SELECT id AS t FROM sessions")
            .remove(0);
        assert_eq!(id["sid"], session);
        let hash = Sha256::digest(tokens.answer.access_token.as_bytes());
        assert_eq!(id["at_hash"], URL_SAFE_NO_PAD.encode(&hash[..16]));

        let (acr, amr, auth_time) = tokens.grounds();
        assert_eq!(acr, "urn:stepwell:acr:mfa");
        assert_eq!(amr, ["pwd", "otp", "mfa"]);
        assert!((now - 60..=now - 7).contains(&auth_time));
    });
}

#[test]
fn every_algorithm_a_client_is_registered_for_signs_its_tokens() {
    let stage = Stage::new();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    for alg in SigningAlg::ALL {
        let rp = a_relying_party(&stage)
            .named(&format!("App{alg}"))
            .with(|new| {
                new.id_token_signed_response_alg = *alg;
                new.access_token_signed_response_alg = *alg;
            })
            .create();
        let tokens = rp.redeem(&stage, &browser.sign_in(&rp));
        let (header, _) = verified(&stage, &tokens.answer.access_token);
        assert_eq!(header["alg"], alg.as_str());
        let (header, id) = verified(&stage, tokens.answer.id_token.as_deref().unwrap());
        assert_eq!(header["alg"], alg.as_str());
        let text = tokens.answer.access_token.as_bytes();
        let expected = match alg {
            SigningAlg::EdDSA => URL_SAFE_NO_PAD.encode(&Sha512::digest(text)[..32]),
            _ => URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..16]),
        };
        assert_eq!(id["at_hash"], expected, "{alg}");
    }
}

#[test]
fn without_the_scope_openid_there_is_no_id_token() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let answer = stage
        .browser(&ada)
        .complete(&bank, &[("scope", "balance")])
        .0;
    let tokens = bank.redeem(&stage, &answer);
    assert!(tokens.answer.id_token.is_none());
    assert_eq!(tokens.access["scope"], "balance");
    assert_eq!(tokens.access["acr"], "urn:stepwell:acr:basic");
}

#[test]
fn an_id_token_tells_of_the_person_only_what_the_claims_parameter_asked_it_to() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage)
            .with_password()
            .with_claim("name", "Ada Lovelace")
            .with_claim("email", "ada@example.org")
            .with_claim("email_verified", true)
            .create();
        let mut browser = stage.browser(&ada);
        let plain = browser
            .complete(&bank, &[("scope", "openid profile email")])
            .0;
        let plain = bank.redeem(stage, &plain);
        assert!(plain.id.get("email").is_none() && plain.id.get("name").is_none());

        let claims = json!({
            "id_token": { "email": { "essential": true }, "nickname": null },
            "userinfo": { "name": null },
        });
        let asked = browser
            .complete(&bank, &[("claims", &claims.to_string())])
            .0;
        let asked = bank.redeem(stage, &asked);
        assert_eq!(asked.id["email"], "ada@example.org");
        assert!(asked.id.get("name").is_none() && asked.id.get("nickname").is_none());
        let told = stage
            .engine
            .userinfo(&stage.call(), &asked.answer.access_token)
            .unwrap();
        assert_eq!(
            Value::Object(told),
            json!({ "sub": ada.subject(), "name": "Ada Lovelace" })
        );

        // A refreshed ID token goes on telling it.
        let next = bank.refresh(stage, asked.refresh_token()).unwrap();
        assert_eq!(next.id["email"], "ada@example.org");
    });
}

#[test]
fn a_claim_of_the_person_never_stands_in_for_one_of_the_protocol() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    // As somebody with a database shell could have it; `create_user` refuses a `sub`.
    let forged = json!({ "acr": "phr", "auth_time": 1, "sub": "somebody-else", "nonce": "forged" });
    let (id, forged) = (UserId::new(ada.subject()), forged.as_object().unwrap());
    let stored = stage
        .db()
        .write(|tx| users::update_claims(tx, &id, forged, stage.now()));
    assert!(stored.unwrap());
    let claims = json!({
        "id_token": { "acr": null, "auth_time": null, "sub": null, "nonce": null },
        "userinfo": { "sub": null },
    });
    let answer = stage
        .browser(&ada)
        .complete(&bank, &[("claims", &claims.to_string())])
        .0;
    let tokens = bank.redeem(&stage, &answer);
    assert_eq!(tokens.grounds().0, "urn:stepwell:acr:basic");
    assert_eq!(tokens.id["sub"], ada.subject());
    assert_eq!(tokens.id["nonce"], "some-nonce");
    let told = stage
        .engine
        .userinfo(&stage.call(), &tokens.answer.access_token)
        .unwrap();
    assert_eq!(told["sub"], ada.subject());
}
