//! `POST /introspect`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_engine::{Call, Engine};

use super::by_client::ByClient;
use super::failure;
use crate::app::AppState;
use crate::blocking;
use crate::extract::body::Body;
use crate::request::Asked;

pub(crate) async fn introspect(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    let reference = asked.reference.clone();
    let sent = match ByClient::read(&request, &body) {
        Ok(sent) => sent,
        Err(error) => return failure::json_error(error.into(), &reference),
    };
    let known = sent.at_once(&state.engine, &asked.call());
    let at_once = known.is_some();
    let work = move |engine: &Engine, call: &Call<'_>| {
        let client = sent.client(engine, call, known)?;
        engine.introspect(call, &client, &sent.params)
    };
    let answer = if at_once {
        blocking::read(&state, asked, work).await
    } else {
        blocking::run(&state, asked, work).await
    };
    match answer {
        Ok(answer) => failure::no_store(StatusCode::OK).json(answer),
        Err(error) => failure::json_error(error, &reference),
    }
}
