//! What is only looked at: the account, an outcome, a problem, the phone, the mailbox, the stylesheet.

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::bank::Bank;
use crate::clock;
use crate::config::BankConfig;
use crate::flow::see;
use crate::inbox;
use crate::pages::{self, Home, InboxPage, OutcomeView, Panel, PhonePage, Problem, ProblemPage};
use crate::phone::Phone;
use crate::session::{Outcome, session_of};

pub(crate) async fn home(request: HttpRequest, bank: web::Data<Bank>) -> HttpResponse {
    home_page(&request, &bank, None)
}

pub(crate) async fn result(request: HttpRequest, bank: web::Data<Bank>) -> HttpResponse {
    let outcome = session_of(&request).and_then(|id| {
        bank.sessions
            .with(&id, |session| session.outcome.clone())
            .flatten()
    });
    match outcome {
        None => see("/"),
        Some(Outcome::Balance { balance, payout }) => home_page(
            &request,
            &bank,
            Some(OutcomeView {
                heading: format!("Your balance: {balance}"),
                detail: "The API needed nothing more than the sign-in.",
                payout,
            }),
        ),
        Some(Outcome::Done(order)) => home_page(
            &request,
            &bank,
            Some(OutcomeView {
                heading: order.done(),
                detail: "The API accepted the access token as strong and recent enough.",
                payout: None,
            }),
        ),
    }
}

fn home_page(request: &HttpRequest, bank: &Bank, outcome: Option<OutcomeView>) -> HttpResponse {
    let seen = session_of(request).and_then(|id| {
        bank.sessions.with(&id, |session| {
            (
                session.tokens.as_ref().map(|tokens| tokens.name.clone()),
                Panel::of(session),
            )
        })
    });
    let (name, panel) = seen.unwrap_or_default();
    let BankConfig {
        username,
        password,
        issuer,
        ..
    } = &bank.config;
    pages::html(
        StatusCode::OK,
        &Home {
            username,
            password,
            issuer,
            name,
            outcome,
            panel,
        },
    )
}

pub(crate) async fn phone_page(
    request: HttpRequest,
    bank: web::Data<Bank>,
    phone: web::Data<Phone>,
) -> HttpResponse {
    let (code, seconds_left) = phone.code(clock::seconds().unsigned_abs());
    let panel = session_of(&request)
        .and_then(|id| bank.sessions.with(&id, |session| Panel::of(session)))
        .unwrap_or_default();
    // Often enough that the code is never stale, seldom enough to be read in peace.
    let refresh = seconds_left.min(5);
    pages::html(
        StatusCode::OK,
        &PhonePage {
            username: &bank.config.username,
            code,
            seconds_left,
            refresh,
            panel,
        },
    )
}

pub(crate) async fn inbox_page(request: HttpRequest, bank: web::Data<Bank>) -> HttpResponse {
    let folder = bank.config.mail_folder.clone();
    let mails = web::block(move || inbox::newest(&folder)).await;
    let panel = session_of(&request)
        .and_then(|id| bank.sessions.with(&id, |session| Panel::of(session)))
        .unwrap_or_default();
    pages::html(
        StatusCode::OK,
        &InboxPage {
            username: &bank.config.username,
            mails: mails.unwrap_or_default(),
            panel,
        },
    )
}

pub(crate) async fn stylesheet() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "max-age=300"))
        .body(include_str!("../assets/bank.css"))
}

pub(crate) async fn logo() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header((CACHE_CONTROL, "max-age=300"))
        .body(include_str!("../assets/bank.svg"))
}

/// Shows a problem, with the visit's panel where there is a visit.
pub(crate) fn problem(bank: &Bank, session: Option<&str>, problem: &Problem) -> HttpResponse {
    let seen = session.and_then(|id| {
        bank.sessions
            .with(id, |session| (session.intent.clone(), Panel::of(session)))
    });
    let (intent, panel) = seen.unwrap_or_default();
    pages::html(
        problem.status,
        &ProblemPage {
            problem,
            intent,
            panel,
        },
    )
}
