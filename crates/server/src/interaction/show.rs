//! `GET /i/{id}`: the page that the engine asks for, or the way out.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpResponse, web};
use stepwell_core::ids::InteractionId;
use stepwell_core::secret::Secret;
use stepwell_engine::EngineError;
use stepwell_engine::answer::Trouble;
use stepwell_engine::authorize::{Left, PageView, Seen, StepView};

use super::answer::{Pages, no_store, see_other};
use super::{csrf, named, present, setup, spoken};
use crate::app::Edge;
use crate::blocking;
use crate::extract::cookies;
use crate::pages::{ErrorKind, Onward};
use crate::visit::Visit;

pub(crate) async fn page(visit: Visit, id: web::Path<String>) -> HttpResponse {
    shown(visit, &id, None).await
}

pub(crate) async fn another_way(visit: Visit, id: web::Path<String>) -> HttpResponse {
    let Some(id) = named(&id) else {
        return visit.pages().error(ErrorKind::Expired, None);
    };
    let (pages, visit, seen) = spoken::pages(visit, &id).await;
    let pages = pages.at(format!("/i/{id}/another-way"));
    let browser = visit.jar.browser.clone();
    let viewed = view(visit, &id, seen).await;
    match viewed {
        Ok(Left::Page(view)) => match &view.step {
            StepView::Prove(prove) => {
                let pages = with_token(pages, browser.as_ref().or(view.browser.as_ref()), &view);
                pages.page(StatusCode::OK, &present::another_way(&view, prove))
            }
            _ => to_page(&id),
        },
        Ok(left) => gone(&pages, left),
        Err(error) => pages.failed(error),
    }
}

/// `GET /i/{id}/recovery-codes.txt`: the codes that the page shows, as a file.
pub(crate) async fn recovery_codes(visit: Visit, id: web::Path<String>) -> HttpResponse {
    let pages = visit.pages();
    let Some(id) = named(&id) else {
        return pages.error(ErrorKind::Expired, None);
    };
    match view(visit, &id, None).await {
        Ok(Left::Page(view)) => match setup::codes(&view) {
            Some(codes) => no_store(
                HttpResponse::Ok()
                    .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
                    .insert_header((
                        CONTENT_DISPOSITION,
                        "attachment; filename=\"recovery-codes.txt\"",
                    ))
                    .insert_header(("x-content-type-options", "nosniff"))
                    .body(codes.text(&pages.chrome)),
            ),
            None => to_page(&id),
        },
        Ok(left) => gone(&pages, left),
        Err(error) => pages.failed(error),
    }
}

async fn view(visit: Visit, id: &InteractionId, seen: Option<Seen>) -> Result<Left, EngineError> {
    let (id, jar) = (id.clone(), visit.jar);
    blocking::run(&visit.state, visit.asked, move |engine, call| {
        engine.view(call, &id, seen, &jar)
    })
    .await
}

/// Back to where the hub says.
pub(super) fn to_page(id: &InteractionId) -> HttpResponse {
    see_other(&format!("/i/{id}"))
}

/// To an interaction that has just begun, with the cookie that it is bound to where the browser had none.
pub(crate) fn to_interaction(
    edge: &Edge,
    id: &InteractionId,
    browser: Option<&Secret>,
) -> HttpResponse {
    let mut answer = to_page(id);
    if let Some(secret) = browser {
        cookies::set(&mut answer, &cookies::browser(edge, secret));
    }
    answer
}

/// The page as it stands now; with what was wrong, when an answer did not count.
pub(super) async fn shown(visit: Visit, id: &str, trouble: Option<Trouble>) -> HttpResponse {
    let now = visit.asked.now;
    let Some(id) = named(id) else {
        return visit.pages().error(ErrorKind::Expired, None);
    };
    let (pages, visit, seen) = spoken::pages(visit, &id).await;
    let (state, browser) = (visit.state.clone(), visit.jar.browser.clone());
    match view(visit, &id, seen).await {
        Ok(Left::Page(view)) => {
            let pages = with_token(pages, browser.as_ref().or(view.browser.as_ref()), &view);
            let status = match &trouble {
                None | Some(Trouble::TryAgain) => StatusCode::OK,
                Some(Trouble::Wait(_) | Trouble::TooSoon(_)) => StatusCode::TOO_MANY_REQUESTS,
                Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let mut answer = pages.page(status, &*present::step(&view, trouble.as_ref(), now));
            if let Some(Trouble::Wait(secs) | Trouble::TooSoon(secs)) = trouble {
                answer.headers_mut().insert(RETRY_AFTER, secs.into());
            }
            if let Some(secret) = &view.browser {
                cookies::set(&mut answer, &cookies::browser(&state.edge, secret));
            }
            answer
        }
        Ok(left) => gone(&pages, left),
        Err(error) => pages.failed(error),
    }
}

/// What is answered when there is no page to show.
pub(super) fn gone(pages: &Pages, left: Left) -> HttpResponse {
    match left {
        Left::Leave {
            to,
            client,
            stop: false,
        } => pages.leave(&to, &client),
        Left::Leave {
            to,
            client,
            stop: true,
        } => pages.stop(&to, &client),
        Left::Home { to, stop: false } => see_other(to.path()),
        Left::Home { to, stop: true } => pages.stuck(to.path()),
        Left::AlreadyDone { client } => {
            pages.error_with(ErrorKind::StepDone, None, client.start.map(Onward::Link))
        }
        Left::Expired => pages.error(ErrorKind::Expired, None),
        Left::OtherBrowser => pages.forbidden(),
        Left::Page(_) => pages.error(ErrorKind::Expired, None),
    }
}

fn with_token(mut pages: Pages, cookie: Option<&Secret>, view: &PageView) -> Pages {
    if let Some(cookie) = cookie {
        pages.chrome.csrf = csrf::token(cookie, view.id.as_str());
    }
    pages.chrome.codes_left = view.codes_left;
    pages
}
