//! `GET /i/{id}`: what the page has to show, as plain data.
//!
//! Re-derives the step from the same decision as everything else. Holds no words: reasons and methods are
//! data, pages put them into sentences.

use std::collections::BTreeSet;

use serde_json::Value;
use stepwell_core::authn::{Evidence, Method, Prove, Reason, Step};
use stepwell_core::ids::InteractionId;
use stepwell_core::oauth::Return;
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::Timestamp;
use stepwell_store::interactions;

use super::advance::{Loaded, Next};
use super::facts::Known;
use super::stepup::is_step_up;
use crate::Engine;
use crate::call::{Call, Cookies};
use crate::error::EngineError;

/// A page of an interaction.
#[derive(Debug)]
pub struct PageView {
    /// The interaction.
    pub id: InteractionId,
    /// Who asks.
    pub client: ClientView,
    /// What to show.
    pub step: StepView,
    /// A cookie to set, when the browser had none.
    pub browser: Option<Secret>,
}

/// The client as people see it.
#[derive(Clone, Debug)]
pub struct ClientView {
    /// Its name.
    pub name: String,
    /// The host that people return to.
    pub host: String,
    /// The start of the app on the web, where it has one.
    pub start: Option<String>,
}

/// What to show.
#[derive(Debug)]
pub enum StepView {
    /// Ask who it is.
    Identify {
        /// A name to start from, from `login_hint` or what was typed before.
        prefill: String,
    },
    /// Ask which account.
    ChooseAccount(Vec<AccountView>),
    /// Ask for a proof.
    Prove(Box<ProveView>),
    /// Ask for consent.
    Consent(ConsentView),
}

/// An account to choose.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The value to send back.
    pub id: String,
    /// The name it signs in with.
    pub username: String,
}

/// A proof to ask for.
#[derive(Debug)]
pub struct ProveView {
    /// The name the person signs in with, or typed.
    pub username: String,
    /// Whether the person may say "not you?".
    pub may_switch: bool,
    /// Sign-in or step-up, which read differently.
    pub wording: Wording,
    /// The method whose form is shown.
    pub method: Method,
    /// What its form needs.
    pub factor: FactorView,
    /// Every other method of the person, with whether it leads there.
    pub others: Vec<MethodView>,
    /// Proofs that already count, oldest first.
    pub proven: Vec<ProvenView>,
    /// What is needed after this one.
    pub later: Vec<Method>,
}

/// How the page speaks.
#[derive(Clone, Debug)]
pub enum Wording {
    /// The person is signing in.
    SignIn,
    /// The person is signed in and more is asked.
    StepUp {
        /// What for, when known: "make a transfer".
        action: Option<String>,
        /// Why.
        why: Why,
        /// How long the result will count, in seconds, when that is limited.
        valid_for: Option<u64>,
    },
}

/// Why more is asked, the chief reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// What was proven does not reach what is asked.
    NotEnough,
    /// It was proven too long ago.
    TooOld,
    /// The app wants the person to sign in again now.
    Again,
}

/// What a factor's form needs.
#[derive(Clone, Debug)]
pub enum FactorView {
    /// A password field.
    Password,
    /// A code field.
    Totp(TotpView),
    /// A factor that came later: its name says which form.
    Other {
        /// The method.
        method: Method,
        /// What its challenge shows, when it has one.
        challenge: Option<Value>,
    },
}

/// What the code page tells.
#[derive(Clone, Debug)]
pub struct TotpView {
    /// The authenticators, by id and label, when there are several.
    pub authenticators: Vec<(String, String)>,
    /// Wrong codes since the last right one.
    pub failures: i64,
    /// Until when it rests.
    pub locked_until: Option<Timestamp>,
}

/// A method on "another way".
#[derive(Clone, Debug)]
pub struct MethodView {
    /// The method.
    pub method: Method,
    /// Whether it leads to what is asked.
    pub reaches: bool,
}

/// A proof that counts.
#[derive(Clone, Debug)]
pub struct ProvenView {
    /// How.
    pub method: Method,
    /// How long ago, in seconds.
    pub ago: u64,
}

/// What to ask consent for.
#[derive(Clone, Debug)]
pub struct ConsentView {
    /// Whose account.
    pub username: String,
    /// What is asked for.
    pub scopes: Vec<ScopeView>,
}

/// A scope as people see it.
#[derive(Clone, Debug)]
pub struct ScopeView {
    /// Its value.
    pub name: String,
    /// What it allows, where configuration says so.
    pub description: Option<String>,
}

/// What `GET /i/{id}` leads to.
#[derive(Debug)]
pub enum Left {
    /// A page.
    Page(Box<PageView>),
    /// The answer for the client; by a page of ours, never by a bare redirect.
    Leave {
        /// Where it goes.
        to: Return,
        /// The client's name.
        client: String,
        /// Set when the person should be told first that it cannot be done.
        stop: bool,
    },
    /// It was answered before.
    AlreadyDone {
        /// Who asked.
        client: ClientView,
    },
    /// There is no such interaction, or it is over.
    Expired,
    /// It belongs to another browser.
    OtherBrowser,
}

/// An interaction that this browser may go on with.
pub(crate) enum Opened {
    Ok(Box<Loaded>, Option<Secret>),
    Not(Left),
}

impl Engine {
    /// What the interaction's page has to show now.
    ///
    /// # Errors
    /// When the database is away.
    pub fn view(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        cookies: &Cookies,
    ) -> Result<Left, EngineError> {
        let (mut loaded, browser) = match self.open_interaction(call, id, cookies)? {
            Opened::Ok(loaded, browser) => (loaded, browser),
            Opened::Not(left) => return Ok(left),
        };
        let (next, known) = self.advance(call, &loaded, cookies.session.as_ref())?;
        match next {
            Next::AlreadyDone => Ok(Left::AlreadyDone {
                client: client_view(&loaded),
            }),
            Next::Leave { to, refused } => Ok(Left::Leave {
                to,
                client: loaded.client.name.clone(),
                stop: known.user.is_some()
                    && refused.is_some_and(|(e, _)| {
                        e == stepwell_core::authn::Error::UnmetAuthenticationRequirements
                    }),
            }),
            Next::Ask(step, reasons) => {
                let step = match step {
                    Step::Identify => StepView::Identify {
                        prefill: prefill(&loaded),
                    },
                    Step::ChooseAccount => StepView::ChooseAccount(accounts(&known)),
                    Step::Consent => StepView::Consent(self.consent_view(&loaded, &known)),
                    Step::Prove(prove) => {
                        self.note_start(call, &mut loaded, &known, &reasons)?;
                        let mut view = self.prove_view(call, &loaded, &known, &prove, &reasons);
                        let show = self.challenge(call, &mut loaded, &known, &view.method)?;
                        if let FactorView::Other { challenge, .. } = &mut view.factor {
                            *challenge = show;
                        }
                        StepView::Prove(Box::new(view))
                    }
                };
                Ok(Left::Page(Box::new(PageView {
                    id: id.clone(),
                    client: client_view(&loaded),
                    step,
                    browser,
                })))
            }
        }
    }

    /// Finds the interaction and holds it against the browser it belongs to (spec §5 line 13).
    pub(crate) fn open_interaction(
        &self,
        call: &Call<'_>,
        id: &InteractionId,
        cookies: &Cookies,
    ) -> Result<Opened, EngineError> {
        let row = self.db.read(|tx| interactions::find(tx, id))?;
        let Some(row) = row else {
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
                client: client_view(&loaded),
            }));
        }
        if call.now >= row.expires_at {
            return Ok(Opened::Not(Left::Expired));
        }
        Ok(Opened::Ok(Box::new(loaded), fresh))
    }

    fn prove_view(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        known: &Known,
        prove: &Prove,
        reasons: &[Reason],
    ) -> ProveView {
        let chosen = loaded
            .state
            .method
            .as_ref()
            .and_then(|m| prove.choices.iter().find(|c| c.method == *m));
        let choice = chosen.or(prove.choices.first());
        let method = choice.map_or_else(Method::password, |c| c.method.clone());
        ProveView {
            username: username(loaded, known),
            may_switch: matches!(
                loaded.question(self).demand.subject,
                stepwell_core::authn::Pin::Anyone
            ),
            wording: self.wording(loaded, known, reasons),
            factor: factor_view(call.now, &method, known),
            others: others(&method, prove, known),
            proven: proven(call.now, known, prove),
            later: choice.map(|c| c.then.clone()).unwrap_or_default(),
            method,
        }
    }

    fn wording(&self, loaded: &Loaded, known: &Known, reasons: &[Reason]) -> Wording {
        if !is_step_up(loaded, known) {
            return Wording::SignIn;
        }
        let action = self
            .settings
            .scopes
            .iter()
            .filter(|s| loaded.request.scope.contains(&s.name))
            .find_map(|s| s.action.clone())
            .or_else(|| loaded.client.action.clone());
        let why = if loaded.request.prompt.login {
            Why::Again
        } else if reasons
            .iter()
            .any(|r| matches!(r, Reason::NotProven { .. }))
        {
            Why::NotEnough
        } else {
            Why::TooOld
        };
        let valid_for = loaded.question(self).prefer.first().and_then(|name| {
            self.policy
                .catalog
                .find(name)
                .and_then(|acr| acr.lifetime)
                .map(|life| life.0)
        });
        Wording::StepUp {
            action,
            why,
            valid_for,
        }
    }

    fn consent_view(&self, loaded: &Loaded, known: &Known) -> ConsentView {
        let described = |name: &str| {
            self.settings
                .scopes
                .iter()
                .find(|s| s.name == name)
                .and_then(|s| s.description.clone())
        };
        ConsentView {
            username: username(loaded, known),
            scopes: loaded
                .request
                .disclosed(&loaded.client)
                .iter()
                .map(|name| ScopeView {
                    name: name.to_owned(),
                    description: described(name),
                })
                .collect(),
        }
    }
}

fn client_view(loaded: &Loaded) -> ClientView {
    let url = url::Url::parse(&loaded.path.redirect_uri).ok();
    let host = url.as_ref().and_then(|u| u.host_str()).map(str::to_owned);
    let start = url
        .map(|u| u.origin())
        .filter(url::Origin::is_tuple)
        .map(|origin| format!("{}/", origin.ascii_serialization()));
    ClientView {
        name: loaded.client.name.clone(),
        host: host.unwrap_or_default(),
        start,
    }
}

fn prefill(loaded: &Loaded) -> String {
    let typed = loaded.state.identified.as_ref().map(|i| i.username.clone());
    typed
        .or_else(|| loaded.request.login_hint.clone())
        .unwrap_or_default()
}

fn username(loaded: &Loaded, known: &Known) -> String {
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

fn factor_view(now: Timestamp, method: &Method, known: &Known) -> FactorView {
    if *method == Method::password() {
        return FactorView::Password;
    }
    if *method != Method::totp() {
        return FactorView::Other {
            method: method.clone(),
            challenge: None,
        };
    }
    let mine: Vec<_> = known
        .credentials
        .iter()
        .filter(|c| c.method == *method)
        .collect();
    FactorView::Totp(TotpView {
        authenticators: if mine.len() > 1 {
            mine.iter()
                .map(|c| (c.id.as_str().to_owned(), c.label.clone()))
                .collect()
        } else {
            Vec::new()
        },
        failures: mine.iter().map(|c| c.failures).max().unwrap_or_default(),
        locked_until: if mine.iter().all(|c| c.is_locked(now)) {
            mine.iter().filter_map(|c| c.locked_until).min()
        } else {
            None
        },
    })
}

/// Other methods: those that lead there first, then what the person owns but which is not enough. Before
/// anything is proven the second part is empty, so that nobody learns what an account owns.
fn others(shown: &Method, prove: &Prove, known: &Known) -> Vec<MethodView> {
    let mut seen: BTreeSet<Method> = BTreeSet::from([shown.clone()]);
    let mut list: Vec<MethodView> = prove
        .choices
        .iter()
        .filter(|c| seen.insert(c.method.clone()))
        .map(|c| MethodView {
            method: c.method.clone(),
            reaches: true,
        })
        .collect();
    let signed_in = known
        .facts
        .session
        .as_ref()
        .is_some_and(|s| !s.evidence.is_empty());
    for credential in known.credentials.iter().filter(|_| signed_in) {
        if seen.insert(credential.method.clone()) {
            list.push(MethodView {
                method: credential.method.clone(),
                reaches: false,
            });
        }
    }
    list
}

fn proven(now: Timestamp, known: &Known, prove: &Prove) -> Vec<ProvenView> {
    let evidence = known.facts.session.iter().flat_map(|s| &s.evidence);
    let mut counted: Vec<&Evidence> = evidence.filter(|e| prove.counted.contains(&e.id)).collect();
    counted.sort_by_key(|e| e.at);
    counted
        .into_iter()
        .map(|e| ProvenView {
            method: e.method.clone(),
            ago: u64::try_from(now.since(e.at) / 1_000_000).unwrap_or_default(),
        })
        .collect()
}
