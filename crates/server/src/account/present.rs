//! From the engine's views of an account to page models.

use stepwell_core::time::Timestamp;
use stepwell_engine::account as engine;
use stepwell_engine::passwords::Weakness;

use crate::interaction::{keeper, method, scope_line};
use crate::pages::account::{
    ActivityPage, AppLine, Apps, Authenticator, Binding, ChangePassword, DeviceLine, Devices, Line,
    Overview, Profile, ProfileField, ProfileProblem, Reach, Remove, Security, SessionLine,
    Sessions, Top, Vouched, What,
};
use crate::pages::{Named, NewPasswordProblem, Shown};

const RECOVERY: &str = "recovery";

fn ago(now: Timestamp, then: Timestamp) -> i64 {
    now.since(then) / 1_000_000
}

pub(super) fn overview(
    top: Top,
    security: &engine::SecurityView,
    sessions: usize,
    apps: usize,
) -> Overview {
    Overview {
        top,
        reach: security
            .acrs
            .iter()
            .map(|(acr, reached)| Reach {
                acr: Shown::from(acr.as_str()),
                reached: *reached,
            })
            .collect(),
        authenticators: security.authenticators.len(),
        sessions,
        apps,
    }
}

pub(super) fn security(top: Top, seen: &engine::SecurityView, now: Timestamp) -> Security {
    let offered = |one: &&stepwell_core::authn::Method| one.as_str() != RECOVERY;
    Security {
        top,
        authenticators: seen
            .authenticators
            .iter()
            .map(|one| Authenticator {
                id: one.id.as_str().to_owned(),
                method: method(&one.method),
                label: Shown::from(one.label.as_str()),
                keeper: keeper(&method(&one.method), one.keeper),
                binding: match one.synced {
                    None => Binding::None,
                    Some(false) => Binding::Device,
                    Some(true) => Binding::Synced,
                },
                phishing_resistant: one.traits.phishing_resistant,
                added_ago: ago(now, one.added),
                used_ago: one.last_used.map(|at| ago(now, at)),
                locked_for: one.locked_until.map(|until| -ago(now, until)),
                removable: one.removable,
                codes_left: one.codes_left,
                is_password: one.method.as_str() == "password",
            })
            .collect(),
        may_add: seen
            .may_add
            .iter()
            .filter(offered)
            .map(|one| (one.as_str().to_owned(), method(one)))
            .collect(),
        recovery: seen.may_add.iter().any(|one| one.as_str() == RECOVERY),
    }
}

pub(super) fn remove(top: Top, one: &engine::AuthenticatorView) -> Remove {
    Remove {
        top,
        id: one.id.as_str().to_owned(),
        one: Named {
            method: method(&one.method),
            label: Shown::from(one.label.as_str()),
            keeper: keeper(&method(&one.method), one.keeper),
        },
    }
}

pub(super) fn password(
    top: Top,
    (username, least): (String, usize),
    weakness: Option<&Weakness>,
) -> ChangePassword {
    ChangePassword {
        top,
        username,
        least,
        problem: weakness.map(NewPasswordProblem::of),
    }
}

pub(super) fn sessions(top: Top, seen: Vec<engine::SessionView>, now: Timestamp) -> Sessions {
    let line = |one: engine::SessionView| SessionLine {
        id: one.id.as_str().to_owned(),
        current: one.current,
        user_agent: one.user_agent,
        ip: one.ip.map(Shown::from),
        began_ago: ago(now, one.began),
        used_ago: ago(now, one.last_used),
        apps: one.apps.into_iter().map(Shown::from).collect(),
        acrs: one
            .acrs
            .iter()
            .map(|acr| Shown::from(acr.as_str()))
            .collect(),
    };
    Sessions {
        top,
        sessions: seen.into_iter().map(line).collect(),
    }
}

pub(super) fn devices(top: Top, seen: Vec<engine::DeviceView>, now: Timestamp) -> Devices {
    let line = |one: engine::DeviceView| DeviceLine {
        id: one.id.as_str().to_owned(),
        current: one.current,
        user_agent: one.user_agent,
        ip: one.ip.map(Shown::from),
        first_ago: ago(now, one.first_seen),
        last_ago: ago(now, one.last_seen),
        trusted_for: one.trusted_until.map(|until| -ago(now, until)),
    };
    Devices {
        top,
        devices: seen.into_iter().map(line).collect(),
    }
}

pub(super) fn activity(
    top: Top,
    seen: Vec<engine::Activity>,
    before: Option<i64>,
    now: Timestamp,
) -> ActivityPage {
    let line = |one: engine::Activity| Line {
        seq: one.seq,
        what: what(one.what),
        method: one.method.as_ref().map(method),
        app: one.app.map(Shown::from),
        ip: one.ip.map(Shown::from),
        ago: ago(now, one.at),
    };
    ActivityPage {
        top,
        lines: seen.into_iter().map(line).collect(),
        before,
    }
}

fn what(happened: engine::Happened) -> What {
    use engine::Happened;
    match happened {
        Happened::SignedIn => What::SignedIn,
        Happened::SignInFailed => What::SignInFailed,
        Happened::Confirmed => What::Confirmed,
        Happened::ConfirmFailed => What::ConfirmFailed,
        Happened::RecoveryUsed => What::RecoveryUsed,
        Happened::Locked => What::Locked,
        Happened::FactorSuspected => What::FactorSuspected,
        Happened::FactorAdded => What::FactorAdded,
        Happened::FactorRemoved => What::FactorRemoved,
        Happened::PasswordChanged => What::PasswordChanged,
        Happened::RecoveryRequested => What::RecoveryRequested,
        Happened::LinkUsed => What::LinkUsed,
        Happened::ProfileChanged => What::ProfileChanged,
        Happened::AccountLocked => What::AccountLocked,
        Happened::AccountUnlocked => What::AccountUnlocked,
        Happened::AppAllowed => What::AppAllowed,
        Happened::AppRevoked => What::AppRevoked,
        Happened::SignedOut => What::SignedOut,
        Happened::DeviceTrusted => What::DeviceTrusted,
        Happened::DeviceDistrusted => What::DeviceDistrusted,
        Happened::DeviceForgotten => What::DeviceForgotten,
        Happened::DeviceSuspected => What::DeviceSuspected,
    }
}

pub(super) fn apps(top: Top, seen: Vec<engine::AppView>, now: Timestamp) -> Apps {
    let line = |one: engine::AppView| AppLine {
        id: one.id.as_str().to_owned(),
        name: Shown::from(one.name),
        scopes: one.scopes.iter().map(scope_line).collect(),
        offline: one.offline,
        since_ago: ago(now, one.since),
        last_ago: one.last_granted.map(|at| ago(now, at)),
    };
    Apps {
        top,
        apps: seen.into_iter().map(line).collect(),
    }
}

pub(super) fn profile(
    top: Top,
    seen: engine::ProfileView,
    refused: Option<&engine::Refused>,
) -> Profile {
    let vouched = |(value, verified): (String, bool)| Vouched {
        value: Shown::from(value),
        verified,
    };
    Profile {
        top,
        username: Shown::from(seen.username),
        fields: seen
            .fields
            .into_iter()
            .map(|(claim, value)| ProfileField { claim, value })
            .collect(),
        email: seen.email.map(vouched),
        phone: seen.phone.map(vouched),
        problem: refused.map(|refused| ProfileProblem {
            claim: refused.claim,
            too_long: refused.rule == "too-long",
        }),
    }
}
