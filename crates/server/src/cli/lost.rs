//! `stepwell user lock|unlock|reset-factor`: for accounts that are in danger, and for authenticators that are lost.

use serde_json::{Value, json};
use stepwell_core::authn::Method;
use stepwell_engine::admin::Which;

use super::args::{ResetFactor, UserLock};
use super::failure::Failure;
use super::output::Output;
use super::provider::{self, with_call};
use super::slow;
use crate::config::Config;

pub(super) fn lock(
    args: &UserLock,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let engine = provider::engine(config)?;
    let (name, reason) = (&args.username, args.reason.as_deref());
    let done = slow::doing("locking the account", || {
        with_call(|call| engine.lock_account(call, name, reason))
    })?;
    let text = if done.changed {
        format!(
            "Locked {name}. Sessions ended: {}; grants ended: {}. No link of the account opens.\n\
             Access tokens that an API verifies by itself are good to their end, {} at most by default.",
            done.sessions, done.grants, config.settings.lifetimes.access_token
        )
    } else {
        format!("{name} is locked already; nothing was changed.")
    };
    let json = json!({
        "username": name, "changed": done.changed,
        "sessions_ended": done.sessions, "grants_ended": done.grants,
    });
    Ok(output.answer(&text, &json)?)
}

pub(super) fn unlock(
    args: &UserLock,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let engine = provider::engine(config)?;
    let (name, reason) = (&args.username, args.reason.as_deref());
    let lifted = with_call(|call| engine.unlock_account(call, name, reason))?;
    let mut lines = Vec::new();
    if lifted.account {
        lines.push(format!(
            "The account {name} was locked and is open: sign in anew."
        ));
    }
    if !lifted.authenticators.is_empty() {
        let methods: Vec<&str> = lifted.authenticators.iter().map(Method::as_str).collect();
        lines.push(format!(
            "Authenticators of {name} that rested after too many wrong answers and may be tried again: {}",
            methods.join(", ")
        ));
    }
    if lines.is_empty() {
        lines.push(format!(
            "The account {name} was not locked and no authenticator of it rested; nothing was changed."
        ));
    }
    let json = json!({
        "username": name, "account": lifted.account, "authenticators": lifted.authenticators,
    });
    Ok(output.answer(&lines.join("\n"), &json)?)
}

pub(super) fn reset(
    args: &ResetFactor,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let which = match &args.method {
        Some(method) => Which::Of(Method::new(method)),
        None => Which::AllButPassword,
    };
    let engine = provider::engine(config)?;
    let name = &args.username;
    if !args.yes {
        let there = engine.resettable(name, &which)?;
        if !there.is_empty() {
            return Err(Failure::usage(format!(
                "nothing was changed: this would take away {} from {name}, with every session proof and grant that rests on it; say --yes to do so",
                listed(&there)
            )));
        }
    }
    let done = slow::doing("taking authenticators away", || {
        with_call(|call| engine.reset_factors(call, name, &which, args.reason.as_deref()))
    })?;
    let told = match done.told {
        0 => "The person is not told: no mail can be sent, or no address is known to be theirs."
            .to_owned(),
        count => format!("The person is told by mail, at {count} address(es)."),
    };
    let text = format!(
        "Took away from {name}: {}\nProofs in open sessions that count no longer: {}; grants ended: {}\n{told}\n{}",
        listed(&done.removed),
        done.proofs,
        done.grants,
        next(name, &done.left, &config.settings.issuer),
    );
    let json = json!({
        "username": name, "removed": objects(&done.removed), "left": objects(&done.left),
        "proofs_ended": done.proofs, "grants_ended": done.grants, "told": done.told,
    });
    Ok(output.answer(&text, &json)?)
}

/// What is left, and what the operator does next.
fn next(name: &str, left: &[(Method, String)], issuer: &str) -> String {
    let link = format!("`stepwell user link {name}`");
    let password = Method::password();
    if left.is_empty() {
        return format!(
            "Nothing is left to sign in with. Next: {link}, by which the person sets a password."
        );
    }
    if left.iter().all(|(method, _)| *method == password) {
        return format!(
            "Only the password is left, so the password alone signs in until the person sets up another factor.\n\
             Next: tell the person to do so at {}/account/security. If the password is lost too, or somebody else may know it: {link}.",
            issuer.trim_end_matches('/')
        );
    }
    format!(
        "Left: {}\nNext, if the person cannot sign in with that: {link}.",
        listed(left)
    )
}

fn listed(all: &[(Method, String)]) -> String {
    let one = |(method, label): &(Method, String)| format!("{method} ({label})");
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn objects(all: &[(Method, String)]) -> Value {
    all.iter()
        .map(|(method, label)| json!({ "method": method, "label": label }))
        .collect()
}
