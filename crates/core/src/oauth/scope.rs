//! A set of scopes that keeps the order it was asked in.
//!
//! Knows RFC 6749's syntax and the standard claims of OpenID Connect; knows no client and no person.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::{OAuthError, quoted};

/// Asks for an ID token (OIDC Core §3.1.2.1).
pub const OPENID: &str = "openid";
/// Asks for a refresh token that outlives the session (OIDC Core §11).
pub const OFFLINE_ACCESS: &str = "offline_access";

const MAX_SCOPES: usize = 50;
const MAX_SCOPE: usize = 256;
const RULE: &str = "RFC 6749 §3.3";

const PROFILE: &[&str] = &[
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

/// The claims a standard scope stands for (OIDC Core §5.4); none for any other scope.
pub fn standard_claims(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => PROFILE,
        "email" => &["email", "email_verified"],
        "address" => &["address"],
        "phone" => &["phone_number", "phone_number_verified"],
        _ => &[],
    }
}

/// Scopes without repeats, in the order they were asked. Serialised as RFC 6749 writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope(Vec<String>);

impl Scope {
    /// Reads a `scope` parameter. Repeats and extra spaces are dropped.
    ///
    /// # Errors
    /// `invalid_scope` for a character outside RFC 6749 §3.3, a scope over 256 characters, or more
    /// than 50 scopes.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let mut scope = Self::default();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            if !is_token(token) {
                return Err(OAuthError::invalid_scope(
                    RULE,
                    format!(
                        "the scope {} holds a character that scopes may not hold, or is too long",
                        quoted(token)
                    ),
                ));
            }
            scope.insert(token);
            if scope.0.len() > MAX_SCOPES {
                return Err(OAuthError::invalid_scope(
                    RULE,
                    format!("more than {MAX_SCOPES} scopes were asked for"),
                ));
            }
        }
        Ok(scope)
    }

    /// Scopes named in our own code or configuration.
    pub fn of<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scope = Self::default();
        tokens.into_iter().for_each(|token| scope.insert(token));
        scope
    }

    fn insert(&mut self, token: &str) {
        if !self.contains(token) {
            self.0.push(token.to_owned());
        }
    }

    /// Whether `token` is in the set.
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|t| t == token)
    }

    /// Whether an ID token was asked for.
    pub fn is_openid(&self) -> bool {
        self.contains(OPENID)
    }

    /// Whether the set has nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether everything here is also in `other`.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.iter().all(|token| other.contains(token))
    }

    /// What is here but not in `other`, in this set's order.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|token| !other.contains(token))
                .cloned()
                .collect(),
        )
    }

    /// What is in both, in this set's order.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|token| other.contains(token))
                .cloned()
                .collect(),
        )
    }

    /// What is in either: this set's order, then the other's.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self::of(self.iter().chain(other.iter()))
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The standard claims that these scopes ask for (OIDC Core §5.4).
    pub fn claims(&self) -> impl Iterator<Item = &'static str> {
        self.0
            .iter()
            .flat_map(|token| standard_claims(token).iter().copied())
    }
}

/// `scope-token` of RFC 6749 §3.3, bounded.
pub(crate) fn is_token(token: &str) -> bool {
    (1..=MAX_SCOPE).contains(&token.len())
        && token
            .bytes()
            .all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::oauth::ErrorCode;

    #[test]
    fn scopes_keep_their_order_and_lose_their_repeats() {
        let scope = Scope::parse("openid  transfer openid email ").unwrap();
        assert_eq!(scope.to_string(), "openid transfer email");
        assert!(scope.is_openid());
    }

    #[test]
    fn a_scope_outside_the_character_set_is_refused() {
        for bad in ["a\"b", "a\\b", "caf\u{e9}", "a\tb", "a\nb", "\u{7f}"] {
            assert_eq!(
                Scope::parse(bad).unwrap_err().code(),
                ErrorCode::InvalidScope,
                "{bad:?}"
            );
        }
        assert!(Scope::parse(&"x".repeat(MAX_SCOPE + 1)).is_err());
        assert!(Scope::parse("https://api.example/read!~[]").is_ok());
    }

    #[test]
    fn too_many_scopes_are_refused() {
        let many = |n: usize| (0..n).map(|i| format!("s{i} ")).collect::<String>();
        assert!(Scope::parse(&many(MAX_SCOPES)).is_ok());
        assert!(Scope::parse(&many(MAX_SCOPES + 1)).is_err());
    }

    #[test]
    fn scopes_compare_as_sets_and_by_case() {
        let (small, large) = (Scope::of(["b", "a"]), Scope::of(["a", "c", "b"]));
        assert!(small.is_subset_of(&large) && !large.is_subset_of(&small));
        assert_eq!(large.without(&small).to_string(), "c");
        assert_eq!(large.and(&small).to_string(), "a b");
        assert_eq!(small.or(&large).to_string(), "b a c");
        assert!(!large.contains("A"));
        assert!(Scope::default().is_subset_of(&small));
    }

    #[test]
    fn the_standard_scopes_stand_for_their_claims() {
        let claims: Vec<_> = Scope::of(["openid", "email", "phone", "address", "transfer"])
            .claims()
            .collect();
        assert_eq!(
            claims,
            [
                "email",
                "email_verified",
                "phone_number",
                "phone_number_verified",
                "address"
            ]
        );
        assert_eq!(standard_claims("profile").len(), 14);
    }

    #[test]
    fn scopes_are_stored_as_they_are_written_on_the_wire() {
        let scope = Scope::of(["openid", "email"]);
        let text = serde_json::to_string(&scope).unwrap();
        assert_eq!(text, "\"openid email\"");
        assert_eq!(serde_json::from_str::<Scope>(&text).unwrap(), scope);
    }
}
