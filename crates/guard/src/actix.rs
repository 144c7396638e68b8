//! The guard as actix-web middleware, and its claims as an extractor.
//! It only translates between HTTP and the core: no rule is decided here.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::EitherBody;
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError,
    error::ErrorInternalServerError,
};

use crate::challenge::Challenge;
use crate::claims::Claims;
use crate::guard::Required;
use crate::presented::Presented;

impl<S, B> Transform<S, ServiceRequest> for Required
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = RequiredMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequiredMiddleware {
            service: Rc::new(service),
            required: self.clone(),
        }))
    }
}

/// What `.wrap(guard.require(…))` puts around a service.
#[derive(Debug)]
pub struct RequiredMiddleware<S> {
    service: Rc<S>,
    required: Required,
}

impl<S, B> Service<ServiceRequest> for RequiredMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let service = Rc::clone(&self.service);
        let required = self.required.clone();
        Box::pin(async move {
            match required.check_request(request.request()).await {
                Ok(claims) => {
                    request.extensions_mut().insert(claims);
                    Ok(service.call(request).await?.map_into_left_body())
                }
                Err(challenge) => {
                    Ok(request.into_response(challenge.error_response().map_into_right_body()))
                }
            }
        })
    }
}

impl Required {
    /// Checks an actix-web request without the middleware.
    ///
    /// # Errors
    /// The [`Challenge`], which is also an actix-web error and answers for itself.
    pub async fn check_request(&self, request: &HttpRequest) -> Result<Claims, Challenge> {
        let mut presented = Presented::nothing().query(request.query_string());
        for value in request.headers().get_all(AUTHORIZATION) {
            match value.to_str() {
                Ok(value) => presented = presented.and_header(value),
                Err(_) => {
                    return Err(Challenge::invalid_request(
                        "The Authorization header is not plain text",
                    ));
                }
            }
        }
        self.check(&presented).await
    }
}

impl ResponseError for Challenge {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(challenge) = self.www_authenticate() {
            response.insert_header((WWW_AUTHENTICATE, challenge));
        }
        response.json(self.body())
    }
}

impl FromRequest for Claims {
    type Error = Error;
    type Future = Ready<Result<Claims, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // A handler that asks for claims without a guard around it is a mistake, never open.
        ready(
            request
                .extensions()
                .get::<Claims>()
                .cloned()
                .ok_or_else(|| {
                    ErrorInternalServerError("no guard is wrapped around this resource")
                }),
        )
    }
}
