//! A registered client: what an app may ask for and what it must at least be given.
//!
//! Stored as JSON, so every field added later needs a default. Secrets are here only as hashes.

mod metadata;
mod new;
mod validate;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use metadata::{
    AcrValuesMode, ApplicationType, AuthMethod, GrantType, RefreshPolicy, ResponseMode, SigningAlg,
    UnknownName,
};
pub use new::NewClient;
pub use validate::ClientProblem;

use crate::ids::ClientId;
use crate::oauth::Scope;
use crate::secret::{Hashed, Secret};
use crate::time::{Seconds, Timestamp};

/// A registered client (RFC 7591 §2; OIDC Registration §2 where the names agree).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// `client_id`.
    pub id: ClientId,
    /// `client_name`, as people see it.
    pub name: String,
    /// What kind of app it is.
    pub application_type: ApplicationType,
    /// `token_endpoint_auth_method`: the one way it authenticates.
    pub auth_method: AuthMethod,
    /// Hashes of its secrets: more than one while a secret is being replaced.
    #[serde(default)]
    pub secret_hashes: Vec<Hashed>,
    /// Its public keys (RFC 7517 §5), for `private_key_jwt`.
    #[serde(default)]
    pub jwks: Option<Value>,
    /// `redirect_uris`, compared as text.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// `post_logout_redirect_uris`, compared as text.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Origins whose scripts may call the token endpoint.
    #[serde(default)]
    pub cors_origins: Vec<String>,
    /// `grant_types`.
    pub grant_types: Vec<GrantType>,
    /// The response modes it may ask for.
    #[serde(default = "ResponseMode::all")]
    pub response_modes: Vec<ResponseMode>,
    /// The scopes it may ask for.
    #[serde(default)]
    pub scope: Scope,
    /// The resources it may ask tokens for (RFC 8707), as their `aud`.
    #[serde(default)]
    pub resources: Vec<String>,
    /// `id_token_signed_response_alg`.
    #[serde(default)]
    pub id_token_signed_response_alg: SigningAlg,
    /// The algorithm its access tokens are signed with (RFC 9068).
    #[serde(default)]
    pub access_token_signed_response_alg: SigningAlg,
    /// `default_acr_values`: used when a request names no acr.
    #[serde(default)]
    pub default_acr_values: Vec<String>,
    /// `default_max_age`: used when a request names no max_age.
    #[serde(default)]
    pub default_max_age: Option<Seconds>,
    /// `require_auth_time`: its ID tokens always carry `auth_time`.
    #[serde(default)]
    pub require_auth_time: bool,
    /// The acr that no request can go below.
    #[serde(default)]
    pub minimum_acr: Option<String>,
    /// The age of authentication that no request can go above.
    #[serde(default)]
    pub maximum_auth_age: Option<Seconds>,
    /// Whether `acr_values` bind (RFC 9470 §5) or are a wish (OIDC Core §5.5.1.1).
    #[serde(default)]
    pub acr_values_mode: AcrValuesMode,
    /// What a refresh does once the acr of the grant has run out.
    #[serde(default)]
    pub refresh_policy: RefreshPolicy,
    /// Whether it must use PKCE. A public client always must, whatever stands here.
    #[serde(default)]
    pub require_pkce: bool,
    /// First-party: people are not asked to consent.
    #[serde(default)]
    pub skip_consent: bool,
    /// Vetted by an administrator. If not, errors go back only by way of a page (RFC 9700 §4.11).
    #[serde(default)]
    pub verified: bool,
    /// Lifetime of its access tokens, where it differs from the server's.
    #[serde(default)]
    pub access_token_lifetime: Option<Seconds>,
    /// What a step-up is usually for, as step-up pages say it: "make a transfer".
    #[serde(default)]
    pub action: Option<String>,
    /// When it was registered.
    pub created_at: Timestamp,
}

impl Client {
    /// Whether it can keep no secret (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.auth_method == AuthMethod::None
    }

    /// Whether an authorization request without a challenge is refused.
    pub fn must_use_pkce(&self) -> bool {
        self.is_public() || self.require_pkce
    }

    /// Whether it is registered for `grant`.
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// Whether its grants come with a refresh token.
    pub fn may_refresh(&self) -> bool {
        self.may_use(GrantType::RefreshToken)
    }

    /// Whether `secret` is one of its secrets. Compares with every one, so that the time taken says
    /// nothing about which matched.
    pub fn has_secret(&self, secret: &Secret) -> bool {
        self.secret_hashes
            .iter()
            .fold(false, |found, hash| found | hash.matches(secret))
    }

    /// Whether `uri` is registered for the way back from a logout: exact text only.
    pub fn allows_post_logout_redirect(&self, uri: &str) -> bool {
        self.post_logout_redirect_uris
            .iter()
            .any(|registered| registered == uri)
    }

    /// Whether scripts of `origin` may call the token endpoint for this client.
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.cors_origins.iter().any(|allowed| allowed == origin)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn client() -> Client {
        NewClient {
            redirect_uris: vec!["https://app.example/cb".into()],
            ..NewClient::new(ApplicationType::Web, "Bank")
        }
        .build(
            ClientId::new("bank"),
            vec![Hashed::of(&Secret::new("s"))],
            Timestamp::from_secs(1),
        )
        .unwrap()
    }

    #[test]
    fn a_client_is_stored_and_read_back_the_same() {
        let client = client();
        let text = serde_json::to_string(&client).unwrap();
        assert_eq!(serde_json::from_str::<Client>(&text).unwrap(), client);
    }

    #[test]
    fn a_client_stored_before_a_field_existed_still_reads_and_reads_safely() {
        let text = r#"{"id":"a","name":"A","application_type":"web","auth_method":"none",
            "grant_types":["authorization_code"],"created_at":0}"#;
        let client: Client = serde_json::from_str(text).unwrap();
        assert!(client.must_use_pkce());
        assert!(!client.verified && !client.skip_consent);
        assert_eq!(client.acr_values_mode, AcrValuesMode::Necessary);
        assert_eq!(client.id_token_signed_response_alg, SigningAlg::ES256);
    }

    #[test]
    fn any_current_secret_authenticates_and_no_other() {
        let mut client = client();
        client.secret_hashes.push(Hashed::of(&Secret::new("t")));
        assert!(client.has_secret(&Secret::new("s")) && client.has_secret(&Secret::new("t")));
        assert!(!client.has_secret(&Secret::new("u")));
    }

    #[test]
    fn a_logout_returns_only_to_exactly_registered_text() {
        let mut client = client();
        client.post_logout_redirect_uris = vec!["https://app.example/bye".into()];
        assert!(client.allows_post_logout_redirect("https://app.example/bye"));
        for altered in [
            "https://app.example/bye/",
            "https://app.example/bye?x=1",
            "https://APP.example/bye",
            "",
        ] {
            assert!(!client.allows_post_logout_redirect(altered), "{altered}");
        }
    }
}
