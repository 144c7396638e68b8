//! `POST /introspect`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

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
        Err(error) => return failure::json_error(error.into(), &reference, false),
    };
    let basic = header.is_some();
    let answer = blocking::run(&state, asked, move |engine, call| {
        let client = engine.authenticate_client(call, &params, header.as_deref())?;
        engine.introspect(call, &client, &params)
    });
    match answer.await {
        Ok(answer) => failure::no_store(StatusCode::OK).json(answer),
        Err(error) => failure::json_error(error, &reference, basic),
    }
}
