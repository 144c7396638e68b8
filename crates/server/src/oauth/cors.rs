//! Which scripts may read answers (Fetch, CORS): everybody the public documents, registered origins the rest.
//!
//! The authorization endpoint has none, on purpose (RFC 9700 §2.6).

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderValue, ORIGIN, VARY,
};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::AppState;

fn origin(request: &HttpRequest) -> Option<&str> {
    request.headers().get(ORIGIN)?.to_str().ok()
}

/// Lets a registered origin read the answer.
pub(crate) fn allow(
    state: &AppState,
    request: &HttpRequest,
    mut answer: HttpResponse,
) -> HttpResponse {
    let Some(origin) = origin(request) else {
        return answer;
    };
    answer
        .headers_mut()
        .append(VARY, HeaderValue::from_static("Origin"));
    if state.engine.is_known_origin(origin)
        && let Ok(value) = HeaderValue::from_str(origin)
    {
        answer
            .headers_mut()
            .insert(ACCESS_CONTROL_ALLOW_ORIGIN, value);
        answer.headers_mut().insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("WWW-Authenticate"),
        );
    }
    answer
}

/// `OPTIONS` of an endpoint for registered origins.
pub(crate) async fn preflight(state: web::Data<AppState>, request: HttpRequest) -> HttpResponse {
    let answer = HttpResponse::build(StatusCode::NO_CONTENT)
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "600"))
        .finish();
    allow(&state, &request, answer)
}

/// `OPTIONS` of a public document.
pub(crate) async fn public_preflight() -> HttpResponse {
    HttpResponse::build(StatusCode::NO_CONTENT)
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET"))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}
