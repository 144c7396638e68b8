//! Samples of the step-up page.

use super::super::{
    Account, Authenticator, Detail, FactorInput, Html, Method, Named, Problem, ProofState,
    ProofStep, Reason, Shown, StepPage, StepUp, Wording,
};
use super::{LONG, NASTY, RTL, acme, bob, id, nasty_app};

pub(super) fn add(add: &mut dyn FnMut(&'static str, &dyn Html)) {
    add("step-up", &page(transfer(), FactorInput::totp()));
    let pinned = StepPage {
        account: bob().pinned(),
        ..page(transfer(), FactorInput::totp())
    };
    add(
        "step-up-error",
        &StepPage {
            problem: Some(Problem::WrongCode),
            ..pinned.clone()
        },
    );
    add(
        "step-up-used-code",
        &StepPage {
            problem: Some(Problem::CodeUsed),
            ..pinned
        },
    );

    let mut warned = page(transfer(), totp(3, None));
    warned.problem = Some(Problem::WrongCode);
    add("step-up-wrong-codes", &warned);
    add("step-up-locked", &page(transfer(), totp(0, Some(95))));

    let plain = StepUp {
        action: None,
        reason: Reason::AskedAgain,
        details: vec![],
        valid_for: Some(359),
        ..transfer()
    };
    add("step-up-again", &page(plain, FactorInput::totp()));
    let stale = StepUp {
        action: None,
        reason: Reason::TooOld,
        details: vec![],
        steps: vec![
            step(Method::Password, ProofState::Now),
            step(Method::Totp, ProofState::Later),
        ],
        ..transfer()
    };
    let stale = page(stale, FactorInput::password());
    add("step-up-password", &stale);
    add(
        "step-up-password-error",
        &StepPage {
            problem: Some(Problem::WrongPassword),
            ..stale
        },
    );

    add(
        "step-up-trust",
        &StepPage {
            trust_for: Some(30 * 86_400),
            ..page(transfer(), totp(0, None))
        },
    );

    let phone = Named {
        method: Method::Totp,
        label: "Work phone".into(),
        keeper: None,
    };
    let app = Authenticator {
        id: "c1".to_owned(),
        label: phone.label.clone(),
        selected: true,
    };
    let one = FactorInput::Totp {
        digits: 6,
        authenticators: vec![app],
        wrong_codes: 0,
        locked_for: None,
    };
    add(
        "step-up-code-only",
        &StepPage {
            only: vec![phone.clone()],
            ..page(transfer(), one)
        },
    );
    // Nobody gave the one that is enough a name.
    let unnamed = FactorInput::Totp {
        digits: 6,
        authenticators: vec![Authenticator {
            id: "c1".to_owned(),
            label: Shown::default(),
            selected: true,
        }],
        wrong_codes: 0,
        locked_for: None,
    };
    add(
        "step-up-code-only-unnamed",
        &StepPage {
            only: vec![Named {
                label: Shown::default(),
                ..phone
            }],
            ..page(transfer(), unnamed)
        },
    );

    let nasty = StepUp {
        app: nasty_app(),
        action: Some(NASTY.into()),
        details: vec![detail(NASTY, LONG), detail(RTL, RTL)],
        steps: vec![
            step(
                Method::Other(NASTY.into()),
                ProofState::Done {
                    seconds_ago: 400_000,
                },
            ),
            step(Method::Other(LONG.into()), ProofState::Now),
            step(Method::Other(RTL.into()), ProofState::Later),
        ],
        ..transfer()
    };
    let account = Account::new(format!("{LONG}@example.com"));
    add(
        "step-up-nasty",
        &StepPage {
            account,
            ..page(nasty, FactorInput::totp())
        },
    );
}

fn transfer() -> StepUp {
    StepUp {
        app: acme(),
        action: Some("make a transfer".into()),
        reason: Reason::LevelTooLow,
        details: vec![detail("You are approving", "€250.00 to Jane Roe")],
        steps: vec![
            step(Method::Password, ProofState::Done { seconds_ago: 725 }),
            step(Method::Totp, ProofState::Now),
        ],
        valid_for: None,
    }
}

fn page(up: StepUp, factor: FactorInput) -> StepPage {
    let wording = Wording::StepUp(up);
    StepPage {
        trust_for: None,
        only: Vec::new(),
        interaction: id(),
        account: bob(),
        wording,
        factor,
        another_way: true,
        instead: Vec::new(),
        problem: None,
    }
}

fn totp(wrong_codes: u32, locked_for: Option<i64>) -> FactorInput {
    FactorInput::Totp {
        digits: 6,
        authenticators: vec![],
        wrong_codes,
        locked_for,
    }
}

fn step(method: Method, state: ProofState) -> ProofStep {
    ProofStep { method, state }
}

fn detail(label: &str, value: &str) -> Detail {
    Detail {
        label: label.into(),
        value: value.into(),
    }
}
