//! The buttons, the provider's answer, and signing out.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::bank::Bank;
use crate::callback;
use crate::config::BankConfig;
use crate::flow::{self, Action, Round, see};
use crate::money::Transfer;
use crate::order::{Order, PayoutAccount};
use crate::origin;
use crate::pages::Problem;
use crate::session::{COOKIE, session_of};
use crate::views::problem;

pub(crate) async fn balance(request: HttpRequest, bank: web::Data<Bank>) -> HttpResponse {
    act(&request, &bank, Action::Balance, None).await
}

pub(crate) async fn transfer(request: HttpRequest, bank: web::Data<Bank>) -> HttpResponse {
    order(&request, &bank, Order::Transfer(Transfer::of_the_demo())).await
}

pub(crate) async fn change_payout(request: HttpRequest, bank: web::Data<Bank>) -> HttpResponse {
    order(
        &request,
        &bank,
        Order::ChangePayout(PayoutAccount::of_the_demo()),
    )
    .await
}

pub(crate) async fn transfer_again(request: HttpRequest, bank: web::Data<Bank>) -> HttpResponse {
    act(&request, &bank, Action::Transfer, None).await
}

pub(crate) async fn change_payout_again(
    request: HttpRequest,
    bank: web::Data<Bank>,
) -> HttpResponse {
    act(&request, &bank, Action::ChangePayout, None).await
}

pub(crate) async fn unmet(request: HttpRequest, bank: web::Data<Bank>) -> HttpResponse {
    act(&request, &bank, Action::Unmet, None).await
}

async fn order(request: &HttpRequest, bank: &Bank, order: Order) -> HttpResponse {
    act(request, bank, order.action(), Some(order)).await
}

/// A button was pressed.
async fn act(
    request: &HttpRequest,
    bank: &Bank,
    action: Action,
    intent: Option<Order>,
) -> HttpResponse {
    if !origin::is_own(request, &BankConfig::origin_of(&bank.config.public_url)) {
        return problem(bank, None, &Problem::foreign_form(&bank.config.public_url));
    }
    let known = session_of(request).filter(|id| bank.sessions.with(id, |_| ()).is_some());
    let session = match known.map_or_else(|| bank.sessions.create(), Ok) {
        Ok(session) => session,
        Err(_) => return problem(bank, None, &Problem::no_randomness()),
    };
    if intent.is_some() {
        bank.sessions.with(&session, |session| {
            session.intent = intent;
            session.whose = None;
        });
    }
    go(bank, &session, action, Round::Start).await
}

/// The provider sent the person back.
pub(crate) async fn come_back(request: HttpRequest, bank: web::Data<Bank>) -> HttpResponse {
    let session = session_of(&request);
    match callback::accept(&bank, session.as_deref(), request.query_string()).await {
        Ok(accepted) => go(&bank, &accepted.session, accepted.action, accepted.round).await,
        Err(refused) => problem(&bank, session.as_deref(), &refused),
    }
}

async fn go(bank: &Bank, session: &str, action: Action, round: Round) -> HttpResponse {
    let mut response = match flow::perform(bank, session, action, round).await {
        Ok(response) => response,
        Err(refused) => problem(bank, Some(session), &refused),
    };
    let cookie = Cookie::build(COOKIE, session)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(bank.config.public_url.starts_with("https:"))
        .finish();
    if response.add_cookie(&cookie).is_err() {
        tracing::error!("the session cookie could not be set");
    }
    response
}

pub(crate) async fn logout(request: HttpRequest, bank: web::Data<Bank>) -> HttpResponse {
    if !origin::is_own(&request, &BankConfig::origin_of(&bank.config.public_url)) {
        return problem(&bank, None, &Problem::foreign_form(&bank.config.public_url));
    }
    let ended = session_of(&request).and_then(|id| bank.sessions.remove(&id));
    let mut response = match ended.and_then(|session| session.tokens) {
        Some(tokens) => bank
            .provider
            .logout_url(&tokens.id_token)
            .await
            .map_or_else(|| see("/"), |url| see(url.as_str())),
        None => see("/"),
    };
    let gone = Cookie::build(COOKIE, "")
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    if response.add_removal_cookie(&gone).is_err() {
        tracing::error!("the session cookie could not be removed");
    }
    response
}
