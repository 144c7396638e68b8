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
    /// When it last changed.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_back_as_it_was_written_and_nothing_else_is() {
        for status in [Status::Active, Status::Locked] {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert!("Active".parse::<Status>().is_err());
    }
}
