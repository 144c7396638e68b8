//! `private_key_jwt` over the wire (spec §5 lines 83 to 87): what is a proof, and what only looks like one.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jws::{ES256, HS256, JwsSigner};
use serde_json::{Value, json};

use crate::support::{Got, World};

const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A JWT that says it is not signed, with the payload of another.
pub(crate) fn unsigned(jwt: &str) -> String {
    let payload = jwt.split('.').nth(1).unwrap();
    format!(
        "{}.{payload}.",
        encoded(&json!({ "alg": "none", "typ": "JWT" }))
    )
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed(signer: &dyn JwsSigner, header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", encoded(header), encoded(claims));
    let signature = signer.sign(text.as_bytes()).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub(crate) struct Keyed {
    client_id: String,
    key: Jwk,
}

impl Keyed {
    pub(crate) fn register(world: &World) -> Self {
        let key = Jwk::generate_ec_key(EcCurve::P256).unwrap();
        let mut public = serde_json::to_value(key.to_public_key().unwrap()).unwrap();
        public["kid"] = "one".into();
        public["alg"] = "ES256".into();
        public["use"] = "sig".into();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "{}", json!({ "keys": [public] })).unwrap();
        let path = file.path().display().to_string();
        let made = world.provider().cli_json(&[
            "client", "create", "--type", "service", "--jwks", &path, "--json",
        ]);
        Self {
            client_id: made["client_id"].as_str().unwrap().to_owned(),
            key,
        }
    }

    fn header(&self) -> Value {
        json!({ "alg": "ES256", "kid": "one", "typ": "JWT" })
    }

    fn claims(&self, audience: &str, jti: &str) -> Value {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        json!({
            "iss": self.client_id, "sub": self.client_id, "aud": audience, "jti": jti,
            "iat": now, "exp": now + 60,
        })
    }

    /// An assertion for the token endpoint as it should be.
    pub(crate) fn assertion(&self, world: &World, jti: &str) -> String {
        let audience = format!("{}/token", world.issuer);
        self.sign(&self.header(), &self.claims(&audience, jti))
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        signed(&ES256.signer_from_jwk(&self.key).unwrap(), header, claims)
    }
}

pub(crate) fn present(world: &World, assertion: &str) -> Got {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", KIND),
        ("client_assertion", assertion),
    ];
    world.post("/token", &fields)
}

#[test]
fn an_assertion_is_good_once_and_its_replay_is_refused() {
    let world = World::shared();
    let app = Keyed::register(&world);
    for (audience, jti) in [(world.issuer.clone(), "1"), (world.url("/token"), "2")] {
        let assertion = app.sign(&app.header(), &app.claims(&audience, jti));
        let got = present(&world, &assertion);
        assert_eq!(got.status, 200, "{got:#?}");
        present(&world, &assertion).assert_refused(401, "invalid_client");
        // Another signature over the same jti is the same assertion.
        let again = app.sign(&app.header(), &app.claims(&audience, jti));
        present(&world, &again).assert_refused(401, "invalid_client");
    }
}

#[test]
fn of_many_presentations_at_once_one_is_accepted() {
    let world = World::shared();
    let app = Keyed::register(&world);
    let assertion = app.sign(&app.header(), &app.claims(&world.issuer, "only"));
    let accepted = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| present(&world, &assertion).status))
            .collect();
        threads
            .into_iter()
            .filter_map(|thread| (thread.join().unwrap() == 200).then_some(()))
            .count()
    });
    assert_eq!(accepted, 1);
}

#[test]
fn what_is_not_signed_by_the_registered_key_in_its_algorithm_is_refused() {
    let world = World::shared();
    let app = Keyed::register(&world);
    let claims = app.claims(&world.issuer, "x");
    let good = app.sign(&app.header(), &claims);
    let (head, _) = good.rsplit_once('.').unwrap();
    let other = Jwk::generate_ec_key(EcCurve::P256).unwrap();
    let other = ES256.signer_from_jwk(&other).unwrap();
    let public = serde_json::to_vec(&app.key.to_public_key().unwrap()).unwrap();
    let symmetric = HS256.signer_from_bytes(public).unwrap();
    let own = serde_json::to_value(app.key.to_public_key().unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut header = app.header();
        header[name] = value;
        app.sign(&header, &claims)
    };
    let embedded = json!({ "alg": "ES256", "jwk": own });
    for (what, bad) in [
        ("not signed", unsigned(&good)),
        ("signature cut off", format!("{head}.")),
        (
            "signature of nulls",
            format!("{head}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
        ),
        ("another key", signed(&other, &app.header(), &claims)),
        (
            "HS256 by the public key",
            signed(
                &symmetric,
                &json!({ "alg": "HS256", "kid": "one" }),
                &claims,
            ),
        ),
        ("a key that came along", signed(&other, &embedded, &claims)),
        ("unknown crit", with("crit", json!(["exp2"]))),
        ("b64 off", with("b64", json!(false))),
        ("unknown kid", with("kid", json!("two"))),
        ("a token's typ", with("typ", json!("at+jwt"))),
        ("two parts", head.to_owned()),
        ("five parts", format!("{good}.x.y")),
    ] {
        let got = present(&world, &bad);
        assert_eq!(
            (got.status, &*got.error()),
            (401, "invalid_client"),
            "{what}: {got:#?}"
        );
    }
}

#[test]
fn what_is_signed_must_say_who_for_whom_and_until_when() {
    let world = World::shared();
    let app = Keyed::register(&world);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let changes = [
        ("aud", json!("https://other.example")),
        ("aud", json!(format!("{}/", world.issuer))),
        ("aud", Value::Null),
        ("iss", json!("another")),
        ("sub", json!("another")),
        ("sub", Value::Null),
        ("exp", json!(now - 120)),
        ("exp", json!(now + 100_000)),
        ("exp", json!("soon")),
        ("exp", Value::Null),
        ("nbf", json!(now + 120)),
        ("iat", json!(now + 120)),
        ("jti", Value::Null),
        ("jti", json!("x".repeat(5_000))),
    ];
    for (at, (name, value)) in changes.into_iter().enumerate() {
        let mut claims = app.claims(&world.issuer, &format!("c{at}"));
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
        let got = present(&world, &app.sign(&app.header(), &claims));
        assert_eq!(
            (got.status, &*got.error()),
            (401, "invalid_client"),
            "{name}={value}: {got:#?}"
        );
    }
}

#[test]
fn a_peer_whose_clock_is_ten_seconds_ahead_is_accepted() {
    let world = World::shared();
    let app = Keyed::register(&world);
    let mut claims = app.claims(&world.issuer, "ahead");
    let now = claims["iat"].as_u64().unwrap();
    claims["iat"] = json!(now + 10);
    claims["nbf"] = json!(now + 10);
    let got = present(&world, &app.sign(&app.header(), &claims));
    assert_eq!(got.status, 200, "{got:#?}");
}

#[test]
fn an_assertion_with_a_name_twice_is_refused() {
    let world = World::shared();
    let app = Keyed::register(&world);
    let claims = app.claims(&world.issuer, "twice").to_string();
    let doubled = claims.replacen('{', "{\"sub\":\"another\",", 1);
    let text = format!(
        "{}.{}",
        encoded(&app.header()),
        URL_SAFE_NO_PAD.encode(doubled)
    );
    let signer = ES256.signer_from_jwk(&app.key).unwrap();
    let signature = URL_SAFE_NO_PAD.encode(signer.sign(text.as_bytes()).unwrap());
    present(&world, &format!("{text}.{signature}")).assert_refused(401, "invalid_client");
}
