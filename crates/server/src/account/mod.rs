//! `/account`: a person's own pages, and the changes they make there.
//!
//! Nothing is decided here: the engine's gate says whether this browser may look or change, and sends it to an
//! interaction when it may not yet. `show` answers GET, `change` takes forms, `present` makes page models.

pub(crate) mod change;
mod present;
pub(crate) mod show;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use stepwell_core::ids::InteractionId;
use stepwell_core::secret::Secret;
use stepwell_engine::account::Me;
use stepwell_engine::here::{Gated, Need, Place, Wish};
use stepwell_engine::{Call, Cookies, Engine, EngineError};

use crate::app::AppState;
use crate::extract::cookies;
use crate::interaction::answer::no_store;
use crate::interaction::show::to_page;

/// What the token of every form here is bound to, besides the session.
const CONTEXT: &str = "account";

/// What the gate let through, or where it sends the browser first.
enum Entry<T> {
    In(T),
    Ask(InteractionId, Option<Secret>),
}

/// Asks the gate, and does `then` when it is open.
fn enter<T>(
    engine: &Engine,
    call: &Call<'_>,
    jar: &Cookies,
    need: Need,
    return_to: Place,
    then: impl FnOnce(Me) -> Result<T, EngineError>,
) -> Result<Entry<T>, EngineError> {
    match engine.account_gate(call, jar, &Wish { need, return_to })? {
        Gated::Open { session, user } => {
            let (session, user) = (*session, *user);
            Ok(Entry::In(then(Me { user, session })?))
        }
        Gated::Ask { id, browser } => Ok(Entry::Ask(id, browser)),
    }
}

/// To the interaction that comes first.
fn to_interaction(state: &AppState, id: &InteractionId, browser: Option<&Secret>) -> HttpResponse {
    let mut answer = to_page(id);
    if let Some(secret) = browser
        && answer
            .add_cookie(&cookies::browser(&state.edge, secret))
            .is_err()
    {
        tracing::error!("the browser cookie could not be set");
    }
    answer
}

/// Back to a page of the account.
fn to(path: &str) -> HttpResponse {
    no_store(
        HttpResponse::SeeOther()
            .insert_header((LOCATION, path))
            .finish(),
    )
}
