//! The guard itself: verify a presented token (RFC 9068 §4), then hold it against a requirement.

use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::builder::Builder;
use crate::challenge::Challenge;
use crate::claims::Claims;
use crate::clock::Clock;
use crate::jwks::JwksCache;
use crate::presented::Presented;
use crate::remembered::Remembered;
use crate::requirement::Requirement;
use crate::token::Token;

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) issuer: String,
    /// Never empty; the first names the realm.
    pub(crate) audience: Vec<String>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) leeway: i64,
    pub(crate) keys: JwksCache,
    pub(crate) remembered: Option<Remembered>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Verifies access tokens of one issuer for one resource server. Cheap to clone; clones share
/// the cached keys.
#[derive(Debug, Clone)]
pub struct Guard {
    settings: Arc<Settings>,
}

/// A guard together with what one operation needs. With the `actix` feature it is a middleware.
#[derive(Debug, Clone)]
pub struct Required {
    guard: Guard,
    requirement: Arc<Requirement>,
}

impl Guard {
    /// Begins a guard for tokens of this issuer, written exactly as it stands in their `iss`.
    pub fn builder(issuer: impl Into<String>) -> Builder {
        Builder::new(issuer.into())
    }

    pub(crate) fn new(settings: Settings) -> Self {
        Guard {
            settings: Arc::new(settings),
        }
    }

    /// Binds a requirement, so that it can be checked or used as a middleware.
    #[must_use]
    pub fn require(&self, requirement: Requirement) -> Required {
        Required {
            guard: self.clone(),
            requirement: Arc::new(requirement),
        }
    }

    /// Verifies the presented token and holds it against `requirement`.
    ///
    /// # Errors
    /// The [`Challenge`] to answer with.
    pub async fn check(
        &self,
        presented: &Presented<'_>,
        requirement: &Requirement,
    ) -> Result<Claims, Challenge> {
        if let Some(flaw) = requirement.flaw() {
            tracing::error!(%flaw, "an operation requires nothing that a token could meet");
            return Err(Challenge::misconfigured(flaw));
        }
        let token = presented
            .token()
            .map_err(|challenge| challenge.in_realm(&self.settings.audience[0]))?;
        let claims = self.verified(token).await?;
        let now = self.settings.clock.now();
        self.check_times(&claims, now)
            .map_err(Challenge::invalid_token)?;
        requirement.satisfied_by(&claims, now, self.settings.leeway)?;
        Ok(Arc::unwrap_or_clone(claims))
    }

    /// The claims of a token with a good signature, for us, from our issuer. Times are not
    /// checked yet, because a remembered token's times must be checked at every use.
    async fn verified(&self, text: &str) -> Result<Arc<Claims>, Challenge> {
        let settings = &self.settings;
        let token = Token::parse(text, &settings.algorithms).map_err(Challenge::invalid_token)?;
        let keys = settings
            .keys
            .keys_for(&token.kid)
            .await
            .map_err(|_| Challenge::unavailable())?;
        if let Some(claims) = settings
            .remembered
            .as_ref()
            .and_then(|remembered| remembered.get(text, keys.revision))
        {
            return Ok(claims);
        }
        if !keys
            .keys
            .verifies(&token.kid, token.algorithm, token.signed, &token.signature)
        {
            return Err(Challenge::invalid_token(
                "The signature of the access token does not match a key of the issuer",
            ));
        }
        let claims = token
            .members()
            .and_then(Claims::read)
            .and_then(|claims| self.check_origin(claims));
        let claims = Arc::new(claims.map_err(Challenge::invalid_token)?);
        if let Some(remembered) = &settings.remembered {
            remembered.insert(text, keys.revision, Arc::clone(&claims));
        }
        Ok(claims)
    }

    fn check_origin(&self, claims: Claims) -> Result<Claims, String> {
        if claims.iss != self.settings.issuer {
            return Err("The access token was issued by another issuer".into());
        }
        if !claims
            .aud
            .iter()
            .any(|audience| self.settings.audience.contains(audience))
        {
            return Err("The access token is for another audience".into());
        }
        Ok(claims)
    }

    fn check_times(&self, claims: &Claims, now: i64) -> Result<(), String> {
        let leeway = self.settings.leeway;
        if now >= claims.exp.saturating_add(leeway) {
            return Err("The access token has expired".into());
        }
        if claims
            .nbf
            .is_some_and(|nbf| nbf > now.saturating_add(leeway))
        {
            return Err("The access token is not valid yet".into());
        }
        if claims.iat > now.saturating_add(leeway) {
            return Err("The access token was issued in the future".into());
        }
        Ok(())
    }
}

impl Required {
    /// Verifies the presented token and holds it against the requirement.
    ///
    /// # Errors
    /// The [`Challenge`] to answer with.
    pub async fn check(&self, presented: &Presented<'_>) -> Result<Claims, Challenge> {
        self.guard.check(presented, &self.requirement).await
    }
}
