//! The `claims` request parameter (OIDC Core §5.5), read strictly.
//!
//! Says what was asked for, not what will be given. Unknown members are ignored, as the standard has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::{OAuthError, quoted};
use super::scope::{Scope, standard_claims};
use crate::json::{self, Limits};

const RULE: &str = "OIDC Core §5.5";
const LIMITS: Limits = Limits {
    max_bytes: 8 * 1024,
    max_depth: 8,
};
const MAX_CLAIMS: usize = 100;

/// How one claim was asked for (OIDC Core §5.5.1). All empty: voluntarily, in the default manner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimRequest {
    /// Needed for the app to work as intended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// The values asked for; empty when none were named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

/// Claims asked for by name, for each of the two places they can appear.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// For the ID token.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, ClaimRequest>,
    /// For the userinfo endpoint.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, ClaimRequest>,
}

impl ClaimsRequest {
    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_request` for anything but a JSON object of the standard's shape, for duplicate
    /// members, more than 8 levels, 8 KiB or 100 claims, and for `value` together with `values`.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let parsed = json::parse(text.as_bytes(), LIMITS).map_err(|error| {
            OAuthError::invalid_request(RULE, format!("the claims parameter: {error}"))
        })?;
        let Value::Object(mut members) = parsed else {
            return Err(refuse("the claims parameter must be a JSON object"));
        };
        let request = Self {
            id_token: section(&mut members, "id_token")?,
            userinfo: section(&mut members, "userinfo")?,
        };
        if request.id_token.len() + request.userinfo.len() > MAX_CLAIMS {
            return Err(refuse(&format!(
                "the claims parameter names more than {MAX_CLAIMS} claims"
            )));
        }
        request.check_auth_claims()?;
        Ok(request)
    }

    /// Only the claims that `scope` stands for: naming a claim reaches no further than registration does.
    #[must_use]
    pub fn within(&self, scope: &Scope) -> Self {
        let allowed: Vec<&str> = scope.claims().collect();
        let keep = |section: &BTreeMap<String, ClaimRequest>| {
            let kept = section
                .iter()
                .filter(|(name, _)| allowed.contains(&name.as_str()));
            kept.map(|(name, how)| (name.clone(), how.clone()))
                .collect()
        };
        Self {
            id_token: keep(&self.id_token),
            userinfo: keep(&self.userinfo),
        }
    }

    /// The standard scopes that the named claims belong to (OIDC Core §5.4).
    pub fn scopes(&self) -> Scope {
        let named = |scope: &&str| {
            let claims = standard_claims(scope);
            self.id_token
                .keys()
                .chain(self.userinfo.keys())
                .any(|name| claims.contains(&name.as_str()))
        };
        Scope::of(
            ["profile", "email", "address", "phone"]
                .into_iter()
                .filter(named),
        )
    }

    /// How `acr` was asked for in the ID token.
    pub fn acr(&self) -> Option<&ClaimRequest> {
        self.id_token.get("acr")
    }

    /// The person the request is for: the value of `sub` in the ID token (OIDC Core §3.1.2.2).
    pub fn id_token_sub(&self) -> Option<&str> {
        self.id_token
            .get("sub")
            .and_then(|sub| sub.values.first())
            .and_then(Value::as_str)
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.id_token.is_empty() && self.userinfo.is_empty()
    }

    fn check_auth_claims(&self) -> Result<(), OAuthError> {
        let no_subject = |sub: &ClaimRequest| {
            sub.values.len() > 1 || sub.values.iter().any(|value| !is_text(value, 255))
        };
        if self.id_token.get("sub").is_some_and(no_subject) {
            return Err(refuse(
                "the claim sub takes one value: a string of 1 to 255 characters",
            ));
        }
        if self
            .acr()
            .is_some_and(|acr| acr.values.iter().any(|value| !value.is_string()))
        {
            return Err(refuse("every value of the claim acr must be a string"));
        }
        Ok(())
    }
}

fn is_text(value: &Value, max: usize) -> bool {
    value
        .as_str()
        .is_some_and(|text| (1..=max).contains(&text.len()))
}

fn refuse(problem: &str) -> OAuthError {
    OAuthError::invalid_request(RULE, problem)
}

fn section(
    members: &mut Map<String, Value>,
    name: &str,
) -> Result<BTreeMap<String, ClaimRequest>, OAuthError> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(Value::Object(claims)) => claims
            .into_iter()
            .map(|(claim, asked)| Ok((claim.clone(), read(&claim, asked)?)))
            .collect(),
        Some(_) => Err(refuse(&format!(
            "the member {name} of the claims parameter must be an object"
        ))),
    }
}

fn read(claim: &str, asked: Value) -> Result<ClaimRequest, OAuthError> {
    let problem = |what: &str| Err(refuse(&format!("the claim {}: {what}", quoted(claim))));
    let mut members = match asked {
        Value::Null => return Ok(ClaimRequest::default()),
        Value::Object(members) => members,
        _ => return problem("must be null or an object"),
    };
    let essential = match members.remove("essential") {
        None => false,
        Some(Value::Bool(essential)) => essential,
        Some(_) => return problem("'essential' must be true or false"),
    };
    let values = match (members.remove("value"), members.remove("values")) {
        (Some(_), Some(_)) => {
            return problem("'value' and 'values' exclude each other; send one of them");
        }
        (Some(value), None) => vec![value],
        (None, Some(Value::Array(values))) if !values.is_empty() => values,
        (None, Some(_)) => return problem("'values' must be an array with at least one value"),
        (None, None) => Vec::new(),
    };
    Ok(ClaimRequest { essential, values })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::oauth::ErrorCode;

    fn refused(text: &str) -> String {
        let error = ClaimsRequest::parse(text).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidRequest);
        error.description().to_owned()
    }

    #[test]
    fn the_example_of_the_standard_is_read_and_unknown_members_are_ignored() {
        let request = ClaimsRequest::parse(
            r#"{"userinfo": {"given_name": {"essential": true}, "nickname": null, "picture": null,
                             "http://example.info/claims/groups": null},
                "id_token": {"auth_time": {"essential": true, "purpose": "x"}, "acr": {"values": ["phr", "1"]},
                             "sub": {"value": "248"}},
                "something": [1]}"#,
        )
        .unwrap();
        assert!(
            request.userinfo["given_name"].essential && !request.userinfo["nickname"].essential
        );
        assert!(request.id_token["auth_time"].essential);
        assert_eq!(request.acr().unwrap().values, [json!("phr"), json!("1")]);
        assert_eq!(request.id_token_sub(), Some("248"));
        let stored = serde_json::to_string(&request).unwrap();
        assert_eq!(
            serde_json::from_str::<ClaimsRequest>(&stored).unwrap(),
            request
        );
    }

    #[test]
    fn absent_and_null_sections_ask_for_nothing() {
        for text in ["{}", r#"{"id_token":null}"#, r#"{"userinfo":{}}"#] {
            assert!(ClaimsRequest::parse(text).unwrap().is_empty(), "{text}");
        }
    }

    #[test]
    fn claims_of_another_shape_are_refused_with_their_name() {
        for (text, said) in [
            ("", "not valid JSON"),
            ("[]", "must be a JSON object"),
            ("null", "must be a JSON object"),
            (r#"{"id_token":[]}"#, "id_token"),
            (r#"{"userinfo":"email"}"#, "userinfo"),
            (
                r#"{"id_token":{"acr":"phr"}}"#,
                "'acr': must be null or an object",
            ),
            (
                r#"{"id_token":{"acr":{"essential":"true"}}}"#,
                "'essential'",
            ),
            (
                r#"{"id_token":{"acr":{"value":"a","values":["a"]}}}"#,
                "exclude each other",
            ),
            (r#"{"id_token":{"acr":{"values":"a"}}}"#, "must be an array"),
            (r#"{"id_token":{"acr":{"values":[]}}}"#, "at least one"),
            (r#"{"id_token":{"acr":{"values":[1]}}}"#, "must be a string"),
            (r#"{"id_token":{"sub":{"value":7}}}"#, "sub"),
            (r#"{"id_token":{"sub":{"values":["a","b"]}}}"#, "sub"),
        ] {
            let description = refused(text);
            assert!(description.contains(said), "{text}: {description}");
        }
    }

    #[test]
    fn duplicate_members_in_claims_are_refused() {
        assert!(
            refused(r#"{"id_token":{"acr":null,"acr":{"essential":true}}}"#)
                .contains("more than once")
        );
        assert!(refused(r#"{"id_token":{},"id_token":{}}"#).contains("more than once"));
    }

    #[test]
    fn deeply_nested_oversized_or_endless_claims_are_refused() {
        let nested = format!(r#"{{"x":{}{}}}"#, "[".repeat(8), "]".repeat(8));
        assert!(refused(&nested).contains("deeper"));
        assert!(refused(&format!(r#"{{"x":"{}"}}"#, "a".repeat(8 * 1024))).contains("bytes"));
        let many = (0..101)
            .map(|i| format!("\"c{i}\":null"))
            .collect::<Vec<_>>()
            .join(",");
        assert!(refused(&format!(r#"{{"userinfo":{{{many}}}}}"#)).contains("100"));
    }

    #[test]
    fn a_claim_asked_for_by_name_reaches_no_further_than_the_registered_scopes() {
        let asked = ClaimsRequest::parse(
            r#"{"id_token":{"name":null,"email":{"essential":true},"acr":null},"userinfo":{"phone_number":null}}"#,
        )
        .unwrap();
        assert_eq!(asked.scopes(), Scope::of(["profile", "email", "phone"]));
        let kept = asked.within(&Scope::of(["openid", "profile"]));
        assert_eq!(kept.id_token.keys().collect::<Vec<_>>(), ["name"]);
        assert!(kept.userinfo.is_empty());
    }
}
