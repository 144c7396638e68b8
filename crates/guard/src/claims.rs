//! The claims of a verified access token (RFC 9068 §2.2), typed. Reading them never verifies
//! anything: only the guard makes a `Claims`.

use serde_json::{Map, Value};

/// What a verified access token says. Times are seconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Claims {
    /// The issuer, equal to the configured one.
    pub iss: String,
    /// The person, or the client itself where no person is involved.
    pub sub: String,
    /// The audiences; ours is among them.
    pub aud: Vec<String>,
    /// The client the token was issued to.
    pub client_id: String,
    /// When the token expires.
    pub exp: i64,
    /// When the token was issued.
    pub iat: i64,
    /// Before when the token must not be used.
    pub nbf: Option<i64>,
    /// The token's identifier.
    pub jti: String,
    /// The granted scope values.
    pub scope: Vec<String>,
    /// The authentication context that was reached, if a person signed in.
    pub acr: Option<String>,
    /// The methods the person used (RFC 8176).
    pub amr: Vec<String>,
    /// When the person proved who they are.
    pub auth_time: Option<i64>,
    /// Every other claim, as it was sent.
    pub extra: Map<String, Value>,
}

impl Claims {
    /// Whether the token carries that scope value.
    #[must_use]
    pub fn has_scope(&self, value: &str) -> bool {
        self.scope.iter().any(|granted| granted == value)
    }

    /// Reads the claims, requiring those that RFC 9068 §2.2 requires.
    pub(crate) fn read(mut map: Map<String, Value>) -> Result<Claims, String> {
        Ok(Claims {
            iss: required(text(&mut map, "iss")?, "iss")?,
            sub: required(text(&mut map, "sub")?, "sub")?,
            aud: required(text_or_list(&mut map, "aud")?, "aud")?,
            client_id: required(text(&mut map, "client_id")?, "client_id")?,
            exp: required(date(&mut map, "exp")?, "exp")?,
            iat: required(date(&mut map, "iat")?, "iat")?,
            nbf: date(&mut map, "nbf")?,
            jti: required(text(&mut map, "jti")?, "jti")?,
            scope: text(&mut map, "scope")?
                .unwrap_or_default()
                .split(' ')
                .filter(|s| !s.is_empty())
                .map(str::to_owned)
                .collect(),
            acr: text(&mut map, "acr")?,
            amr: list(&mut map, "amr")?.unwrap_or_default(),
            auth_time: date(&mut map, "auth_time")?,
            extra: map,
        })
    }
}

fn required<T>(value: Option<T>, name: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("The access token lacks the claim {name}"))
}

fn mistyped(name: &str) -> String {
    format!("The claim {name} of the access token has the wrong type")
}

fn text(map: &mut Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match map.remove(name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value)),
        Some(_) => Err(mistyped(name)),
    }
}

fn list(map: &mut Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, String> {
    match map.remove(name) {
        None => Ok(None),
        Some(Value::Array(items)) => items
            .into_iter()
            .map(|item| match item {
                Value::String(value) => Ok(value),
                _ => Err(mistyped(name)),
            })
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(mistyped(name)),
    }
}

fn text_or_list(map: &mut Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, String> {
    if matches!(map.get(name), Some(Value::String(_))) {
        return Ok(text(map, name)?.map(|value| vec![value]));
    }
    list(map, name)
}

/// A NumericDate (RFC 7519 §2): fractions are allowed and cut off; nothing beyond 2^53 is a date.
fn date(map: &mut Map<String, Value>, name: &str) -> Result<Option<i64>, String> {
    const LATEST: f64 = 9_007_199_254_740_992.0;
    match map.remove(name) {
        None => Ok(None),
        Some(Value::Number(number)) => {
            let seconds = number
                .as_f64()
                .filter(|s| (0.0..=LATEST).contains(s))
                .ok_or_else(|| mistyped(name))?;
            #[allow(clippy::cast_possible_truncation)]
            Ok(Some(seconds.floor() as i64))
        }
        Some(_) => Err(mistyped(name)),
    }
}
