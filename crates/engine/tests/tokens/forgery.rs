//! Forged and misused tokens, wherever one is taken: at userinfo, at introspection, as a hint.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use stepwell_core::client::SigningAlg;
use stepwell_core::oauth::{ErrorCode, Params};
use stepwell_engine::Cookies;
use stepwell_engine::tokens::Algorithm;

use super::jwt::{KeyPair, header_of, published, unsigned, with_signature};
use crate::support::{
    RelyingParty, Stage, Tokens, a_person, a_relying_party, claims_of, each_database, oauth_error,
};

/// What a careless verifier could take as the secret of an RSA key.
pub(crate) fn as_secrets(public: &Map<String, Value>) -> Vec<Vec<u8>> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let text = |name: &str| {
        URL_SAFE_NO_PAD
            .decode(public[name].as_str().unwrap())
            .unwrap()
    };
    let (n, e) = (text("n"), text("e"));
    let number = |bytes: &[u8]| openssl::bn::BigNum::from_slice(bytes).unwrap();
    let key = openssl::rsa::Rsa::from_public_components(number(&n), number(&e)).unwrap();
    vec![
        key.public_key_to_pem().unwrap(),
        key.public_key_to_pem_pkcs1().unwrap(),
        key.public_key_to_der().unwrap(),
        serde_json::to_vec(public).unwrap(),
        n,
    ]
}

pub(crate) fn hmac(secret: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn signed_in(stage: &Stage) -> (RelyingParty, Tokens) {
    let bank = a_relying_party(stage)
        .with(|new| {
            new.access_token_signed_response_alg = SigningAlg::RS256;
            new.id_token_signed_response_alg = SigningAlg::RS256;
        })
        .create();
    let ada = a_person(stage).with_password().create();
    let tokens = bank.redeem(stage, &stage.browser(&ada).sign_in(&bank));
    (bank, tokens)
}

/// Every place where an access token could be taken refuses this one.
fn assert_worthless(stage: &Stage, bank: &RelyingParty, token: &str) {
    let error = oauth_error(stage.engine.userinfo(&stage.call(), token).unwrap_err());
    assert_eq!(
        (error.code(), error.status()),
        (ErrorCode::InvalidToken, 401),
        "{error}"
    );
    let params = Params::from_pairs([("token", token)]);
    let told = stage
        .engine
        .introspect(&stage.call(), &bank.client, &params)
        .unwrap();
    assert_eq!(
        serde_json::to_value(&told).unwrap(),
        json!({ "active": false })
    );
    // Giving it back is no error, and does nothing.
    stage
        .engine
        .revoke(&stage.call(), &bank.client, &params)
        .unwrap();
    assert_eq!(stage.events("token.revoked"), [""; 0]);
}

/// It is no hint either.
fn assert_no_hint(stage: &Stage, token: &str) {
    let params = Params::from_pairs([("id_token_hint", token)]);
    let error = oauth_error(
        stage
            .engine
            .logout(&stage.call(), &params, &Cookies::default())
            .unwrap_err(),
    );
    assert_eq!(error.code(), ErrorCode::InvalidRequest);
}

#[test]
fn a_token_without_signature_or_signed_by_a_stranger_is_worthless() {
    let stage = Stage::new();
    let (bank, tokens) = signed_in(&stage);
    let good = &tokens.answer.access_token;
    let (mut header, claims) = (header_of(good), claims_of(good));
    let stranger = KeyPair::new(Algorithm::Rs256);
    let mut forged = vec![stranger.sign(&header, &claims)];
    // Ours with one claim changed, and ours with another token's signature.
    let signature = good.rsplit('.').next().unwrap();
    let mut raised = claims.clone();
    raised["acr"] = json!("phr");
    forged.push(format!("{}.{signature}", unsigned(&header, &raised)));
    for alg in ["none", "NONE", "HS256", "ES256", "PS256", "RS512"] {
        header["alg"] = json!(alg);
        let text = unsigned(&header, &claims);
        forged.push(with_signature(&text, b""));
        forged.push(format!("{text}.{signature}"));
        forged.push(stranger.sign(&header, &claims));
    }
    for token in &forged {
        assert_worthless(&stage, &bank, token);
    }
    for extra in ["", "x", "..", "a.b.c", &"a".repeat(100_000)] {
        assert!(stage.engine.userinfo(&stage.call(), extra).is_err());
    }
    assert!(stage.engine.userinfo(&stage.call(), good).is_ok());
}

#[test]
fn our_public_key_is_nobodys_shared_secret() {
    let stage = Stage::new();
    let (bank, tokens) = signed_in(&stage);
    for (token, is_hint) in [
        (&tokens.answer.access_token, false),
        (tokens.answer.id_token.as_ref().unwrap(), true),
    ] {
        let mut header = header_of(token);
        let public = published(&stage)[header["kid"].as_str().unwrap()].clone();
        header["alg"] = json!("HS256");
        let text = unsigned(&header, &claims_of(token));
        for secret in as_secrets(public.as_object().unwrap()) {
            let forged = with_signature(&text, &hmac(&secret, &text));
            if is_hint {
                assert_no_hint(&stage, &forged);
            } else {
                assert_worthless(&stage, &bank, &forged);
            }
        }
    }
}

#[test]
fn a_header_that_brings_its_own_key_is_ignored_and_one_with_crit_is_refused() {
    let stage = Stage::new();
    let (bank, tokens) = signed_in(&stage);
    let (ours, claims) = (
        header_of(&tokens.answer.access_token),
        claims_of(&tokens.answer.access_token),
    );
    let stranger = KeyPair::new(Algorithm::Rs256);
    for extra in [
        json!({ "jwk": stranger.public }),
        json!({ "jku": "http://127.0.0.1:9/keys" }),
        json!({ "x5u": "http://169.254.169.254/" }),
        json!({ "x5c": ["AAAA"] }),
        json!({ "crit": ["b64"], "b64": false }),
        json!({ "crit": [] }),
    ] {
        for kid in [ours["kid"].clone(), json!(stranger.kid())] {
            let mut header = ours.clone();
            header["kid"] = kid;
            header
                .as_object_mut()
                .unwrap()
                .extend(extra.as_object().unwrap().clone());
            let forged = stranger.sign(&header, &claims);
            assert_worthless(&stage, &bank, &forged);
            header["typ"] = json!("JWT");
            assert_no_hint(&stage, &stranger.sign(&header, &claims));
        }
    }
}

#[test]
fn an_id_token_opens_nothing_and_an_access_token_is_no_hint() {
    each_database(|stage| {
        let (bank, tokens) = signed_in(stage);
        assert_worthless(stage, &bank, tokens.answer.id_token.as_deref().unwrap());
        assert_no_hint(stage, &tokens.answer.access_token);
        assert_no_hint(stage, tokens.refresh_token());
    });
}

#[test]
fn a_refresh_token_is_no_access_token() {
    let stage = Stage::new();
    let (_, tokens) = signed_in(&stage);
    let error = oauth_error(
        stage
            .engine
            .userinfo(&stage.call(), tokens.refresh_token())
            .unwrap_err(),
    );
    assert_eq!(error.code(), ErrorCode::InvalidToken);
}
