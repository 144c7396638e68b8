//! From the engine's views to page models: methods and reasons get their words there, not here.

use stepwell_core::authn::Method as Proof;
use stepwell_core::time::Timestamp;
use stepwell_engine::answer::Trouble;
use stepwell_engine::authorize::{
    ConsentView, FactorView, PageView, ProveView, ProvenView, StepView, Why, Wording as Speech,
};

use super::setup;
use crate::pages::{
    Account, AnotherWay, App, Authenticator, ChooseAccount, Consent, FactorInput, Html, Identifier,
    KnownAccount, Method, Problem, ProofState, ProofStep, Reason, ScopeLine, Shown, StepPage,
    StepUp, Way, Wording,
};

pub(super) const CODE_DIGITS: u8 = 6;

/// The page of a step.
pub(super) fn step(view: &PageView, trouble: Option<&Trouble>, now: Timestamp) -> Box<dyn Html> {
    let interaction = view.id.as_str().to_owned();
    let app = app(view);
    match &view.step {
        StepView::Identify { prefill } => Box::new(Identifier {
            interaction,
            app,
            prefill: prefill.clone(),
            problem: trouble.map(|_| Problem::EnterUsername),
        }),
        StepView::ChooseAccount(accounts) => Box::new(ChooseAccount {
            interaction,
            app,
            accounts: accounts
                .iter()
                .map(|a| KnownAccount {
                    value: a.id.clone(),
                    account: Account::new(&a.username),
                })
                .collect(),
            problem: None,
        }),
        StepView::Enrol(enrol) => setup::page(view, enrol, trouble),
        StepView::Consent(consent) => Box::new(consent_page(interaction, app, consent)),
        StepView::Prove(prove) => Box::new(StepPage {
            interaction,
            account: account(prove),
            wording: wording(view, prove),
            factor: factor(prove, trouble, now),
            another_way: !prove.others.is_empty(),
            problem: trouble.and_then(|t| problem(t, &prove.method)),
        }),
    }
}

/// The page that offers other methods.
pub(super) fn another_way(view: &PageView, prove: &ProveView) -> AnotherWay {
    let others = prove.others.iter().map(|other| Way {
        value: other.method.as_str().to_owned(),
        method: method(&other.method),
        note: None,
        suffices: other.reaches && !other.resting,
        resting: other.resting,
        selected: other.preselected,
    });
    AnotherWay {
        interaction: view.id.as_str().to_owned(),
        account: account(prove),
        ways: others.collect(),
        problem: None,
    }
}

/// Who asks.
pub(super) fn app(view: &PageView) -> App {
    App::new(view.client.name.as_str(), view.client.host.as_str())
}

fn account(prove: &ProveView) -> Account {
    let account = Account::new(&prove.username);
    if prove.may_switch {
        account
    } else {
        account.pinned()
    }
}

fn wording(view: &PageView, prove: &ProveView) -> Wording {
    let now = Some(&prove.method);
    wording_of(view, &prove.wording, &prove.proven, now, &prove.later)
}

/// How a page speaks, with the proofs that are done, needed now and needed later.
pub(super) fn wording_of(
    view: &PageView,
    speech: &Speech,
    proven: &[ProvenView],
    now: Option<&Proof>,
    later: &[Proof],
) -> Wording {
    let Speech::StepUp {
        action,
        why,
        valid_for,
    } = speech
    else {
        return Wording::SignIn { app: app(view) };
    };
    let done = proven.iter().map(|p| ProofStep {
        method: method(&p.method),
        state: ProofState::Done {
            seconds_ago: i64::try_from(p.ago).unwrap_or(i64::MAX),
        },
    });
    let now = now.map(|m| ProofStep {
        method: method(m),
        state: ProofState::Now,
    });
    let later = later.iter().map(|m| ProofStep {
        method: method(m),
        state: ProofState::Later,
    });
    Wording::StepUp(StepUp {
        app: app(view),
        action: action.as_deref().map(Shown::from),
        reason: match why {
            _ if view.client.own => Reason::Change,
            Why::NotEnough => Reason::LevelTooLow,
            Why::TooOld => Reason::TooOld,
            Why::Again => Reason::AskedAgain,
        },
        details: Vec::new(),
        steps: done.chain(now).chain(later).collect(),
        valid_for: valid_for.and_then(|secs| i64::try_from(secs).ok()),
    })
}

fn factor(prove: &ProveView, trouble: Option<&Trouble>, now: Timestamp) -> FactorInput {
    let seconds = |until: Timestamp| (until.since(now) / 1_000_000 + 1).max(1);
    let waits = match trouble {
        Some(Trouble::Wait(secs)) => i64::try_from(*secs).ok(),
        Some(Trouble::Locked(until)) => Some(seconds(*until)),
        _ => None,
    };
    match &prove.factor {
        FactorView::Totp(totp) => FactorInput::Totp {
            digits: CODE_DIGITS,
            authenticators: totp
                .authenticators
                .iter()
                .enumerate()
                .map(|(i, (id, label))| Authenticator {
                    id: id.clone(),
                    label: Shown::from(label.as_str()),
                    selected: i == 0,
                })
                .collect(),
            // The person's own slip of a moment ago is no news to them.
            wrong_codes: if trouble.is_some() {
                0
            } else {
                u32::try_from(totp.failures).unwrap_or_default()
            },
            locked_for: waits.or(totp.locked_until.filter(|until| *until > now).map(seconds)),
        },
        FactorView::Other { method, .. } if *method == Proof::recovery() => {
            FactorInput::Recovery { locked_for: waits }
        }
        FactorView::Password | FactorView::Other { .. } => {
            FactorInput::Password { locked_for: waits }
        }
    }
}

pub(super) fn method(proof: &Proof) -> Method {
    match proof.as_str() {
        "password" => Method::Password,
        "totp" => Method::Totp,
        "recovery" => Method::Recovery,
        other => Method::Other(Shown::from(other)),
    }
}

fn problem(trouble: &Trouble, method: &Proof) -> Option<Problem> {
    let password = *method == Proof::password();
    let recovery = *method == Proof::recovery();
    Some(match trouble {
        Trouble::WrongCode if recovery => Problem::WrongRecovery,
        Trouble::UsedCode if recovery => Problem::RecoveryUsed,
        Trouble::Malformed(_) if recovery => Problem::RecoveryFormat,
        Trouble::WrongPassword => Problem::WrongPassword,
        Trouble::WrongCode => Problem::WrongCode,
        Trouble::UsedCode => Problem::CodeUsed,
        Trouble::Malformed(_) if password => Problem::WrongPassword,
        Trouble::Malformed(_) => Problem::CodeFormat {
            digits: CODE_DIGITS,
        },
        Trouble::BadUsername => Problem::EnterUsername,
        Trouble::NotEnough => Problem::ChooseMethod,
        Trouble::Wait(secs) => Problem::TooManyTries {
            wait: i64::try_from(*secs).unwrap_or(i64::MAX),
        },
        Trouble::BadLabel => Problem::BadLabel,
        Trouble::Full => Problem::AccountFull,
        Trouble::Locked(_) | Trouble::TryAgain => return None,
    })
}

fn consent_page(interaction: String, app: App, consent: &ConsentView) -> Consent {
    Consent {
        interaction,
        app,
        account: Account::new(&consent.username),
        scopes: consent
            .scopes
            .iter()
            .map(|scope| match (scope.name.as_str(), &scope.description) {
                ("openid", None) => ScopeLine::OpenId,
                ("profile", None) => ScopeLine::Profile,
                ("email", None) => ScopeLine::Email,
                ("address", None) => ScopeLine::Address,
                ("phone", None) => ScopeLine::Phone,
                ("offline_access", None) => ScopeLine::OfflineAccess,
                (name, description) => ScopeLine::Custom {
                    name: Shown::from(name),
                    description: Shown::from(description.as_deref().unwrap_or_default()),
                },
            })
            .collect(),
        policy_url: None,
        terms_url: None,
        problem: None,
    }
}
