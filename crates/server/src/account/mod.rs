//! `/account`: a person's own pages, and the changes they make there.
//!
//! Nothing is decided here: the engine's gate says whether this browser may look or change, and sends it to an
//! interaction when it may not yet. `show` answers GET, `form` looks at what was sent, `change`
//! does it, `present` makes page models.

pub(crate) mod change;
mod form;
mod present;
pub(crate) mod show;

use actix_web::HttpResponse;
use stepwell_core::ids::InteractionId;
use stepwell_core::secret::Secret;
use stepwell_engine::account::Me;
use stepwell_engine::here::{Gated, Need, Place, Wish};
use stepwell_engine::{Call, Cookies, Engine, EngineError};

use crate::extract::cookies;
use crate::interaction::answer::{Pages, see_other};
use crate::pages::account::{Done, Tab};
use crate::visit::Visit;

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

/// The page of the row of links that a place belongs to.
fn tab(place: Place) -> Tab {
    match place {
        Place::Security | Place::Password => Tab::Security,
        Place::Sessions => Tab::Sessions,
        Place::Devices => Tab::Devices,
        Place::Activity => Tab::Activity,
        Place::Apps => Tab::Apps,
        Place::Profile => Tab::Profile,
        Place::Account | Place::Start => Tab::Overview,
    }
}

/// To the page of a place, which then tells what was done: once, and to nobody but the browser that did it.
fn telling(visit: &Visit, done: Done, place: Place) -> HttpResponse {
    let mut answer = see_other(done.at(place.path()));
    cookies::set(&mut answer, &cookies::tell(&visit.state.edge, done.word()));
    answer
}

/// Answers whose forms carry the token of this session.
fn pages(visit: &Visit) -> Pages {
    visit
        .pages_for(visit.jar.session.as_ref(), CONTEXT)
        .cut_off()
}
