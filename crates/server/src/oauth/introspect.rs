//! `POST /introspect`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_engine::{Call, Engine};

use super::failure;
use super::token::read;
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
    let (params, header) = match read(&request, &body) {
        Ok(read) => read,
        Err(error) => return failure::json_error(error.into(), &reference),
    };
    let answer = match state
        .engine
        .authenticate_at_once(&asked.call(), &params, header.as_deref())
    {
        Some(client) => {
            let look =
                move |engine: &Engine, call: &Call<'_>| engine.introspect(call, &client, &params);
            blocking::read(&state, asked, look).await
        }
        None => {
            let work = move |engine: &Engine, call: &Call<'_>| {
                let client = engine.authenticate_client(call, &params, header.as_deref())?;
                engine.introspect(call, &client, &params)
            };
            blocking::run(&state, asked, work).await
        }
    };
    match answer {
        Ok(answer) => failure::no_store(StatusCode::OK).json(answer),
        Err(error) => failure::json_error(error, &reference),
    }
}
