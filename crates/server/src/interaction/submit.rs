//! `POST /i/{id}/…`: takes the form and goes back to `/i/{id}`, or shows the page again with what was wrong. A GET of
//! the same address takes nothing: it only goes back.

use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpResponse, web};
use stepwell_core::ids::InteractionId;
use stepwell_core::oauth::Params;
use stepwell_core::secret::Secret;
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::{Call, Cookies, Engine, EngineError};

use super::{named, setup, show, spoken};
use crate::blocking;
use crate::extract::body::Body;
use crate::extract::cookies;
use crate::gate::Said;
use crate::pages::{ErrorKind, Onward};
use crate::visit::Visit;

pub(crate) async fn another_way(visit: Visit, id: web::Path<String>, body: Body) -> HttpResponse {
    submit(visit, id.into_inner(), "another-way".to_owned(), &body).await
}

pub(crate) async fn answer(
    visit: Visit,
    path: web::Path<(String, String)>,
    body: Body,
) -> HttpResponse {
    let (id, what) = path.into_inner();
    submit(visit, id, what, &body).await
}

/// `GET /i/{id}/…`: a form's own address, reached by reload or Back after an answer that did not count. Nothing
/// is read from it, so nothing can be answered by it. Consent by GET is refused as such (spec §5 line 40): somebody
/// may have been led there.
pub(crate) async fn back(visit: Visit, path: web::Path<(String, String)>) -> HttpResponse {
    let (id, what) = path.into_inner();
    let pages = visit.pages();
    match named(&id) {
        None => pages.error(ErrorKind::Expired, None),
        Some(_) if input(&what, &Params::default()).is_none() => {
            pages.error(ErrorKind::NotFound, None)
        }
        Some(id) if what == "consent" => {
            let page = Onward::Link(format!("/i/{id}"));
            let pages = pages.at(format!("/i/{id}"));
            let mut answer = pages.error_with(ErrorKind::FormOnly, None, Some(page));
            answer
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("POST"));
            answer.extensions_mut().insert(Said);
            answer
        }
        Some(id) => show::to_page(&id),
    }
}

async fn submit(visit: Visit, id: String, what: String, body: &[u8]) -> HttpResponse {
    let pages = visit.pages();
    let params = match visit.params(&pages, body) {
        Ok(params) => params,
        Err(answer) => return *answer,
    };
    let Some(interaction) = named(&id) else {
        return pages.error(ErrorKind::Expired, None);
    };
    let params = match visit.ours(&pages, params, visit.jar.browser.as_ref(), &id) {
        Ok(params) => params,
        Err(answer) => return *answer,
    };
    if input(&what, &params).is_none() {
        return pages.error(ErrorKind::NotFound, None);
    }
    let (pages, visit, seen) = spoken::pages(visit, &interaction).await;
    let jar = visit.jar.clone();
    let filled_in = (what == "identify")
        .then(|| params.get("password").unwrap_or_default().to_owned())
        .filter(|password| !password.is_empty())
        .map(Secret::new);
    let hashes = what == "password" || filled_in.is_some();
    // Seconds may pass before there is a turn to hash: then it is looked at anew.
    let seen = seen.filter(|_| !hashes);
    let answer = move |engine: &Engine, call: &Call<'_>| {
        let Some(input) = input(&what, &params) else {
            return Ok(Answered::Again(Trouble::NotEnough));
        };
        let answered = engine.answer(call, &interaction, seen, &jar, &input)?;
        match (&filled_in, &answered) {
            (Some(password), Answered::Continue { .. }) => {
                let proved = at_once(engine, call, &interaction, &jar, password)?;
                Ok(proved.unwrap_or(answered))
            }
            _ => Ok(answered),
        }
    };
    let answered = if hashes {
        blocking::run_hashing(&visit.state, visit.asked.clone(), answer).await
    } else {
        blocking::run(&visit.state, visit.asked.clone(), answer).await
    };
    match answered {
        Ok(Answered::Continue { session, device }) => {
            let mut answer = show::to_page(&InteractionId::new(id));
            if let Some(secret) = session {
                cookies::set(&mut answer, &cookies::session(&visit.state.edge, &secret));
            }
            if let Some(secret) = device {
                cookies::set(&mut answer, &cookies::device(&visit.state.edge, &secret));
            }
            answer
        }
        Ok(Answered::Again(trouble)) => show::shown(visit, &id, Some(trouble)).await,
        Ok(Answered::Not(left)) => show::gone(&pages, *left),
        Err(error) => pages.failed(error),
    }
}

/// The password that a manager filled in unseen beside the name is tried as the next page would try it, and counts as
/// that. Where it does not do, the person saw nothing of it and is told nothing: the next page asks.
fn at_once(
    engine: &Engine,
    call: &Call<'_>,
    id: &InteractionId,
    jar: &Cookies,
    password: &Secret,
) -> Result<Option<Answered>, EngineError> {
    let proof = Input::Prove {
        method: "password",
        secret: password.expose(),
        credential: None,
        trust: false,
    };
    let proved = engine.answer(call, id, None, jar, &proof)?;
    Ok(matches!(proved, Answered::Continue { .. }).then_some(proved))
}

/// What the form says; none for an address that is no form's.
fn input<'a>(what: &'a str, params: &'a Params) -> Option<Input<'a>> {
    let field = |name| params.get(name).unwrap_or_default();
    let trust = params.get("trust") == Some("yes");
    Some(match what {
        "identify" => Input::Identify {
            username: field("username"),
        },
        "switch" => Input::Switch,
        "account" => Input::Account {
            account: params.get("account"),
        },
        "another-way" => Input::AnotherWay {
            method: field("method"),
        },
        "consent" => Input::Consent {
            allow: params.get("decision") == Some("allow"),
        },
        "cancel" => Input::Cancel,
        "password" => Input::Prove {
            method: what,
            secret: field("password"),
            credential: None,
            trust: false,
        },
        "totp" | "mail" | "sms" => Input::Prove {
            method: what,
            secret: field("code"),
            credential: params.get("credential"),
            trust,
        },
        "passkey" | "security-key" => Input::Prove {
            method: what,
            secret: field("response"),
            credential: None,
            trust,
        },
        "resend" => Input::Resend {
            method: field("method"),
            credential: params.get("credential"),
        },
        "recovery" => Input::Prove {
            method: what,
            secret: field("recovery_code"),
            credential: None,
            trust: false,
        },
        _ => return setup::input(what, params),
    })
}
