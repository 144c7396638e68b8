//! `POST /account/…`: one handler a form, and what they share: the gate, and the way back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use stepwell_core::authn::Method;
use stepwell_core::ids::{ClientId, CredentialId, DeviceId, SessionId};
use stepwell_core::secret::Secret;
use stepwell_engine::account::{Me, Removal};
use stepwell_engine::here::{Need, Place};
use stepwell_engine::{Call, Engine, EngineError};

use super::form::Form;
use super::{Entry, enter, pages, present, tab, telling};
use crate::blocking;
use crate::interaction::show::to_interaction;
use crate::pages::account::{Done, Top};
use crate::pages::{Account, Html};
use crate::visit::Visit;

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
pub(crate) async fn add(form: Form) -> HttpResponse {
    let Form { visit, params } = form;
    let method = Method::new(params.get("method").unwrap_or_default());
    change(visit, Need::Enrol(method), Place::Security, |_, _, _| {
        Ok(Outcome::Done(Done::NothingThere))
    })
    .await
}

/// `POST /account/security/{id}/rename`.
pub(crate) async fn rename(form: Form, id: web::Path<String>) -> HttpResponse {
    let Form { visit, params } = form;
    let id = CredentialId::new(id.into_inner());
    let label = params.get("label").unwrap_or_default().to_owned();
    change(
        visit,
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
pub(crate) async fn remove(form: Form, id: web::Path<String>) -> HttpResponse {
    let Form { visit, .. } = form;
    let id = CredentialId::new(id.into_inner());
    change(
        visit,
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
pub(crate) async fn password(form: Form) -> HttpResponse {
    let Form { visit, params } = form;
    let password = Secret::new(params.get("new-password").unwrap_or_default());
    let work = move |engine: &Engine, call: &Call<'_>, me: &Me| {
        Ok(match engine.change_password(call, me, &password)? {
            Ok(_) => Outcome::Done(Done::PasswordChanged),
            Err(weakness) => {
                let named = (me.user.username.clone(), engine.password_rules().least());
                Outcome::Again(Box::new(move |top| {
                    Box::new(present::password(top, named, Some(&weakness)))
                }))
            }
        })
    };
    change_hashing(visit, Need::Change, Place::Password, work).await
}

/// `POST /account/sessions/{id}/end`.
pub(crate) async fn end_session(form: Form, id: web::Path<String>) -> HttpResponse {
    let Form { visit, .. } = form;
    let id = SessionId::new(id.into_inner());
    change(
        visit,
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
pub(crate) async fn end_others(form: Form) -> HttpResponse {
    let Form { visit, .. } = form;
    change(visit, Need::SignIn, Place::Sessions, |engine, call, me| {
        let ended = engine.end_other_sessions(call, me)?;
        Ok(done_or_gone(ended > 0, Done::OthersEnded))
    })
    .await
}

/// `POST /account/devices/{id}/distrust`.
pub(crate) async fn distrust(form: Form, id: web::Path<String>) -> HttpResponse {
    let Form { visit, .. } = form;
    let id = DeviceId::new(id.into_inner());
    change(
        visit,
        Need::SignIn,
        Place::Devices,
        move |engine, call, me| {
            let distrusted = engine.distrust_device(call, me, &id)?;
            Ok(done_or_gone(distrusted, Done::Distrusted))
        },
    )
    .await
}

/// `POST /account/devices/{id}/forget`.
pub(crate) async fn forget(form: Form, id: web::Path<String>) -> HttpResponse {
    let Form { visit, .. } = form;
    let id = DeviceId::new(id.into_inner());
    change(
        visit,
        Need::SignIn,
        Place::Devices,
        move |engine, call, me| {
            let forgotten = engine.forget_device(call, me, &id)?;
            Ok(done_or_gone(forgotten, Done::Forgotten))
        },
    )
    .await
}

/// `POST /account/devices/forget-others`.
pub(crate) async fn forget_others(form: Form) -> HttpResponse {
    let Form { visit, .. } = form;
    let jar = visit.jar.clone();
    change(
        visit,
        Need::SignIn,
        Place::Devices,
        move |engine, call, me| {
            let forgotten = engine.forget_other_devices(call, me, &jar)?;
            Ok(done_or_gone(forgotten > 0, Done::OthersForgotten))
        },
    )
    .await
}

/// `POST /account/activity/{seq}/report`: "this wasn't me".
pub(crate) async fn report(form: Form, seq: web::Path<i64>) -> HttpResponse {
    let Form { visit, .. } = form;
    let seq = seq.into_inner();
    let jar = visit.jar.clone();
    change(
        visit,
        Need::SignIn,
        Place::Security,
        move |engine, call, me| {
            let reported = engine.report_activity(call, me, &jar, seq)?;
            Ok(done_or_gone(reported, Done::Reported))
        },
    )
    .await
}

/// `POST /account/apps/{id}/remove`.
pub(crate) async fn remove_app(form: Form, id: web::Path<String>) -> HttpResponse {
    let Form { visit, .. } = form;
    let id = ClientId::new(id.into_inner());
    change(visit, Need::SignIn, Place::Apps, move |engine, call, me| {
        let revoked = engine.revoke_account_app(call, me, &id)?;
        Ok(done_or_gone(revoked, Done::AppRemoved))
    })
    .await
}

/// `POST /account/profile`.
pub(crate) async fn profile(form: Form) -> HttpResponse {
    let Form { visit, params } = form;
    change(
        visit,
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

async fn change(
    visit: Visit,
    need: Need,
    place: Place,
    work: impl FnOnce(&Engine, &Call<'_>, &Me) -> Result<Outcome, EngineError> + Send + 'static,
) -> HttpResponse {
    let gated = gated(&visit, need, place, work);
    let answered = blocking::run(&visit.state, visit.asked.clone(), gated).await;
    answer(&visit, place, answered)
}

/// The same for what hashes a password.
async fn change_hashing(
    visit: Visit,
    need: Need,
    place: Place,
    work: impl FnOnce(&Engine, &Call<'_>, &Me) -> Result<Outcome, EngineError> + Send + 'static,
) -> HttpResponse {
    let gated = gated(&visit, need, place, work);
    let answered = blocking::run_hashing(&visit.state, visit.asked.clone(), gated).await;
    answer(&visit, place, answered)
}

/// The work behind the gate, with the name of whom it was done for.
fn gated<W>(
    visit: &Visit,
    need: Need,
    place: Place,
    work: W,
) -> impl FnOnce(&Engine, &Call<'_>) -> Result<Entry<(String, Outcome)>, EngineError> + use<W>
where
    W: FnOnce(&Engine, &Call<'_>, &Me) -> Result<Outcome, EngineError>,
{
    let jar = visit.jar.clone();
    move |engine, call| {
        enter(engine, call, &jar, need, place, |me| {
            let outcome = work(engine, call, &me)?;
            Ok((me.user.username, outcome))
        })
    }
}

fn answer(
    visit: &Visit,
    place: Place,
    answered: Result<Entry<(String, Outcome)>, EngineError>,
) -> HttpResponse {
    match answered {
        Ok(Entry::In((_, Outcome::Done(done)))) => telling(visit, done, place),
        Ok(Entry::In((username, Outcome::Again(make)))) => {
            let top = Top {
                me: Account::new(username).pinned(),
                tab: tab(place),
                done: None,
            };
            pages(visit).page(StatusCode::UNPROCESSABLE_ENTITY, &*make(top))
        }
        Ok(Entry::Ask(id, browser)) => to_interaction(&visit.state.edge, &id, browser.as_ref()),
        Err(error) => visit.pages().failed(error),
    }
}
