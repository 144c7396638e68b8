#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::*;
use crate::tokens::jose::{self, SigningKey};
use crate::tokens::{Algorithm, PrivateJwk, jws};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://id.example";
const TOKEN_ENDPOINT: &str = "https://id.example/token";

struct Client {
    kid: String,
    public: Value,
    signer: SigningKey,
    keys: ClientKeys,
}

fn client(alg: Algorithm) -> Client {
    let (private, public) = jose::generate(alg).unwrap();
    let signer = SigningKey::parse(alg, &PrivateJwk(private)).unwrap();
    let keys = ClientKeys::parse(&json!({ "keys": [public] })).unwrap();
    Client {
        kid: public["kid"].as_str().unwrap().to_owned(),
        public: public.into(),
        signer,
        keys,
    }
}

fn claims() -> Value {
    json!({"iss": "app", "sub": "app", "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "one"})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

impl Client {
    fn sign(&self, typ: &str, claims: &Value) -> String {
        jws::sign(&self.signer, &self.kid, typ, claims).unwrap()
    }

    fn with_header(&self, header: &Value, claims: &Value) -> String {
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = self.signer.sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn verify(&self, assertion: &str) -> Result<Accepted, AssertionError> {
        let now = Timestamp::from_secs(NOW);
        super::verify(
            assertion,
            &ClientId::new("app"),
            &self.keys,
            &[ISSUER, TOKEN_ENDPOINT],
            now,
        )
    }

    fn judge(&self, claims: &Value) -> Result<Accepted, AssertionError> {
        self.verify(&self.sign("JWT", claims))
    }
}

#[test]
fn an_assertion_by_each_algorithm_is_accepted_with_its_jti_and_end() {
    for alg in Algorithm::ALL {
        let accepted = client(alg).judge(&claims()).unwrap();
        assert_eq!(
            accepted,
            Accepted {
                jti: "one".into(),
                until: Timestamp::from_secs(NOW + 90)
            }
        );
    }
}

#[test]
fn the_audience_is_the_issuer_or_the_token_endpoint_alone_or_in_a_list() {
    let client = client(Algorithm::Es256);
    for aud in [
        json!(ISSUER),
        json!(TOKEN_ENDPOINT),
        json!([ISSUER]),
        json!(["https://other.example", TOKEN_ENDPOINT]),
    ] {
        assert!(client.judge(&with("aud", aud.clone())).is_ok(), "{aud}");
    }
    for aud in [
        json!("https://id.example/"),
        json!("https://other.example"),
        json!([]),
        json!([1]),
        json!({}),
        json!(null),
    ] {
        assert_eq!(
            client.judge(&with("aud", aud.clone())),
            Err(AssertionError::Audience),
            "{aud}"
        );
    }
    assert_eq!(client.judge(&without("aud")), Err(AssertionError::Audience));
}

#[test]
fn a_request_object_is_no_client_assertion_because_it_has_no_sub() {
    let client = client(Algorithm::Es256);
    let mut request_object = without("sub");
    request_object["client_id"] = json!("app");
    assert_eq!(client.judge(&request_object), Err(AssertionError::Subject));
    assert_eq!(
        claimed_client(&client.sign("JWT", &request_object)),
        Err(AssertionError::Subject)
    );
    assert_eq!(
        client.verify(&client.sign("oauth-authz-req+jwt", &claims())),
        Err(AssertionError::Type)
    );
}

#[test]
fn iss_and_sub_are_both_the_client() {
    let client = client(Algorithm::Es256);
    for (name, value) in [
        ("iss", json!("other")),
        ("sub", json!("other")),
        ("sub", json!(1)),
        ("iss", json!(null)),
    ] {
        assert_eq!(
            client.judge(&with(name, value)),
            Err(AssertionError::Subject)
        );
    }
}

#[test]
fn a_clock_ten_seconds_off_is_accepted_and_beyond_sixty_is_not() {
    let client = client(Algorithm::Es256);
    for name in ["iat", "nbf"] {
        assert!(client.judge(&with(name, json!(NOW + 10))).is_ok(), "{name}");
        assert_eq!(
            client.judge(&with(name, json!(NOW + 61))),
            Err(AssertionError::NotYet),
            "{name}"
        );
    }
    assert!(client.judge(&with("exp", json!(NOW - 10))).is_ok());
    assert_eq!(
        client.judge(&with("exp", json!(NOW - 61))),
        Err(AssertionError::Expired)
    );
}

#[test]
fn an_assertion_lives_an_hour_at_most() {
    let client = client(Algorithm::Es256);
    assert!(client.judge(&with("exp", json!(NOW + 3_600))).is_ok());
    for far in [json!(NOW + 3_700), json!(i64::MAX), json!(1e15)] {
        assert_eq!(
            client.judge(&with("exp", far)),
            Err(AssertionError::Lifetime)
        );
    }
}

#[test]
fn a_time_is_a_number_of_seconds_and_exp_is_required() {
    let client = client(Algorithm::Es256);
    assert!(client.judge(&with("exp", json!(NOW as f64 + 60.5))).is_ok());
    for bad in [
        json!("1800000060"),
        json!(null),
        json!(1e300),
        json!(u64::MAX),
    ] {
        assert_eq!(
            client.judge(&with("exp", bad.clone())),
            Err(AssertionError::Times),
            "{bad}"
        );
    }
    assert_eq!(client.judge(&without("exp")), Err(AssertionError::Times));
    assert_eq!(
        client.judge(&with("nbf", json!("soon"))),
        Err(AssertionError::Times)
    );
}

#[test]
fn a_jti_is_required_and_bounded() {
    let client = client(Algorithm::Es256);
    assert!(client.judge(&with("jti", json!("a".repeat(256)))).is_ok());
    for bad in [json!(""), json!("a".repeat(257)), json!(7)] {
        assert_eq!(client.judge(&with("jti", bad)), Err(AssertionError::Jti));
    }
    assert_eq!(client.judge(&without("jti")), Err(AssertionError::Jti));
}

#[test]
fn an_hmac_keyed_with_the_clients_public_key_is_refused() {
    let client = client(Algorithm::Rs256);
    let key = serde_json::to_vec(&client.public).unwrap();
    for alg in ["HS256", "none", "hs256", ""] {
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(json!({"alg": alg, "kid": client.kid}).to_string()),
            URL_SAFE_NO_PAD.encode(claims().to_string())
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(signed.as_bytes());
        let forged = format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        );
        assert_eq!(
            client.verify(&forged),
            Err(AssertionError::Jwt(JwtError::Algorithm)),
            "{alg}"
        );
    }
}

#[test]
fn a_key_brought_along_in_the_header_is_never_used() {
    let registered = client(Algorithm::Es256);
    let stranger = client(Algorithm::Es256);
    for header in [
        json!({"alg": "ES256", "jwk": stranger.public}),
        json!({"alg": "ES256", "kid": registered.kid, "jwk": stranger.public}),
        json!({"alg": "ES256", "kid": registered.kid, "jku": "https://evil.example/jwks", "x5u": "https://evil.example/c"}),
    ] {
        let forged = stranger.with_header(&header, &claims());
        assert_eq!(
            registered.verify(&forged),
            Err(AssertionError::Jwt(JwtError::Signature)),
            "{header}"
        );
        assert!(
            registered
                .verify(&registered.with_header(&header, &claims()))
                .is_ok(),
            "the header is ignored: {header}"
        );
    }
}

#[test]
fn an_unknown_kid_or_the_key_of_another_algorithm_is_refused() {
    let client = client(Algorithm::Rs256);
    let unknown = client.with_header(&json!({"alg": "RS256", "kid": "?"}), &claims());
    assert_eq!(
        client.verify(&unknown),
        Err(AssertionError::Jwt(JwtError::UnknownKey))
    );
    let swapped = client.with_header(&json!({"alg": "PS256", "kid": client.kid}), &claims());
    assert_eq!(
        client.verify(&swapped),
        Err(AssertionError::Jwt(JwtError::UnknownKey))
    );
}

#[test]
fn a_typ_is_optional_but_not_any() {
    let client = client(Algorithm::Es256);
    assert!(
        client
            .verify(&client.with_header(&json!({"alg": "ES256"}), &claims()))
            .is_ok()
    );
    for good in [
        "JWT",
        "jwt",
        "client-authentication+jwt",
        "application/client-authentication+jwt",
    ] {
        assert!(
            client.verify(&client.sign(good, &claims())).is_ok(),
            "{good}"
        );
    }
    for bad in ["at+jwt", "logout+jwt", "", "dpop+jwt"] {
        assert_eq!(
            client.verify(&client.sign(bad, &claims())),
            Err(AssertionError::Type),
            "{bad}"
        );
    }
}
