//! `POST /account/…`: one handler a form, and what they share: the token, the gate, and the way back.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use stepwell_core::authn::Method;
use stepwell_core::ids::{ClientId, CredentialId, SessionId};
use stepwell_core::oauth::Params;
use stepwell_core::secret::Secret;
use stepwell_engine::account::{Me, Removal};
use stepwell_engine::here::{Need, Place};
use stepwell_engine::{Call, Engine, EngineError};

use super::show::Visit;
use super::{CONTEXT, Entry, enter, present, to, to_interaction};
use crate::app::AppState;
use crate::blocking;
use crate::extract::body::Body;
use crate::extract::{cookies, form};
use crate::interaction::csrf;
use crate::pages::account::{Done, Tab, Top};
use crate::pages::{Account, Html};
use crate::request::Asked;

/// What a change led to.
enum Outcome {
    /// Back to the page, which says so.
    Done(Done),
    /// The form again, with what was wrong.
    Again(Box<dyn FnOnce(Top) -> Box<dyn Html> + Send>),
}

fn done_or_gone(done: bool, what: Done) -> Outcome {
    Outcome::Done(if done { what } else { Done::NothingThere })
}

/// `POST /account/security/add`: to the pages that set it up.
pub(crate) async fn add(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
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
    let method = Method::new(params.get("method").unwrap_or_default());
    visit
        .change(
            Tab::Security,
            Need::Enrol(method),
            Place::Security,
            |_, _, _| Ok(Outcome::Done(Done::NothingThere)),
        )
        .await
}

/// `POST /account/security/{id}/rename`.
pub(crate) async fn rename(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    id: web::Path<String>,
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
    let id = CredentialId::new(id.into_inner());
    let label = params.get("label").unwrap_or_default().to_owned();
    visit
        .change(
            Tab::Security,
            Need::SignIn,
            Place::Security,
            move |engine, call, me| {
                let renamed = engine.rename_authenticator(call, me, &id, &label)?;
                Ok(Outcome::Done(if renamed {
                    Done::Renamed
                } else {
                    Done::NotRenamed
                }))
            },
        )
        .await
}

/// `POST /account/security/{id}/remove`.
pub(crate) async fn remove(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    id: web::Path<String>,
    body: Body,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    if let Err(answer) = visit.form(&body) {
        return *answer;
    }
    let id = CredentialId::new(id.into_inner());
    visit
        .change(
            Tab::Security,
            Need::Change,
            Place::Security,
            move |engine, call, me| {
                let removal = engine.remove_authenticator(call, me, &id)?;
                Ok(Outcome::Done(match removal {
                    Removal::Removed => Done::Removed,
                    Removal::LastOne => Done::LastOne,
                    Removal::Unknown => Done::NothingThere,
                }))
            },
        )
        .await
}

/// `POST /account/password`.
pub(crate) async fn password(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
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
    let password = Secret::new(params.get("new-password").unwrap_or_default());
    let work = move |engine: &Engine, call: &Call<'_>, me: &Me| {
        Ok(match engine.change_password(call, me, &password)? {
            Ok(_) => Outcome::Done(Done::PasswordChanged),
            Err(weakness) => {
                let username = me.user.username.clone();
                Outcome::Again(Box::new(move |top| {
                    Box::new(present::password(top, username, Some(&weakness)))
                }))
            }
        })
    };
    visit
        .change_hashing(Tab::Security, Need::Change, Place::Password, work)
        .await
}

/// `POST /account/sessions/{id}/end`.
pub(crate) async fn end_session(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    id: web::Path<String>,
    body: Body,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    if let Err(answer) = visit.form(&body) {
        return *answer;
    }
    let id = SessionId::new(id.into_inner());
    visit
        .change(
            Tab::Sessions,
            Need::SignIn,
            Place::Sessions,
            move |engine, call, me| {
                let ended = engine.end_account_session(call, me, &id)?;
                Ok(done_or_gone(ended, Done::SessionEnded))
            },
        )
        .await
}

/// `POST /account/sessions/end-others`.
pub(crate) async fn end_others(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    body: Body,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    if let Err(answer) = visit.form(&body) {
        return *answer;
    }
    visit
        .change(
            Tab::Sessions,
            Need::SignIn,
            Place::Sessions,
            |engine, call, me| {
                let ended = engine.end_other_sessions(call, me)?;
                Ok(done_or_gone(ended > 0, Done::OthersEnded))
            },
        )
        .await
}

/// `POST /account/activity/{seq}/report`: "this wasn't me".
pub(crate) async fn report(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    seq: web::Path<i64>,
    body: Body,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    if let Err(answer) = visit.form(&body) {
        return *answer;
    }
    let seq = seq.into_inner();
    visit
        .change(
            Tab::Security,
            Need::SignIn,
            Place::Security,
            move |engine, call, me| {
                let reported = engine.report_activity(call, me, seq)?;
                Ok(done_or_gone(reported, Done::Reported))
            },
        )
        .await
}

/// `POST /account/apps/{id}/remove`.
pub(crate) async fn remove_app(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
    id: web::Path<String>,
    body: Body,
) -> HttpResponse {
    let visit = Visit {
        state,
        request,
        asked,
    };
    if let Err(answer) = visit.form(&body) {
        return *answer;
    }
    let id = ClientId::new(id.into_inner());
    visit
        .change(
            Tab::Apps,
            Need::SignIn,
            Place::Apps,
            move |engine, call, me| {
                let revoked = engine.revoke_account_app(call, me, &id)?;
                Ok(done_or_gone(revoked, Done::AppRemoved))
            },
        )
        .await
}

/// `POST /account/profile`.
pub(crate) async fn profile(
    state: web::Data<AppState>,
    request: HttpRequest,
    asked: Asked,
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
    visit
        .change(
            Tab::Profile,
            Need::SignIn,
            Place::Profile,
            move |engine, call, me| {
                let mut seen = engine.profile(me);
                for (claim, value) in &mut seen.fields {
                    if let Some(sent) = params.get(claim) {
                        sent.clone_into(value);
                    }
                }
                let values: Vec<(&str, &str)> =
                    seen.fields.iter().map(|(c, v)| (*c, v.as_str())).collect();
                let refused = engine.update_profile(call, me, &values)?.err();
                Ok(match refused.and_then(|all| all.into_iter().next()) {
                    Some(refused) => Outcome::Again(Box::new(move |top| {
                        Box::new(present::profile(top, seen, Some(&refused)))
                    })),
                    None => Outcome::Done(Done::ProfileSaved),
                })
            },
        )
        .await
}

impl Visit {
    /// The form, when it is ours; else the answer that says so.
    fn form(&self, body: &[u8]) -> Result<Params, Box<HttpResponse>> {
        let pages = self.pages();
        let params = form::params(&self.request, body)
            .map_err(|error| Box::new(pages.failed(error.into())))?;
        let jar = cookies::read(&self.request, &self.state.edge);
        let Some(session) = &jar.session else {
            return Err(Box::new(to(Place::Account.path())));
        };
        let ours = csrf::is_ours(&self.request, &self.state.edge)
            && csrf::matches(session, CONTEXT, params.get("csrf"));
        if ours {
            Ok(params)
        } else {
            Err(Box::new(pages.forbidden()))
        }
    }

    async fn change(
        self,
        tab: Tab,
        need: Need,
        place: Place,
        work: impl FnOnce(&Engine, &Call<'_>, &Me) -> Result<Outcome, EngineError> + Send + 'static,
    ) -> HttpResponse {
        let jar = cookies::read(&self.request, &self.state.edge);
        let answered = blocking::run(&self.state, self.asked.clone(), move |engine, call| {
            changed(engine, call, &jar, need, place, work)
        })
        .await;
        self.answer(tab, place, answered)
    }

    /// The same for what hashes a password.
    async fn change_hashing(
        self,
        tab: Tab,
        need: Need,
        place: Place,
        work: impl FnOnce(&Engine, &Call<'_>, &Me) -> Result<Outcome, EngineError> + Send + 'static,
    ) -> HttpResponse {
        let jar = cookies::read(&self.request, &self.state.edge);
        let answered =
            blocking::run_hashing(&self.state, self.asked.clone(), move |engine, call| {
                changed(engine, call, &jar, need, place, work)
            })
            .await;
        self.answer(tab, place, answered)
    }

    fn answer(
        &self,
        tab: Tab,
        place: Place,
        answered: Result<Entry<(String, Outcome)>, EngineError>,
    ) -> HttpResponse {
        match answered {
            Ok(Entry::In((_, Outcome::Done(done)))) => {
                let place = done.told_at().unwrap_or(place.path());
                to(&format!("{place}?done={}", done.word()))
            }
            Ok(Entry::In((username, Outcome::Again(make)))) => {
                let me = Account::new(username).pinned();
                let top = Top {
                    me,
                    tab,
                    done: None,
                };
                self.pages()
                    .page(StatusCode::UNPROCESSABLE_ENTITY, &*make(top))
            }
            Ok(Entry::Ask(id, browser)) => to_interaction(&self.state, &id, browser.as_ref()),
            Err(error) => self.pages().failed(error),
        }
    }
}

fn changed(
    engine: &Engine,
    call: &Call<'_>,
    jar: &stepwell_engine::Cookies,
    need: Need,
    place: Place,
    work: impl FnOnce(&Engine, &Call<'_>, &Me) -> Result<Outcome, EngineError>,
) -> Result<Entry<(String, Outcome)>, EngineError> {
    enter(engine, call, jar, need, place, |me| {
        let outcome = work(engine, call, &me)?;
        Ok((me.user.username, outcome))
    })
}
