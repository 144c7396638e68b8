//! From the engine's views to page models: methods and reasons get their words there, not here.

use serde_json::Value;
use stepwell_core::authn::Method as Proof;
use stepwell_core::time::Timestamp;
use stepwell_engine::answer::Trouble;
use stepwell_engine::authorize::{
    ConsentView, FactorView, PageView, ProveView, StepView, Why, Wording as Speech,
};

use crate::pages::{
    Account, AnotherWay, App, Authenticator, Ceremony, ChooseAccount, Consent, FactorInput, Html,
    Identifier, Instead, KnownAccount, Method, Problem, ProofState, ProofStep, Reason, ScopeLine,
    Shown, StepPage, StepUp, Way, Wording,
};

const CODE_DIGITS: u8 = 6;

/// The page of a step.
pub(super) fn step(view: &PageView, trouble: Option<&Trouble>, now: Timestamp) -> Box<dyn Html> {
    let interaction = view.id.as_str().to_owned();
    let app = App::new(view.client.name.as_str(), view.client.host.as_str());
    match &view.step {
        StepView::Identify { prefill, passkey } => Box::new(Identifier {
            passkey: passkey.as_ref().map(|show| Ceremony {
                autofill: true,
                ..ceremony(show, &interaction, now)
            }),
            interaction,
            app,
            prefill: prefill.clone(),
            problem: trouble.map(|t| passkey_problem(t).unwrap_or(Problem::EnterUsername)),
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
        StepView::Consent(consent) => Box::new(consent_page(interaction, app, consent)),
        StepView::Prove(prove) => Box::new(StepPage {
            account: account(prove),
            wording: wording(app, prove),
            factor: factor(prove, &interaction, trouble, now),
            another_way: !prove.others.is_empty(),
            instead: instead(prove),
            interaction,
            problem: trouble.and_then(|t| problem(t, &prove.method)),
        }),
    }
}

/// The page that offers other methods.
pub(super) fn another_way(view: &PageView, prove: &ProveView) -> AnotherWay {
    let shown = Way {
        value: prove.method.as_str().to_owned(),
        method: method(&prove.method),
        note: None,
        suffices: true,
        selected: true,
    };
    let others = prove.others.iter().map(|other| Way {
        value: other.method.as_str().to_owned(),
        method: method(&other.method),
        note: None,
        suffices: other.reaches,
        selected: false,
    });
    AnotherWay {
        interaction: view.id.as_str().to_owned(),
        account: account(prove),
        ways: std::iter::once(shown).chain(others).collect(),
        problem: None,
    }
}

fn account(prove: &ProveView) -> Account {
    let account = Account::new(&prove.username);
    if prove.may_switch {
        account
    } else {
        account.pinned()
    }
}

fn wording(app: App, prove: &ProveView) -> Wording {
    let Speech::StepUp {
        action,
        why,
        valid_for,
    } = &prove.wording
    else {
        return Wording::SignIn { app };
    };
    let done = prove.proven.iter().map(|p| ProofStep {
        method: method(&p.method),
        state: ProofState::Done {
            seconds_ago: i64::try_from(p.ago).unwrap_or(i64::MAX),
        },
    });
    let now = ProofStep {
        method: method(&prove.method),
        state: ProofState::Now,
    };
    let later = prove.later.iter().map(|m| ProofStep {
        method: method(m),
        state: ProofState::Later,
    });
    Wording::StepUp(StepUp {
        app,
        action: action.as_deref().map(Shown::from),
        reason: match why {
            Why::NotEnough => Reason::LevelTooLow,
            Why::TooOld => Reason::TooOld,
            Why::Again => Reason::AskedAgain,
        },
        details: Vec::new(),
        steps: done.chain([now]).chain(later).collect(),
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
        FactorView::Password | FactorView::Other { .. } => {
            FactorInput::Password { locked_for: waits }
        }
    }
}

fn method(proof: &Proof) -> Method {
    match proof.as_str() {
        "password" => Method::Password,
        "totp" => Method::Totp,
        "passkey" => Method::Passkey,
        "security-key" => Method::SecurityKey,
        other => Method::Other(Shown::from(other)),
    }
}

/// What a passkey's answer was refused for, as far as the person can do something about it.
fn passkey_problem(trouble: &Trouble) -> Option<Problem> {
    Some(match trouble {
        Trouble::Refused("unknown-credential") => Problem::PasskeyUnknown,
        Trouble::Malformed("challenge-expired") | Trouble::Refused("no-challenge") => {
            Problem::PasskeyExpired
        }
        Trouble::Refused(_) => Problem::PasskeyRefused,
        _ => return None,
    })
}

fn problem(trouble: &Trouble, method: &Proof) -> Option<Problem> {
    let password = *method == Proof::password();
    let passkey = [Proof::passkey(), Proof::security_key()].contains(method);
    if let Some(problem) = passkey_problem(trouble).filter(|_| passkey) {
        return Some(problem);
    }
    Some(match trouble {
        Trouble::Refused(_) => Problem::PasskeyRefused,
        Trouble::Malformed(_) | Trouble::UsedCode if passkey => Problem::PasskeyRefused,
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
