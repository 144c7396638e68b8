//! The bank's API, a resource server: every rule about sign-in is the guard's.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::{HttpResponse, web};
use serde_json::json;
use stepwell_guard::{Claims, Guard, acr, scope};

use crate::money::{Euros, Transfer};
use crate::order::PayoutAccount;

const OPENING_BALANCE: Euros = Euros(482_150);
const MOST_ACCOUNTS: usize = 1000;
const LONGEST_PAYEE: usize = 100;
/// ISO 13616 allows 34 characters; people put spaces between them.
const LONGEST_IBAN: usize = 42;

/// The API's accounts, by subject; one springs up where it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    accounts: Mutex<HashMap<String, Account>>,
}

#[derive(Debug)]
struct Account {
    balance: Euros,
    payout: Option<String>,
}

impl Ledger {
    fn with<R>(&self, subject: &str, look: impl FnOnce(&mut Account) -> R) -> R {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= MOST_ACCOUNTS && !accounts.contains_key(subject) {
            accounts.clear();
        }
        look(accounts.entry(subject.to_owned()).or_insert(Account {
            balance: OPENING_BALANCE,
            payout: None,
        }))
    }
}

/// The API's resources. A balance needs a scope; a transfer needs two kinds of proof, the
/// strongest of which is at most five minutes old; another payout account a phishing-resistant one.
pub(crate) fn resources(guard: &Guard) -> actix_web::Scope {
    let reading = guard.require(scope("accounts"));
    let moving_money = guard.require(acr("urn:stepwell:acr:mfa").max_age(300).scope("transfer"));
    let redirecting_money = guard.require(acr("phr").scope("payout"));
    web::scope("/api")
        .service(web::resource("/balance").wrap(reading).get(balance))
        .service(web::resource("/transfer").wrap(moving_money).post(transfer))
        .service(
            web::resource("/payout-account")
                .wrap(redirecting_money)
                .post(change_payout),
        )
}

async fn balance(claims: Claims, ledger: web::Data<Ledger>) -> HttpResponse {
    let (balance, payout) = ledger.with(&claims.sub, |account| {
        (account.balance, account.payout.clone())
    });
    HttpResponse::Ok()
        .json(json!({ "balance_cents": balance, "currency": "EUR", "payout_account": payout }))
}

async fn transfer(
    claims: Claims,
    ledger: web::Data<Ledger>,
    order: web::Json<Transfer>,
) -> HttpResponse {
    if order.amount == Euros(0) || order.payee.is_empty() || order.payee.len() > LONGEST_PAYEE {
        return HttpResponse::UnprocessableEntity().json(json!({ "error": "invalid_order", "error_description": "name a payee and an amount above zero" }));
    }
    let paid = ledger.with(&claims.sub, |account| {
        match account.balance.0.checked_sub(order.amount.0) {
            Some(rest) => {
                account.balance = Euros(rest);
                true
            }
            None => false,
        }
    });
    if !paid {
        return HttpResponse::UnprocessableEntity().json(json!({ "error": "insufficient_funds", "error_description": "the balance does not cover this transfer" }));
    }
    HttpResponse::Ok()
        .json(json!({ "status": "done", "amount_cents": order.amount, "payee": order.payee }))
}

async fn change_payout(
    claims: Claims,
    ledger: web::Data<Ledger>,
    order: web::Json<PayoutAccount>,
) -> HttpResponse {
    let PayoutAccount { iban } = order.into_inner();
    let may = |b: u8| b.is_ascii_alphanumeric() || b == b' ';
    if iban.trim().is_empty() || iban.len() > LONGEST_IBAN || !iban.bytes().all(may) {
        return HttpResponse::UnprocessableEntity().json(json!({ "error": "invalid_order", "error_description": "name the account by its IBAN: letters, digits and spaces" }));
    }
    ledger.with(&claims.sub, |account| account.payout = Some(iban.clone()));
    HttpResponse::Ok().json(json!({ "status": "done", "payout_account": iban }))
}
