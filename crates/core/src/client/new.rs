//! Registering a client: the few things that must be said, and safe defaults for the rest.
//!
//! Draws no ids and no secrets; they come in.

use serde_json::Value;

use super::{
    AcrValuesMode, ApplicationType, AuthMethod, Client, ClientProblem, GrantType, RefreshPolicy,
    ResponseMode, SigningAlg,
};
use crate::ids::ClientId;
use crate::oauth::Scope;
use crate::secret::Hashed;
use crate::time::{Seconds, Timestamp};

/// What an administrator says about a new client. `None` means the default of its type.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// As people see it.
    pub name: String,
    /// What kind of app it is.
    pub application_type: ApplicationType,
    /// Default: `client_secret_basic` for web and service, `none` for spa and native;
    /// `private_key_jwt` when keys are given.
    pub auth_method: Option<AuthMethod>,
    /// Public keys, for `private_key_jwt`.
    pub jwks: Option<Value>,
    /// Where answers go.
    pub redirect_uris: Vec<String>,
    /// Where a logout returns to.
    pub post_logout_redirect_uris: Vec<String>,
    /// Origins whose scripts may call the token endpoint. Default for spa: those of its redirect URIs.
    pub cors_origins: Option<Vec<String>>,
    /// Default: code and refresh; for a service, client credentials.
    pub grant_types: Option<Vec<GrantType>>,
    /// Default: all.
    pub response_modes: Option<Vec<ResponseMode>>,
    /// Default: `openid profile email address phone offline_access`; for a service, none.
    pub scope: Option<Scope>,
    /// Resources it may ask tokens for.
    pub resources: Vec<String>,
    /// Default: ES256.
    pub id_token_signed_response_alg: SigningAlg,
    /// Default: ES256.
    pub access_token_signed_response_alg: SigningAlg,
    /// Used when a request names no acr.
    pub default_acr_values: Vec<String>,
    /// Used when a request names no max_age.
    pub default_max_age: Option<Seconds>,
    /// The acr that no request can go below.
    pub minimum_acr: Option<String>,
    /// The age that no request can go above.
    pub maximum_auth_age: Option<Seconds>,
    /// Default: necessary.
    pub acr_values_mode: AcrValuesMode,
    /// Default: refuse after the lifetime.
    pub refresh_policy: RefreshPolicy,
    /// Default: for public clients.
    pub require_pkce: Option<bool>,
    /// First-party.
    pub skip_consent: bool,
    /// Default: true, because an administrator is registering it.
    pub verified: bool,
    /// Where it differs from the server's.
    pub access_token_lifetime: Option<Seconds>,
    /// What a step-up is usually for.
    pub action: Option<String>,
}

impl NewClient {
    /// A client of this type with everything at its default.
    pub fn new(application_type: ApplicationType, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            application_type,
            auth_method: None,
            jwks: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            cors_origins: None,
            grant_types: None,
            response_modes: None,
            scope: None,
            resources: Vec::new(),
            id_token_signed_response_alg: SigningAlg::default(),
            access_token_signed_response_alg: SigningAlg::default(),
            default_acr_values: Vec::new(),
            default_max_age: None,
            minimum_acr: None,
            maximum_auth_age: None,
            acr_values_mode: AcrValuesMode::default(),
            refresh_policy: RefreshPolicy::default(),
            require_pkce: None,
            skip_consent: false,
            verified: true,
            access_token_lifetime: None,
            action: None,
        }
    }

    /// The way it will authenticate.
    pub fn auth_method(&self) -> AuthMethod {
        self.auth_method.unwrap_or(match self.application_type {
            ApplicationType::Spa => AuthMethod::None,
            _ if self.jwks.is_some() => AuthMethod::PrivateKeyJwt,
            ApplicationType::Native => AuthMethod::None,
            ApplicationType::Web | ApplicationType::Service => AuthMethod::ClientSecretBasic,
        })
    }

    /// Whether a secret must be drawn for it.
    pub fn needs_secret(&self) -> bool {
        matches!(
            self.auth_method(),
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
        )
    }

    /// The client, once every rule is kept.
    ///
    /// # Errors
    /// Every problem at once, each with how to mend it.
    pub fn build(
        self,
        id: ClientId,
        secret_hashes: Vec<Hashed>,
        created_at: Timestamp,
    ) -> Result<Client, Vec<ClientProblem>> {
        let auth_method = self.auth_method();
        let service = self.application_type == ApplicationType::Service;
        let client = Client {
            id,
            name: self.name.trim().to_owned(),
            application_type: self.application_type,
            auth_method,
            secret_hashes,
            old_secret: None,
            jwks: self.jwks,
            cors_origins: self
                .cors_origins
                .unwrap_or_else(|| match self.application_type {
                    ApplicationType::Spa => origins(&self.redirect_uris),
                    _ => Vec::new(),
                }),
            redirect_uris: self.redirect_uris,
            post_logout_redirect_uris: self.post_logout_redirect_uris,
            grant_types: self.grant_types.unwrap_or_else(|| match service {
                true => vec![GrantType::ClientCredentials],
                false => vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            }),
            response_modes: self.response_modes.unwrap_or_else(ResponseMode::all),
            scope: self.scope.unwrap_or_else(|| match service {
                true => Scope::default(),
                false => Scope::of([
                    "openid",
                    "profile",
                    "email",
                    "address",
                    "phone",
                    "offline_access",
                ]),
            }),
            resources: self.resources,
            id_token_signed_response_alg: self.id_token_signed_response_alg,
            access_token_signed_response_alg: self.access_token_signed_response_alg,
            default_acr_values: self.default_acr_values,
            default_max_age: self.default_max_age,
            minimum_acr: self.minimum_acr,
            maximum_auth_age: self.maximum_auth_age,
            acr_values_mode: self.acr_values_mode,
            refresh_policy: self.refresh_policy,
            require_pkce: self.require_pkce.unwrap_or(auth_method == AuthMethod::None),
            skip_consent: self.skip_consent,
            verified: self.verified,
            access_token_lifetime: self.access_token_lifetime,
            action: self.action,
            created_at,
        };
        let problems = client.problems();
        if problems.is_empty() {
            Ok(client)
        } else {
            Err(problems)
        }
    }
}

/// The web origins of redirect URIs, each once. What is no URI is left for validation to refuse.
fn origins(redirect_uris: &[String]) -> Vec<String> {
    let mut origins: Vec<String> = redirect_uris
        .iter()
        .filter_map(|uri| url::Url::parse(uri).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .map(|url| url.origin().ascii_serialization())
        .collect();
    origins.sort();
    origins.dedup();
    origins
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::secret::Secret;

    fn build(new: NewClient) -> Result<Client, Vec<ClientProblem>> {
        let secrets = if new.needs_secret() {
            vec![Hashed::of(&Secret::new("s"))]
        } else {
            Vec::new()
        };
        new.build(ClientId::new("c"), secrets, Timestamp::from_secs(0))
    }

    #[test]
    fn each_type_of_app_starts_with_its_safe_defaults() {
        let with = |kind, uri: &str| {
            build(NewClient {
                redirect_uris: vec![uri.into()],
                ..NewClient::new(kind, "App")
            })
            .unwrap()
        };
        let web = with(ApplicationType::Web, "https://app.example/cb");
        assert_eq!(web.auth_method, AuthMethod::ClientSecretBasic);
        assert!(
            !web.must_use_pkce()
                && web.may_use(GrantType::RefreshToken)
                && web.cors_origins.is_empty()
        );

        let spa = with(ApplicationType::Spa, "https://app.example/cb");
        assert!(spa.is_public() && spa.must_use_pkce());
        assert_eq!(spa.cors_origins, ["https://app.example"]);

        let native = with(ApplicationType::Native, "com.example.app:/cb");
        assert!(native.is_public() && native.must_use_pkce());

        let service = build(NewClient::new(ApplicationType::Service, "Nightly job")).unwrap();
        assert_eq!(service.grant_types, [GrantType::ClientCredentials]);
        assert_eq!(service.auth_method, AuthMethod::ClientSecretBasic);
        assert!(service.scope.is_empty());
    }

    #[test]
    fn a_client_that_brings_keys_authenticates_with_them() {
        let jwks = serde_json::json!({"keys": [{"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}]});
        let new = NewClient {
            jwks: Some(jwks),
            ..NewClient::new(ApplicationType::Service, "Job")
        };
        assert!(!new.needs_secret());
        assert_eq!(build(new).unwrap().auth_method, AuthMethod::PrivateKeyJwt);
    }
}
