//! `GET` and `POST /logout`, and the person's yes.

use actix_web::HttpResponse;
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_engine::logout::Logout;

use crate::app::AppState;
use crate::blocking;
use crate::extract::body::Body;
use crate::extract::{cookies, form};
use crate::interaction::answer::{Pages, see_other};
use crate::interaction::csrf;
use crate::visit::Visit;

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

pub(crate) async fn get(visit: Visit) -> HttpResponse {
    let raw = visit.request.query_string().as_bytes();
    let (params, pages) = (Params::parse(raw), visit.pages_as_asked_in(raw));
    logout(visit, pages, params).await
}

pub(crate) async fn post(visit: Visit, body: Body) -> HttpResponse {
    let params = form::params(&visit.request, &body);
    // A form from another site comes without cookies (SameSite=Lax), and without them nobody can be signed out:
    // the same request as a link has them.
    if params.is_ok() && visit.jar.session.is_none() && body.len() <= LONGEST_LINK {
        let plain = body.iter().all(u8::is_ascii_graphic);
        if let Some(query) = std::str::from_utf8(&body).ok().filter(|_| plain) {
            return see_other(&format!("/logout?{query}"));
        }
    }
    let pages = visit.pages_as_asked_in(&body);
    logout(visit, pages, params).await
}

async fn logout(
    visit: Visit,
    mut pages: Pages,
    params: Result<Params, OAuthError>,
) -> HttpResponse {
    let Visit {
        state, asked, jar, ..
    } = visit;
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

pub(crate) async fn confirm(visit: Visit, body: Body) -> HttpResponse {
    let pages = visit.pages_as_asked_in(&body);
    let params = match visit.params(&pages, &body) {
        Ok(params) => params,
        Err(answer) => return *answer,
    };
    let session = visit.jar.session.as_ref();
    if session.is_none() {
        return pages.signed_out(None, None);
    }
    let params = match visit.ours(&pages, params, session, CONTEXT) {
        Ok(params) => params,
        Err(answer) => return *answer,
    };
    let Visit {
        state, asked, jar, ..
    } = visit;
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
