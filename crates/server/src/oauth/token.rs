//! `POST /token`. What is pure computation is answered in place; the rest leaves the event loop, refreshes
//! together where that is cheaper.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_engine::grants::Way;
use stepwell_engine::{Call, Engine};

use super::by_client::ByClient;
use super::{cors, failure, together};
use crate::app::AppState;
use crate::blocking;
use crate::extract::body::Body;
use crate::request::Asked;

pub(crate) async fn token(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    let reference = asked.reference.clone();
    let answer = match ByClient::read(&request, &body) {
        Ok(sent) => {
            let known = sent.at_once(&state.engine, &asked.call());
            match (state.engine.token_way(&sent.params), known) {
                (Way::AtOnce, Some(client)) => {
                    state.engine.token(&asked.call(), &client, &sent.params)
                }
                (Way::Together, Some(client)) => {
                    together::refresh(&state, asked, client, sent.params).await
                }
                (_, known) => {
                    let work = move |engine: &Engine, call: &Call<'_>| {
                        let client = sent.client(engine, call, known)?;
                        engine.token(call, &client, &sent.params)
                    };
                    blocking::run(&state, asked, work).await
                }
            }
        }
        Err(error) => Err(error.into()),
    };
    let answer = match answer {
        Ok(answer) => failure::no_store(StatusCode::OK).json(answer),
        Err(error) => failure::json_error(error, &reference),
    };
    cors::allow(&state, &request, answer)
}
