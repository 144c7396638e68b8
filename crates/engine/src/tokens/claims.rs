//! The claims of our two kinds of token, and the hash that ties one to the other.
//!
//! Times are whole seconds since the epoch (NumericDate). Whether a claim is true is decided
//! elsewhere; here is only its place and shape.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserializer, Error as _};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha512};

use super::algorithm::Algorithm;

/// `aud`: a string when there is one audience, an array otherwise (RFC 7519 §4.1.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience(pub Vec<String>);

impl Audience {
    /// A single audience.
    pub fn one(audience: impl Into<String>) -> Self {
        Self(vec![audience.into()])
    }

    /// Whether `audience` is among them, byte for byte.
    pub fn contains(&self, audience: &str) -> bool {
        self.0.iter().any(|one| one == audience)
    }
}

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => to.serialize_str(one),
            many => many.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Value::deserialize(from)? {
            Value::String(one) => Ok(Self(vec![one])),
            Value::Array(many) => many
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text),
                    _ => Err(D::Error::custom("aud must hold strings")),
                })
                .collect::<Result<_, _>>()
                .map(Self),
            _ => Err(D::Error::custom(
                "aud must be a string or an array of strings",
            )),
        }
    }
}

/// An access token (RFC 9068 §2.2). `acr`, `amr` and `auth_time` only where a person signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// This issuer.
    pub iss: String,
    /// The person, or for client_credentials the client.
    pub sub: String,
    /// The resources it is for.
    pub aud: Audience,
    /// The client it was given to.
    pub client_id: String,
    /// Not valid at or after this second.
    pub exp: i64,
    /// Issued in this second.
    pub iat: i64,
    /// `<grant id>.<random>` for tokens of a grant.
    pub jti: String,
    /// Space-separated (RFC 8693 §4.2).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The class that was satisfied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Methods that were proven (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// When the strongest proof behind `acr` was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
}

impl AccessClaims {
    /// The grant that the token was made from, from its `jti`.
    pub fn grant_id(&self) -> Option<&str> {
        self.jti.split_once('.').map(|(grant, _)| grant)
    }
}

/// An ID token (OIDC Core §2), with the claims about the person in `user`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdClaims {
    /// This issuer.
    pub iss: String,
    /// The person.
    pub sub: String,
    /// The client: one string.
    pub aud: String,
    /// Not valid at or after this second.
    pub exp: i64,
    /// Issued in this second.
    pub iat: i64,
    /// When the strongest proof behind `acr` was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The request's own, unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The class that was satisfied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Methods that were proven (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The client again, where it differs from `aud`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azp: Option<String>,
    /// The session, for logout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Ties the access token to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// Ties the code to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c_hash: Option<String>,
    /// Claims about the person.
    #[serde(flatten)]
    pub user: UserClaims,
}

/// Claims about a person that can never stand in for the protocol's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserClaims(Map<String, Value>);

/// Names that only the protocol may write into a token.
const RESERVED: [&str; 19] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "sid",
    "at_hash",
    "c_hash",
    "s_hash",
    "client_id",
    "scope",
    "cnf",
];

impl UserClaims {
    /// Keeps everything but the protocol's own names.
    pub fn new(mut claims: Map<String, Value>) -> Self {
        claims.retain(|name, _| !RESERVED.contains(&name.as_str()));
        Self(claims)
    }
}

/// `at_hash` of an access token, `c_hash` of a code (OIDC Core §3.1.3.6, §3.3.2.11): the left half of
/// its hash with the hash function of the ID token's `alg`, which for EdDSA on Ed25519 is SHA-512.
pub fn left_half_hash(alg: Algorithm, text: &str) -> String {
    match alg {
        Algorithm::Es256 | Algorithm::Rs256 | Algorithm::Ps256 => {
            URL_SAFE_NO_PAD.encode(&Sha256::digest(text.as_bytes())[..16])
        }
        Algorithm::EdDsa => URL_SAFE_NO_PAD.encode(&Sha512::digest(text.as_bytes())[..32]),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn access() -> AccessClaims {
        AccessClaims {
            iss: "https://id.example".into(),
            sub: "u".into(),
            aud: Audience::one("https://api.example"),
            client_id: "c".into(),
            exp: 2,
            iat: 1,
            jti: "grant.random".into(),
            scope: String::new(),
            acr: None,
            amr: vec![],
            auth_time: None,
        }
    }

    #[test]
    fn one_audience_is_a_string_and_several_are_an_array() {
        assert_eq!(json!(Audience::one("a")), json!("a"));
        assert_eq!(
            json!(Audience(vec!["a".into(), "b".into()])),
            json!(["a", "b"])
        );
        for text in [json!("a"), json!(["a"]), json!(["b", "a"])] {
            assert!(
                serde_json::from_value::<Audience>(text)
                    .unwrap()
                    .contains("a")
            );
        }
        assert!(serde_json::from_value::<Audience>(json!([1])).is_err());
    }

    #[test]
    fn a_token_without_a_person_carries_no_authentication_claims() {
        let text = json!(access());
        assert_eq!(
            text,
            json!({"iss":"https://id.example","sub":"u","aud":"https://api.example","client_id":"c","exp":2,"iat":1,"jti":"grant.random"})
        );
        assert_eq!(
            serde_json::from_value::<AccessClaims>(text).unwrap(),
            access()
        );
    }

    #[test]
    fn the_grant_of_a_token_is_read_from_its_jti() {
        assert_eq!(access().grant_id(), Some("grant"));
        assert_eq!(
            AccessClaims {
                jti: "plain".into(),
                ..access()
            }
            .grant_id(),
            None
        );
    }

    #[test]
    fn a_profile_field_can_never_pose_as_a_claim_of_the_protocol() {
        let profile = json!({"name":"Ada","acr":"phr","sub":"other","aud":["x"],"auth_time":0});
        let user = UserClaims::new(profile.as_object().unwrap().clone());
        assert_eq!(json!(user), json!({"name":"Ada"}));
    }

    #[test]
    fn an_id_token_reads_back_with_the_persons_claims_apart() {
        let text = json!({"iss":"i","sub":"s","aud":"c","exp":2,"iat":1,"acr":"phr","email":"a@b.example"});
        let claims: IdClaims = serde_json::from_value(text.clone()).unwrap();
        assert_eq!(claims.acr.as_deref(), Some("phr"));
        assert_eq!(json!(claims.user), json!({"email":"a@b.example"}));
        assert_eq!(json!(claims), text);
    }

    #[test]
    fn the_left_half_hash_is_that_of_the_example_in_oidc_core() {
        // OIDC Core, appendix A.3: code flow with an RS256 ID token.
        assert_eq!(
            left_half_hash(
                Algorithm::Rs256,
                "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
            ),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
        assert_eq!(left_half_hash(Algorithm::EdDsa, "x").len(), 43);
    }
}
