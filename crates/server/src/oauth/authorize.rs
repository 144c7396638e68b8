//! `GET` and `POST /authorize`.

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use stepwell_engine::authorize::{Begun, Via};

use crate::blocking;
use crate::extract::body::Body;
use crate::extract::form;
use crate::interaction::show::to_interaction;
use crate::visit::Visit;

pub(crate) async fn get(visit: Visit) -> HttpResponse {
    let raw = Bytes::copy_from_slice(visit.request.query_string().as_bytes());
    begin(visit, raw, Via::Get).await
}

pub(crate) async fn post(visit: Visit, body: Body) -> HttpResponse {
    if !form::is_form(&visit.request) {
        return visit.pages().problem(
            "OIDC Core §3.1.2.1",
            "the body must be application/x-www-form-urlencoded",
        );
    }
    begin(visit, Bytes::copy_from_slice(&body), Via::Post).await
}

async fn begin(visit: Visit, raw: Bytes, via: Via) -> HttpResponse {
    let pages = visit.pages_as_asked_in(&raw);
    let Visit {
        state, asked, jar, ..
    } = visit;
    let sent = raw.clone();
    let begun = blocking::run(&state, asked, move |engine, call| {
        engine.begin(call, &raw, via, &jar)
    })
    .await;
    match begun {
        Ok(Begun::Interact { id, browser }) => to_interaction(&state.edge, &id, browser.as_ref()),
        Ok(Begun::Return(to)) => pages.redirect(&to),
        Ok(Begun::Interstitial { client, to, error }) => pages.interstitial(&client, to, &error),
        Ok(Begun::Stop { client, to }) => pages.stop(&to, &client),
        Ok(Begun::Page(problem)) => pages.unreturnable(&problem, &sent),
        Err(error) => pages.failed(error),
    }
}
