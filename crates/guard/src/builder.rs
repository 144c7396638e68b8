//! Building a guard, with every setting checked before the first request.

use std::sync::Arc;

use url::Url;

use crate::algorithm::Algorithm;
use crate::clock::{Clock, SystemClock};
use crate::fetch::{HttpSource, KeySource, PinnedSource, is_safe};
use crate::guard::{Guard, Settings};
use crate::jwks::JwksCache;
use crate::remembered::Remembered;

/// The most tolerance between two clocks that may be configured, in seconds.
const MOST_LEEWAY: u64 = 60;

/// Why a guard cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The issuer is not usable.
    #[error(
        "the issuer '{0}' must be an https address (http only on the loopback), without query or fragment"
    )]
    Issuer(String),
    /// The address of the key set is not usable.
    #[error("the jwks_uri '{0}' must be an https address (http only on the loopback)")]
    JwksUri(String),
    /// No audience is set.
    #[error(
        "set the audience with .audience(…): the resource identifier that tokens for this API carry in aud"
    )]
    NoAudience,
    /// No algorithm is left.
    #[error("at least one signature algorithm must be accepted")]
    NoAlgorithm,
    /// The leeway is too long.
    #[error("the leeway is {0} seconds, but at most {MOST_LEEWAY} are allowed")]
    Leeway(u64),
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made: {0}")]
    Http(String),
}

/// Settings of a guard to be; see [`Guard::builder`].
#[derive(Debug)]
#[must_use]
pub struct Builder {
    issuer: String,
    audience: Vec<String>,
    algorithms: Vec<Algorithm>,
    leeway: u64,
    jwks_uri: Option<String>,
    source: Option<Box<dyn KeySource>>,
    remember: usize,
    clock: Arc<dyn Clock>,
}

impl Builder {
    pub(crate) fn new(issuer: String) -> Self {
        Builder {
            issuer,
            audience: Vec::new(),
            algorithms: Algorithm::ALL.to_vec(),
            leeway: 10,
            jwks_uri: None,
            source: None,
            remember: 0,
            clock: Arc::new(SystemClock),
        }
    }

    /// Accepts tokens whose `aud` contains this value; may be called several times.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience.push(audience.into());
        self
    }

    /// Accepts these signature algorithms only; by default ES256, RS256, PS256 and EdDSA.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// How far the issuer's clock may differ, in seconds: 10 by default, 60 at most.
    pub fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = seconds;
        self
    }

    /// Fetches keys from this address instead of the one in the issuer's metadata.
    pub fn jwks_uri(mut self, uri: impl Into<String>) -> Self {
        self.jwks_uri = Some(uri.into());
        self
    }

    /// Uses this JWK Set and never fetches one.
    pub fn pinned_keys(self, document: impl Into<Vec<u8>>) -> Self {
        self.key_source(PinnedSource(document.into()))
    }

    /// Gets keys from this source instead of over HTTP.
    pub fn key_source(mut self, source: impl KeySource + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Remembers up to this many verified tokens, so that their signature is not verified at
    /// every request. Expiry, age and scope are still checked. 0, the default, remembers none.
    pub fn remember(mut self, tokens: usize) -> Self {
        self.remember = tokens;
        self
    }

    /// Takes the time from here instead of from the system.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Checks the settings; nothing is fetched before the first token arrives.
    ///
    /// # Errors
    /// [`BuildError`] names the setting that cannot be used.
    pub fn build(self) -> Result<Guard, BuildError> {
        Url::parse(&self.issuer)
            .ok()
            .filter(|url| is_safe(url) && url.query().is_none() && url.fragment().is_none())
            .ok_or_else(|| BuildError::Issuer(self.issuer.clone()))?;
        if self.audience.is_empty() || self.audience.iter().any(String::is_empty) {
            return Err(BuildError::NoAudience);
        }
        if self.algorithms.is_empty() {
            return Err(BuildError::NoAlgorithm);
        }
        if self.leeway > MOST_LEEWAY {
            return Err(BuildError::Leeway(self.leeway));
        }
        let source = match (self.source, self.jwks_uri) {
            (Some(source), _) => source,
            (None, given) => {
                let jwks_uri = given
                    .map(|uri| {
                        Url::parse(&uri)
                            .ok()
                            .filter(is_safe)
                            .ok_or(BuildError::JwksUri(uri))
                    })
                    .transpose()?;
                Box::new(
                    HttpSource::new(&self.issuer, jwks_uri)
                        .map_err(|error| BuildError::Http(error.to_string()))?,
                )
            }
        };
        Ok(Guard::new(Settings {
            issuer: self.issuer,
            audience: self.audience,
            algorithms: self.algorithms,
            leeway: i64::try_from(self.leeway).unwrap_or(i64::MAX),
            keys: JwksCache::new(source, Arc::clone(&self.clock)),
            remembered: (self.remember > 0).then(|| Remembered::new(self.remember)),
            clock: self.clock,
        }))
    }
}
