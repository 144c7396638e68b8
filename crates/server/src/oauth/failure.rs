//! Errors as the protocol's endpoints answer them: JSON (RFC 6749 §5.2) or a bearer challenge (RFC 6750 §3).

use actix_web::HttpResponse;
use actix_web::HttpResponseBuilder;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::json;
use stepwell_core::oauth::{ErrorCode, OAuthError};
use stepwell_core::time::Seconds;
use stepwell_engine::EngineError;

/// An answer that nobody may store.
pub(crate) fn no_store(status: StatusCode) -> HttpResponseBuilder {
    let mut builder = HttpResponse::build(status);
    builder
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"));
    builder
}

/// The error as the protocol names it. What broke inside is logged, not told.
pub(crate) fn as_oauth(error: EngineError, reference: &str) -> OAuthError {
    match error {
        EngineError::OAuth(error) => error,
        EngineError::Unavailable(why) => {
            tracing::warn!(reference, %why, "temporarily unavailable");
            unavailable()
        }
        EngineError::Busy | EngineError::TooMany { .. } => unavailable(),
        other => {
            tracing::error!(reference, error = %other, "a use case failed");
            OAuthError::server_error(
                "RFC 6749 §5.2",
                format!("something broke here; the log has it as {reference}"),
            )
        }
    }
}

fn unavailable() -> OAuthError {
    OAuthError::temporarily_unavailable(
        "RFC 6749 §5.2",
        "try again in a few seconds; nothing was changed",
    )
}

/// The JSON answer of token, introspection and revocation endpoints.
pub(crate) fn json_error(error: EngineError, reference: &str) -> HttpResponse {
    if let EngineError::TooMany { retry_after } = &error {
        return throttled(*retry_after, &error);
    }
    let error = as_oauth(error, reference);
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut answer = no_store(status);
    // RFC 9110 §15.5.2 asks it of every 401.
    if error.code() == ErrorCode::InvalidClient {
        answer.insert_header((
            WWW_AUTHENTICATE,
            "Basic realm=\"stepwell\", charset=\"UTF-8\"",
        ));
    }
    json(answer, &error)
}

/// OAuth has no code for who asks too often: HTTP's status (RFC 6585 §4) with the code nearest to it.
fn throttled(retry_after: Seconds, why: &EngineError) -> HttpResponse {
    no_store(StatusCode::TOO_MANY_REQUESTS)
        .insert_header((RETRY_AFTER, retry_after.0.to_string()))
        .json(json!({
            "error": ErrorCode::TemporarilyUnavailable.as_str(),
            "error_description": why.to_string(),
        }))
}

/// The body that names an error.
pub(crate) fn json(mut answer: HttpResponseBuilder, error: &OAuthError) -> HttpResponse {
    if error.code() == ErrorCode::TemporarilyUnavailable {
        answer.insert_header((RETRY_AFTER, "1"));
    }
    answer.json(
        json!({ "error": error.code().as_str(), "error_description": error.wire_description() }),
    )
}

/// The challenge of a protected resource.
pub(crate) fn bearer_error(error: EngineError, reference: &str) -> HttpResponse {
    let error = as_oauth(error, reference);
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut answer = no_store(status);
    if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::INTERNAL_SERVER_ERROR {
        return json(answer, &error);
    }
    let scope = if error.code() == ErrorCode::InsufficientScope {
        ", scope=\"openid\""
    } else {
        ""
    };
    let challenge = format!(
        "Bearer error=\"{}\", error_description=\"{}\"{scope}",
        error.code(),
        error.wire_description().replace(['"', '\\'], "'")
    );
    answer.insert_header((WWW_AUTHENTICATE, challenge));
    json(answer, &error)
}

/// No token at all: a bare challenge, without an error code (RFC 6750 §3.1).
pub(crate) fn bearer_missing() -> HttpResponse {
    no_store(StatusCode::UNAUTHORIZED)
        .insert_header((WWW_AUTHENTICATE, "Bearer realm=\"stepwell\""))
        .finish()
}
