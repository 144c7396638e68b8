//! Samples of the pages on which something is set up, and of recovery codes.

use super::super::{
    App, AppSetup, AskField, EnrolForm, EnrolPage, EnrolWay, EnrolWhy, FactorInput, Html, Keeper,
    KeeperKind, Lost, Method, Named, Problem, ProofState, ProofStep, Reason, RecoveryCodes, Shown,
    StepPage, StepUp, Wording,
};
use super::{LONG, NASTY, acme, bob, id, nasty_app};

pub(super) fn add(add: &mut dyn FnMut(&'static str, &dyn Html)) {
    add("enrol-choose", &page(ways()));
    add(
        "enrol-choose-error",
        &EnrolPage {
            problem: Some(Problem::ChooseMethod),
            ..page(ways())
        },
    );
    add("enrol-app", &page(app()));
    for (name, problem) in [
        ("enrol-app-error", Problem::WrongCode),
        ("enrol-app-format", Problem::CodeFormat { digits: 6 }),
        ("enrol-app-waiting", Problem::TooManyTries { wait: 95 }),
        ("enrol-app-label", Problem::BadLabel),
        ("enrol-app-full", Problem::AccountFull),
    ] {
        let problem = Some(problem);
        add(
            name,
            &EnrolPage {
                problem,
                ..page(app())
            },
        );
    }
    add(
        "enrol-app-chosen",
        &EnrolPage {
            account: bob().pinned(),
            why: EnrolWhy::Chosen,
            others: false,
            ..page(app())
        },
    );
    for (name, field, problem) in [
        ("enrol-address", AskField::Address, None),
        ("enrol-number", AskField::Number, None),
        (
            "enrol-address-error",
            AskField::Address,
            Some(Problem::BadAddress),
        ),
        (
            "enrol-number-bad",
            AskField::Number,
            Some(Problem::BadNumber),
        ),
        (
            "enrol-number-error",
            AskField::Number,
            Some(Problem::TooManyTries { wait: 60 }),
        ),
    ] {
        let method = match field {
            AskField::Address => Method::Mail,
            AskField::Number => Method::Sms,
        };
        add(
            name,
            &EnrolPage {
                problem,
                ..page(EnrolForm::Ask { method, field })
            },
        );
    }
    add(
        "enrol-code",
        &EnrolPage {
            again: Some("mail".into()),
            ..page(sent("Code by email"))
        },
    );
    add("step-up-change", &before_a_change());
    add(
        "enrol-sign-in",
        &EnrolPage {
            wording: Wording::SignIn { app: acme() },
            ..page(app())
        },
    );
    add(
        "enrol-nasty",
        &EnrolPage {
            wording: Wording::SignIn { app: nasty_app() },
            lost: vec![lost(NASTY, Method::Other(LONG.into()), None, true)],
            why: EnrolWhy::Lost,
            ..page(sent(LONG))
        },
    );
    add("recovery-codes", &codes(None));
    add("recovery-codes-error", &codes(Some(Problem::NotSaved)));
    add("recovery", &recovery(None, None));
    for (name, problem) in [
        ("recovery-error", Problem::WrongRecovery),
        ("recovery-used", Problem::RecoveryUsed),
        ("recovery-format", Problem::RecoveryFormat),
    ] {
        add(name, &recovery(Some(problem), None));
    }
    add("recovery-locked", &recovery(None, Some(900)));
}

/// Pages that follow the use of a recovery code, and tell how many are left.
pub(super) fn after_a_recovery_code() -> Vec<(&'static str, usize, Box<dyn Html>)> {
    let lost = EnrolPage {
        why: EnrolWhy::Lost,
        lost: vec![
            lost("Old phone", Method::Totp, None, true),
            lost(
                "Windows Hello",
                Method::Passkey,
                Some(KeeperKind::Platform),
                false,
            ),
            lost("", Method::Totp, None, false),
            lost("••••••89", Method::Sms, None, false),
            lost(NASTY, Method::SecurityKey, Some(KeeperKind::Key), false),
        ],
        ..page(app())
    };
    let passkey = EnrolPage {
        form: super::passkey::setting_up(false),
        ..lost.clone()
    };
    vec![
        ("enrol-lost", 9, Box::new(lost)),
        ("enrol-lost-passkey", 8, Box::new(passkey)),
        ("enrol-lost-choose", 0, Box::new(page(ways()))),
    ]
}

fn lost(label: &str, method: Method, kind: Option<KeeperKind>, likely: bool) -> Lost {
    Lost {
        id: "01JZX3M5Q8".to_owned(),
        one: Named {
            method,
            label: label.into(),
            keeper: kind.map(|kind| Keeper {
                kind,
                name: Shown::default(),
            }),
        },
        likely,
    }
}

fn page(form: EnrolForm) -> EnrolPage {
    let choosing = matches!(form, EnrolForm::Choose(_));
    EnrolPage {
        interaction: id(),
        account: bob(),
        wording: Wording::StepUp(StepUp {
            app: acme(),
            action: Some("make a transfer".into()),
            reason: Reason::LevelTooLow,
            details: Vec::new(),
            steps: vec![
                ProofStep {
                    method: Method::Password,
                    state: ProofState::Done { seconds_ago: 42 },
                },
                ProofStep {
                    method: Method::Totp,
                    state: ProofState::Now,
                },
            ],
            valid_for: None,
        }),
        why: EnrolWhy::Missing,
        form,
        lost: Vec::new(),
        again: None,
        others: !choosing,
        problem: None,
    }
}

fn app() -> EnrolForm {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let uri = format!(
        "otpauth://totp/Example%20ID:bob%40example.com?secret={secret}&issuer=Example%20ID"
    );
    EnrolForm::App(AppSetup::new(secret, uri))
}

fn sent(method: &str) -> EnrolForm {
    EnrolForm::Code {
        method: Method::Other(method.into()),
    }
}

fn ways() -> EnrolForm {
    let way = |value: &str, method, selected| EnrolWay {
        value: value.to_owned(),
        method,
        selected,
    };
    EnrolForm::Choose(vec![
        way("passkey", Method::Other("Passkey".into()), true),
        way("totp", Method::Totp, false),
        way("odd", Method::Other(NASTY.into()), false),
    ])
}

fn codes(problem: Option<Problem>) -> RecoveryCodes {
    let codes = (2..10).chain(2..4).map(|n| format!("K{n}Q2-M4TX-9RW{n}"));
    RecoveryCodes {
        interaction: id(),
        account: bob(),
        codes: codes.collect(),
        problem,
    }
}

fn before_a_change() -> StepPage {
    StepPage {
        trust_for: None,
        only: Vec::new(),
        account: bob().pinned(),
        wording: Wording::StepUp(StepUp {
            app: App::new("Example ID", "id.example"),
            action: None,
            reason: Reason::Change,
            details: Vec::new(),
            steps: vec![ProofStep {
                method: Method::Totp,
                state: ProofState::Now,
            }],
            valid_for: None,
        }),
        factor: FactorInput::totp(),
        ..recovery(None, None)
    }
}

fn recovery(problem: Option<Problem>, locked_for: Option<i64>) -> StepPage {
    StepPage {
        trust_for: None,
        only: Vec::new(),
        interaction: id(),
        account: bob(),
        wording: Wording::SignIn { app: acme() },
        factor: FactorInput::Recovery { locked_for },
        another_way: true,
        instead: Vec::new(),
        problem,
    }
}
