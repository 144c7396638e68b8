//! The bank's API, a resource server: every rule about sign-in is the guard's.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::{HttpResponse, web};
use serde_json::json;
use stepwell_guard::{Claims, Guard, acr, scope};

use crate::money::{Euros, Transfer};

const OPENING_BALANCE: Euros = Euros(482_150);
const MOST_ACCOUNTS: usize = 1000;
const LONGEST_PAYEE: usize = 100;

/// The API's accounts, by subject; one springs up where it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    balances: Mutex<HashMap<String, Euros>>,
}

impl Ledger {
    fn with<R>(&self, subject: &str, look: impl FnOnce(&mut Euros) -> R) -> R {
        let mut balances = self.balances.lock().unwrap_or_else(PoisonError::into_inner);
        if balances.len() >= MOST_ACCOUNTS && !balances.contains_key(subject) {
            balances.clear();
        }
        look(
            balances
                .entry(subject.to_owned())
                .or_insert(OPENING_BALANCE),
        )
    }
}

/// The API's resources. A balance needs a scope; a transfer needs two kinds of proof, the
/// strongest of which is at most five minutes old.
pub(crate) fn resources(guard: &Guard) -> actix_web::Scope {
    let reading = guard.require(scope("accounts"));
    let moving_money = guard.require(acr("urn:stepwell:acr:mfa").max_age(300).scope("transfer"));
    web::scope("/api")
        .service(web::resource("/balance").wrap(reading).get(balance))
        .service(web::resource("/transfer").wrap(moving_money).post(transfer))
}

async fn balance(claims: Claims, ledger: web::Data<Ledger>) -> HttpResponse {
    let balance = ledger.with(&claims.sub, |balance| *balance);
    HttpResponse::Ok().json(json!({ "balance_cents": balance, "currency": "EUR" }))
}

async fn transfer(
    claims: Claims,
    ledger: web::Data<Ledger>,
    order: web::Json<Transfer>,
) -> HttpResponse {
    if order.amount == Euros(0) || order.payee.is_empty() || order.payee.len() > LONGEST_PAYEE {
        return HttpResponse::UnprocessableEntity().json(json!({ "error": "invalid_order", "error_description": "name a payee and an amount above zero" }));
    }
    let paid = ledger.with(&claims.sub, |balance| {
        match balance.0.checked_sub(order.amount.0) {
            Some(rest) => {
                *balance = Euros(rest);
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
