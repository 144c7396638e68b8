//! `POST /revoke`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::token::read;
use super::{cors, failure};
use crate::app::AppState;
use crate::blocking;
use crate::extract::body::Body;
use crate::request::Asked;

pub(crate) async fn revoke(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    let reference = asked.reference.clone();
    let (params, header) = match read(&request, &body) {
        Ok(read) => read,
        Err(error) => {
            let answer = failure::json_error(error.into(), &reference);
            return cors::allow(&state, &request, answer);
        }
    };
    let answer = blocking::run(&state, asked, move |engine, call| {
        let client = engine.authenticate_client(call, &params, header.as_deref())?;
        engine.revoke(call, &client, &params)
    });
    let answer = match answer.await {
        Ok(()) => failure::no_store(StatusCode::OK).finish(),
        Err(error) => failure::json_error(error, &reference),
    };
    cors::allow(&state, &request, answer)
}
