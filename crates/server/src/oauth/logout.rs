//! `GET` and `POST /logout`, and the person's yes.

use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_engine::logout::Logout;

use crate::app::AppState;
use crate::blocking;
use crate::extract::body::Body;
use crate::extract::{cookies, form};
use crate::interaction::answer::Pages;
use crate::interaction::csrf;
use crate::request::Asked;

/// What the token of the confirmation form is bound to.
const CONTEXT: &str = "logout";

pub(crate) async fn get(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    let params = Params::parse(request.query_string().as_bytes());
    logout(state, request, asked, params).await
}

pub(crate) async fn post(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    let params = form::params(&request, &body);
    logout(state, request, asked, params).await
}

async fn logout(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    params: Result<Params, OAuthError>,
) -> HttpResponse {
    let jar = cookies::read(&request, &state.edge);
    let mut pages = Pages::of(&state, &request, &asked);
    if let Some(session) = &jar.session {
        pages.chrome.csrf = csrf::token(session, CONTEXT);
    }
    let done = match params {
        Ok(params) => {
            blocking::run(&state, asked, move |engine, call| {
                engine.logout(call, &params, &jar)
            })
            .await
        }
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(Logout::Done { to, client }) => without_session(&state, pages.signed_out(to, client)),
        Ok(Logout::Ask { client }) => pages.ask_logout(client),
        Err(error) => pages.failed(error),
    }
}

pub(crate) async fn confirm(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    let pages = Pages::of(&state, &request, &asked);
    let jar = cookies::read(&request, &state.edge);
    let params = match form::params(&request, &body) {
        Ok(params) => params,
        Err(error) => return pages.failed(error.into()),
    };
    let Some(session) = &jar.session else {
        return pages.signed_out(None, None);
    };
    if !csrf::is_ours(&request, &state.edge) || !csrf::matches(session, CONTEXT, params.get("csrf"))
    {
        return pages.forbidden();
    }
    if params.get("decision") == Some("stay") {
        return pages.stayed();
    }
    match blocking::run(&state, asked, move |engine, call| {
        engine.logout_confirmed(call, &jar)
    })
    .await
    {
        Ok(()) => without_session(&state, pages.signed_out(None, None)),
        Err(error) => pages.failed(error),
    }
}

fn without_session(state: &AppState, mut answer: HttpResponse) -> HttpResponse {
    if answer
        .add_cookie(&cookies::no_session(&state.edge))
        .is_err()
    {
        tracing::error!("the session cookie could not be taken away");
    }
    answer
}
