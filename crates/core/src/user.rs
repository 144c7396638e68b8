//! A person's account.
//!
//! The three forms of a username are made in `username`; proofs, sessions and levels are not here.

pub mod claims;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::UserId;
use crate::time::Timestamp;

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// May sign in.
    Active,
    /// May not sign in, and its tokens are not live.
    Locked,
}

impl Status {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Locked => "locked",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "active" => Ok(Self::Active),
            "locked" => Ok(Self::Locked),
            other => Err(format!(
                "{other:?} is not an account status; use active or locked"
            )),
        }
    }
}

/// A person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Also the `sub` of their tokens.
    pub id: UserId,
    /// The name as it was chosen, shown back to the person.
    pub username: String,
    /// What sign-in looks up; unique.
    pub canonical: String,
    /// What looks the same (UTS #39 §4); unique.
    pub skeleton: String,
    /// Whether the account may be used.
    pub status: Status,
    /// Standard claims by their names (OIDC Core §5.1); `sub` is never among them.
    pub claims: Map<String, Value>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When what is known of the person last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// What apps are told of a claim. `updated_at` is our own as soon as anything changed here (OIDC Core §5.1).
    pub fn claim(&self, name: &str) -> Option<Value> {
        let given = self.claims.get(name);
        let given = given.filter(|_| name != UPDATED_AT || self.updated_at == self.created_at);
        let ours = || (name == UPDATED_AT).then(|| self.updated_at.secs().into());
        given.cloned().or_else(ours)
    }
}

const UPDATED_AT: &str = "updated_at";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updated_at_is_what_was_given_until_something_changes_here() {
        let at = Timestamp::from_secs;
        let mut user = User {
            id: UserId::new("u"),
            username: "u".into(),
            canonical: "u".into(),
            skeleton: "u".into(),
            status: Status::Active,
            claims: Map::new(),
            created_at: at(1_000),
            updated_at: at(1_000),
        };
        assert_eq!(user.claim("updated_at"), Some(1_000.into()));
        user.claims.insert("updated_at".into(), 900.into());
        user.claims.insert("name".into(), "Ada".into());
        assert_eq!(user.claim("updated_at"), Some(900.into()));
        user.updated_at = at(2_000);
        assert_eq!(user.claim("updated_at"), Some(2_000.into()));
        assert_eq!(user.claim("name"), Some("Ada".into()));
        assert_eq!(user.claim("nickname"), None);
    }

    #[test]
    fn a_status_is_read_back_as_it_was_written_and_nothing_else_is() {
        for status in [Status::Active, Status::Locked] {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert!("Active".parse::<Status>().is_err());
    }
}
