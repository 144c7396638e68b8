//! `GET /i/{id}`: opens the interaction and re-derives its step from the same decision as everything else.
//!
//! Nothing here verifies an answer or decides what is asked.

use stepwell_core::authn::{Error, Step};
use stepwell_core::ids::InteractionId;
use stepwell_core::secret::{Hashed, Secret};
use stepwell_store::interactions;

use super::advance::{Loaded, Next};
use super::asker::{Asker, ForClient};
use super::enrol::codes_left;
use super::facts::Known;
use super::seen::Seen;
use super::view::{
    AccountView, ClientView, ConsentView, FactorView, Left, PageView, ScopeView, StepView,
};
use super::ways::chosen;
use crate::Engine;
use crate::call::{Call, Cookies};
use crate::error::EngineError;
use crate::here::Place;

/// How often a page is opened anew when other requests keep changing it.
const TRIES: usize = 5;

/// An interaction that this browser may go on with.
pub(crate) enum Opened {
    Ok(Box<Loaded>, Option<Secret>),
    Not(Left),
}
impl Engine {
    /// What the interaction's page has to show now, as the request has `seen` it if it looked before.
    ///
    /// # Errors
    /// When the database is away.
    pub fn view(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        mut seen: Option<Seen>,
        cookies: &Cookies,
    ) -> Result<Left, EngineError> {
        let mut cookies = cookies.clone();
        let mut fresh = None;
        for _ in 0..TRIES {
            let loaded = match self.open_interaction(call, id, seen.take(), &cookies)? {
                Opened::Ok(loaded, bound) => {
                    if bound.is_some() {
                        fresh.clone_from(&bound);
                        cookies.browser = bound;
                    }
                    loaded
                }
                Opened::Not(left) => return Ok(left),
            };
            let (next, known) = self.advance(call, &loaded, cookies.session.as_ref())?;
            if !matches!(next, Next::Overtaken) {
                return self.shown(call, id, loaded, known, next, fresh);
            }
        }
        Err(EngineError::Unavailable(
            "other requests changed the same page again and again".to_owned(),
        ))
    }

    /// The page or the way out that the hub came to.
    fn shown(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        mut loaded: Box<Loaded>,
        mut known: Known,
        next: Next,
        browser: Option<Secret>,
    ) -> Result<Left, EngineError> {
        match next {
            Next::Overtaken => Err(EngineError::broken("shown though it was overtaken")),
            Next::Home { to, refused } => Ok(Left::Home {
                to,
                stop: refused == Some(Error::UnmetAuthenticationRequirements),
            }),
            Next::Leave { to, refused } => Ok(Left::Leave {
                to,
                client: loaded.asker.name(&self.settings).to_owned(),
                stop: known.user.is_some()
                    && refused.is_some_and(|(e, _)| e == Error::UnmetAuthenticationRequirements),
            }),
            Next::Ask(step, reasons) => {
                let step = match step {
                    Step::Identify => StepView::Identify {
                        prefill: prefill(&loaded),
                        passkey: self.naming_challenge(call, &mut loaded, &known)?,
                    },
                    Step::ChooseAccount => StepView::ChooseAccount(accounts(&known)),
                    Step::Consent => match loaded.asker.app() {
                        Some(app) => {
                            StepView::Consent(self.consent_view(call, app, &loaded, &known))
                        }
                        None => return Err(EngineError::broken("consent to a page of our own")),
                    },
                    Step::Enrol(enrol) => {
                        self.note_start(call, &mut loaded, &known, &reasons)?;
                        let view = self.enrol_view(call, &mut loaded, &known, &enrol, &reasons)?;
                        StepView::Enrol(Box::new(view))
                    }
                    Step::Prove(prove) => {
                        self.note_start(call, &mut loaded, &known, &reasons)?;
                        let mut view = self.prove_view(call, &loaded, &known, &prove, &reasons);
                        if let Some(choice) = chosen(&loaded, &prove, &known) {
                            known.leave_what_is_meant(choice);
                        }
                        let show = self.challenge(call, &mut loaded, &known, &view.method)?;
                        if let FactorView::Other { challenge, .. } = &mut view.factor {
                            *challenge = show;
                        }
                        if let Some(codes) =
                            self.delivered(call, &mut loaded, &known, &view.method)?
                        {
                            view.factor = FactorView::Delivered(codes);
                        }
                        StepView::Prove(Box::new(view))
                    }
                };
                Ok(Left::Page(Box::new(PageView {
                    id: id.clone(),
                    client: self.client_view(&loaded),
                    step,
                    browser,
                    codes_left: codes_left(&loaded, &known),
                })))
            }
        }
    }

    /// Finds the interaction and holds it against the browser it belongs to (spec §5 line 13).
    pub(crate) fn open_interaction(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        seen: Option<Seen>,
        cookies: &Cookies,
    ) -> Result<Opened, EngineError> {
        let seen = match seen.filter(|Seen(row)| row.id == *id) {
            Some(seen) => Some(seen),
            None => self.see(id)?,
        };
        let Some(Seen(row)) = seen else {
            return Ok(Opened::Not(Left::Expired));
        };
        let mut fresh = None;
        match (&row.browser_hash, &cookies.browser) {
            (Some(bound), Some(secret)) if bound.matches(secret) => {}
            (Some(_), _) => return Ok(Opened::Not(Left::OtherBrowser)),
            (None, secret) => {
                // It arrived by a form from another site, without cookies: the first browser to open it has it.
                fresh = secret.is_none().then(|| call.secret());
                let secret = secret
                    .as_ref()
                    .or(fresh.as_ref())
                    .ok_or_else(|| EngineError::broken("no browser"))?;
                if !self
                    .db
                    .write(|tx| interactions::bind_browser(tx, id, &Hashed::of(secret)))?
                {
                    return Ok(Opened::Not(Left::OtherBrowser));
                }
            }
        }
        let Some(loaded) = self.load(&row)? else {
            return Ok(Opened::Not(Left::Expired));
        };
        if row.finished_at.is_some() {
            return Ok(Opened::Not(Left::AlreadyDone {
                client: self.client_view(&loaded),
            }));
        }
        if call.now >= row.expires_at {
            return Ok(Opened::Not(Left::Expired));
        }
        Ok(Opened::Ok(Box::new(loaded), fresh))
    }

    fn consent_view(
        &self,
        call: &Call<'_>,
        app: &ForClient,
        loaded: &Loaded,
        known: &Known,
    ) -> ConsentView {
        ConsentView {
            username: username(loaded, known),
            scopes: app
                .request
                .disclosed(&app.client)
                .iter()
                .map(|name| self.scope_view(call, name))
                .collect(),
        }
    }

    /// A scope with what configuration says of it, in the language of the page.
    pub(crate) fn scope_view(&self, call: &Call<'_>, name: &str) -> ScopeView {
        let known = self.settings.scopes.iter().find(|s| s.name == name);
        ScopeView {
            name: name.to_owned(),
            description: known
                .and_then(|s| s.description.as_ref())
                .map(|text| text.in_language(&call.peer.language).to_owned()),
        }
    }

    fn client_view(&self, loaded: &Loaded) -> ClientView {
        let (address, path) = match &loaded.asker {
            Asker::Client(app) => (&app.path.redirect_uri, "/"),
            Asker::Here(_) => (&self.settings.issuer, Place::Account.path()),
        };
        let url = url::Url::parse(address).ok();
        let host = url.as_ref().and_then(|u| u.host_str()).map(str::to_owned);
        let start = url
            .map(|u| u.origin())
            .filter(url::Origin::is_tuple)
            .map(|origin| format!("{}{path}", origin.ascii_serialization()));
        ClientView {
            name: loaded.asker.name(&self.settings).to_owned(),
            host: host.unwrap_or_default(),
            start,
            own: matches!(&loaded.asker, Asker::Here(_)),
        }
    }
}

fn prefill(loaded: &Loaded) -> String {
    let typed = loaded.state.identified.as_ref().map(|i| i.username.clone());
    typed
        .or_else(|| loaded.asker.app()?.request.login_hint.clone())
        .unwrap_or_default()
}

pub(super) fn username(loaded: &Loaded, known: &Known) -> String {
    match (&loaded.state.identified, &known.user) {
        (Some(identified), _) => identified.username.clone(),
        (None, Some(user)) => user.username.clone(),
        (None, None) => String::new(),
    }
}

fn accounts(known: &Known) -> Vec<AccountView> {
    let user = known.user.iter();
    user.map(|u| AccountView {
        id: u.id.as_str().to_owned(),
        username: u.username.clone(),
    })
    .collect()
}
