//! Addresses that are no step: static files, the bare root, and nowhere.

use actix_web::error::{InternalError, PathError};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, web};

use super::answer::Pages;
use crate::app::AppState;
use crate::assets;
use crate::brand;
use crate::pages::{ErrorKind, Home};
use crate::request::Asked;
use crate::visit::Visit;

/// `GET /static/{hash}/{name}`.
pub(crate) async fn file(visit: Visit, path: web::Path<(String, String)>) -> HttpResponse {
    let served = |content_type: &'static str| {
        let mut answer = HttpResponse::Ok();
        answer
            .insert_header((CONTENT_TYPE, content_type))
            .insert_header((CACHE_CONTROL, assets::CACHE_CONTROL))
            .insert_header(("x-content-type-options", "nosniff"));
        answer
    };
    if let Some(asset) = assets::get(&path.0, &path.1) {
        return served(asset.content_type).body(asset.bytes);
    }
    if let Some(file) = visit.state.edge.brand.get(&path.0, &path.1) {
        return served(file.content_type)
            .insert_header((CONTENT_SECURITY_POLICY, brand::POLICY))
            .body(file.bytes.clone());
    }
    nowhere(visit).await
}

/// `GET /favicon.ico`.
pub(crate) async fn favicon(state: web::Data<AppState>) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, state.edge.brand.icon_url()))
        .finish()
}

/// `GET /`: there is nothing to do here without an app.
pub(crate) async fn root(visit: Visit) -> HttpResponse {
    visit.pages().page(StatusCode::OK, &Home)
}

/// An address that is like one of ours, with a part that cannot be one.
pub(crate) fn misnamed(error: PathError, request: &HttpRequest) -> Error {
    let state = request.app_data::<web::Data<AppState>>();
    let asked = request.extensions().get::<Asked>().cloned();
    let answer = match (state, asked) {
        (Some(state), Some(asked)) => {
            Pages::of(state, request, &asked).error(ErrorKind::NotFound, None)
        }
        _ => HttpResponse::NotFound().finish(),
    };
    InternalError::from_response(error, answer).into()
}

/// Any other address.
pub(crate) async fn nowhere(visit: Visit) -> HttpResponse {
    visit.pages().error(ErrorKind::NotFound, None)
}
