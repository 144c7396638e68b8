//! A relying party made of the `openidconnect` crate, as an application would use it, with a
//! scriptless visitor who signs in. It adds no check of its own.

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope,
    SubjectIdentifier, TokenResponse,
};
use std::time::Duration;

use stepwell_tests::process::Provider;
use stepwell_tests::rp::RelyingParty;
use stepwell_tests::totp::Authenticator;
use stepwell_tests::visitor::{Credentials, Landing, Visitor};

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What one request asks for besides a sign-in.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ask<'a> {
    pub(crate) acr: Option<&'a str>,
    pub(crate) max_age: Option<u64>,
    pub(crate) scopes: &'a [&'a str],
}

/// A request that is under way.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) url: String,
    pub(crate) nonce: Nonce,
    verifier: PkceCodeVerifier,
    state: CsrfToken,
}

/// The relying party and its visitor.
#[derive(Debug)]
pub(crate) struct Party {
    pub(crate) metadata: CoreProviderMetadata,
    client: Client,
    visitor: Visitor,
    phone: Authenticator,
    username: String,
    password: String,
}

impl Party {
    /// Registers with the provider, discovers it, and opens a browser without cookies.
    pub(crate) fn meet(provider: &Provider, options: &[&str]) -> Self {
        let registered = RelyingParty::register(provider, options);
        let issuer = IssuerUrl::new(provider.ready.issuer.clone()).unwrap();
        let metadata = CoreProviderMetadata::discover(&issuer, &http)
            .unwrap_or_else(|problem| panic!("discovery was refused: {problem:?}"));
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(registered.client_id),
            registered.client_secret.map(ClientSecret::new),
        )
        .set_redirect_uri(RedirectUrl::new(registered.redirect_uri).unwrap());
        Self {
            metadata,
            client,
            visitor: Visitor::new(&provider.ready.issuer),
            phone: provider.authenticator(),
            username: provider.ready.username.clone(),
            password: provider.ready.password.clone(),
        }
    }

    pub(crate) fn request(&self, ask: Ask<'_>) -> Request {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = self
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge)
            .add_scopes(ask.scopes.iter().map(|name| Scope::new((*name).to_owned())));
        if let Some(acr) = ask.acr {
            request =
                request.add_auth_context_value(AuthenticationContextClass::new(acr.to_owned()));
        }
        if let Some(seconds) = ask.max_age {
            request = request.set_max_age(Duration::from_secs(seconds));
        }
        let (url, state, nonce) = request.url();
        Request {
            url: url.into(),
            nonce,
            verifier,
            state,
        }
    }

    /// What the provider shows first for a request.
    pub(crate) fn open(&self, request: &Request) -> Landing {
        self.visitor.open(&request.url)
    }

    /// The person does all that is asked; the answer is a code for the state that was sent.
    pub(crate) fn sign_in(&self, request: &Request) -> AuthorizationCode {
        let person = Credentials {
            username: &self.username,
            password: &self.password,
            phone: &self.phone,
        };
        let landing = self.visitor.sign_in(&request.url, &person);
        assert_eq!(landing.expect("state"), *request.state.secret());
        AuthorizationCode::new(landing.expect("code"))
    }

    pub(crate) fn redeem(
        &self,
        code: AuthorizationCode,
        verifier: PkceCodeVerifier,
    ) -> Result<CoreTokenResponse, String> {
        self.client
            .exchange_code(code)
            .unwrap()
            .set_pkce_verifier(verifier)
            .request(&http)
            .map_err(|refused| format!("{refused:?}"))
    }

    /// From the request to tokens.
    pub(crate) fn tokens(&self, request: Request) -> (CoreTokenResponse, Nonce) {
        let code = self.sign_in(&request);
        let tokens = self.redeem(code, request.verifier).unwrap();
        (tokens, request.nonce)
    }

    /// The claims, after every check that the crate makes, with the acr that must be there.
    pub(crate) fn verify(
        &self,
        tokens: &CoreTokenResponse,
        nonce: &Nonce,
        acr: Option<&str>,
    ) -> Result<CoreIdTokenClaims, String> {
        let acr = acr.map(str::to_owned);
        let verifier = self
            .client
            .id_token_verifier()
            .set_auth_context_verifier_fn(move |given| match &acr {
                Some(wanted) if given.is_none_or(|given| **given != *wanted) => {
                    Err(format!("acr is {given:?}, not {wanted}"))
                }
                _ => Ok(()),
            });
        let id_token = tokens.id_token().ok_or("there is no ID token")?;
        let claims = id_token
            .claims(&verifier, nonce)
            .map_err(|refused| format!("{refused:?}"))?;
        Ok(claims.clone())
    }

    /// The access token's hash in the ID token (OpenID Connect Core §3.1.3.6), where it is given.
    pub(crate) fn at_hash_holds(&self, tokens: &CoreTokenResponse, nonce: &Nonce) -> bool {
        let verifier = self.client.id_token_verifier();
        let id_token = tokens.id_token().unwrap();
        let claims = id_token.claims(&verifier, nonce).unwrap();
        let Some(expected) = claims.access_token_hash() else {
            return true;
        };
        let algorithm = id_token.signing_alg().unwrap();
        let key = id_token.signing_key(&verifier).unwrap();
        let token: &AccessToken = tokens.access_token();
        openidconnect::AccessTokenHash::from_token(token, algorithm, key).unwrap() == *expected
    }

    pub(crate) fn user_info(
        &self,
        tokens: &CoreTokenResponse,
        subject: Option<SubjectIdentifier>,
    ) -> Result<CoreUserInfoClaims, String> {
        self.client
            .user_info(tokens.access_token().clone(), subject)
            .map_err(|missing| missing.to_string())?
            .request(&http)
            .map_err(|refused| format!("{refused:?}"))
    }

    pub(crate) fn refresh(&self, token: &RefreshToken) -> Result<CoreTokenResponse, String> {
        self.client
            .exchange_refresh_token(token)
            .unwrap()
            .request(&http)
            .map_err(|refused| format!("{refused:?}"))
    }
}

/// Sends a request of the crate without following redirects.
fn http(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let client = reqwest::blocking::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let response = client.execute(request.try_into()?)?;
    let mut answer = HttpResponse::new(Vec::new());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    *answer.body_mut() = response.bytes()?.to_vec();
    Ok(answer)
}
