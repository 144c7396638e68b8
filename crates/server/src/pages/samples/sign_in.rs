//! Samples of an ordinary sign-in, consent and the choice of an account.

use super::super::{
    Account, AnotherWay, Authenticator, ChooseAccount, Consent, FactorInput, Html, Identifier,
    KnownAccount, Method, Problem, ScopeLine, StepPage, Way, Wording,
};
use super::{LONG, NASTY, RTL, acme, bob, id, nasty_app};

pub(super) fn add(add: &mut dyn FnMut(&'static str, &dyn Html)) {
    let plain = Identifier {
        interaction: id(),
        app: acme(),
        prefill: String::new(),
        passkey: None,
        problem: None,
    };
    add("identifier", &plain);
    add(
        "identifier-hint",
        &Identifier {
            prefill: "bob@example.com".into(),
            ..plain.clone()
        },
    );
    add(
        "identifier-error",
        &Identifier {
            problem: Some(Problem::EnterUsername),
            ..plain.clone()
        },
    );
    let nasty = Identifier {
        app: nasty_app(),
        prefill: NASTY.into(),
        problem: Some(Problem::TooManyTries { wait: 30 }),
        ..plain
    };
    add("identifier-nasty", &nasty);

    let password = sign_in(FactorInput::password());
    add("password", &password);
    add(
        "password-error",
        &StepPage {
            problem: Some(Problem::WrongPassword),
            ..password.clone()
        },
    );
    let locked = FactorInput::Password {
        locked_for: Some(841),
    };
    let problem = Some(Problem::TooManyTries { wait: 841 });
    add(
        "password-locked",
        &StepPage {
            factor: locked,
            problem,
            ..password.clone()
        },
    );
    add(
        "password-throttled",
        &StepPage {
            problem,
            another_way: false,
            ..password.clone()
        },
    );
    add(
        "password-long",
        &StepPage {
            account: Account::new(LONG.repeat(3)),
            ..password.clone()
        },
    );
    add(
        "password-nasty",
        &StepPage {
            account: Account::new(NASTY).named(NASTY),
            ..password
        },
    );

    add("code", &sign_in(FactorInput::totp()));
    add(
        "code-error",
        &StepPage {
            problem: Some(Problem::CodeFormat { digits: 6 }),
            ..sign_in(FactorInput::totp())
        },
    );
    add(
        "code-several",
        &sign_in(several(&["Pixel 9", "", LONG, NASTY])),
    );
    add("code-one-named", &sign_in(several(&["Bob’s phone"])));

    add(
        "another-way",
        &AnotherWay {
            interaction: id(),
            account: bob(),
            ways: ways(),
        },
    );
    add(
        "another-way-pinned",
        &AnotherWay {
            interaction: id(),
            account: bob().pinned(),
            ways: ways(),
        },
    );
    let none = ways().into_iter().filter(|way| !way.suffices).collect();
    add(
        "another-way-none",
        &AnotherWay {
            interaction: id(),
            account: bob(),
            ways: none,
        },
    );

    let consent = Consent {
        interaction: id(),
        app: acme(),
        account: bob(),
        scopes: vec![
            ScopeLine::OpenId,
            ScopeLine::Profile,
            ScopeLine::Email,
            custom("See your account balance"),
        ],
    };
    add("consent", &consent);
    let full = Consent {
        scopes: vec![
            ScopeLine::Address,
            ScopeLine::Phone,
            ScopeLine::OfflineAccess,
            custom(NASTY),
            custom(""),
        ],
        app: nasty_app(),
        ..consent
    };
    add("consent-nasty", &full);

    let known = |value: &str, account: Account| KnownAccount {
        value: value.into(),
        account,
    };
    let accounts = vec![
        known("a1", bob()),
        known("a2", Account::new("jane.roe@work.example")),
        known(NASTY, Account::new(NASTY).named(RTL)),
    ];
    add(
        "choose-account",
        &ChooseAccount {
            interaction: id(),
            app: acme(),
            accounts: accounts[..2].to_vec(),
        },
    );
    add(
        "choose-account-nasty",
        &ChooseAccount {
            interaction: id(),
            app: nasty_app(),
            accounts,
        },
    );
}

fn sign_in(factor: FactorInput) -> StepPage {
    StepPage {
        trust_for: None,
        only: Vec::new(),
        interaction: id(),
        account: bob(),
        wording: Wording::SignIn { app: acme() },
        factor,
        another_way: true,
        instead: Vec::new(),
        problem: None,
    }
}

fn several(labels: &[&str]) -> FactorInput {
    let authenticator = |(at, label): (usize, &&str)| Authenticator {
        id: format!("credential-{at}"),
        label: (*label).into(),
        selected: at == 0,
    };
    let authenticators = labels.iter().enumerate().map(authenticator).collect();
    FactorInput::Totp {
        digits: 6,
        authenticators,
        wrong_codes: 0,
        locked_for: None,
    }
}

fn ways() -> Vec<Way> {
    let way = |value: &str, method, to: Option<&str>, suffices, selected| Way {
        value: value.into(),
        method,
        to: to.map(Into::into),
        suffices,
        resting: value == "resting",
        selected,
    };
    vec![
        way("password", Method::Password, None, false, false),
        way("totp", Method::Totp, None, true, true),
        way("mail", Method::Mail, Some("a•••@e•••.com"), true, false),
        way("sms", Method::Sms, None, false, false),
        way(
            "other",
            Method::Other("Smart card".into()),
            None,
            true,
            false,
        ),
        way("resting", Method::Recovery, None, false, false),
    ]
}

fn custom(description: &str) -> ScopeLine {
    ScopeLine::Custom {
        name: "balance:read".into(),
        description: description.into(),
    }
}
