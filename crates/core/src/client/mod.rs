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
    /// Hashes of its secrets.
    #[serde(default)]
    pub secret_hashes: Vec<Hashed>,
    /// The secret before, while it is still taken.
    #[serde(default)]
    pub old_secret: Option<OldSecret>,
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

/// A secret that was replaced, and is taken until everything that holds it has been told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldSecret {
    /// What is kept of it.
    pub hash: Hashed,
    /// From then on it is worth nothing.
    pub until: Timestamp,
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

    /// Whether it authenticates by a secret (RFC 6749 §2.3.1).
    pub fn keeps_secret(&self) -> bool {
        matches!(
            self.auth_method,
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
        )
    }

    /// Whether `secret` is one of its secrets at `now`. Compares with every one, so that the time taken says
    /// nothing about which matched.
    pub fn has_secret(&self, secret: &Secret, now: Timestamp) -> bool {
        let old = self.old_secret.iter().filter(|old| now < old.until);
        let live = self.secret_hashes.iter().chain(old.map(|old| &old.hash));
        live.fold(false, |found, hash| found | hash.matches(secret))
    }

    /// Gives it another secret. The one before stays valid until `old_until`, or ends at once; any still
    /// older one ends.
    pub fn replace_secret(&mut self, new: Hashed, old_until: Option<Timestamp>) {
        let before = std::mem::replace(&mut self.secret_hashes, vec![new]).pop();
        self.old_secret = before
            .zip(old_until)
            .map(|(hash, until)| OldSecret { hash, until });
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
        let now = Timestamp::from_secs(2);
        let is = |client: &Client, secret| client.has_secret(&Secret::new(secret), now);
        client.secret_hashes.push(Hashed::of(&Secret::new("t")));
        assert!(is(&client, "s") && is(&client, "t"));
        assert!(!is(&client, "u"));
    }

    #[test]
    fn a_replaced_secret_ends_when_it_was_said_to_or_at_once() {
        let mut client = client();
        let at = Timestamp::from_secs;
        let valid = |client: &Client, now: i64| {
            ["s", "t", "u"].map(|secret| client.has_secret(&Secret::new(secret), at(now)))
        };
        client.replace_secret(Hashed::of(&Secret::new("t")), Some(at(100)));
        assert_eq!(valid(&client, 99), [true, true, false]);
        assert_eq!(valid(&client, 100), [false, true, false]);
        let text = serde_json::to_string(&client).unwrap();
        assert_eq!(serde_json::from_str::<Client>(&text).unwrap(), client);
        // Replaced again, only the latest may stay.
        client.replace_secret(Hashed::of(&Secret::new("u")), Some(at(200)));
        assert_eq!(valid(&client, 50), [false, true, true]);
        client.replace_secret(Hashed::of(&Secret::new("s")), None);
        assert_eq!(valid(&client, 50), [true, false, false]);
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
