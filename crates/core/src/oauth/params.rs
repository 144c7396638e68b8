//! Parameters of a request, read strictly from `application/x-www-form-urlencoded` text.
//!
//! Bounded before anything is allocated, every name and value valid UTF-8 without NUL, no name twice.
//! Nothing here knows what a parameter means.

use super::error::{OAuthError, quoted};

/// Longest query or body that is read, in bytes.
pub const MAX_BYTES: usize = 32 * 1024;
/// Most parameters in one request.
pub const MAX_PARAMS: usize = 100;

const FORM: &str = "RFC 6749 appendix B";
const ONCE: &str = "RFC 6749 §3.1";

/// The only parameter that may come more than once (RFC 8707 §2).
const REPEATABLE: &str = "resource";

/// The parameters of one request, in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    pairs: Vec<(String, String)>,
    repeated: Option<String>,
}

impl Params {
    /// Reads a query (without `?`) or a form body and refuses a repeated parameter.
    ///
    /// # Errors
    /// `invalid_request` when it is too large, has too many parameters, is not well encoded, or
    /// names a parameter twice (RFC 6749 §3.1, §3.2; `resource` may repeat, RFC 8707 §2).
    pub fn parse(raw: &[u8]) -> Result<Self, OAuthError> {
        let params = Self::parse_authorization(raw)?;
        params.refuse_repeats()?;
        Ok(params)
    }

    /// Like [`Params::parse`] for the authorization endpoint, where a repeated parameter is an error
    /// that may go back to the client: the caller must call [`Params::refuse_repeats`]. Until then a
    /// repeated parameter reads as absent.
    ///
    /// # Errors
    /// As [`Params::parse`], repeats excepted. These errors are for a page with status 400.
    pub fn parse_authorization(raw: &[u8]) -> Result<Self, OAuthError> {
        if raw.len() > MAX_BYTES {
            return Err(OAuthError::invalid_request(
                FORM,
                format!(
                    "the parameters take {} bytes; at most {MAX_BYTES} are read",
                    raw.len()
                ),
            ));
        }
        let mut params = Self::default();
        for piece in raw.split(|b| *b == b'&').filter(|piece| !piece.is_empty()) {
            if params.pairs.len() == MAX_PARAMS {
                return Err(OAuthError::invalid_request(
                    FORM,
                    format!(
                        "more than {MAX_PARAMS} parameters; leave out those that are not needed"
                    ),
                ));
            }
            let at = piece.iter().position(|b| *b == b'=').unwrap_or(piece.len());
            let name = decode(&piece[..at])?;
            let value = decode(piece.get(at + 1..).unwrap_or_default())?;
            params.add(name, value);
        }
        Ok(params)
    }

    /// Parameters from decoded pairs: for tests and for callers that decoded them elsewhere.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut params = Self::default();
        for (name, value) in pairs {
            params.add(name.into(), value.into());
        }
        params
    }

    fn add(&mut self, name: String, value: String) {
        if name != REPEATABLE
            && self.repeated.is_none()
            && self.pairs.iter().any(|(n, _)| *n == name)
        {
            self.repeated = Some(name.clone());
        }
        self.pairs.push((name, value));
    }

    /// Refuses a parameter that came twice.
    ///
    /// # Errors
    /// `invalid_request` naming it (RFC 6749 §3.1).
    pub fn refuse_repeats(&self) -> Result<(), OAuthError> {
        match &self.repeated {
            None => Ok(()),
            Some(name) => Err(OAuthError::invalid_request(
                ONCE,
                format!(
                    "the parameter {} comes more than once; send each one once",
                    quoted(name)
                ),
            )),
        }
    }

    /// The value of `name`; `None` when it is absent, empty (RFC 6749 §3.1) or repeated.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.only(name).filter(|value| !value.is_empty())
    }

    /// Whether `name` came, once, with an empty value.
    pub fn is_blank(&self, name: &str) -> bool {
        self.only(name) == Some("")
    }

    /// Whether `name` came more than once.
    pub fn is_repeated(&self, name: &str) -> bool {
        self.values(name).count() > 1
    }

    /// Whether `name` came at all, even empty or repeated.
    pub fn contains(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// Every non-empty value of a parameter that may repeat.
    pub fn get_all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.values(name).filter(|value| !value.is_empty())
    }

    /// The value of `name`, or a refusal saying that it is missing.
    ///
    /// # Errors
    /// `invalid_request` naming it.
    pub fn require(&self, name: &str, rule: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| {
            OAuthError::invalid_request(rule, format!("the parameter '{name}' is missing"))
        })
    }

    fn only(&self, name: &str) -> Option<&str> {
        let mut values = self.values(name);
        values.next().filter(|_| values.next().is_none())
    }

    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Decodes one name or value: `+` is a space, `%` takes two hexadecimal digits.
fn decode(raw: &[u8]) -> Result<String, OAuthError> {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => match (bytes.next().and_then(hex), bytes.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => {
                    return Err(badly_encoded(
                        "a % is not followed by two hexadecimal digits; write %25 for a literal %",
                    ));
                }
            },
            byte => *byte,
        });
    }
    if out.contains(&0) {
        return Err(badly_encoded("a parameter holds a NUL character"));
    }
    String::from_utf8(out).map_err(|_| badly_encoded("a parameter is not valid UTF-8"))
}

fn badly_encoded(problem: &str) -> OAuthError {
    OAuthError::invalid_request(FORM, problem)
}

fn hex(digit: &u8) -> Option<u8> {
    char::from(*digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::ErrorCode;

    fn refusal(raw: &[u8]) -> String {
        let error = Params::parse(raw).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidRequest);
        error.description().to_owned()
    }

    #[test]
    fn plus_and_percent_are_decoded_in_names_and_values() {
        let params = Params::parse(b"a%20b=c+d%2B%C3%A9&e").unwrap();
        assert_eq!(params.get("a b"), Some("c d+é"));
        assert!(params.is_blank("e"));
        assert!(!params.contains("f"));
    }

    #[test]
    fn a_value_keeps_its_own_equals_signs() {
        assert_eq!(
            Params::parse(b"state=a=b==").unwrap().get("state"),
            Some("a=b==")
        );
    }

    #[test]
    fn an_empty_parameter_counts_as_absent() {
        let params = Params::parse(b"scope=&state").unwrap();
        assert_eq!(params.get("scope"), None);
        assert_eq!(params.get("state"), None);
        assert!(params.contains("scope"));
    }

    #[test]
    fn a_repeated_parameter_is_refused_and_named() {
        assert!(refusal(b"scope=a&state=1&scope=a").contains("'scope'"));
        assert!(refusal(b"scope=&scope=a").contains("'scope'"));
        assert!(refusal(b"sc%6fpe=a&scope=b").contains("'scope'"));
    }

    #[test]
    fn a_repeated_parameter_reads_as_absent_until_it_is_refused() {
        let params = Params::parse_authorization(b"scope=a&scope=b").unwrap();
        assert_eq!(params.get("scope"), None);
        assert!(params.is_repeated("scope"));
        assert!(params.refuse_repeats().is_err());
    }

    #[test]
    fn only_resource_may_come_more_than_once() {
        let params = Params::parse(b"resource=https://a&resource=&resource=https://b").unwrap();
        assert_eq!(
            params.get_all("resource").collect::<Vec<_>>(),
            ["https://a", "https://b"]
        );
    }

    #[test]
    fn invalid_utf_8_nul_and_lone_surrogates_are_refused() {
        assert!(refusal(b"a=%ff").contains("UTF-8"));
        assert!(refusal(b"a=\xff").contains("UTF-8"));
        assert!(refusal(b"a=%c0%80").contains("UTF-8"));
        assert!(refusal(b"a=%ed%a0%80").contains("UTF-8"));
        assert!(refusal(b"a=x%00y").contains("NUL"));
        assert!(refusal(b"a=x\0y").contains("NUL"));
        assert!(refusal(b"%00=x").contains("NUL"));
    }

    #[test]
    fn a_broken_percent_escape_is_refused() {
        for raw in [&b"a=%"[..], b"a=%2", b"a=%zz", b"a=%+1", b"%=1"] {
            assert!(refusal(raw).contains("hexadecimal"));
        }
    }

    #[test]
    fn an_oversized_request_is_refused() {
        assert!(refusal(&vec![b'a'; MAX_BYTES + 1]).contains("bytes"));
        assert!(Params::parse(&vec![b'a'; MAX_BYTES]).is_ok());
    }

    #[test]
    fn more_than_a_hundred_parameters_are_refused() {
        let query = |n: usize| {
            (0..n)
                .map(|i| format!("p{i}=1"))
                .collect::<Vec<_>>()
                .join("&")
        };
        assert!(Params::parse(query(MAX_PARAMS).as_bytes()).is_ok());
        assert!(refusal(query(MAX_PARAMS + 1).as_bytes()).contains("parameters"));
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back_and_no_bytes_panic(
            name in "[a-z]{1,8}", value in "[^\0]{1,40}", noise in prop::collection::vec(any::<u8>(), 0..200)
        ) {
            let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let params = Params::parse(format!("{name}={encoded}").as_bytes()).unwrap();
            prop_assert_eq!(params.get(&name), Some(value.as_str()));
            let _ = Params::parse(&noise);
        }
    }
}
