//! `GET /account…`: one handler a page, and what they share.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_core::ids::CredentialId;
use stepwell_core::oauth::Params;
use stepwell_core::time::Timestamp;
use stepwell_engine::account::Me;
use stepwell_engine::here::{Need, Place};
use stepwell_engine::{Call, Engine, EngineError};

use super::{CONTEXT, Entry, enter, present, to, to_interaction};
use crate::app::AppState;
use crate::blocking;
use crate::extract::cookies;
use crate::interaction::answer::Pages;
use crate::interaction::csrf;
use crate::pages::account::{Done, Tab, Top};
use crate::pages::{Account, Html};
use crate::request::Asked;

/// One request for a page.
pub(super) struct Visit {
    pub(super) state: web::Data<AppState>,
    pub(super) request: HttpRequest,
    pub(super) asked: Asked,
}

pub(crate) async fn overview(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    let look = |engine: &Engine, call: &Call<'_>, me: &Me| {
        let security = engine.account_security(call, me)?;
        let sessions = engine.account_sessions(call, me)?.len();
        Ok((security, sessions, engine.account_apps(call, me)?.len()))
    };
    let visit = Visit {
        state,
        request,
        asked,
    };
    visit
        .page(
            Tab::Overview,
            Need::SignIn,
            Place::Account,
            look,
            |top, seen, _| Box::new(present::overview(top, &seen.0, seen.1, seen.2)),
        )
        .await
}

pub(crate) async fn security(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    visit
        .page(
            Tab::Security,
            Need::SignIn,
            Place::Security,
            |engine, call, me| engine.account_security(call, me),
            |top, seen, now| Box::new(present::security(top, &seen, now)),
        )
        .await
}

/// The question before an authenticator is removed.
pub(crate) async fn remove(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    id: web::Path<String>,
) -> HttpResponse {
    let id = CredentialId::new(id.into_inner());
    let visit = Visit {
        state,
        request,
        asked,
    };
    let look = move |engine: &Engine, call: &Call<'_>, me: &Me| {
        let seen = engine.account_security(call, me)?;
        let mine = seen.authenticators.into_iter();
        Ok(mine.into_iter().find(|one| one.id == id && one.removable))
    };
    visit
        .page_or(
            Tab::Security,
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

pub(crate) async fn password(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    visit
        .page(
            Tab::Security,
            Need::Change,
            Place::Password,
            |_, _, me| Ok(me.user.username.clone()),
            |top, username, _| Box::new(present::password(top, username, None)),
        )
        .await
}

pub(crate) async fn sessions(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    visit
        .page(
            Tab::Sessions,
            Need::SignIn,
            Place::Sessions,
            |engine, call, me| engine.account_sessions(call, me),
            |top, seen, now| Box::new(present::sessions(top, seen, now)),
        )
        .await
}

pub(crate) async fn activity(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    let before = query(&request, "before").and_then(|text| text.parse().ok());
    let visit = Visit {
        state,
        request,
        asked,
    };
    visit
        .page(
            Tab::Activity,
            Need::SignIn,
            Place::Activity,
            move |engine, _, me| engine.account_activity(me, before),
            |top, (lines, before), now| Box::new(present::activity(top, lines, before, now)),
        )
        .await
}

pub(crate) async fn apps(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    visit
        .page(
            Tab::Apps,
            Need::SignIn,
            Place::Apps,
            |engine, call, me| engine.account_apps(call, me),
            |top, seen, now| Box::new(present::apps(top, seen, now)),
        )
        .await
}

pub(crate) async fn profile(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    visit
        .page(
            Tab::Profile,
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

impl Visit {
    /// The page of a look that always finds something.
    async fn page<T: Send + 'static>(
        self,
        tab: Tab,
        need: Need,
        place: Place,
        look: impl FnOnce(&Engine, &Call<'_>, &Me) -> Result<T, EngineError> + Send + 'static,
        make: impl FnOnce(Top, T, Timestamp) -> Box<dyn Html>,
    ) -> HttpResponse {
        self.page_or(tab, need, place, look, |top, seen, now| {
            Some(make(top, seen, now))
        })
        .await
    }

    /// The page of a look, or back to where it was come from when there is nothing to show.
    async fn page_or<T: Send + 'static>(
        self,
        tab: Tab,
        need: Need,
        place: Place,
        look: impl FnOnce(&Engine, &Call<'_>, &Me) -> Result<T, EngineError> + Send + 'static,
        make: impl FnOnce(Top, T, Timestamp) -> Option<Box<dyn Html>>,
    ) -> HttpResponse {
        let now = self.asked.now;
        let jar = cookies::read(&self.request, &self.state.edge);
        let done = query(&self.request, "done").and_then(|word| Done::of(&word));
        let pages = self.pages();
        let seen = blocking::run(&self.state, self.asked.clone(), move |engine, call| {
            enter(engine, call, &jar, need, place, |me| {
                let seen = look(engine, call, &me)?;
                Ok((me.user.username, seen))
            })
        })
        .await;
        match seen {
            Ok(Entry::In((username, seen))) => {
                let me = Account::new(username).pinned();
                match make(Top { me, tab, done }, seen, now) {
                    Some(page) => pages.page(StatusCode::OK, &*page),
                    None => to(&format!(
                        "{}?done={}",
                        place.path(),
                        Done::NothingThere.word()
                    )),
                }
            }
            Ok(Entry::Ask(id, browser)) => to_interaction(&self.state, &id, browser.as_ref()),
            Err(error) => pages.failed(error),
        }
    }

    /// Answers whose forms carry the token of this session.
    pub(super) fn pages(&self) -> Pages {
        let mut pages = Pages::of(&self.state, &self.request, &self.asked);
        let jar = cookies::read(&self.request, &self.state.edge);
        if let Some(session) = &jar.session {
            pages.chrome.csrf = csrf::token(session, CONTEXT);
        }
        pages
    }
}
