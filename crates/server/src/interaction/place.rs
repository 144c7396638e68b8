//! Addresses that are no step: static files, the bare root, and nowhere.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::Pages;
use crate::app::AppState;
use crate::assets;
use crate::pages::{ErrorKind, Home};
use crate::request::Asked;

/// `GET /static/{hash}/{name}`.
pub(crate) async fn file(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    match assets::get(&path.0, &path.1) {
        Some(asset) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, asset.content_type))
            .insert_header((CACHE_CONTROL, assets::CACHE_CONTROL))
            .insert_header(("x-content-type-options", "nosniff"))
            .body(asset.bytes),
        None => nowhere(state, request, asked).await,
    }
}

/// `GET /favicon.ico`.
pub(crate) async fn favicon() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, assets::url("favicon.svg")))
        .finish()
}

/// `GET /`: there is nothing to do here without an app.
pub(crate) async fn root(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    let pages = Pages::of(&state, &request, &asked);
    pages.page(StatusCode::OK, &Home)
}

/// Any other address.
pub(crate) async fn nowhere(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    Pages::of(&state, &request, &asked).error(ErrorKind::NotFound, None)
}
