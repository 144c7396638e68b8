//! The pages of a set-up, from the engine's view; and what their forms say.
//!
//! The one place that knows which form a method has: a method with a form of its own is a line in `form`.

use stepwell_core::authn::{Method as Proof, Occasion};
use stepwell_core::oauth::Params;
use stepwell_core::time::Timestamp;
use stepwell_engine::answer::{Input, Trouble};
use stepwell_engine::authorize::{EnrolStage, EnrolView, PageView, StepView};
use stepwell_engine::factors::SetUp;

use super::present::{CODE_DIGITS, ceremony, method, named_one, wording_of};
use super::trouble;
use crate::pages::{
    Account, AppSetup, AskField, Ceremony, EnrolForm, EnrolPage, EnrolWay, EnrolWhy, Html, Lost,
    Method, Problem, RecoveryCodes,
};

/// The fields that a set-up page may have, of which it has one.
const FIELDS: [&str; 5] = ["code", "response", "saved", "address", "number"];

/// Boxes for what may be lost: as many as an account may have authenticators.
const MOST_LOST: usize = 50;

pub(super) fn page(
    view: &PageView,
    enrol: &EnrolView,
    trouble: Option<&Trouble>,
    now: Timestamp,
) -> Box<dyn Html> {
    match codes(view) {
        Some(codes) => Box::new(RecoveryCodes {
            problem: trouble.map(|t| problem(t, enrol, now)),
            ..codes
        }),
        None => Box::new(form_page(view, enrol, trouble, now)),
    }
}

/// The recovery codes that a page shows, if it shows any.
pub(super) fn codes(view: &PageView) -> Option<RecoveryCodes> {
    let StepView::Enrol(enrol) = &view.step else {
        return None;
    };
    let EnrolStage::Verify {
        show: SetUp::Codes(codes),
        ..
    } = &enrol.stage
    else {
        return None;
    };
    Some(RecoveryCodes {
        interaction: view.id.as_str().to_owned(),
        account: Account::new(&enrol.username),
        codes: codes.iter().map(|code| code.expose().to_owned()).collect(),
        problem: None,
    })
}

fn form_page(
    view: &PageView,
    enrol: &EnrolView,
    trouble: Option<&Trouble>,
    now: Timestamp,
) -> EnrolPage {
    let current = match &enrol.stage {
        EnrolStage::Choose => None,
        EnrolStage::Ask { method, .. } | EnrolStage::Verify { method, .. } => Some(method),
    };
    let account = Account::new(&enrol.username);
    EnrolPage {
        interaction: view.id.as_str().to_owned(),
        account: if enrol.may_switch {
            account
        } else {
            account.pinned()
        },
        wording: wording_of(view, &enrol.wording, &enrol.proven, current, &[]),
        why: match enrol.occasion {
            Occasion::Missing => EnrolWhy::Missing,
            Occasion::Lost => EnrolWhy::Lost,
            Occasion::Chosen | Occasion::Spare => EnrolWhy::Chosen,
        },
        others: current.is_some() && enrol.methods.len() > 1,
        lost: enrol
            .lost
            .iter()
            .map(|lost| Lost {
                id: lost.one.id.clone(),
                one: named_one(&lost.one),
                likely: lost.likely,
            })
            .collect(),
        again: match &enrol.stage {
            EnrolStage::Verify {
                method,
                again: true,
                ..
            } => Some(method.as_str().to_owned()),
            _ => None,
        },
        form: form(view.id.as_str(), enrol, now),
        problem: trouble.map(|t| problem(t, enrol, now)),
    }
}

fn form(interaction: &str, enrol: &EnrolView, now: Timestamp) -> EnrolForm {
    match &enrol.stage {
        EnrolStage::Choose => EnrolForm::Choose(
            enrol
                .methods
                .iter()
                .enumerate()
                .map(|(at, one)| EnrolWay {
                    value: one.as_str().to_owned(),
                    method: method(one),
                    selected: at == 0,
                })
                .collect(),
        ),
        EnrolStage::Ask { method: one, field } => EnrolForm::Ask {
            method: method(one),
            field: match *field {
                "number" => AskField::Number,
                _ => AskField::Address,
            },
        },
        EnrolStage::Verify {
            method: one, show, ..
        } => verify(interaction, one, show, now),
    }
}

/// The form for the first use of a method.
fn verify(interaction: &str, one: &Proof, show: &SetUp, now: Timestamp) -> EnrolForm {
    match show {
        SetUp::App { secret, uri } => EnrolForm::App(AppSetup::new(secret.expose(), uri.expose())),
        SetUp::Form(show) if is_key(one) => EnrolForm::Key {
            ceremony: Ceremony {
                creates: true,
                ..ceremony(show, interaction, now)
            },
            security_key: method(one) == Method::SecurityKey,
        },
        SetUp::Form(_) | SetUp::Codes(_) => EnrolForm::Code {
            method: method(one),
        },
    }
}

fn is_key(one: &Proof) -> bool {
    matches!(method(one), Method::Passkey | Method::SecurityKey)
}

fn problem(trouble: &Trouble, enrol: &EnrolView, now: Timestamp) -> Problem {
    match &enrol.stage {
        EnrolStage::Ask { field, .. } => trouble::field(trouble, field, now),
        EnrolStage::Verify { method, show, .. } => {
            trouble::problem(trouble, method, digits(show), now)
        }
        EnrolStage::Choose => trouble::problem(trouble, &Proof::new(""), CODE_DIGITS, now),
    }
}

/// How many digits the code has that a set-up asks for.
fn digits(show: &SetUp) -> u8 {
    let sent = match show {
        SetUp::Form(show) => show["digits"].as_u64(),
        SetUp::App { .. } | SetUp::Codes(_) => None,
    };
    sent.and_then(|digits| u8::try_from(digits).ok())
        .unwrap_or(CODE_DIGITS)
}

/// What a set-up form says; none for an address that is none's.
pub(super) fn input<'a>(what: &str, params: &'a Params) -> Option<Input<'a>> {
    let field = |name| params.get(name).unwrap_or_default();
    Some(match what {
        "enrol" => Input::Enrol {
            method: field("method"),
        },
        "setup" => Input::SetUp {
            answer: FIELDS
                .iter()
                .find_map(|name| params.get(name))
                .unwrap_or_default(),
            label: field("label"),
            lost: (1..=MOST_LOST)
                .filter_map(|n| params.get(&format!("lost-{n}")))
                .collect(),
        },
        _ => return None,
    })
}
