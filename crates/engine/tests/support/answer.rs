//! What comes back at a redirect URI.

use std::collections::BTreeMap;

use stepwell_core::oauth::Return;
use url::Url;

use super::ISSUER;

/// An answer of the authorization endpoint, as the client reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The redirect URI.
    pub to: String,
    /// Its parameters.
    pub params: BTreeMap<String, String>,
}

impl Answer {
    /// Reads it; every answer says who gives it (RFC 9207) and carries the state.
    pub fn of(back: &Return) -> Self {
        let answer = match back {
            Return::Redirect { url } => {
                let url = Url::parse(url).unwrap();
                let params = url
                    .query_pairs()
                    .map(|(k, v)| (k.into_owned(), v.into_owned()))
                    .collect();
                let mut to = url.clone();
                to.set_query(None);
                Self {
                    to: to.into(),
                    params,
                }
            }
            Return::FormPost { action, fields } => Self {
                to: action.clone(),
                params: fields
                    .iter()
                    .map(|(k, v)| ((*k).to_owned(), v.clone()))
                    .collect(),
            },
        };
        assert_eq!(answer.params.get("iss").map(String::as_str), Some(ISSUER));
        assert_eq!(
            answer.params.get("state").map(String::as_str),
            Some("some-state")
        );
        assert_ne!(
            answer.params.contains_key("code"),
            answer.params.contains_key("error")
        );
        answer
    }

    /// The code, which must be there.
    pub fn code(&self) -> &str {
        self.params
            .get("code")
            .unwrap_or_else(|| panic!("no code in {:?}", self.params))
    }

    /// The error, which must be there.
    pub fn error(&self) -> &str {
        self.params
            .get("error")
            .unwrap_or_else(|| panic!("no error in {:?}", self.params))
    }
}
