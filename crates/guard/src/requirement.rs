//! What an operation needs: an acr, an age, scopes. Pure comparison; no token parsing here.
//! A requirement with a flaw, such as an empty list of acrs, must never let anybody in.

use std::time::Duration;

use crate::challenge::Challenge;
use crate::claims::Claims;

/// Why a [`Requirement`] cannot be meant as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequirementError {
    /// No acr is given, so that every token would do.
    #[error("no acr is given: name at least one, or use authenticated()")]
    NoAcr,
    /// Not one value of `acr_values`, which a challenge separates by spaces (RFC 9470 §3).
    #[error("'{}' is not one acr: use visible ASCII characters without a space", .0.escape_default())]
    Acr(String),
    /// No scope value is given, so that every token would do.
    #[error("no scope value is given: name at least one, or use authenticated()")]
    NoScope,
    /// Not a scope value (RFC 6749 §3.3).
    #[error(
        "'{}' is not a scope value: use visible ASCII characters without a quote or backslash",
        .0.escape_default()
    )]
    Scope(String),
}

/// What a token must show before an operation is allowed. Build it with [`acr`], [`acr_any`],
/// [`scope`] or [`authenticated`].
///
/// A requirement that cannot be meant as it stands, such as `acr_any([])` or `scope("")`, is met
/// by no token: every request is answered with status 500. [`Requirement::flaw`] says why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requirement {
    acr_values: Vec<String>,
    max_age: Option<u64>,
    scope: Vec<String>,
    flaw: Option<RequirementError>,
}

/// The token must carry exactly this acr. An acr is a name, not a level: a stronger one under
/// another name does not match, so list every acr that will do with [`acr_any`].
pub fn acr(value: impl Into<String>) -> Requirement {
    acr_any([value])
}

/// The token must carry one of these acrs; the challenge lists them in this order of preference.
/// There must be at least one, and an acr must not contain a space, because a challenge separates
/// them by spaces; otherwise the requirement has a [flaw](Requirement::flaw) and nobody meets it.
pub fn acr_any<I: IntoIterator<Item = S>, S: Into<String>>(values: I) -> Requirement {
    let acr_values: Vec<String> = values.into_iter().map(Into::into).collect();
    let flaw = match acr_values.iter().find(|value| !is_acr(value)) {
        Some(odd) => Some(RequirementError::Acr(odd.clone())),
        None => acr_values.is_empty().then_some(RequirementError::NoAcr),
    };
    Requirement {
        acr_values,
        flaw,
        ..Requirement::default()
    }
}

/// The token must carry this scope value; several may be given space-separated.
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
    /// Without any, the requirement has a [flaw](Requirement::flaw) and nobody meets it.
    #[must_use]
    pub fn scope(mut self, value: impl Into<String>) -> Self {
        let value = value.into();
        let mut values = value.split(' ').filter(|s| !s.is_empty()).peekable();
        if values.peek().is_none() {
            self.flaw.get_or_insert(RequirementError::NoScope);
        }
        for value in values {
            if !is_scope_value(value) {
                self.flaw
                    .get_or_insert_with(|| RequirementError::Scope(value.to_owned()));
            }
            self.scope.push(value.to_owned());
        }
        self
    }

    /// Why this requirement cannot be meant as it stands, if so. Nobody meets it then; ask here
    /// at start-up to hear of it before the first request does.
    #[must_use]
    pub fn flaw(&self) -> Option<&RequirementError> {
        self.flaw.as_ref()
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

fn is_acr(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_scope_value(value: &str) -> bool {
    value
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}
