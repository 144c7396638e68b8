//! The account pages: plain, empty, in trouble, and with names that mean harm.

use super::super::account::{
    ActivityPage, AppLine, Apps, Authenticator, Binding, ChangePassword, DeviceLine, Devices, Done,
    Line, Overview, Profile, ProfileField, ProfileProblem, Reach, Remove, Security, SessionLine,
    Sessions, Tab, Top, Vouched, What,
};
use super::super::{Html, Keeper, KeeperKind, Method, Named, NewPasswordProblem, ScopeLine, Shown};
use super::{LONG, NASTY, RTL, bob};

const FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

fn top(tab: Tab) -> Top {
    Top {
        me: bob().pinned(),
        tab,
        done: None,
    }
}

fn done(tab: Tab, done: Done) -> Top {
    Top {
        done: Some(done),
        ..top(tab)
    }
}

fn reach(acr: &str, reached: bool) -> Reach {
    Reach {
        acr: Shown::from(acr),
        reached,
    }
}

fn authenticator(id: &str, method: Method, label: &str) -> Authenticator {
    Authenticator {
        id: id.to_owned(),
        method,
        label: Shown::from(label),
        keeper: None,
        binding: Binding::None,
        phishing_resistant: false,
        added_ago: 86_400 * 40,
        used_ago: Some(720),
        locked_for: None,
        removable: true,
        codes_left: None,
        is_password: false,
    }
}

fn line(seq: i64, what: What, app: Option<&str>, method: Option<Method>) -> Line {
    Line {
        seq,
        what,
        method,
        app: app.map(Shown::from),
        ip: Some(Shown::from("192.0.2.7")),
        ago: 60 * (1000 - seq),
    }
}

fn session(id: &str, current: bool, app: &str) -> SessionLine {
    SessionLine {
        id: id.to_owned(),
        current,
        user_agent: FIREFOX.to_owned(),
        ip: Some(Shown::from("2001:db8::7")),
        began_ago: 7200,
        used_ago: 30,
        apps: vec![Shown::from(app), Shown::from("Payroll")],
        acrs: vec![Shown::from("urn:stepwell:acr:basic"), Shown::from("phr")],
    }
}

fn profile(problem: Option<ProfileProblem>) -> Profile {
    let field = |claim, value: &str| ProfileField {
        claim,
        value: value.to_owned(),
    };
    Profile {
        top: top(Tab::Profile),
        username: Shown::from("bob@example.com"),
        fields: vec![
            field("name", "Bob Archer"),
            field("given_name", "Bob"),
            field("family_name", RTL),
            field("nickname", ""),
        ],
        email: Some(Vouched {
            value: Shown::from("bob@example.com"),
            verified: true,
        }),
        phone: Some(Vouched {
            value: Shown::from("+442079460000"),
            verified: false,
        }),
        problem,
    }
}

pub(super) fn add(add: &mut impl FnMut(&'static str, &dyn Html)) {
    add(
        "account-overview",
        &Overview {
            top: top(Tab::Overview),
            reach: vec![
                reach("urn:stepwell:acr:basic", true),
                reach("urn:stepwell:acr:mfa", true),
                reach("phr", false),
                reach(NASTY, false),
            ],
            authenticators: 3,
            sessions: 1,
            apps: 0,
        },
    );
    security_pages(add);
    password_pages(add);
    add(
        "account-sessions",
        &Sessions {
            top: done(Tab::Sessions, Done::SessionEnded),
            sessions: vec![
                session("s1", true, "Acme Bank"),
                SessionLine {
                    user_agent: "curl".to_owned(),
                    ..session("s2", false, NASTY)
                },
            ],
        },
    );
    devices_pages(add);
    add(
        "account-activity",
        &ActivityPage {
            top: top(Tab::Activity),
            lines: vec![
                line(999, What::Confirmed, Some("Acme Bank"), Some(Method::Totp)),
                line(990, What::ConfirmFailed, Some(NASTY), Some(Method::Totp)),
                line(980, What::SignedIn, Some(LONG), None),
                line(970, What::SignInFailed, None, Some(Method::Password)),
                line(960, What::Locked, None, Some(Method::Totp)),
                line(950, What::FactorAdded, None, Some(Method::Totp)),
                line(
                    940,
                    What::FactorRemoved,
                    None,
                    Some(Method::Other(Shown::from(RTL))),
                ),
                line(930, What::PasswordChanged, None, None),
                line(920, What::AppAllowed, Some("Payroll"), None),
                line(910, What::AppRevoked, Some("Payroll"), None),
                line(900, What::SignedOut, None, None),
                line(890, What::DeviceTrusted, None, None),
                line(880, What::DeviceForgotten, None, None),
                line(870, What::DeviceSuspected, None, None),
                line(860, What::DeviceDistrusted, None, None),
                line(850, What::RecoveryUsed, Some("Acme Bank"), None),
                line(840, What::FactorSuspected, None, Some(Method::Passkey)),
                line(830, What::FactorSuspected, None, None),
                line(820, What::RecoveryRequested, None, None),
                line(810, What::LinkUsed, None, None),
                line(800, What::ProfileChanged, None, None),
                line(790, What::AccountLocked, None, None),
                line(780, What::AccountUnlocked, None, None),
                line(770, What::Confirmed, Some("Acme Bank"), None),
                line(760, What::Confirmed, None, None),
            ],
            before: Some(900),
        },
    );
    add(
        "account-activity-empty",
        &ActivityPage {
            top: top(Tab::Activity),
            lines: Vec::new(),
            before: None,
        },
    );
    let app = |name: &str| AppLine {
        id: "bank".to_owned(),
        name: Shown::from(name),
        scopes: vec![
            ScopeLine::Profile,
            ScopeLine::Custom {
                name: Shown::from("balance"),
                description: Shown::from("See your account balance"),
            },
        ],
        offline: true,
        since_ago: 86_400 * 9,
        last_ago: Some(600),
    };
    add(
        "account-apps",
        &Apps {
            top: done(Tab::Apps, Done::AppRemoved),
            apps: vec![app("Acme Bank"), app(NASTY)],
        },
    );
    add(
        "account-apps-empty",
        &Apps {
            top: top(Tab::Apps),
            apps: Vec::new(),
        },
    );
    add("account-profile", &profile(None));
    let too_long = ProfileProblem {
        claim: "given_name",
        too_long: true,
    };
    add("account-profile-error", &profile(Some(too_long)));
}

fn devices_pages(add: &mut impl FnMut(&'static str, &dyn Html)) {
    let device = |id: &str, user_agent: &str| DeviceLine {
        id: id.to_owned(),
        current: false,
        user_agent: user_agent.to_owned(),
        ip: Some(Shown::from("192.0.2.7")),
        first_ago: 86_400 * 40,
        last_ago: 3_600,
        trusted_for: None,
    };
    add(
        "account-devices",
        &Devices {
            top: done(Tab::Devices, Done::Distrusted),
            devices: vec![
                DeviceLine {
                    current: true,
                    trusted_for: Some(86_400 * 29),
                    ..device("d1", FIREFOX)
                },
                device("d2", NASTY),
            ],
        },
    );
    add(
        "account-devices-empty",
        &Devices {
            top: top(Tab::Devices),
            devices: Vec::new(),
        },
    );
}

fn security_pages(add: &mut impl FnMut(&'static str, &dyn Html)) {
    let key = Authenticator {
        binding: Binding::Synced,
        phishing_resistant: true,
        used_ago: None,
        ..authenticator("c3", Method::Other(Shown::from("Passkey")), LONG)
    };
    let kept = |id: &str, kind, keeper: &str, method: Method, label: &str| Authenticator {
        keeper: Some(Keeper {
            kind,
            name: Shown::from(keeper),
        }),
        binding: Binding::Device,
        phishing_resistant: true,
        ..authenticator(id, method, label)
    };
    let kept = [
        Authenticator {
            binding: Binding::Synced,
            ..kept(
                "k1",
                KeeperKind::Manager,
                "Bitwarden",
                Method::Passkey,
                "Bitwarden",
            )
        },
        kept(
            "k2",
            KeeperKind::Platform,
            "Windows Hello",
            Method::Passkey,
            "Work laptop",
        ),
        kept("k3", KeeperKind::Key, "YubiKey 5", Method::SecurityKey, RTL),
        kept("k4", KeeperKind::Unknown, "", Method::Passkey, NASTY),
    ];
    let code = Authenticator {
        locked_for: Some(840),
        ..authenticator("c2", Method::Totp, NASTY)
    };
    let password = Authenticator {
        removable: false,
        is_password: true,
        ..authenticator("c1", Method::Password, "")
    };
    let codes = |n: usize| Authenticator {
        codes_left: Some((n, 10)),
        ..authenticator("c4", Method::Recovery, "")
    };
    add(
        "account-security",
        &Security {
            top: done(Tab::Security, Done::Renamed),
            authenticators: [key]
                .into_iter()
                .chain(kept)
                .chain([code, password.clone(), codes(9)])
                .collect(),
            may_add: vec![
                ("totp".to_owned(), Method::Totp),
                ("card".to_owned(), Method::Other(Shown::from("Smart card"))),
            ],
            recovery: true,
        },
    );
    add(
        "account-security-locked-for-good",
        &Security {
            top: top(Tab::Security),
            authenticators: vec![
                password.clone(),
                codes(1),
                Authenticator {
                    locked_for: Some(i64::MAX / 1_000_000),
                    ..authenticator("c2", Method::Totp, "Pixel 9")
                },
            ],
            may_add: Vec::new(),
            recovery: false,
        },
    );
    add(
        "account-security-least",
        &Security {
            top: top(Tab::Security),
            authenticators: vec![password],
            may_add: Vec::new(),
            recovery: false,
        },
    );
    add(
        "account-remove",
        &Remove {
            top: top(Tab::Security),
            id: "c2".to_owned(),
            one: Named {
                method: Method::Totp,
                label: Shown::from("Pixel 9"),
                keeper: None,
            },
        },
    );
    add(
        "account-remove-unnamed",
        &Remove {
            top: top(Tab::Security),
            id: "c3".to_owned(),
            one: Named {
                method: Method::Totp,
                label: Shown::default(),
                keeper: None,
            },
        },
    );
    add(
        "account-remove-passkey",
        &Remove {
            top: top(Tab::Security),
            id: "k2".to_owned(),
            one: Named {
                method: Method::Passkey,
                label: Shown::from("Work laptop"),
                keeper: Some(Keeper {
                    kind: KeeperKind::Platform,
                    name: Shown::from("Windows Hello"),
                }),
            },
        },
    );
}

fn password_pages(add: &mut impl FnMut(&'static str, &dyn Html)) {
    let page = |problem| ChangePassword {
        top: top(Tab::Security),
        username: "bob@example.com".to_owned(),
        least: 8,
        problem,
    };
    add("account-password", &page(None));
    for (name, problem) in [
        ("account-password-short", NewPasswordProblem::TooShort),
        ("account-password-long", NewPasswordProblem::TooLong),
        ("account-password-common", NewPasswordProblem::Common),
        ("account-password-own-name", NewPasswordProblem::OwnName),
        ("account-password-guessable", NewPasswordProblem::MoreWords),
    ] {
        add(name, &page(Some(problem)));
    }
}
