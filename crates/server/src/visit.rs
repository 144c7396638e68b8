//! One request for a page: what came, and how forms and pages are answered.
//!
//! Nothing is decided here. Which cookie a form is bound to is said by whoever shows it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, web};
use stepwell_core::oauth::Params;
use stepwell_core::secret::Secret;
use stepwell_engine::Cookies;

use crate::app::AppState;
use crate::extract::{cookies, form};
use crate::interaction::answer::Pages;
use crate::interaction::csrf;
use crate::language;
use crate::request::Asked;

/// One request, taken apart once.
pub(crate) struct Visit {
    pub(crate) state: web::Data<AppState>,
    pub(crate) request: HttpRequest,
    pub(crate) asked: Asked,
    pub(crate) jar: Cookies,
}

impl FromRequest for Visit {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let state = web::Data::<AppState>::from_request(request, payload).into_inner();
        let asked = Asked::from_request(request, payload).into_inner();
        ready(state.and_then(|state| {
            Ok(Self {
                jar: cookies::read(request, &state.edge),
                request: request.clone(),
                asked: asked?,
                state,
            })
        }))
    }
}

impl Visit {
    /// Answers in the language of this request.
    pub(crate) fn pages(&self) -> Pages {
        Pages::of(&self.state, &self.request, &self.asked)
    }

    /// Answers in the language that a request of the protocol asks for by itself (`ui_locales`).
    pub(crate) fn pages_as_asked_in(&self, raw: &[u8]) -> Pages {
        let wished = language::asked_in(raw, self.asked.now);
        self.pages()
            .following(&self.state, &self.request, wished.as_ref())
    }

    /// Answers whose forms carry a token bound to `cookie`.
    pub(crate) fn pages_for(&self, cookie: Option<&Secret>, context: &str) -> Pages {
        let mut pages = self.pages();
        if let Some(cookie) = cookie {
            pages.chrome.csrf = csrf::token(cookie, context);
        }
        pages
    }

    /// What was sent; else the answer that says what is wrong with it.
    pub(crate) fn params(&self, pages: &Pages, body: &[u8]) -> Result<Params, Box<HttpResponse>> {
        form::params(&self.request, body).map_err(|error| Box::new(pages.failed(error.into())))
    }

    /// The form, when it comes from a page of ours with a token bound to `cookie`; else the answer that says so.
    pub(crate) fn ours(
        &self,
        pages: &Pages,
        params: Params,
        cookie: Option<&Secret>,
        context: &str,
    ) -> Result<Params, Box<HttpResponse>> {
        if csrf::is_genuine(&self.request, &self.state.edge, cookie, context, &params) {
            Ok(params)
        } else {
            Err(Box::new(pages.forbidden()))
        }
    }
}
