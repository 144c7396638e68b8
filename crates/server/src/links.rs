//! `/forgot`, `/register` and `/link/{secret}`: asking for a one-time link, and following one.
//!
//! A link's secret stands in its address, so the address is never logged (`request`), sent on as a referrer, or
//! kept by a cache.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use stepwell_core::oauth::Params;
use stepwell_core::secret::Secret;
use stepwell_engine::links::{Followed, LinkView, Purpose, Registered, VALID_FOR};

use crate::blocking;
use crate::clock::OsEntropy;
use crate::extract::body::Body;
use crate::extract::cookies;
use crate::pages::{
    Account, AskForLink, Errand, ErrorKind, FollowLink, Html, LinkFor, LinkOver, LinkSent,
    NewPasswordProblem, PasswordSet, Problem,
};
use crate::visit::Visit;

/// What the token of every form here is bound to, besides the browser.
const CONTEXT: &str = "link";

pub(crate) async fn forgot(visit: Visit) -> HttpResponse {
    ask(&visit, Errand::Forgot)
}

pub(crate) async fn register(visit: Visit) -> HttpResponse {
    ask(&visit, Errand::Register)
}

pub(crate) async fn post_forgot(visit: Visit, body: Body) -> HttpResponse {
    asked_for(&visit, Errand::Forgot, &body).await
}

pub(crate) async fn post_register(visit: Visit, body: Body) -> HttpResponse {
    asked_for(&visit, Errand::Register, &body).await
}

/// `GET /link/{secret}`: looks, and uses nothing up.
pub(crate) async fn look(visit: Visit, secret: web::Path<String>) -> HttpResponse {
    let secret = Secret::new(secret.into_inner());
    let action = format!("/link/{}", secret.expose());
    let seen = blocking::run(&visit.state, visit.asked.clone(), move |engine, call| {
        engine.link(call, &secret)
    })
    .await;
    match seen {
        Ok(Some(view)) => shown(
            &visit,
            StatusCode::OK,
            &follow_page(&visit, action, &view, None),
        ),
        Ok(None) => shown(&visit, StatusCode::GONE, &LinkOver),
        Err(error) => visit.pages().failed(error),
    }
}

/// `POST /link/{secret}`: sets the password.
pub(crate) async fn follow(visit: Visit, secret: web::Path<String>, body: Body) -> HttpResponse {
    let params = match form(&visit, &body) {
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
            shown(&visit, StatusCode::OK, &PasswordSet { account })
        }
        Ok((Followed::Weak(weakness), Some(view))) => {
            let problem = Some(NewPasswordProblem::of(&weakness));
            let page = follow_page(&visit, action, &view, problem);
            shown(&visit, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Ok(_) => shown(&visit, StatusCode::GONE, &LinkOver),
        Err(error) => visit.pages().failed(error),
    }
}

fn follow_page(
    visit: &Visit,
    action: String,
    view: &LinkView,
    problem: Option<NewPasswordProblem>,
) -> FollowLink {
    let least = visit.state.engine.password_rules().least();
    FollowLink {
        action,
        account: Account::new(&view.username).pinned(),
        purpose: match view.purpose {
            Purpose::SetUp => LinkFor::SetUp,
            Purpose::Password => LinkFor::Password,
            Purpose::Register => LinkFor::Register,
        },
        least,
        problem,
    }
}

fn is_offered(visit: &Visit, errand: Errand) -> bool {
    match errand {
        Errand::Forgot => visit.state.engine.offers_recovery(),
        Errand::Register => visit.state.engine.offers_registration(),
    }
}

fn ask(visit: &Visit, errand: Errand) -> HttpResponse {
    if !is_offered(visit, errand) {
        return visit.pages().error(ErrorKind::NotFound, None);
    }
    let page = AskForLink {
        errand,
        typed: String::new(),
        problem: None,
    };
    shown(visit, StatusCode::OK, &page)
}

async fn asked_for(visit: &Visit, errand: Errand, body: &[u8]) -> HttpResponse {
    if !is_offered(visit, errand) {
        return visit.pages().error(ErrorKind::NotFound, None);
    }
    let params = match form(visit, body) {
        Ok(params) => params,
        Err(answer) => return *answer,
    };
    let typed = params.get("username").unwrap_or_default().to_owned();
    let name = typed.clone();
    let done = blocking::run(
        &visit.state,
        visit.asked.clone(),
        move |engine, call| match errand {
            Errand::Forgot => engine
                .forgot_password(call, &name)
                .map(|()| Registered::Sent),
            Errand::Register => engine.register(call, &name),
        },
    )
    .await;
    match done {
        Ok(Registered::Sent) => {
            let valid_for = i64::try_from(VALID_FOR.0).unwrap_or(i64::MAX);
            shown(visit, StatusCode::OK, &LinkSent { errand, valid_for })
        }
        Ok(Registered::NotAnAddress) => {
            let problem = Some(Problem::NotAnAddress);
            let page = AskForLink {
                errand,
                typed,
                problem,
            };
            shown(visit, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => visit.pages().failed(error),
    }
}

fn form(visit: &Visit, body: &[u8]) -> Result<Params, Box<HttpResponse>> {
    let pages = visit.pages();
    let params = visit.params(&pages, body)?;
    visit.ours(&pages, params, visit.jar.browser.as_ref(), CONTEXT)
}

/// A page with a form bound to this browser, which gets a cookie for that if it has none.
fn shown(visit: &Visit, status: StatusCode, page: &dyn Html) -> HttpResponse {
    let known = visit.jar.browser.as_ref();
    let fresh = known.is_none().then(|| Secret::random(&OsEntropy));
    let pages = visit.pages_for(known.or(fresh.as_ref()), CONTEXT);
    let mut answer = pages.page(status, page);
    if let Some(secret) = &fresh {
        cookies::set(&mut answer, &cookies::browser(&visit.state.edge, secret));
    }
    answer
}
