//! Which acrs a request asks for, put together from `acr_values` and the `acr` claim.
//!
//! Values are compared byte by byte and keep their order of preference. Whether a name is known, or
//! reachable, is not decided here.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::AcrValuesMode;
use crate::oauth::claims::ClaimRequest;
use crate::oauth::error::OAuthError;

const MAX_VALUES: usize = 20;
const MAX_VALUE: usize = 256;
const RULE: &str = "OIDC Core §3.1.2.1";

/// The acrs asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcrRequest {
    /// Any of these, most preferred first; empty when none was named.
    #[serde(default)]
    pub values: Vec<String>,
    /// An essential claim named them: unmet is always an error (OIDC Core §5.5.1.1).
    #[serde(default)]
    pub essential: bool,
    /// Only a claim that is not essential named them: a wish, whatever the client's mode
    /// (OIDC Core §5.5.1.1).
    #[serde(default)]
    pub voluntary: bool,
    /// An essential `acr` claim without values: return the acr if it is known; its absence is no
    /// error (OIDC Core §5.5.1).
    #[serde(default)]
    pub acr_claim_essential_without_value: bool,
}

impl AcrRequest {
    /// Whether one of them must be reached, for a client of this mode.
    pub fn is_necessary(&self, mode: AcrValuesMode) -> bool {
        !self.values.is_empty()
            && (self.essential || (!self.voluntary && mode == AcrValuesMode::Necessary))
    }

    /// Puts both ways of asking together. An essential claim wins: only its values remain, in the
    /// order of `acr_values`. A claim that is not essential yields to `acr_values`.
    ///
    /// # Errors
    /// `invalid_request` when there are more than 20 values, one is longer than 256 bytes, or
    /// `acr_values` and an essential claim have none in common.
    pub fn combine(
        acr_values: Option<&str>,
        claim: Option<&ClaimRequest>,
    ) -> Result<Self, OAuthError> {
        let by_parameter = acr_values
            .unwrap_or_default()
            .split(' ')
            .filter(|value| !value.is_empty());
        let by_parameter = bounded(by_parameter, "acr_values")?;
        let Some(claim) = claim else {
            return Ok(Self {
                values: by_parameter,
                ..Self::default()
            });
        };
        let by_claim = bounded(
            claim.values.iter().filter_map(Value::as_str),
            "the acr claim",
        )?;
        let essential = claim.essential && !by_claim.is_empty();
        let mut request = Self {
            essential,
            acr_claim_essential_without_value: claim.essential && !essential,
            ..Self::default()
        };
        if by_parameter.is_empty() {
            request.voluntary = !essential && !by_claim.is_empty();
            request.values = by_claim;
        } else if essential {
            request.values = by_parameter
                .into_iter()
                .filter(|value| by_claim.contains(value))
                .collect();
            if request.values.is_empty() {
                return Err(OAuthError::invalid_request(
                    "OIDC Core §5.5.1.1",
                    "acr_values and the essential acr claim have no value in common; send one of them, or make them agree",
                ));
            }
        } else {
            request.values = by_parameter;
        }
        Ok(request)
    }
}

/// Values without repeats, bounded in number and length.
fn bounded<'a>(
    values: impl Iterator<Item = &'a str>,
    source: &str,
) -> Result<Vec<String>, OAuthError> {
    let mut kept: Vec<String> = Vec::new();
    for (seen, value) in values.enumerate() {
        if seen == MAX_VALUES {
            return Err(OAuthError::invalid_request(
                RULE,
                format!("{source} holds more than {MAX_VALUES} values"),
            ));
        }
        if value.is_empty() || value.len() > MAX_VALUE {
            return Err(OAuthError::invalid_request(
                RULE,
                format!("{source} holds a value that is empty or longer than {MAX_VALUE} bytes"),
            ));
        }
        if !kept.iter().any(|known| known == value) {
            kept.push(value.to_owned());
        }
    }
    Ok(kept)
}
