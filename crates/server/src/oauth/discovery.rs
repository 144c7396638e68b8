//! Metadata and keys: public documents, served from memory.

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use crate::app::AppState;

/// Metadata changes with configuration and key algorithms only; keys have a successor published in advance,
/// by [`stepwell_engine::keys::KEY_SET_CACHED`].
const FIVE_MINUTES: &str = "public, max-age=300";

/// `GET /.well-known/openid-configuration` and its OAuth twin.
pub(crate) async fn metadata(state: web::Data<AppState>) -> HttpResponse {
    document(
        "application/json",
        web::Bytes::from_owner(state.engine.metadata()),
    )
}

/// `GET /jwks`.
pub(crate) async fn jwks(state: web::Data<AppState>) -> HttpResponse {
    document(
        "application/json",
        web::Bytes::from_owner(state.engine.jwks()),
    )
}

fn document(kind: &'static str, body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CACHE_CONTROL, FIVE_MINUTES))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(body)
}

#[cfg(test)]
mod tests {
    use stepwell_engine::keys::KEY_SET_CACHED;

    use super::*;

    #[test]
    fn a_key_set_may_be_kept_as_long_as_rotation_counts_on() {
        assert_eq!(
            FIVE_MINUTES,
            format!("public, max-age={}", KEY_SET_CACHED.0)
        );
    }
}
