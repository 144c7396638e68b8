//! Amounts and transfers. Whole cents, so that nothing is ever rounded.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of euros, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Euros(pub(crate) u64);

impl fmt::Display for Euros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02} €", self.0 / 100, self.0 % 100)
    }
}

/// Money to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Transfer {
    #[serde(rename = "amount_cents")]
    pub(crate) amount: Euros,
    pub(crate) payee: String,
}

impl Transfer {
    /// The one transfer that the demo's button makes.
    pub(crate) fn of_the_demo() -> Self {
        Transfer {
            amount: Euros(25_000),
            payee: "Jane Roe".into(),
        }
    }
}

impl fmt::Display for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.amount, self.payee)
    }
}

#[cfg(test)]
mod tests {
    use super::{Euros, Transfer};

    #[test]
    fn amounts_are_shown_with_both_cents() {
        assert_eq!(Euros(25_000).to_string(), "250.00 €");
        assert_eq!(Euros(7).to_string(), "0.07 €");
        assert_eq!(Transfer::of_the_demo().to_string(), "250.00 € to Jane Roe");
    }
}
