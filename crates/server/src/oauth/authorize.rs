//! `GET` and `POST /authorize`.

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_engine::authorize::{Begun, Via};

use crate::app::AppState;
use crate::blocking;
use crate::extract::body::Body;
use crate::extract::{cookies, form};
use crate::interaction::answer::Pages;
use crate::interaction::show::to_interaction;
use crate::language;
use crate::request::Asked;

pub(crate) async fn get(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    let raw = Bytes::copy_from_slice(request.query_string().as_bytes());
    begin(state, request, asked, raw, Via::Get).await
}

pub(crate) async fn post(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    if !form::is_form(&request) {
        let pages = Pages::of(&state, &request, &asked);
        return pages.problem(
            "OIDC Core §3.1.2.1",
            "the body must be application/x-www-form-urlencoded",
        );
    }
    begin(
        state,
        request,
        asked,
        Bytes::copy_from_slice(&body),
        Via::Post,
    )
    .await
}

async fn begin(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    raw: Bytes,
    via: Via,
) -> HttpResponse {
    let wished = language::asked_in(&raw, asked.now);
    let pages = Pages::of(&state, &request, &asked).following(&state, &request, wished.as_ref());
    let jar = cookies::read(&request, &state.edge);
    let sent = raw.clone();
    let begun = blocking::run(&state, asked, move |engine, call| {
        engine.begin(call, &raw, via, &jar)
    })
    .await;
    match begun {
        Ok(Begun::Interact { id, browser }) => to_interaction(&state.edge, &id, browser.as_ref()),
        Ok(Begun::Return(to)) => pages.redirect(&to),
        Ok(Begun::Interstitial { client, to, error }) => pages.interstitial(&client, to, &error),
        Ok(Begun::Page(problem)) => pages.unreturnable(&problem, &sent),
        Err(error) => pages.failed(error),
    }
}
