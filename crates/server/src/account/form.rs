//! A form of the account that was sent: taken only from a page of ours, in the browser whose session it is.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use stepwell_core::oauth::Params;
use stepwell_engine::here::Place;

use super::CONTEXT;
use crate::extract::body::Body;
use crate::interaction::answer::see_other;
use crate::visit::Visit;

/// See the module.
pub(crate) struct Form {
    pub(super) visit: Visit,
    pub(super) params: Params,
}

impl FromRequest for Form {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visit = Visit::from_request(request, payload).into_inner();
        let body = Body::from_request(request, payload).into_inner();
        ready(visit.and_then(|visit| match taken(&visit, &body?) {
            Ok(params) => Ok(Self { visit, params }),
            Err(answer) => Err(InternalError::from_response("not taken", *answer).into()),
        }))
    }
}

/// What was sent, when it is ours; else the answer that says so.
fn taken(visit: &Visit, body: &[u8]) -> Result<Params, Box<HttpResponse>> {
    let pages = visit.pages();
    let params = visit.params(&pages, body)?;
    let session = visit.jar.session.as_ref();
    if session.is_none() {
        return Err(Box::new(see_other(Place::Account.path())));
    }
    visit.ours(&pages, params, session, CONTEXT)
}
