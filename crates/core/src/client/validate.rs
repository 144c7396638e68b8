//! Every rule a registration must keep, and how to mend each breach.
//!
//! Reports all problems at once. Knows nothing of what the server is configured with: whether an acr
//! name exists is checked where acrs are known.

use std::fmt;

use serde_json::Value;

use super::{ApplicationType, AuthMethod, Client, GrantType};
use crate::display_text;
use crate::oauth::redirect_uri::{validate_origin, validate_redirect_uri, validate_resource};
use crate::oauth::scope;
use crate::oauth::{ErrorCode, OAuthError};
use crate::time::Seconds;

/// What the ids of no registered client begin with: the provider asks for itself under them.
const RESERVED: &str = "stepwell:";

const MAX_NAME: usize = 100;
const MAX_ACTION: usize = 80;
const MAX_URIS: usize = 50;
const MAX_SECRETS: usize = 5;
const MAX_KEYS: usize = 20;
const MAX_ACRS: usize = 20;
const MAX_ACR: usize = 256;
const MAX_LIFETIME: Seconds = Seconds(86_400);

/// One rule a registration breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientProblem {
    /// The field, as it is called in client metadata.
    pub field: &'static str,
    /// `invalid_redirect_uri` or `invalid_client_metadata` (RFC 7591 §3.2.2).
    pub code: ErrorCode,
    /// What is wrong and how to mend it.
    pub problem: String,
}

impl fmt::Display for ClientProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

#[derive(Default)]
struct Problems(Vec<ClientProblem>);

impl Problems {
    fn add(&mut self, field: &'static str, problem: impl Into<String>) {
        self.0.push(ClientProblem {
            field,
            code: ErrorCode::InvalidClientMetadata,
            problem: problem.into(),
        });
    }

    fn when(&mut self, broken: bool, field: &'static str, problem: impl Into<String>) {
        if broken {
            self.add(field, problem);
        }
    }

    fn from(&mut self, field: &'static str, checked: Result<(), OAuthError>) {
        if let Err(error) = checked {
            let problem = format!("{} ({})", error.description(), error.rule());
            self.0.push(ClientProblem {
                field,
                code: error.code(),
                problem,
            });
        }
    }
}

impl Client {
    /// Everything that is wrong with this registration; empty when all is well.
    pub fn problems(&self) -> Vec<ClientProblem> {
        let mut found = Problems::default();
        self.check_texts(&mut found);
        self.check_uris(&mut found);
        self.check_grants(&mut found);
        self.check_authentication(&mut found);
        self.check_keys(&mut found);
        self.check_demands(&mut found);
        found.0
    }

    fn check_texts(&self, found: &mut Problems) {
        found.when(
            self.id.as_str().starts_with(RESERVED),
            "client_id",
            format!("ids that begin with {RESERVED} are the provider's own; choose another one"),
        );
        if let Err(problem) = display_text::check(&self.name, MAX_NAME) {
            found.add("client_name", problem.to_string());
        }
        if let Some(Err(problem)) = self
            .action
            .as_deref()
            .map(|action| display_text::check(action, MAX_ACTION))
        {
            found.add("action", problem.to_string());
        }
    }

    fn check_uris(&self, found: &mut Problems) {
        let needs_redirect = self.may_use(GrantType::AuthorizationCode);
        found.when(
            needs_redirect && self.redirect_uris.is_empty(),
            "redirect_uris",
            "at least one redirect URI is needed for the authorization code grant; add one with --redirect",
        );
        for (field, uris) in [
            ("redirect_uris", &self.redirect_uris),
            ("post_logout_redirect_uris", &self.post_logout_redirect_uris),
        ] {
            found.when(
                uris.len() > MAX_URIS,
                field,
                format!("at most {MAX_URIS} may be registered"),
            );
            for uri in uris.iter().take(MAX_URIS) {
                found.from(field, validate_redirect_uri(self.application_type, uri));
            }
        }
        found.when(
            self.cors_origins.len() > MAX_URIS,
            "cors_origins",
            format!("at most {MAX_URIS} may be registered"),
        );
        for origin in self.cors_origins.iter().take(MAX_URIS) {
            found.from("cors_origins", validate_origin(origin));
        }
        found.when(
            self.resources.len() > MAX_URIS,
            "resources",
            format!("at most {MAX_URIS} may be registered"),
        );
        for resource in self.resources.iter().take(MAX_URIS) {
            found.from("resources", validate_resource(resource));
        }
    }

    fn check_grants(&self, found: &mut Problems) {
        let service = self.application_type == ApplicationType::Service;
        found.when(
            self.grant_types.is_empty(),
            "grant_types",
            "name at least one grant type",
        );
        found.when(
            service && self.may_use(GrantType::AuthorizationCode),
            "grant_types",
            "a service has no person to send through a browser; register a web, spa or native client instead",
        );
        found.when(
            self.may_use(GrantType::RefreshToken) && !self.may_use(GrantType::AuthorizationCode),
            "grant_types",
            "refresh_token only goes with authorization_code; add it or drop refresh_token (RFC 6749 §4.4.3)",
        );
        found.when(
            self.may_use(GrantType::ClientCredentials) && self.is_public(),
            "grant_types",
            "client_credentials is for confidential clients only; use another auth method (RFC 6749 §4.4)",
        );
        found.when(
            self.response_modes.is_empty() && self.may_use(GrantType::AuthorizationCode),
            "response_modes",
            "name at least one of query, form_post",
        );
        for token in self.scope.iter().filter(|token| !scope::is_token(token)) {
            found.add("scope", format!("{token:?} is no scope (RFC 6749 §3.3)"));
        }
    }

    fn check_authentication(&self, found: &mut Problems) {
        let with_secret = self.keeps_secret();
        found.when(
            self.application_type == ApplicationType::Spa && !self.is_public(),
            "token_endpoint_auth_method",
            "an app in a browser can keep no secret; use none, with PKCE (RFC 6749 §2.1)",
        );
        found.when(
            self.application_type == ApplicationType::Service && self.is_public(),
            "token_endpoint_auth_method",
            "a service must authenticate; use client_secret_basic, client_secret_post or private_key_jwt",
        );
        found.when(
            with_secret && self.secret_hashes.is_empty(),
            "client_secret",
            "this auth method needs a secret and none was drawn",
        );
        found.when(
            !with_secret && !self.secret_hashes.is_empty(),
            "client_secret",
            format!(
                "a client with the auth method {} has no secret",
                self.auth_method
            ),
        );
        found.when(
            self.secret_hashes.len() > MAX_SECRETS,
            "client_secret",
            format!("at most {MAX_SECRETS} secrets at a time; remove an old one"),
        );
    }

    fn check_keys(&self, found: &mut Problems) {
        let Some(jwks) = &self.jwks else {
            found.when(
                self.auth_method == AuthMethod::PrivateKeyJwt,
                "jwks",
                "private_key_jwt needs the client's public keys; give them with --jwks",
            );
            return;
        };
        let Some(keys) = jwks.get("keys").and_then(Value::as_array) else {
            return found.add(
                "jwks",
                "must be a JSON object with an array 'keys' (RFC 7517 §5)",
            );
        };
        found.when(
            keys.is_empty() || keys.len() > MAX_KEYS,
            "jwks",
            format!("must hold between 1 and {MAX_KEYS} keys"),
        );
        for key in keys {
            let kty = key.get("kty").and_then(Value::as_str).unwrap_or_default();
            found.when(
                !matches!(kty, "RSA" | "EC" | "OKP"),
                "jwks",
                "every key must be a public RSA, EC or OKP key; a symmetric key is refused",
            );
            found.when(
                ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|private| key.get(private).is_some()),
                "jwks",
                "a key holds private members; register the public part only and replace that key, it is exposed now",
            );
        }
    }

    fn check_demands(&self, found: &mut Problems) {
        found.when(
            self.default_acr_values.len() > MAX_ACRS,
            "default_acr_values",
            format!("at most {MAX_ACRS} values"),
        );
        let defaults = self
            .default_acr_values
            .iter()
            .map(|acr| ("default_acr_values", acr));
        for (field, acr) in defaults.chain(self.minimum_acr.iter().map(|acr| ("minimum_acr", acr)))
        {
            found.when(
                acr.is_empty()
                    || acr.len() > MAX_ACR
                    || acr.contains(|c: char| c.is_whitespace() || c.is_control()),
                field,
                format!("an acr is 1 to {MAX_ACR} bytes without spaces"),
            );
        }
        found.when(
            self.is_public() && !self.require_pkce && self.may_use(GrantType::AuthorizationCode),
            "require_pkce",
            "a public client must use PKCE (RFC 9700 §2.1.1)",
        );
        found.when(
            self.access_token_lifetime
                .is_some_and(|life| life == Seconds(0) || life > MAX_LIFETIME),
            "access_token_lifetime",
            format!("must be between 1s and {MAX_LIFETIME}"),
        );
    }
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
