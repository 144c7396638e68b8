//! Samples of codes that were sent, in every state that sending can be in.

use super::super::{
    Authenticator, DeliveredCode, FactorInput, Html, Method, Problem, StepPage, Wording,
};
use super::{LONG, NASTY, acme, bob, id};

pub(super) fn add(add: &mut dyn FnMut(&'static str, &dyn Html)) {
    add("code-mail", &page(sent()));
    add("code-sms", &page(texted()));
    add(
        "code-mail-error",
        &StepPage {
            problem: Some(Problem::WrongSentCode),
            ..page(sent())
        },
    );
    add(
        "code-mail-used",
        &StepPage {
            problem: Some(Problem::SentCodeUsed),
            ..page(sent())
        },
    );
    let pause = DeliveredCode {
        resend_in: Some(28),
        ..sent()
    };
    add("code-mail-pause", &page(pause.clone()));
    let too_soon = DeliveredCode {
        too_soon: true,
        ..pause
    };
    add("code-mail-too-soon", &page(too_soon));
    let failed = DeliveredCode {
        sent: None,
        open: false,
        failed: true,
        ..sent()
    };
    add("code-mail-failed", &page(failed.clone()));
    let older = DeliveredCode {
        open: true,
        ..failed.clone()
    };
    add("code-mail-failed-again", &page(older.clone()));
    add(
        "code-mail-failed-again-error",
        &StepPage {
            problem: Some(Problem::WrongSentCode),
            ..page(older)
        },
    );
    let expired = DeliveredCode {
        sent: Some(("a•••@e•••.com".into(), 700)),
        open: false,
        ..sent()
    };
    add(
        "code-mail-expired",
        &StepPage {
            problem: Some(Problem::SentCodeExpired),
            ..page(expired)
        },
    );
    let spent = DeliveredCode {
        failed: false,
        resend_in: Some(359),
        ..failed
    };
    add("code-mail-spent", &page(spent));
    let several = DeliveredCode {
        sent: Some((NASTY.into(), 65)),
        addresses: vec![
            address("c1", "a•••@e•••.com", true),
            address("c2", NASTY, false),
            address(NASTY, LONG, false),
        ],
        wrong_codes: 2,
        ..sent()
    };
    add("code-mail-several", &page(several));
    let locked = DeliveredCode {
        locked_for: Some(841),
        ..sent()
    };
    add("code-mail-locked", &page(locked.clone()));
    add(
        "code-mail-throttled-locked",
        &StepPage {
            problem: Some(Problem::TooManyTries { wait: 841 }),
            ..page(locked.clone())
        },
    );
    add(
        "code-mail-for-good-locked",
        &StepPage {
            problem: Some(Problem::TooManyTries { wait: i64::MAX }),
            ..page(DeliveredCode {
                locked_for: Some(i64::MAX),
                ..locked
            })
        },
    );
    add(
        "code-mail-asked-too-soon",
        &StepPage {
            problem: Some(Problem::TooSoon { wait: 12 }),
            ..page(DeliveredCode {
                resend_in: Some(12),
                too_soon: true,
                ..sent()
            })
        },
    );
    add(
        "code-mail-not-taken",
        &StepPage {
            problem: Some(Problem::TryAgain),
            ..page(sent())
        },
    );
}

fn sent() -> DeliveredCode {
    DeliveredCode {
        method: Method::Mail,
        digits: 8,
        sent: Some(("a•••@e•••.com".into(), 5)),
        valid_for: 600,
        open: true,
        failed: false,
        resend_in: None,
        too_soon: false,
        addresses: vec![address("c1", "a•••@e•••.com", true)],
        wrong_codes: 0,
        locked_for: None,
    }
}

fn texted() -> DeliveredCode {
    DeliveredCode {
        method: Method::Sms,
        sent: Some(("••••••89".into(), 125)),
        ..sent()
    }
}

fn address(id: &str, label: &str, selected: bool) -> Authenticator {
    Authenticator {
        id: id.to_owned(),
        label: label.into(),
        selected,
    }
}

fn page(code: DeliveredCode) -> StepPage {
    StepPage {
        trust_for: None,
        only: Vec::new(),
        interaction: id(),
        account: bob(),
        wording: Wording::SignIn { app: acme() },
        factor: FactorInput::Delivered(Box::new(code)),
        another_way: true,
        instead: Vec::new(),
        problem: None,
    }
}
