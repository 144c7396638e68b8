//! Samples of every page with a passkey or a security key.

use serde_json::json;

use super::super::{
    Account, Ceremony, EnrolForm, EnrolPage, EnrolWhy, FactorInput, Html, Identifier, Instead,
    Keeper, KeeperKind, Method, Named, Problem, ProofState, ProofStep, Reason, StepPage, StepUp,
    Wording,
};
use super::{LONG, NASTY, acme, bob, id, nasty_app};

pub(super) fn add(add: &mut dyn FnMut(&'static str, &dyn Html)) {
    let identifier = Identifier {
        interaction: id(),
        app: acme(),
        prefill: String::new(),
        passkey: Some(Ceremony {
            autofill: true,
            ..ceremony()
        }),
        problem: None,
    };
    add("identifier-passkey", &identifier);
    for (name, problem) in [
        ("identifier-passkey-unknown", Problem::PasskeyUnknown),
        ("identifier-passkey-error", Problem::EnterUsername),
    ] {
        let problem = Some(problem);
        add(
            name,
            &Identifier {
                problem,
                ..identifier.clone()
            },
        );
    }

    let sign_in = Wording::SignIn { app: acme() };
    let passkey = page(sign_in.clone(), passkey(None));
    add("passkey", &passkey);
    for (name, problem) in [
        ("passkey-refused", Problem::PasskeyRefused),
        ("passkey-unknown", Problem::PasskeyUnknown),
        ("passkey-expired", Problem::PasskeyExpired),
    ] {
        let problem = Some(problem);
        add(
            name,
            &StepPage {
                problem,
                ..passkey.clone()
            },
        );
    }
    add(
        "passkey-locked",
        &page(sign_in.clone(), self::passkey(Some(841))),
    );
    add(
        "passkey-nasty",
        &StepPage {
            account: Account::new(NASTY),
            wording: Wording::SignIn { app: nasty_app() },
            instead: vec![instead(NASTY, Method::Other(NASTY.into()))],
            ..passkey
        },
    );
    let password = StepPage {
        instead: vec![instead("passkey", Method::Passkey)],
        ..page(sign_in, FactorInput::password())
    };
    add("password-passkey", &password);

    let up = |action: Option<&str>, now| {
        Wording::StepUp(StepUp {
            app: acme(),
            action: action.map(Into::into),
            reason: Reason::LevelTooLow,
            details: vec![],
            steps: vec![
                ProofStep {
                    method: Method::Password,
                    state: ProofState::Done { seconds_ago: 720 },
                },
                ProofStep {
                    method: now,
                    state: ProofState::Now,
                },
            ],
            valid_for: None,
        })
    };
    add(
        "step-up-passkey",
        &page(
            up(Some("make a transfer"), Method::Passkey),
            self::passkey(None),
        ),
    );
    add(
        "step-up-passkey-plain",
        &page(up(None, Method::Passkey), self::passkey(None)),
    );
    let one = |label: &str, kind, name: &str| Named {
        method: Method::Passkey,
        label: label.into(),
        keeper: Some(Keeper {
            kind,
            name: name.into(),
        }),
    };
    let only = StepPage {
        only: vec![one("Work key", KeeperKind::Key, "YubiKey 5")],
        ..page(
            up(Some("make a transfer"), Method::Passkey),
            self::passkey(None),
        )
    };
    add("step-up-passkey-only", &only);
    add(
        "step-up-passkey-only-some",
        &StepPage {
            only: vec![
                one("Windows Hello", KeeperKind::Platform, "Windows Hello"),
                one(NASTY, KeeperKind::Unknown, ""),
                one("", KeeperKind::Unknown, ""),
                one(LONG, KeeperKind::Manager, "Bitwarden"),
            ],
            ..only
        },
    );
    let key = page(up(None, Method::SecurityKey), security_key());
    add("step-up-security-key", &key);
    add(
        "step-up-security-key-error",
        &StepPage {
            problem: Some(Problem::PasskeyRefused),
            ..key
        },
    );

    let setup = |security_key, problem| EnrolPage {
        interaction: id(),
        account: bob(),
        wording: Wording::SignIn { app: acme() },
        why: EnrolWhy::Chosen,
        form: setting_up(security_key),
        others: false,
        lost: Vec::new(),
        again: None,
        problem,
    };
    add("passkey-setup", &setup(false, None));
    add(
        "passkey-setup-error",
        &setup(false, Some(Problem::PasskeyExpired)),
    );
    add(
        "passkey-setup-name-error",
        &setup(false, Some(Problem::BadLabel)),
    );
    add(
        "passkey-setup-taken",
        &setup(false, Some(Problem::PasskeyTaken)),
    );
    add("security-key-setup", &setup(true, None));
}

/// The form that sets one up.
pub(super) fn setting_up(security_key: bool) -> EnrolForm {
    EnrolForm::Key {
        ceremony: Ceremony {
            creates: true,
            ..ceremony()
        },
        security_key,
    }
}

fn page(wording: Wording, factor: FactorInput) -> StepPage {
    StepPage {
        trust_for: None,
        only: Vec::new(),
        interaction: id(),
        account: bob(),
        wording,
        factor,
        another_way: true,
        instead: vec![
            instead("password", Method::Password),
            instead("totp", Method::Totp),
        ],
        problem: None,
    }
}

fn instead(value: &str, method: Method) -> Instead {
    Instead {
        to: None,
        value: value.to_owned(),
        method,
    }
}

fn ceremony() -> Ceremony {
    let options = json!({
        "challenge": "c2FtcGxl",
        "rpId": "id.example",
        "timeout": 300_000,
        "allowCredentials": [],
        "userVerification": "required",
        "note": NASTY,
    });
    Ceremony {
        options: options.to_string(),
        creates: false,
        seconds: 300,
        page: format!("/i/{}", id()),
        autofill: false,
    }
}

fn passkey(locked_for: Option<i64>) -> FactorInput {
    FactorInput::Passkey {
        ceremony: ceremony(),
        security_key: false,
        locked_for,
    }
}

fn security_key() -> FactorInput {
    FactorInput::Passkey {
        ceremony: ceremony(),
        security_key: true,
        locked_for: None,
    }
}
