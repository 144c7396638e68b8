//! The account chip: who is signing in.

use super::Shown;

/// The account a page speaks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What the person typed or would type to sign in.
    pub identifier: Shown,
    /// The sign-in name exactly as stored, for the hidden `username` field that managers read.
    pub username: String,
    /// The person's name, when known and already proven.
    pub name: Option<Shown>,
    /// Whether "Not you?" is offered; false where the subject is pinned.
    pub switchable: bool,
}

impl Account {
    /// An account known by its sign-in name only.
    pub fn new(username: impl Into<String>) -> Self {
        let username = username.into();
        Self {
            identifier: Shown::new(&username),
            username,
            name: None,
            switchable: true,
        }
    }

    /// Adds the person's name.
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(Shown::new(name)).filter(|name| !name.is_empty());
        self
    }

    /// Takes "Not you?" away.
    pub fn pinned(mut self) -> Self {
        self.switchable = false;
        self
    }

    /// One or two letters for the round badge. Decoration only.
    pub fn initials(&self) -> String {
        let from = self.name.as_ref().unwrap_or(&self.identifier).as_str();
        let letters = from
            .split(|c: char| c.is_whitespace() || matches!(c, '.' | '@' | '_' | '-'))
            .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
        letters
            .take(2)
            .flat_map(char::to_uppercase)
            .take(2)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_come_from_the_name_and_else_from_the_identifier() {
        assert_eq!(Account::new("bob@acme.example").initials(), "BA");
        assert_eq!(Account::new("bob").initials(), "B");
        assert_eq!(Account::new("x@y").named("Jane Mary Roe").initials(), "JM");
        assert_eq!(Account::new("!!").initials(), "");
    }
}
