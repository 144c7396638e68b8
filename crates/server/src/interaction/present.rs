//! From the engine's views to page models: methods and reasons get their words there, not here.

use serde_json::Value;
use stepwell_core::authn::Method as Proof;
use stepwell_core::time::Timestamp;
use stepwell_engine::answer::Trouble;
use stepwell_engine::authorize::{
    ConsentView, DeliveredView, FactorView, NamedView, PageView, ProveView, ProvenView, ScopeView,
    StepView, Why, Wording as Speech,
};

use stepwell_engine::factors::passkey;

use super::trouble::ahead;
use super::{setup, trouble};
use crate::pages::{
    Account, AnotherWay, App, Authenticator, Ceremony, ChooseAccount, Consent, DeliveredCode,
    FactorInput, Html, Identifier, Instead, Keeper, KeeperKind, KnownAccount, Method, Named,
    ProofState, ProofStep, Reason, ScopeLine, Shown, StepPage, StepUp, Way, Wording,
};

pub(super) const CODE_DIGITS: u8 = 6;

/// The page of a step.
pub(super) fn step(view: &PageView, trouble: Option<&Trouble>, now: Timestamp) -> Box<dyn Html> {
    let interaction = view.id.as_str().to_owned();
    let app = app(view);
    match &view.step {
        StepView::Identify { prefill, passkey } => Box::new(Identifier {
            passkey: passkey.as_ref().map(|show| Ceremony {
                autofill: true,
                ..ceremony(show, &interaction, now)
            }),
            interaction,
            app,
            prefill: prefill.clone(),
            problem: trouble.map(|t| trouble::unnamed(t, now)),
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
        }),
        StepView::Enrol(enrol) => setup::page(view, enrol, trouble, now),
        StepView::Consent(consent) => Box::new(consent_page(interaction, app, consent)),
        StepView::Prove(prove) => Box::new(StepPage {
            account: account(prove),
            wording: wording(view, prove),
            factor: factor(prove, &interaction, trouble, now),
            only: prove.meant.iter().map(named_one).collect(),
            another_way: !prove.others.is_empty(),
            instead: instead(prove),
            trust_for: prove.trust.and_then(|time| i64::try_from(time.0).ok()),
            interaction,
            problem: trouble.map(|t| trouble::problem(t, &prove.method, digits(prove), now)),
        }),
    }
}

/// The page that offers other methods.
pub(super) fn another_way(view: &PageView, prove: &ProveView) -> AnotherWay {
    let others = prove.others.iter().map(|other| Way {
        value: other.method.as_str().to_owned(),
        method: method(&other.method),
        to: other.to.as_deref().map(Shown::from),
        suffices: other.reaches && !other.resting,
        resting: other.resting,
        selected: other.preselected,
    });
    AnotherWay {
        interaction: view.id.as_str().to_owned(),
        account: account(prove),
        ways: others.collect(),
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

/// What is one press away: the passkey from a password, and whatever else does from a passkey.
fn instead(prove: &ProveView) -> Vec<Instead> {
    let (shown, passkey) = (method(&prove.method), Method::Passkey);
    let wanted = |other: &Method| match shown {
        Method::Password => *other == passkey,
        Method::Passkey | Method::SecurityKey => true,
        _ => false,
    };
    let others = prove.others.iter().filter(|other| other.reaches);
    let others = others.map(|other| Instead {
        value: other.method.as_str().to_owned(),
        method: method(&other.method),
        to: other.to.as_deref().map(Shown::from),
    });
    // More than two would push the main button out of sight; "another way" has them all.
    others
        .filter(|other| wanted(&other.method))
        .take(2)
        .collect()
}

/// A challenge as the browser takes it.
pub(super) fn ceremony(show: &Value, interaction: &str, now: Timestamp) -> Ceremony {
    let until = show["until"].as_i64().unwrap_or_default();
    Ceremony {
        options: show["options"].to_string(),
        creates: false,
        seconds: (until - now.secs()).max(0),
        page: format!("/i/{interaction}"),
        autofill: false,
    }
}

fn factor(
    prove: &ProveView,
    interaction: &str,
    trouble: Option<&Trouble>,
    now: Timestamp,
) -> FactorInput {
    let seconds = |until: Timestamp| ahead(until, now);
    let waits = match trouble {
        Some(Trouble::Wait(secs)) => i64::try_from(*secs).ok(),
        Some(Trouble::Locked(until)) => Some(ahead(*until, now)),
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
        FactorView::Delivered(codes) => {
            FactorInput::Delivered(Box::new(delivered(prove, codes, trouble, waits, now)))
        }
        FactorView::Other {
            method: proof,
            challenge: Some(show),
        } if matches!(method(proof), Method::Passkey | Method::SecurityKey) => {
            FactorInput::Passkey {
                ceremony: ceremony(show, interaction, now),
                security_key: method(proof) == Method::SecurityKey,
                locked_for: waits,
            }
        }
        FactorView::Other { method, .. } if *method == Proof::recovery() => {
            FactorInput::Recovery { locked_for: waits }
        }
        FactorView::Password | FactorView::Other { .. } => {
            FactorInput::Password { locked_for: waits }
        }
    }
}

fn delivered(
    prove: &ProveView,
    codes: &DeliveredView,
    trouble: Option<&Trouble>,
    waits: Option<i64>,
    now: Timestamp,
) -> DeliveredCode {
    let left = |until: Option<Timestamp>| {
        until
            .filter(|until| *until > now)
            .map(|until| ahead(until, now))
    };
    let too_soon = match trouble {
        Some(Trouble::TooSoon(secs)) => i64::try_from(*secs).ok(),
        _ => None,
    };
    let to = codes.to.as_deref().map(Shown::from);
    let address = |(id, masked): &(String, String)| Authenticator {
        id: id.clone(),
        label: Shown::from(masked.as_str()),
        selected: codes.chosen.as_ref() == Some(id),
    };
    DeliveredCode {
        method: method(&prove.method),
        digits: codes.digits,
        sent: to.zip(codes.sent_at.map(|at| now.since(at) / 1_000_000)),
        valid_for: i64::try_from(codes.valid_for.0).unwrap_or(i64::MAX),
        open: codes.open_until.is_some(),
        failed: codes.failed,
        resend_in: too_soon.or(left(codes.resend_at)),
        too_soon: too_soon.is_some(),
        addresses: codes.addresses.iter().map(address).collect(),
        wrong_codes: if trouble.is_some() {
            0
        } else {
            u32::try_from(codes.failures).unwrap_or_default()
        },
        locked_for: waits.or(left(codes.locked_until)),
    }
}

/// A method as pages and messages name it.
pub(crate) fn method(proof: &Proof) -> Method {
    match proof.as_str() {
        "password" => Method::Password,
        "totp" => Method::Totp,
        "mail" => Method::Mail,
        "sms" => Method::Sms,
        "passkey" => Method::Passkey,
        "security-key" => Method::SecurityKey,
        "recovery" => Method::Recovery,
        other => Method::Other(Shown::from(other)),
    }
}

/// An authenticator as a page names it.
pub(super) fn named_one(one: &NamedView) -> Named {
    Named {
        method: method(&one.method),
        label: Shown::from(one.label.as_str()),
        keeper: keeper(&method(&one.method), one.keeper),
    }
}

/// What keeps an authenticator; none where it is no key.
pub(crate) fn keeper(method: &Method, known: Option<passkey::Keeper>) -> Option<Keeper> {
    let unknown = Keeper::unknown(method)?;
    Some(known.map_or(unknown, |known| Keeper {
        kind: match known.kind {
            passkey::KeeperKind::Manager => KeeperKind::Manager,
            passkey::KeeperKind::Platform => KeeperKind::Platform,
            passkey::KeeperKind::Key => KeeperKind::Key,
        },
        name: Shown::from(known.name),
    }))
}

/// How many digits the codes of a proof have.
fn digits(prove: &ProveView) -> u8 {
    match &prove.factor {
        FactorView::Delivered(codes) => codes.digits,
        _ => CODE_DIGITS,
    }
}

fn consent_page(interaction: String, app: App, consent: &ConsentView) -> Consent {
    Consent {
        interaction,
        app,
        account: Account::new(&consent.username),
        scopes: consent.scopes.iter().map(scope_line).collect(),
    }
}

pub(crate) fn scope_line(scope: &ScopeView) -> ScopeLine {
    match (scope.name.as_str(), &scope.description) {
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
    }
}
