//! `GET /account…`: one handler a page, and what they share.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_core::ids::CredentialId;
use stepwell_core::oauth::Params;
use stepwell_core::time::Timestamp;
use stepwell_engine::account::Me;
use stepwell_engine::here::{Need, Place};
use stepwell_engine::{Call, Engine, EngineError};

use super::{Entry, enter, pages, present, tab, telling};
use crate::blocking;
use crate::extract::cookies;
use crate::interaction::show::to_interaction;
use crate::pages::account::{Done, Top};
use crate::pages::{Account, Html};
use crate::visit::Visit;

pub(crate) async fn overview(visit: Visit) -> HttpResponse {
    let look = |engine: &Engine, call: &Call<'_>, me: &Me| {
        let security = engine.account_security(call, me)?;
        let sessions = engine.account_sessions(call, me)?.len();
        Ok((security, sessions, engine.account_apps(call, me)?.len()))
    };
    page(visit, Need::SignIn, Place::Account, look, |top, seen, _| {
        Box::new(present::overview(top, &seen.0, seen.1, seen.2))
    })
    .await
}

pub(crate) async fn security(visit: Visit) -> HttpResponse {
    page(
        visit,
        Need::SignIn,
        Place::Security,
        |engine, call, me| engine.account_security(call, me),
        |top, seen, now| Box::new(present::security(top, &seen, now)),
    )
    .await
}

/// The question before an authenticator is removed.
pub(crate) async fn remove(visit: Visit, id: web::Path<String>) -> HttpResponse {
    let id = CredentialId::new(id.into_inner());
    let look = move |engine: &Engine, call: &Call<'_>, me: &Me| {
        let seen = engine.account_security(call, me)?;
        let mine = seen.authenticators.into_iter();
        Ok(mine.into_iter().find(|one| one.id == id && one.removable))
    };
    page_or(
        visit,
        Need::Change,
        Place::Security,
        look,
        |top, seen, _| {
            let one = seen?;
            Some(Box::new(present::remove(top, &one)) as Box<dyn Html>)
        },
    )
    .await
}

pub(crate) async fn password(visit: Visit) -> HttpResponse {
    page(
        visit,
        Need::Change,
        Place::Password,
        |engine, _, me| Ok((me.user.username.clone(), engine.password_rules().least())),
        |top, named, _| Box::new(present::password(top, named, None)),
    )
    .await
}

pub(crate) async fn sessions(visit: Visit) -> HttpResponse {
    page(
        visit,
        Need::SignIn,
        Place::Sessions,
        |engine, call, me| engine.account_sessions(call, me),
        |top, seen, now| Box::new(present::sessions(top, seen, now)),
    )
    .await
}

pub(crate) async fn devices(visit: Visit) -> HttpResponse {
    let jar = visit.jar.clone();
    page(
        visit,
        Need::SignIn,
        Place::Devices,
        move |engine, call, me| engine.account_devices(call, me, &jar),
        |top, seen, now| Box::new(present::devices(top, seen, now)),
    )
    .await
}

pub(crate) async fn activity(visit: Visit) -> HttpResponse {
    let before = query(&visit.request, "before").and_then(|text| text.parse().ok());
    page(
        visit,
        Need::SignIn,
        Place::Activity,
        move |engine, _, me| engine.account_activity(me, before),
        |top, (lines, before), now| Box::new(present::activity(top, lines, before, now)),
    )
    .await
}

pub(crate) async fn apps(visit: Visit) -> HttpResponse {
    page(
        visit,
        Need::SignIn,
        Place::Apps,
        |engine, call, me| engine.account_apps(call, me),
        |top, seen, now| Box::new(present::apps(top, seen, now)),
    )
    .await
}

pub(crate) async fn profile(visit: Visit) -> HttpResponse {
    page(
        visit,
        Need::SignIn,
        Place::Profile,
        |engine, _, me| Ok(engine.profile(me)),
        |top, seen, _| Box::new(present::profile(top, seen, None)),
    )
    .await
}

/// A parameter of the address; none when it comes twice or is broken.
fn query(request: &HttpRequest, name: &str) -> Option<String> {
    let params = Params::parse(request.query_string().as_bytes()).ok()?;
    params.get(name).map(str::to_owned)
}

/// The page of a look that always finds something.
async fn page<T: Send + 'static>(
    visit: Visit,
    need: Need,
    place: Place,
    look: impl FnOnce(&Engine, &Call<'_>, &Me) -> Result<T, EngineError> + Send + 'static,
    make: impl FnOnce(Top, T, Timestamp) -> Box<dyn Html>,
) -> HttpResponse {
    page_or(visit, need, place, look, |top, seen, now| {
        Some(make(top, seen, now))
    })
    .await
}

/// The page of a look, or back to where it was come from when there is nothing to show.
async fn page_or<T: Send + 'static>(
    visit: Visit,
    need: Need,
    place: Place,
    look: impl FnOnce(&Engine, &Call<'_>, &Me) -> Result<T, EngineError> + Send + 'static,
    make: impl FnOnce(Top, T, Timestamp) -> Option<Box<dyn Html>>,
) -> HttpResponse {
    let jar = visit.jar.clone();
    let seen = blocking::run(&visit.state, visit.asked.clone(), move |engine, call| {
        enter(engine, call, &jar, need, place, |me| {
            let seen = look(engine, call, &me)?;
            Ok((me.user.username, seen))
        })
    })
    .await;
    match seen {
        Ok(Entry::In((username, seen))) => {
            let told = cookies::told(&visit.request, &visit.state.edge);
            let top = Top {
                me: Account::new(username).pinned(),
                tab: tab(place),
                done: told.as_deref().and_then(Done::of),
            };
            let Some(page) = make(top, seen, visit.asked.now) else {
                return telling(&visit, Done::NothingThere, place);
            };
            let mut answer = pages(&visit).page(StatusCode::OK, &*page);
            if told.is_some() {
                cookies::set(&mut answer, &cookies::no_more_told(&visit.state.edge));
            }
            answer
        }
        Ok(Entry::Ask(id, browser)) => to_interaction(&visit.state.edge, &id, browser.as_ref()),
        Err(error) => visit.pages().failed(error),
    }
}
