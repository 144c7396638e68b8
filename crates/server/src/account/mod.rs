//! `/account`: a person's own pages, and the changes they make there.
//!
//! Nothing is decided here: the engine's gate says whether this browser may look or change, and sends it to an
//! interaction when it may not yet. `show` answers GET, `change` takes forms, `present` makes page models.

pub(crate) mod change;
mod present;
pub(crate) mod show;

use stepwell_core::ids::InteractionId;
use stepwell_core::secret::Secret;
use stepwell_engine::account::Me;
use stepwell_engine::here::{Gated, Need, Place, Wish};
use stepwell_engine::{Call, Cookies, Engine, EngineError};

use crate::interaction::answer::Pages;
use crate::pages::account::Tab;
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
        Place::Security | Place::Password | Place::RecoveryCodes => Tab::Security,
        Place::Sessions => Tab::Sessions,
        Place::Devices => Tab::Devices,
        Place::Activity => Tab::Activity,
        Place::Apps => Tab::Apps,
        Place::Profile => Tab::Profile,
        Place::Account | Place::Start => Tab::Overview,
    }
}

/// Answers whose forms carry the token of this session.
fn pages(visit: &Visit) -> Pages {
    visit
        .pages_for(visit.jar.session.as_ref(), CONTEXT)
        .cut_off()
}
