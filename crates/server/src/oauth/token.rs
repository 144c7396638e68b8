//! `POST /token`. What is pure computation is answered in place; the rest leaves the event loop.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_core::client::Client;
use stepwell_core::oauth::{OAuthError, Params};
use stepwell_engine::{Call, Engine, EngineError};

use super::{cors, failure};
use crate::app::AppState;
use crate::blocking;
use crate::extract::body::Body;
use crate::extract::form;
use crate::request::Asked;

pub(crate) async fn token(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    let reference = asked.reference.clone();
    let answer = match read(&request, &body) {
        Ok((params, header)) => {
            let known =
                state
                    .engine
                    .authenticate_at_once(&asked.call(), &params, header.as_deref());
            match known {
                Some(client) if state.engine.token_is_pure(&params) => {
                    state.engine.token(&asked.call(), &client, &params)
                }
                known => {
                    let work = move |engine: &Engine, call: &Call<'_>| {
                        let client =
                            authenticated(engine, call, known, &params, header.as_deref())?;
                        engine.token(call, &client, &params)
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

/// The client of a request; what could be told at once is not asked again.
pub(super) fn authenticated(
    engine: &Engine,
    call: &Call<'_>,
    known: Option<Arc<Client>>,
    params: &Params,
    authorization: Option<&str>,
) -> Result<Arc<Client>, EngineError> {
    match known {
        Some(client) => Ok(client),
        None => engine.authenticate_client(call, params, authorization),
    }
}

/// The form and the one Authorization header of a request by a client.
pub(super) fn read(
    request: &HttpRequest,
    body: &[u8],
) -> Result<(Params, Option<String>), OAuthError> {
    let params = form::params(request, body)?;
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let header = headers.next();
    if headers.next().is_some() {
        return Err(OAuthError::invalid_request(
            "RFC 6749 §2.3",
            "the Authorization header comes more than once",
        ));
    }
    let header = header
        .map(|value| value.to_str().map(str::to_owned))
        .transpose()
        .map_err(|_| {
            OAuthError::invalid_request("RFC 6749 §2.3.1", "the Authorization header is not ASCII")
        })?;
    Ok((params, header))
}
