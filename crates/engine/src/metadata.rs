//! The provider's metadata: OIDC Discovery §3 and RFC 8414 §2, one document for both addresses.
//!
//! Says only what is offered. Nothing here is configurable by itself.

use serde_json::{Value, json};
use stepwell_core::authn::Policy;
use stepwell_core::oauth::Prompt;

use crate::settings::Settings;
use crate::tokens::KeyRing;

/// The document.
#[derive(Debug)]
pub(crate) struct Metadata(Value);

impl Metadata {
    pub(crate) fn of(settings: &Settings, policy: &Policy, keys: &KeyRing) -> Self {
        let issuer = &settings.issuer;
        let at = |path: &str| format!("{issuer}{path}");
        let algs: Vec<&str> = keys.algorithms().iter().map(|alg| alg.as_str()).collect();
        let client_auth = [
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
        ];
        let mut scopes = vec![
            "openid",
            "profile",
            "email",
            "address",
            "phone",
            "offline_access",
        ];
        for scope in &settings.scopes {
            if !scopes.contains(&scope.name.as_str()) {
                scopes.push(&scope.name);
            }
        }
        let acrs: Vec<String> = policy
            .published()
            .iter()
            .map(|a| a.as_str().to_owned())
            .collect();
        Self(json!({
            "issuer": issuer,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/userinfo"),
            "jwks_uri": at("/jwks"),
            "introspection_endpoint": at("/introspect"),
            "revocation_endpoint": at("/revoke"),
            "end_session_endpoint": at("/logout"),
            "scopes_supported": scopes,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "acr_values_supported": acrs,
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": algs,
            "token_endpoint_auth_methods_supported": [client_auth[0], client_auth[1], client_auth[2], "none"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256", "PS256", "EdDSA"],
            "introspection_endpoint_auth_methods_supported": client_auth,
            "introspection_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256", "PS256", "EdDSA"],
            "revocation_endpoint_auth_methods_supported": [client_auth[0], client_auth[1], client_auth[2], "none"],
            "revocation_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256", "PS256", "EdDSA"],
            "display_values_supported": ["page"],
            "claim_types_supported": ["normal"],
            "claims_supported": [
                "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid",
                "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
                "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
                "email", "email_verified", "address", "phone_number", "phone_number_verified",
            ],
            "ui_locales_supported": settings.languages,
            "claims_parameter_supported": true,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "prompt_values_supported": Prompt::OFFERED,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        }))
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        self.0.to_string().into_bytes()
    }
}
