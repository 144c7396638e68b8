//! Relying parties: apps that send people over and redeem what comes back.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;
use stepwell_core::client::{ApplicationType, Client, NewClient};
use stepwell_core::oauth::pkce::Challenge;
use stepwell_core::oauth::{OAuthError, Params, Scope};
use stepwell_core::secret::Secret;
use stepwell_engine::EngineError;
use stepwell_engine::grants::TokenAnswer;
use url::form_urlencoded;

use super::{Answer, Stage};

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters";

/// A registered app.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    pub client: Client,
    pub secret: Option<Secret>,
}

/// An app to be: [`RelyingPartyToBe::create`] registers it.
#[derive(Debug)]
pub struct RelyingPartyToBe<'s> {
    stage: &'s Stage,
    new: NewClient,
}

/// Begins to describe a confidential web app named Bank that asks for no consent.
pub fn a_relying_party(stage: &Stage) -> RelyingPartyToBe<'_> {
    let new = NewClient {
        redirect_uris: vec!["https://bank.example/cb".into()],
        scope: Some(Scope::of([
            "openid",
            "profile",
            "email",
            "offline_access",
            "transfer",
            "balance",
        ])),
        skip_consent: true,
        ..NewClient::new(ApplicationType::Web, "Bank")
    };
    RelyingPartyToBe { stage, new }
}

impl RelyingPartyToBe<'_> {
    pub fn named(mut self, name: &str) -> Self {
        self.new.name = name.to_owned();
        self.new.redirect_uris = vec![format!("https://{}.example/cb", name.to_lowercase())];
        self
    }

    /// One that people are asked to consent to.
    pub fn asking_consent(mut self) -> Self {
        self.new.skip_consent = false;
        self
    }

    /// Whatever else its registration says.
    pub fn with(mut self, change: impl FnOnce(&mut NewClient)) -> Self {
        change(&mut self.new);
        self
    }

    pub fn create(self) -> RelyingParty {
        let made = self
            .stage
            .engine
            .create_client(&self.stage.call(), None, self.new)
            .unwrap();
        RelyingParty {
            client: made.client,
            secret: made.secret,
        }
    }
}

/// What the token endpoint answered, with the claims inside.
#[derive(Debug)]
pub struct Tokens {
    pub answer: TokenAnswer,
    pub access: Value,
    pub id: Value,
}

impl Tokens {
    pub fn of(answer: TokenAnswer) -> Self {
        let id = answer.id_token.as_deref().map_or(Value::Null, claims_of);
        Self {
            access: claims_of(&answer.access_token),
            id,
            answer,
        }
    }

    pub fn refresh_token(&self) -> &str {
        self.answer
            .refresh_token
            .as_deref()
            .expect("no refresh token was issued")
    }

    /// `(acr, amr, auth_time)`, which must be the same in both tokens.
    pub fn grounds(&self) -> (String, Vec<String>, i64) {
        let of = |claims: &Value| {
            let amr = claims["amr"].as_array().cloned().unwrap_or_default();
            (
                claims["acr"].as_str().unwrap_or_default().to_owned(),
                amr.iter()
                    .map(|v| v.as_str().unwrap().to_owned())
                    .collect::<Vec<_>>(),
                claims["auth_time"].as_i64().unwrap_or_default(),
            )
        };
        if !self.id.is_null() {
            assert_eq!(of(&self.access), of(&self.id), "both tokens tell the same");
        }
        of(&self.access)
    }
}

impl RelyingParty {
    /// The query of an authorization request; what is given replaces or adds to the usual, and an empty
    /// value leaves a parameter out.
    pub fn query(&self, extra: &[(&str, &str)]) -> String {
        let challenge = Challenge::of(VERIFIER);
        let usual = [
            ("response_type", "code"),
            ("client_id", self.client.id.as_str()),
            ("redirect_uri", &self.client.redirect_uris[0]),
            ("scope", "openid"),
            ("state", "some-state"),
            ("nonce", "some-nonce"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual
            .iter()
            .filter(|(name, _)| !extra.iter().any(|(other, _)| other == name));
        let given = extra.iter().filter(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept.chain(given))
            .finish()
    }

    /// Exchanges the code of a successful answer.
    pub fn redeem(&self, stage: &Stage, answer: &Answer) -> Tokens {
        Tokens::of(self.token(stage, &self.redeeming(answer)).unwrap())
    }

    /// The body that exchanges a code.
    pub fn redeeming<'a>(&'a self, answer: &'a Answer) -> Vec<(&'a str, &'a str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("code", answer.code()),
            ("redirect_uri", &self.client.redirect_uris[0]),
            ("code_verifier", VERIFIER),
        ]
    }

    /// Exchanges a refresh token.
    pub fn refresh(&self, stage: &Stage, token: &str) -> Result<Tokens, EngineError> {
        self.token(
            stage,
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
        .map(Tokens::of)
    }

    /// A request to the token endpoint, with this client's authentication.
    pub fn token(&self, stage: &Stage, body: &[(&str, &str)]) -> Result<TokenAnswer, EngineError> {
        stage.tick();
        let params = self.params(body);
        let client = self.authenticate(stage, &params)?;
        stage.engine.token(&stage.call(), &client, &params)
    }

    /// A body as parameters; a client without a secret says who it is in there.
    pub fn params(&self, body: &[(&str, &str)]) -> Params {
        let id = [("client_id", self.client.id.as_str())];
        let mine = id.iter().filter(|_| self.secret.is_none());
        let raw = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(body.iter().chain(mine))
            .finish();
        Params::parse(raw.as_bytes()).unwrap()
    }

    /// Authenticates as registered.
    pub fn authenticate(&self, stage: &Stage, params: &Params) -> Result<Arc<Client>, EngineError> {
        let header = self.secret.as_ref().map(|secret| {
            let pair = format!("{}:{}", self.client.id, secret.expose());
            format!("Basic {}", STANDARD.encode(pair))
        });
        stage
            .engine
            .authenticate_client(&stage.call(), params, header.as_deref())
    }
}

/// What a JWT claims, its signature unseen.
pub fn claims_of(jwt: &str) -> Value {
    let body = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

/// The protocol error that a use case ended with.
pub fn oauth_error(error: EngineError) -> OAuthError {
    match error {
        EngineError::OAuth(error) => error,
        other => panic!("not a protocol error: {other}"),
    }
}
