//! What is answered before or instead of a handler: an address, headers or a body that are too large, a body that is
//! too slow, and a method that an address does not take. JSON at the protocol's endpoints, a page anywhere else. HEAD
//! goes to whoever answers GET.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, web};
use stepwell_core::oauth::OAuthError;

use crate::app::AppState;
use crate::connection::Requests;
use crate::extract::body::{self, Last, Refusal};
use crate::interaction::answer::Pages;
use crate::oauth::failure;
use crate::pages::ErrorKind;
use crate::request::Asked;

/// The addresses that programs talk to.
pub(crate) const ENDPOINTS: [&str; 4] = ["/token", "/userinfo", "/introspect", "/revoke"];

/// The longest address: a request by link may carry claims and hints.
const LONGEST_ADDRESS: usize = 32 * 1024;
/// All headers together, in bytes.
const LARGEST_HEADERS: usize = 16 * 1024;

/// On an answer whose handler said itself why the method is not taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said;

/// The middleware.
pub(crate) async fn guard<B: MessageBody>(
    state: web::Data<AppState>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if let Err((refusal, rest)) = body::read(&mut request).await {
        if let Some(requests) = request.conn_data::<Requests>() {
            requests.end();
        }
        let answer = unread(&state, request.request(), refusal);
        let answer = answer.map_body(|_, answer| Last::new(answer, rest).boxed());
        return Ok(request.into_response(answer.map_into_right_body()));
    }
    // After the body, so that nothing of it is taken for the next request.
    if let Some(kind) = too_large(&request) {
        let answer = say(&state, request.request(), kind, || {
            OAuthError::invalid_request(
                "RFC 9110 §15.5.15, RFC 6585 §5",
                format!(
                    "an address has {LONGEST_ADDRESS} bytes at most, and all headers together {LARGEST_HEADERS}"
                ),
            )
        });
        return Ok(request.into_response(answer.map_into_right_body()));
    }
    // RFC 9110 §9.3.2: HEAD is answered as GET is. The connection leaves the content out.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let answered = next.call(request).await?;
    let said = answered.response().extensions().contains::<Said>();
    if said || answered.status() != StatusCode::METHOD_NOT_ALLOWED {
        return Ok(answered.map_into_left_body());
    }
    let allowed = answered.headers().get(ALLOW).cloned().map(with_head);
    let (request, _) = answered.into_parts();
    let mut answer = say(&state, &request, ErrorKind::MethodNotAllowed, || {
        OAuthError::invalid_request(
            "RFC 9110 §15.5.6",
            "this endpoint takes another method; see the Allow header",
        )
    });
    if let Some(allowed) = allowed {
        answer.headers_mut().insert(ALLOW, allowed);
    }
    Ok(ServiceResponse::new(request, answer.map_into_right_body()))
}

/// Whether more comes before the body than anybody has to say.
fn too_large(request: &ServiceRequest) -> Option<ErrorKind> {
    let address = request.uri().path_and_query();
    if address.is_some_and(|address| address.as_str().len() > LONGEST_ADDRESS) {
        return Some(ErrorKind::AddressTooLong);
    }
    let headers = request.headers().iter();
    let bytes: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    (bytes > LARGEST_HEADERS).then_some(ErrorKind::HeadersTooLarge)
}

/// GET is never allowed alone.
fn with_head(allowed: HeaderValue) -> HeaderValue {
    let listed = allowed.to_str().unwrap_or_default();
    if !listed.split(',').any(|method| method.trim() == "GET") {
        return allowed;
    }
    HeaderValue::from_str(&format!("{listed}, HEAD")).unwrap_or(allowed)
}

fn unread(state: &AppState, request: &HttpRequest, refusal: Refusal) -> HttpResponse {
    match refusal {
        Refusal::TooLarge => say(state, request, ErrorKind::TooLarge, || {
            let text = format!("the body is larger than {} bytes", body::LARGEST);
            OAuthError::invalid_request("RFC 9110 §15.5.14", text)
        }),
        // Whoever sends like this does not read either.
        Refusal::TooSlow => HttpResponse::build(StatusCode::REQUEST_TIMEOUT)
            .force_close()
            .finish(),
        Refusal::Broken => HttpResponse::build(StatusCode::BAD_REQUEST)
            .force_close()
            .finish(),
    }
}

fn say(
    state: &AppState,
    request: &HttpRequest,
    kind: ErrorKind,
    error: impl FnOnce() -> OAuthError,
) -> HttpResponse {
    if ENDPOINTS.contains(&request.path()) {
        let status = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::BAD_REQUEST);
        return failure::json(failure::no_store(status), &error());
    }
    let asked = request.extensions().get::<Asked>().cloned();
    match asked {
        Some(asked) => Pages::of(state, request, &asked).error(kind, None),
        None => HttpResponse::InternalServerError().finish(),
    }
}
