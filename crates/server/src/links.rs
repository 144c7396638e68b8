//! `/forgot`, `/register` and `/link/{secret}`: asking for a one-time link, and following one.
//!
//! A link's secret stands in its address, so the address is never logged (`request`), sent on as a referrer, or
//! kept by a cache.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_core::oauth::Params;
use stepwell_core::secret::Secret;
use stepwell_engine::links::{Followed, LinkView, Purpose, Registered};
use stepwell_engine::passwords::MIN_CHARS;

use crate::app::AppState;
use crate::blocking;
use crate::clock::OsEntropy;
use crate::extract::body::Body;
use crate::extract::{cookies, form};
use crate::interaction::answer::Pages;
use crate::interaction::csrf;
use crate::pages::{
    Account, AskForLink, Errand, ErrorKind, FollowLink, Html, LinkFor, LinkOver, LinkSent,
    NewPasswordProblem, PasswordSet, Problem,
};
use crate::request::Asked;

/// What the token of every form here is bound to, besides the browser.
const CONTEXT: &str = "link";

/// One request, with the answers in its language.
struct Visit {
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
}

pub(crate) async fn forgot(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    Visit {
        state,
        request,
        asked,
    }
    .ask(Errand::Forgot)
}

pub(crate) async fn register(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    Visit {
        state,
        request,
        asked,
    }
    .ask(Errand::Register)
}

pub(crate) async fn post_forgot(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    Visit {
        state,
        request,
        asked,
    }
    .asked_for(Errand::Forgot, &body)
    .await
}

pub(crate) async fn post_register(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    Visit {
        state,
        request,
        asked,
    }
    .asked_for(Errand::Register, &body)
    .await
}

/// `GET /link/{secret}`: looks, and uses nothing up.
pub(crate) async fn look(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    secret: web::Path<String>,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    let secret = Secret::new(secret.into_inner());
    let action = format!("/link/{}", secret.expose());
    let seen = blocking::run(&visit.state, visit.asked.clone(), move |engine, call| {
        engine.link(call, &secret)
    })
    .await;
    match seen {
        Ok(Some(view)) => visit.page(StatusCode::OK, &follow_page(action, &view, None)),
        Ok(None) => visit.page(StatusCode::GONE, &LinkOver),
        Err(error) => visit.pages().failed(error),
    }
}

/// `POST /link/{secret}`: sets the password.
pub(crate) async fn follow(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    secret: web::Path<String>,
    body: Body,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    let params = match visit.form(&body) {
        Ok(params) => params,
        Err(answer) => return *answer,
    };
    let secret = Secret::new(secret.into_inner());
    let action = format!("/link/{}", secret.expose());
    let password = Secret::new(params.get("new-password").unwrap_or_default());
    let work = move |engine: &stepwell_engine::Engine, call: &stepwell_engine::Call<'_>| {
        let followed = engine.follow_link(call, &secret, &password)?;
        let view = match &followed {
            Followed::Weak(_) => engine.link(call, &secret)?,
            Followed::Done { .. } | Followed::Over => None,
        };
        Ok((followed, view))
    };
    let done = blocking::run_hashing(&visit.state, visit.asked.clone(), work).await;
    match done {
        Ok((Followed::Done { username }, _)) => {
            let account = Account::new(username);
            visit.page(StatusCode::OK, &PasswordSet { account })
        }
        Ok((Followed::Weak(weakness), Some(view))) => {
            let problem = Some(NewPasswordProblem::of(&weakness));
            let page = follow_page(action, &view, problem);
            visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Ok(_) => visit.page(StatusCode::GONE, &LinkOver),
        Err(error) => visit.pages().failed(error),
    }
}

fn follow_page(action: String, view: &LinkView, problem: Option<NewPasswordProblem>) -> FollowLink {
    FollowLink {
        action,
        account: Account::new(&view.username).pinned(),
        purpose: match view.purpose {
            Purpose::SetUp => LinkFor::SetUp,
            Purpose::Password => LinkFor::Password,
            Purpose::Register => LinkFor::Register,
        },
        least: MIN_CHARS,
        problem,
    }
}

impl Visit {
    fn is_offered(&self, errand: Errand) -> bool {
        match errand {
            Errand::Forgot => self.state.engine.offers_recovery(),
            Errand::Register => self.state.engine.offers_registration(),
        }
    }

    fn ask(self, errand: Errand) -> HttpResponse {
        if !self.is_offered(errand) {
            return self.pages().error(ErrorKind::NotFound, None);
        }
        let page = AskForLink {
            errand,
            typed: String::new(),
            problem: None,
        };
        self.page(StatusCode::OK, &page)
    }

    async fn asked_for(self, errand: Errand, body: &[u8]) -> HttpResponse {
        if !self.is_offered(errand) {
            return self.pages().error(ErrorKind::NotFound, None);
        }
        let params = match self.form(body) {
            Ok(params) => params,
            Err(answer) => return *answer,
        };
        let typed = params.get("username").unwrap_or_default().to_owned();
        let name = typed.clone();
        let done = blocking::run(
            &self.state,
            self.asked.clone(),
            move |engine, call| match errand {
                Errand::Forgot => engine
                    .forgot_password(call, &name)
                    .map(|()| Registered::Sent),
                Errand::Register => engine.register(call, &name),
            },
        )
        .await;
        match done {
            Ok(Registered::Sent) => self.page(StatusCode::OK, &LinkSent { errand }),
            Ok(Registered::NotAnAddress) => {
                let problem = Some(Problem::NotAnAddress);
                let page = AskForLink {
                    errand,
                    typed,
                    problem,
                };
                self.page(StatusCode::UNPROCESSABLE_ENTITY, &page)
            }
            Err(error) => self.pages().failed(error),
        }
    }

    fn form(&self, body: &[u8]) -> Result<Params, Box<HttpResponse>> {
        let pages = self.pages();
        let params = form::params(&self.request, body)
            .map_err(|error| Box::new(pages.failed(error.into())))?;
        let jar = cookies::read(&self.request, &self.state.edge);
        let ours = csrf::is_ours(&self.request, &self.state.edge)
            && jar
                .browser
                .as_ref()
                .is_some_and(|cookie| csrf::matches(cookie, CONTEXT, params.get("csrf")));
        if ours {
            Ok(params)
        } else {
            Err(Box::new(pages.forbidden()))
        }
    }

    fn pages(&self) -> Pages {
        Pages::of(&self.state, &self.request, &self.asked)
    }

    /// A page with a form bound to this browser, which gets a cookie for that if it has none.
    fn page(&self, status: StatusCode, page: &dyn Html) -> HttpResponse {
        let jar = cookies::read(&self.request, &self.state.edge);
        let fresh = jar.browser.is_none().then(|| Secret::random(&OsEntropy));
        let mut pages = self.pages();
        if let Some(cookie) = jar.browser.as_ref().or(fresh.as_ref()) {
            pages.chrome.csrf = csrf::token(cookie, CONTEXT);
        }
        let mut answer = pages.page(status, page);
        if let Some(secret) = &fresh
            && answer
                .add_cookie(&cookies::browser(&self.state.edge, secret))
                .is_err()
        {
            tracing::error!("the browser cookie could not be set");
        }
        answer
    }
}
