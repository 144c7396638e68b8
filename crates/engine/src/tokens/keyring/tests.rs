#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::*;
use crate::tokens::{AccessClaims, Audience, TYP_ACCESS, TYP_ID, jose};

const ISSUER: &str = "https://id.example";
const NOW: i64 = 1_800_000_000;

fn record(alg: Algorithm, status: KeyStatus) -> KeyRecord {
    let (private, public) = jose::generate(alg).unwrap();
    KeyRecord {
        kid: KeyId::new(public["kid"].as_str().unwrap()),
        alg,
        status,
        private_jwk: PrivateJwk(private),
    }
}

fn current() -> KeyRecord {
    record(Algorithm::Es256, KeyStatus::Current)
}

fn ring(records: &[KeyRecord]) -> KeyRing {
    KeyRing::new(records).unwrap()
}

fn claims() -> AccessClaims {
    AccessClaims {
        iss: ISSUER.into(),
        sub: "ada".into(),
        aud: Audience::one("https://api.example"),
        client_id: "app".into(),
        exp: NOW + 300,
        iat: NOW,
        jti: "grant.1".into(),
        scope: "openid".into(),
        acr: Some("phr".into()),
        amr: vec!["hwk".into()],
        auth_time: Some(NOW - 5),
    }
}

fn expect(typ: &str) -> Expect<'_> {
    Expect {
        typ,
        issuer: ISSUER,
        expiry: Expiry::At(Timestamp::from_secs(NOW)),
    }
}

fn judge(ring: &KeyRing, token: &str) -> Result<AccessClaims, JwtError> {
    ring.verify(token, &expect(TYP_ACCESS))
}

/// Signs any header and payload text with the record's own key, as a confused or malicious issuer.
fn sign_raw(record: &KeyRecord, header: &str, payload: &str) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let key = SigningKey::parse(record.alg, &record.private_jwk).unwrap();
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).unwrap())
    )
}

fn header(record: &KeyRecord, extra: Value) -> String {
    let mut header = json!({"alg": record.alg, "typ": TYP_ACCESS, "kid": record.kid});
    header
        .as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    header.to_string()
}

#[test]
fn every_algorithm_signs_tokens_that_the_ring_verifies() {
    let ring = ring(&Algorithm::ALL.map(|alg| record(alg, KeyStatus::Current)));
    assert_eq!(ring.algorithms(), Algorithm::ALL);
    for alg in Algorithm::ALL {
        let token = ring.sign(alg, TYP_ACCESS, &claims()).unwrap();
        assert_eq!(judge(&ring, &token), Ok(claims()), "{alg}");
    }
}

#[test]
fn the_key_set_shows_next_current_and_previous_keys_and_nothing_private() {
    let records = [
        KeyStatus::Next,
        KeyStatus::Current,
        KeyStatus::Previous,
        KeyStatus::Revoked,
    ]
    .map(|status| record(Algorithm::Rs256, status));
    let set: Value = serde_json::from_slice(&ring(&records).jwks()).unwrap();
    let keys = set["keys"].as_array().unwrap();
    let kids: Vec<_> = keys
        .iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect();
    assert_eq!(
        kids,
        records[..3]
            .iter()
            .map(|record| record.kid.as_str())
            .collect::<Vec<_>>()
    );
    for key in keys {
        let names: Vec<_> = key
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(names, ["e", "kty", "n", "use", "alg", "kid"]);
        assert_eq!((&key["use"], &key["alg"]), (&json!("sig"), &json!("RS256")));
    }
}

#[test]
fn a_key_name_or_a_signing_place_taken_twice_is_refused() {
    let one = current();
    assert_eq!(
        KeyRing::new(&[one.clone(), one.clone()]).unwrap_err(),
        KeyError::Twice(one.kid.to_string())
    );
    assert_eq!(
        KeyRing::new(&[one, current()]).unwrap_err(),
        KeyError::TwoCurrent(Algorithm::Es256)
    );
    let empty = ring(&[])
        .sign(Algorithm::Es256, TYP_ID, &json!({}))
        .unwrap_err();
    assert_eq!(empty, KeyError::NoCurrent(Algorithm::Es256));
    assert!(empty.to_string().contains("keys rotate"));
}

#[test]
fn a_token_signed_before_a_rotation_verifies_until_its_key_is_revoked() {
    let mut old = current();
    let token = ring(std::slice::from_ref(&old))
        .sign(Algorithm::Es256, TYP_ACCESS, &claims())
        .unwrap();
    old.status = KeyStatus::Previous;
    let rotated = ring(&[old.clone(), current()]);
    assert_eq!(judge(&rotated, &token), Ok(claims()));
    assert_ne!(
        rotated
            .sign(Algorithm::Es256, TYP_ACCESS, &claims())
            .unwrap()
            .split('.')
            .next(),
        token.split('.').next()
    );
    old.status = KeyStatus::Revoked;
    assert_eq!(
        judge(&ring(&[old, current()]), &token),
        Err(JwtError::UnknownKey)
    );
}

#[test]
fn an_unsigned_or_unregistered_algorithm_is_refused() {
    let key = current();
    let ring = ring(std::slice::from_ref(&key));
    let payload = json!(claims()).to_string();
    for alg in ["none", "None", "NONE", "HS256", "ES384", "", "es256"] {
        let token = sign_raw(&key, &header(&key, json!({"alg": alg})), &payload);
        assert_eq!(judge(&ring, &token), Err(JwtError::Algorithm), "{alg}");
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert_eq!(judge(&ring, &unsigned), Err(JwtError::Algorithm), "{alg}");
    }
    let stripped = format!(
        "{}.",
        sign_raw(&key, &header(&key, json!({})), &payload)
            .rsplit_once('.')
            .unwrap()
            .0
    );
    assert_eq!(judge(&ring, &stripped), Err(JwtError::Signature));
}

#[test]
fn an_hmac_keyed_with_our_public_key_is_refused() {
    let key = record(Algorithm::Rs256, KeyStatus::Current);
    let ring = ring(std::slice::from_ref(&key));
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header(&key, json!({"alg": "HS256"}))),
        URL_SAFE_NO_PAD.encode(json!(claims()).to_string())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(&ring.jwks()).unwrap();
    mac.update(signed.as_bytes());
    let forged = format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    );
    assert_eq!(judge(&ring, &forged), Err(JwtError::Algorithm));
}

#[test]
fn the_algorithm_is_the_keys_and_not_the_headers() {
    let key = record(Algorithm::Rs256, KeyStatus::Current);
    let token = sign_raw(
        &key,
        &header(&key, json!({"alg": "PS256"})),
        &json!(claims()).to_string(),
    );
    assert_eq!(judge(&ring(&[key]), &token), Err(JwtError::Algorithm));
}

#[test]
fn a_key_brought_along_in_the_header_is_never_used() {
    let (ours, theirs) = (current(), current());
    let ring = ring(std::slice::from_ref(&ours));
    let jwk = public_members(theirs.alg, &theirs.private_jwk, None).unwrap();
    let payload = json!(claims()).to_string();
    let brought = json!({"jwk": jwk, "jku": "https://evil.example", "x5u": "https://evil.example", "x5c": ["AA=="]});
    assert_eq!(
        judge(
            &ring,
            &sign_raw(&theirs, &header(&ours, brought.clone()), &payload)
        ),
        Err(JwtError::Signature)
    );
    assert_eq!(
        judge(
            &ring,
            &sign_raw(&theirs, &header(&theirs, brought.clone()), &payload)
        ),
        Err(JwtError::UnknownKey)
    );
    let mut nameless: Value = serde_json::from_str(&header(&theirs, brought)).unwrap();
    nameless.as_object_mut().unwrap().remove("kid");
    assert_eq!(
        judge(&ring, &sign_raw(&theirs, &nameless.to_string(), &payload)),
        Err(JwtError::UnknownKey)
    );
}

#[test]
fn any_critical_extension_is_refused() {
    let key = current();
    let ring = ring(std::slice::from_ref(&key));
    for extra in [
        json!({"crit": ["exp"], "exp": 1}),
        json!({"crit": ["b64"], "b64": false}),
        json!({"crit": []}),
    ] {
        let token = sign_raw(&key, &header(&key, extra), &json!(claims()).to_string());
        assert_eq!(judge(&ring, &token), Err(JwtError::Critical));
    }
}

#[test]
fn a_compressed_or_unencoded_payload_is_refused() {
    let key = current();
    let ring = ring(std::slice::from_ref(&key));
    for extra in [json!({"zip": "DEF"}), json!({"b64": false})] {
        let token = sign_raw(&key, &header(&key, extra), &json!(claims()).to_string());
        assert!(matches!(judge(&ring, &token), Err(JwtError::Malformed(_))));
    }
}

#[test]
fn a_member_named_twice_in_header_or_payload_is_refused() {
    let key = current();
    let ring = ring(std::slice::from_ref(&key));
    let payload = json!(claims()).to_string();
    let good_header = header(&key, json!({}));
    let twice_header = good_header.replacen('{', r#"{"alg":"ES256","#, 1);
    let twice_payload = payload.replacen('{', r#"{"sub":"eve","#, 1);
    assert!(matches!(
        judge(&ring, &sign_raw(&key, &twice_header, &payload)),
        Err(JwtError::Malformed(_))
    ));
    assert!(matches!(
        judge(&ring, &sign_raw(&key, &good_header, &twice_payload)),
        Err(JwtError::Malformed(_))
    ));
    assert!(judge(&ring, &sign_raw(&key, &good_header, &payload)).is_ok());
}

#[test]
fn an_id_token_is_no_access_token_and_the_other_way_round() {
    let ring = ring(&[current()]);
    let id_token = ring.sign(Algorithm::Es256, TYP_ID, &claims()).unwrap();
    assert_eq!(judge(&ring, &id_token), Err(JwtError::Type));
    assert_eq!(
        ring.verify_access(&id_token, ISSUER, Timestamp::from_secs(NOW)),
        Err(JwtError::Type)
    );
    let access = ring.sign(Algorithm::Es256, TYP_ACCESS, &claims()).unwrap();
    assert_eq!(
        ring.verify::<AccessClaims>(&access, &expect(TYP_ID)),
        Err(JwtError::Type)
    );
}

#[test]
fn a_token_expires_at_its_exp_unless_expiry_is_not_asked_for() {
    let ring = ring(&[current()]);
    let token = ring.sign(Algorithm::Es256, TYP_ACCESS, &claims()).unwrap();
    let at = |secs| Expect {
        expiry: Expiry::At(Timestamp::from_secs(secs)),
        ..expect(TYP_ACCESS)
    };
    assert!(ring.verify::<AccessClaims>(&token, &at(NOW + 299)).is_ok());
    assert_eq!(
        ring.verify::<AccessClaims>(&token, &at(NOW + 300)),
        Err(JwtError::Expired)
    );
    let hint = Expect {
        expiry: Expiry::Ignored,
        ..expect(TYP_ACCESS)
    };
    assert!(ring.verify::<AccessClaims>(&token, &hint).is_ok());
}

#[test]
fn the_token_of_another_issuer_is_refused_even_with_our_signature() {
    let ring = ring(&[current()]);
    let token = ring.sign(Algorithm::Es256, TYP_ACCESS, &claims()).unwrap();
    let foreign = Expect {
        issuer: "https://id.example/",
        ..expect(TYP_ACCESS)
    };
    assert_eq!(
        ring.verify::<AccessClaims>(&token, &foreign),
        Err(JwtError::Issuer)
    );
}

#[test]
fn one_altered_character_anywhere_makes_a_token_worthless() {
    let ring = ring(&[current()]);
    let token = ring.sign(Algorithm::Es256, TYP_ACCESS, &claims()).unwrap();
    // Every seventh keeps the test short; no character is special.
    for at in (0..token.len()).step_by(7) {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'Q' } else { b'A' };
        assert!(
            judge(&ring, &String::from_utf8(bytes).unwrap()).is_err(),
            "at {at}"
        );
    }
}

#[test]
fn malformed_and_oversized_tokens_are_refused_before_any_work() {
    let ring = ring(&[current()]);
    for text in [
        "",
        ".",
        "..",
        "a.b.c",
        "a.b",
        "a.b.c.d",
        "e30.e30.e30",
        "not a token",
        "\u{0}.\u{0}.\u{0}",
    ] {
        let error = judge(&ring, text).unwrap_err();
        assert!(
            matches!(error, JwtError::Malformed(_) | JwtError::Algorithm),
            "{text}: {error}"
        );
    }
    assert_eq!(
        judge(&ring, &"a".repeat(16 * 1024 + 1)),
        Err(JwtError::TooLarge)
    );
    let now = Timestamp::from_secs(NOW);
    assert_eq!(
        ring.verify_access(&"a".repeat(16 * 1024 + 1), ISSUER, now),
        Err(JwtError::TooLarge)
    );
}

#[test]
fn a_remembered_access_token_still_expires_and_still_belongs_to_its_issuer() {
    let ring = ring(&[current()]);
    let token = ring.sign(Algorithm::Es256, TYP_ACCESS, &claims()).unwrap();
    let at = |secs| ring.verify_access(&token, ISSUER, Timestamp::from_secs(secs));
    let first = at(NOW).unwrap();
    assert!(
        Arc::ptr_eq(&first, &at(NOW + 1).unwrap()),
        "the second look comes from memory"
    );
    assert_eq!(
        ring.verify_access(&token, "https://other.example", Timestamp::from_secs(NOW)),
        Err(JwtError::Issuer)
    );
    assert_eq!(at(NOW + 300), Err(JwtError::Expired));
}

#[test]
fn a_refused_token_is_not_remembered() {
    let ring = ring(&[current()]);
    let stranger = KeyRing::new(&[current()]).unwrap();
    let token = stranger
        .sign(Algorithm::Es256, TYP_ACCESS, &claims())
        .unwrap();
    for _ in 0..2 {
        assert_eq!(
            ring.verify_access(&token, ISSUER, Timestamp::from_secs(NOW)),
            Err(JwtError::UnknownKey)
        );
    }
    assert_eq!(ring.cache.remembered(), 0);
}

#[test]
fn a_private_key_never_prints() {
    let key = current();
    let shown = format!("{key:?} {:?}", ring(std::slice::from_ref(&key)));
    let jwk: Value = serde_json::from_str(&key.private_jwk.0).unwrap();
    assert!(!shown.contains(jwk["d"].as_str().unwrap()));
}
