//! What a person can order, as one list: each order's action, its place at the API, its body and its words.
//! It knows nothing of how strong a sign-in an order needs; the API does.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::flow::Action;
use crate::money::Transfer;

/// The intent that is kept while a person is away at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Order {
    Transfer(Transfer),
    ChangePayout(PayoutAccount),
}

/// Where the bank pays out to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PayoutAccount {
    pub(crate) iban: String,
}

impl PayoutAccount {
    /// The one account that the demo's button changes to: an IBAN out of a textbook.
    pub(crate) fn of_the_demo() -> Self {
        PayoutAccount {
            iban: "GB82 WEST 1234 5698 7654 32".into(),
        }
    }
}

impl fmt::Display for PayoutAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iban)
    }
}

impl Order {
    pub(crate) fn action(&self) -> Action {
        match self {
            Order::Transfer(_) => Action::Transfer,
            Order::ChangePayout(_) => Action::ChangePayout,
        }
    }

    /// Where the API takes it.
    pub(crate) fn path(&self) -> &'static str {
        match self {
            Order::Transfer(_) => "/api/transfer",
            Order::ChangePayout(_) => "/api/payout-account",
        }
    }

    /// What the API is sent.
    pub(crate) fn body(&self) -> Value {
        match self {
            Order::Transfer(transfer) => json!(transfer),
            Order::ChangePayout(account) => json!(account),
        }
    }

    pub(crate) fn done(&self) -> String {
        match self {
            Order::Transfer(transfer) => format!("Transfer done: {transfer}"),
            Order::ChangePayout(account) => format!("Payout account changed: {account}"),
        }
    }

    pub(crate) fn waiting(&self) -> String {
        match self {
            Order::Transfer(transfer) => format!("Your transfer is still waiting: {transfer}."),
            Order::ChangePayout(account) => {
                format!("Your new payout account is still waiting: {account}.")
            }
        }
    }
}
