//! Samples of pages that say what went wrong.

use super::super::{DeveloperNote, ErrorKind, ErrorPage, Html, Onward};
use super::{NASTY, acme, nasty_app};

pub(super) fn add(add: &mut dyn FnMut(&'static str, &dyn Html)) {
    add(
        "error-400",
        &ErrorPage {
            kind: ErrorKind::BadSignIn,
            developer: Some(slash()),
            onward: None,
        },
    );
    add(
        "error-400-nasty",
        &ErrorPage {
            kind: ErrorKind::BadRequest,
            developer: Some(nasty()),
            onward: None,
        },
    );
    for (name, kind) in [
        ("error-403", ErrorKind::Forbidden),
        ("error-404", ErrorKind::NotFound),
        ("error-405", ErrorKind::MethodNotAllowed),
        ("error-409", ErrorKind::Conflict),
        ("error-413", ErrorKind::TooLarge),
        ("error-414", ErrorKind::AddressTooLong),
        ("error-431", ErrorKind::HeadersTooLarge),
        (
            "error-429",
            ErrorKind::TooManyRequests { retry_after: None },
        ),
        (
            "error-429-wait",
            ErrorKind::TooManyRequests {
                retry_after: Some(30),
            },
        ),
        ("error-500", ErrorKind::Internal),
        ("error-503", ErrorKind::Unavailable),
        ("error-expired", ErrorKind::Expired),
    ] {
        add(
            name,
            &ErrorPage {
                kind,
                developer: None,
                onward: None,
            },
        );
    }

    let onward = |to: Onward| Some(to);
    add(
        "error-form-only",
        &ErrorPage {
            kind: ErrorKind::FormOnly,
            developer: None,
            onward: onward(Onward::Link("/i/01JZX3M5Q8".into())),
        },
    );
    let done = Onward::Link("/i/01JZX3M5Q8".into());
    add(
        "step-done",
        &ErrorPage {
            kind: ErrorKind::StepDone,
            developer: None,
            onward: onward(done),
        },
    );
    let back = Onward::Link("https://acme.example/cb?error=invalid_scope&state=x".into());
    let kind = ErrorKind::ReturnWithError(acme());
    add(
        "return-with-error",
        &ErrorPage {
            kind,
            developer: Some(slash()),
            onward: onward(back),
        },
    );
    let form = Onward::FormPost {
        action: "https://acme.example/cb".into(),
        fields: vec![
            ("error".into(), "invalid_scope".into()),
            ("state".into(), NASTY.into()),
        ],
    };
    let kind = ErrorKind::ReturnWithError(nasty_app());
    add(
        "return-with-error-form",
        &ErrorPage {
            kind,
            developer: None,
            onward: onward(form),
        },
    );
    add(
        "unmet-here",
        &ErrorPage {
            kind: ErrorKind::Stuck,
            developer: None,
            onward: onward(Onward::Link("/account".into())),
        },
    );
    let stop =
        Onward::Link("https://acme.example/cb?error=unmet_authentication_requirements".into());
    add(
        "unmet",
        &ErrorPage {
            kind: ErrorKind::Unmet(acme()),
            developer: None,
            onward: onward(stop),
        },
    );
}

fn slash() -> DeveloperNote {
    DeveloperNote {
        error: "invalid_request".into(),
        rule: "redirect_uri must equal a registered address character by character; this one differs in its trailing slash.".into(),
        received: vec![
            ("client_id".into(), "acme-bank".into()),
            ("redirect_uri".into(), "https://acme.example/callback/".into()),
            ("state".into(), String::new()),
        ],
    }
}

fn nasty() -> DeveloperNote {
    DeveloperNote {
        error: NASTY.into(),
        rule: NASTY.into(),
        received: vec![
            (NASTY.into(), NASTY.into()),
            ("redirect_uri".into(), "x".repeat(2000)),
        ],
    }
}
