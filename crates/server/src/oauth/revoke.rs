//! `POST /revoke`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::by_client::ByClient;
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
    let sent = match ByClient::read(&request, &body) {
        Ok(sent) => sent,
        Err(error) => {
            let answer = failure::json_error(error.into(), &reference);
            return cors::allow(&state, &request, answer);
        }
    };
    let answer = blocking::run(&state, asked, move |engine, call| {
        let client = sent.client(engine, call, None)?;
        engine.revoke(call, &client, &sent.params)
    });
    let answer = match answer.await {
        Ok(()) => failure::no_store(StatusCode::OK).finish(),
        Err(error) => failure::json_error(error, &reference),
    };
    cors::allow(&state, &request, answer)
}
