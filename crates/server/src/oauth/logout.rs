//! `GET` and `POST /logout`, and the person's yes.

use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_engine::authorize::Wished;
use stepwell_engine::logout::Logout;

use crate::app::AppState;
use crate::blocking;
use crate::extract::body::Body;
use crate::extract::{cookies, form};
use crate::interaction::answer::{Pages, see_other};
use crate::interaction::csrf;
use crate::language;
use crate::request::Asked;

/// A longer form is not made a link.
const LONGEST_LINK: usize = 8 * 1024;
/// What the question carries on, so that the person still gets where the app wanted.
const CARRIED: [&str; 5] = [
    "id_token_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "ui_locales",
];
/// What the token of the confirmation form is bound to.
const CONTEXT: &str = "logout";

pub(crate) async fn get(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    let raw = request.query_string().as_bytes();
    let params = Params::parse(raw);
    let wished = language::asked_in(raw, asked.now);
    logout(state, request, asked, params, wished).await
}

pub(crate) async fn post(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    let params = form::params(&request, &body);
    // A form from another site comes without cookies (SameSite=Lax), and without them nobody can be signed out:
    // the same request as a link has them.
    let jar = cookies::read(&request, &state.edge);
    if params.is_ok() && jar.session.is_none() && body.len() <= LONGEST_LINK {
        let plain = body.iter().all(u8::is_ascii_graphic);
        if let Some(query) = std::str::from_utf8(&body).ok().filter(|_| plain) {
            return see_other(&format!("/logout?{query}"));
        }
    }
    let wished = language::asked_in(&body, asked.now);
    logout(state, request, asked, params, wished).await
}

async fn logout(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    params: Result<Params, OAuthError>,
    wished: Option<Wished>,
) -> HttpResponse {
    let jar = cookies::read(&request, &state.edge);
    let pages = Pages::of(&state, &request, &asked);
    let mut pages = pages.following(&state, &request, wished.as_ref());
    if let Some(session) = &jar.session {
        pages.chrome.csrf = csrf::token(session, CONTEXT);
    }
    let had_session = jar.session.is_some();
    let carried: Vec<(String, String)> = params.as_ref().map(carried).unwrap_or_default();
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
        Ok(Logout::Done { to, client }) => {
            let answer = pages.signed_out(to, client);
            // What was not sent is not taken away: it may be that of a session which was not asked about.
            if had_session {
                without_session(&state, answer)
            } else {
                answer
            }
        }
        Ok(Logout::Ask { client }) => pages.ask_logout(client, carried),
        Err(error) => pages.failed(error),
    }
}

/// `GET /logout/confirm`: the form's own address, reached by reload or Back. It asks again and ends nothing.
pub(crate) async fn question() -> HttpResponse {
    see_other("/logout")
}

pub(crate) async fn confirm(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    let wished = language::asked_in(&body, asked.now);
    let pages = Pages::of(&state, &request, &asked).following(&state, &request, wished.as_ref());
    let jar = cookies::read(&request, &state.edge);
    let params = match form::params(&request, &body) {
        Ok(params) => params,
        Err(error) => return pages.failed(error.into()),
    };
    let session = jar.session.as_ref();
    if session.is_none() {
        return pages.signed_out(None, None);
    }
    if !csrf::is_genuine(&request, &state.edge, session, CONTEXT, &params) {
        return pages.forbidden();
    }
    if params.get("decision") == Some("stay") {
        return see_other("/");
    }
    let done = blocking::run(&state, asked, move |engine, call| {
        engine.logout_confirmed(call, &params, &jar)
    });
    match done.await {
        Ok(Logout::Done { to, client }) => without_session(&state, pages.signed_out(to, client)),
        Ok(Logout::Ask { .. }) => pages.forbidden(),
        Err(error) => pages.failed(error),
    }
}

fn carried(params: &Params) -> Vec<(String, String)> {
    let sent = |name: &&str| Some(((*name).to_owned(), params.get(name)?.to_owned()));
    CARRIED.iter().filter_map(sent).collect()
}

fn without_session(state: &AppState, mut answer: HttpResponse) -> HttpResponse {
    cookies::set(&mut answer, &cookies::no_session(&state.edge));
    answer
}
