//! `GET` and `POST /userinfo`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_core::oauth::{OAuthError, Params};

use super::{cors, failure};
use crate::app::AppState;
use crate::blocking;
use crate::extract::body::Body;
use crate::extract::{bearer, form};
use crate::request::Asked;

pub(crate) async fn get(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    answer(state, request, asked, None).await
}

pub(crate) async fn post(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    let form = if form::is_form(&request) {
        Some(Params::parse(&body))
    } else {
        None
    };
    answer(state, request, asked, form).await
}

async fn answer(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    form: Option<Result<Params, OAuthError>>,
) -> HttpResponse {
    let reference = asked.reference.clone();
    let token = form
        .transpose()
        .and_then(|form| bearer::token(&request, form.as_ref()));
    let answer = match token {
        Err(error) => failure::bearer_error(error.into(), &reference),
        Ok(None) => failure::bearer_missing(),
        Ok(Some(token)) => {
            match blocking::read(&state, asked, move |engine, call| {
                engine.userinfo(call, &token)
            })
            .await
            {
                Ok(claims) => failure::no_store(StatusCode::OK).json(claims),
                Err(error) => failure::bearer_error(error, &reference),
            }
        }
    };
    cors::allow(&state, &request, answer)
}
