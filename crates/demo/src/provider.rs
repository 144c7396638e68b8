//! The provider as the relying party sees it, through the `openidconnect` crate: discovery,
//! authorization requests, redeeming a code, and checking the ID token.
//!
//! The crate verifies signature, issuer, audience, expiry and nonce. It does not look at `acr` and
//! `auth_time`, so the two functions that do are set here (OIDC Core §3.1.3.7, 11 to 13).

use std::sync::Arc;
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGrantType, CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AuthenticationContextClass, AuthorizationCode,
    ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, TokenResponse,
};
use serde::{Deserialize, Serialize};
use tokio::sync::RwLock;
use url::Url;

use crate::clock;
use crate::config::{BankConfig, invalid};
use crate::flow::{Action, Ask};
use crate::session::Pending;
use crate::tokens::Tokens;

/// How long metadata and keys are kept.
const FRESH: Duration = Duration::from_secs(300);
/// Seconds that the way back from the provider may take on top of a max_age.
const JOURNEY: i64 = 60;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

type Metadata = ProviderMetadata<
    Extensions,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Metadata from other specifications: RP-Initiated Logout §2.1 and RFC 9207 §3.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Extensions {
    end_session_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extensions {}

/// What went wrong between the bank and its provider.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    #[error("The provider could not be reached: {0}")]
    Unreachable(String),
    #[error("The token endpoint refused: {description}")]
    Refused { error: String, description: String },
    #[error("The ID token cannot be trusted: {0}")]
    Untrusted(String),
    #[error("The provider answered with another authentication level than the one asked for: {0}")]
    WrongAcr(String),
    #[error("The provider's answer rests on a sign-in that is too old: {0}")]
    TooOld(String),
}

struct Discovered {
    client: Client,
    extensions: Extensions,
    at: Instant,
}

pub(crate) struct Provider {
    http: reqwest::Client,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect_uri: RedirectUrl,
    after_logout: PostLogoutRedirectUrl,
    audience: String,
    discovered: RwLock<Option<Arc<Discovered>>>,
}

impl Provider {
    pub(crate) fn new(config: &BankConfig) -> std::io::Result<Self> {
        let mut http = reqwest::Client::builder()
            // A token endpoint that redirects would send the code and the secret elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10));
        if config.issuer.starts_with("http://") {
            http = http.no_proxy();
        }
        Ok(Provider {
            http: http.build().map_err(std::io::Error::other)?,
            issuer: IssuerUrl::new(config.issuer.clone())
                .map_err(|error| invalid(format!("issuer: {error}")))?,
            client_id: ClientId::new(config.client_id.clone()),
            client_secret: (!config.client_secret.is_empty())
                .then(|| ClientSecret::new(config.client_secret.clone())),
            redirect_uri: RedirectUrl::new(config.redirect_uri())
                .map_err(|error| invalid(format!("public_url: {error}")))?,
            after_logout: PostLogoutRedirectUrl::new(format!("{}/", config.public_url))
                .map_err(|error| invalid(format!("public_url: {error}")))?,
            audience: config.api_audience.clone(),
            discovered: RwLock::new(None),
        })
    }

    /// Makes an authorization request: code flow, PKCE S256, nonce, state, and what is asked.
    pub(crate) async fn begin(
        &self,
        ask: &Ask,
        action: Action,
    ) -> Result<(Url, Pending), ProviderError> {
        let discovered = self.discovered(false).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let usual = ["profile", "accounts", "transfer"].map(str::to_owned);
        let more = ask
            .scope
            .iter()
            .filter(|scope| *scope != "openid" && !usual.contains(scope))
            .cloned();
        let scopes: Vec<Scope> = usual.iter().cloned().chain(more).map(Scope::new).collect();
        let mut request = discovered
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(scopes)
            .add_extra_param("resource", self.audience.clone())
            // The name is for the page, and a claim asked for by name comes in the ID token (OIDC Core §5.5).
            .add_extra_param("claims", r#"{"id_token":{"name":null}}"#)
            .set_pkce_challenge(challenge);
        for acr in &ask.acr_values {
            request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        if let Some(seconds) = ask.max_age {
            request = request.set_max_age(Duration::from_secs(seconds));
        }
        let (url, state, nonce) = request.url();
        let pending = Pending {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            acr_values: ask.acr_values.clone(),
            max_age: ask.max_age,
            action,
            step_up: ask.step_up,
        };
        Ok((url, pending))
    }

    /// Whether an answer that claims to come from `iss` comes from our provider (RFC 9207 §2.4).
    /// An answer without `iss` is fine only from a provider that does not promise to send it.
    pub(crate) async fn is_answer_from(&self, iss: Option<&str>) -> Result<bool, ProviderError> {
        match iss {
            Some(iss) => Ok(iss == self.issuer.as_str()),
            None => Ok(!self
                .discovered(false)
                .await?
                .extensions
                .authorization_response_iss_parameter_supported),
        }
    }

    /// Redeems the code and checks the ID token against the request that it answers.
    pub(crate) async fn redeem(
        &self,
        pending: &Pending,
        code: String,
    ) -> Result<Tokens, ProviderError> {
        let discovered = self.discovered(false).await?;
        let response = discovered
            .client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| ProviderError::Unreachable(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()))
            .add_extra_param("resource", self.audience.clone())
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(refusal) => ProviderError::Refused {
                    error: refusal.error().as_ref().to_owned(),
                    description: refusal.error_description().cloned().unwrap_or_default(),
                },
                other => ProviderError::Unreachable(other.to_string()),
            })?;
        let id_token = response
            .id_token()
            .ok_or_else(|| ProviderError::Untrusted("there is none".into()))?;
        match self.tokens(&discovered, pending, &response, id_token) {
            // The provider may have begun to sign with a new key since its keys were fetched.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let again = self.discovered(true).await?;
                self.tokens(&again, pending, &response, id_token)
                    .map_err(explained)
            }
            other => other.map_err(explained),
        }
    }

    fn tokens(
        &self,
        discovered: &Discovered,
        pending: &Pending,
        response: &CoreTokenResponse,
        id_token: &CoreIdToken,
    ) -> Result<Tokens, ClaimsVerificationError> {
        let verifier = verifier(&discovered.client, pending);
        let claims = id_token.claims(&verifier, &Nonce::new(pending.nonce.clone()))?;
        check_at_hash(claims, response, id_token, &verifier)?;
        let name = claims
            .name()
            .and_then(|name| name.get(None))
            .map(|name| name.to_string())
            .or_else(|| claims.preferred_username().map(|name| name.to_string()))
            .unwrap_or_else(|| claims.subject().to_string());
        Ok(Tokens {
            subject: claims.subject().to_string(),
            access_token: response.access_token().secret().clone(),
            id_token: id_token.to_string(),
            name,
        })
    }

    /// Where to send a person who signs out (RP-Initiated Logout §2); `None` if the provider has
    /// no such endpoint.
    pub(crate) async fn logout_url(&self, id_token: &str) -> Option<Url> {
        let discovered = self.discovered(false).await.ok()?;
        let endpoint =
            openidconnect::EndSessionUrl::new(discovered.extensions.end_session_endpoint.clone()?)
                .ok()?;
        let id_token: CoreIdToken = id_token.parse().ok()?;
        let request = LogoutRequest::from(endpoint)
            .set_id_token_hint(&id_token)
            .set_client_id(self.client_id.clone())
            .set_post_logout_redirect_uri(self.after_logout.clone());
        Some(request.http_get_url())
    }

    /// Metadata and keys, fetched at first use (the provider may start at the same time as the
    /// bank) and again when they are old.
    async fn discovered(&self, anew: bool) -> Result<Arc<Discovered>, ProviderError> {
        if !anew
            && let Some(known) = self
                .discovered
                .read()
                .await
                .as_ref()
                .filter(|known| known.at.elapsed() < FRESH)
        {
            return Ok(Arc::clone(known));
        }
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.http)
            .await
            .map_err(|error| ProviderError::Unreachable(error.to_string()))?;
        let extensions = metadata.additional_metadata().clone();
        let client = CoreClient::from_provider_metadata(
            metadata,
            self.client_id.clone(),
            self.client_secret.clone(),
        )
        .set_redirect_uri(self.redirect_uri.clone());
        let found = Arc::new(Discovered {
            client,
            extensions,
            at: clock::instant(),
        });
        *self.discovered.write().await = Some(Arc::clone(&found));
        Ok(found)
    }
}

fn verifier<'a>(client: &'a Client, pending: &'a Pending) -> CoreIdTokenVerifier<'a> {
    client
        .id_token_verifier()
        .set_allowed_algs([
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPssSha256,
            CoreJwsSigningAlgorithm::EdDsa,
        ])
        .set_auth_context_verifier_fn(|acr| {
            let acr = acr.map(|acr| acr.as_str());
            match (pending.acr_values.as_slice(), acr) {
                ([], _) => Ok(()),
                (asked, Some(acr)) if asked.iter().any(|wanted| wanted == acr) => Ok(()),
                (asked, acr) => Err(format!(
                    "asked for {}, answered {}",
                    asked.join(" or "),
                    acr.unwrap_or("none")
                )),
            }
        })
        .set_auth_time_verifier_fn(|auth_time| {
            let Some(max_age) = pending.max_age else {
                return Ok(());
            };
            let Some(auth_time) = auth_time else {
                return Err("it has no auth_time".into());
            };
            let age = clock::seconds().saturating_sub(auth_time.timestamp());
            let longest = i64::try_from(max_age)
                .unwrap_or(i64::MAX)
                .saturating_add(JOURNEY);
            if (-JOURNEY..=longest).contains(&age) {
                Ok(())
            } else {
                Err(format!(
                    "asked for at most {max_age} seconds, answered {age}"
                ))
            }
        })
}

/// Binds the access token to the ID token where the provider says how (OIDC Core §3.1.3.8).
fn check_at_hash(
    claims: &CoreIdTokenClaims,
    response: &CoreTokenResponse,
    id_token: &CoreIdToken,
    verifier: &CoreIdTokenVerifier<'_>,
) -> Result<(), ClaimsVerificationError> {
    let Some(expected) = claims.access_token_hash() else {
        return Ok(());
    };
    let other = |error: String| ClaimsVerificationError::Other(error);
    let algorithm = id_token
        .signing_alg()
        .map_err(|error| other(error.to_string()))?;
    let key = id_token
        .signing_key(verifier)
        .map_err(|error| other(error.to_string()))?;
    let actual = AccessTokenHash::from_token(response.access_token(), algorithm, key)
        .map_err(|error| other(error.to_string()))?;
    if actual == *expected {
        Ok(())
    } else {
        Err(other("at_hash does not match the access token".into()))
    }
}

fn explained(error: ClaimsVerificationError) -> ProviderError {
    match error {
        ClaimsVerificationError::InvalidAuthContext(reason) => ProviderError::WrongAcr(reason),
        ClaimsVerificationError::InvalidAuthTime(reason) => ProviderError::TooOld(reason),
        ClaimsVerificationError::SignatureVerification(reason) => {
            ProviderError::Untrusted(reason.to_string())
        }
        other => ProviderError::Untrusted(other.to_string()),
    }
}
