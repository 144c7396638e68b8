//! What an operation needs: an acr, an age, scopes. Pure comparison; no token parsing here.

use std::time::Duration;

use crate::challenge::Challenge;
use crate::claims::Claims;

/// What a token must show before an operation is allowed. Build it with [`acr`], [`acr_any`],
/// [`scope`] or [`authenticated`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requirement {
    acr_values: Vec<String>,
    max_age: Option<u64>,
    scope: Vec<String>,
}

/// The token must carry exactly this acr. An acr is a name, not a level: a stronger one under
/// another name does not match, so list every acr that will do with [`acr_any`].
pub fn acr(value: impl Into<String>) -> Requirement {
    acr_any([value])
}

/// The token must carry one of these acrs; the challenge lists them in this order of preference.
/// An acr must not contain a space, because a challenge separates them by spaces.
pub fn acr_any<I: IntoIterator<Item = S>, S: Into<String>>(values: I) -> Requirement {
    Requirement {
        acr_values: values.into_iter().map(Into::into).collect(),
        ..Requirement::default()
    }
}

/// The token must carry this scope value.
pub fn scope(value: impl Into<String>) -> Requirement {
    Requirement::default().scope(value)
}

/// Any valid access token for this audience will do.
#[must_use]
pub fn authenticated() -> Requirement {
    Requirement::default()
}

/// A number of seconds, given as `u64` or as [`Duration`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxAge(u64);

impl From<u64> for MaxAge {
    fn from(seconds: u64) -> Self {
        MaxAge(seconds)
    }
}

impl From<Duration> for MaxAge {
    fn from(duration: Duration) -> Self {
        MaxAge(duration.as_secs())
    }
}

impl Requirement {
    /// The person must have proven who they are at most this long ago (RFC 9470 §3): a token is
    /// too old once **more** seconds than this have passed since its `auth_time`.
    #[must_use]
    pub fn max_age(mut self, age: impl Into<MaxAge>) -> Self {
        self.max_age = Some(age.into().0);
        self
    }

    /// The token must also carry this scope value; several may be given space-separated.
    #[must_use]
    pub fn scope(mut self, value: impl Into<String>) -> Self {
        self.scope.extend(
            value
                .into()
                .split(' ')
                .filter(|s| !s.is_empty())
                .map(str::to_owned),
        );
        self
    }

    /// Compares a verified token with the requirement at `now`.
    ///
    /// Authentication is judged before scope: where both fall short, the one challenge names
    /// both, so that the client can ask for everything in a single authorization request.
    pub(crate) fn satisfied_by(
        &self,
        claims: &Claims,
        now: i64,
        leeway: i64,
    ) -> Result<(), Challenge> {
        let missing_scope = self.scope.iter().any(|needed| !claims.has_scope(needed));
        if let Some(description) = self.shortfall(claims, now, leeway) {
            let challenge = Challenge::insufficient_user_authentication(
                description,
                self.acr_values.clone(),
                self.max_age,
            );
            return Err(if missing_scope {
                challenge.with_scope(self.scope.clone())
            } else {
                challenge
            });
        }
        if missing_scope {
            return Err(Challenge::insufficient_scope(self.scope.clone()));
        }
        Ok(())
    }

    fn shortfall(&self, claims: &Claims, now: i64, leeway: i64) -> Option<&'static str> {
        let acr_matches = self.acr_values.is_empty()
            || claims
                .acr
                .as_ref()
                .is_some_and(|reached| self.acr_values.iter().any(|wanted| wanted == reached));
        if !acr_matches {
            return Some("A different authentication level is required");
        }
        let max_age = i64::try_from(self.max_age?).unwrap_or(i64::MAX);
        match claims.auth_time {
            // A time that has not come yet proves nothing; only the clocks' tolerance is granted.
            Some(auth_time)
                if auth_time <= now.saturating_add(leeway)
                    && now.saturating_sub(auth_time) <= max_age =>
            {
                None
            }
            _ => Some("More recent authentication is required"),
        }
    }
}
