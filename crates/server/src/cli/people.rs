//! `stepwell user list|show|link`.

use serde_json::{Map, Value, json};
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_core::user::User;
use stepwell_core::username;
use stepwell_store::credentials::{self, Credential, FOR_GOOD};
use stepwell_store::users;

use super::args::{UserLink, UserNamed};
use super::failure::{Code, Failure};
use super::output::Output;
use super::provider::{self, with_call};
use super::text;
use crate::config::Config;

/// People read at a time.
const PAGE: i64 = 500;

pub(super) fn list(config: &Config, output: &mut Output<'_>) -> Result<(), Failure> {
    let db = provider::migrated(provider::database(config)?, config)?;
    let (mut lines, mut people) = (Vec::new(), Vec::new());
    let mut after: Option<String> = None;
    loop {
        let page = db.read(|tx| users::list(tx, after.as_deref(), PAGE))?;
        let Some(last) = page.last() else { break };
        after = Some(last.canonical.clone());
        for user in page {
            lines.push(format!("{}  {}  {}", user.id, user.status, user.username));
            people.push(json!({
                "user_id": user.id, "username": user.username, "status": user.status,
                "created_at": user.created_at.rfc3339(),
            }));
        }
    }
    let text = if lines.is_empty() {
        "There are no people.".to_owned()
    } else {
        lines.join("\n")
    };
    Ok(output.answer(&text, &json!({ "users": people }))?)
}

pub(super) fn show(
    args: &UserNamed,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let db = provider::migrated(provider::database(config)?, config)?;
    let name = &args.username;
    let nobody = || Failure::new(Code::NotFound, format!("nobody signs in as {name}"));
    let canonical = username::canonical(name).map_err(|_| nobody())?;
    let found = db.snapshot(|tx| -> Result<_, Failure> {
        let user = users::find_by_canonical(tx, &canonical)?.ok_or_else(nobody)?;
        let mine = credentials::live_of(tx, &user.id)?;
        Ok((user, mine))
    });
    let (user, mine) = found?;
    let now = with_call(|call| call.now);
    let about = about(&user);
    let mut lines = vec![text::lines(&about)];
    lines.extend(mine.iter().map(|one| line(one, now)));
    let mut json = Value::Object(about);
    json["authenticators"] = mine.iter().map(|one| authenticator(one, now)).collect();
    Ok(output.answer(&lines.join("\n"), &json)?)
}

pub(super) fn link(
    args: &UserLink,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let valid_for = Seconds::parse(&args.valid_for)
        .map_err(|problem| Failure::usage(format!("--valid-for: {problem}")))?;
    let engine = provider::engine(config)?;
    let (name, mail) = (&args.username, args.mail.as_deref());
    let link = with_call(|call| engine.link_for(call, name, valid_for, mail))?;
    let until = link.expires_at.rfc3339();
    let mut json = json!({ "username": name, "expires_at": until, "mailed_to": mail });
    let text = match mail {
        // What was mailed proves the inbox, so nobody else is shown it.
        Some(address) => format!("A link goes to {address}. It is good once, until {until}."),
        None => {
            json["url"] = link.url.expose().into();
            format!(
                "Good once, until {until}. Whoever has it sets the password:\n{}",
                link.url.expose()
            )
        }
    };
    Ok(output.answer(&text, &json)?)
}

fn about(user: &User) -> Map<String, Value> {
    let mut about = Map::new();
    for (name, value) in [
        ("user_id", user.id.as_str().into()),
        ("username", user.username.as_str().into()),
        ("status", user.status.as_str().into()),
        ("claims", user.claims.clone().into()),
        ("created_at", user.created_at.rfc3339().into()),
        ("updated_at", user.updated_at.rfc3339().into()),
    ] {
        about.insert(name.to_owned(), value);
    }
    about
}

/// An authenticator without its secret.
fn authenticator(one: &Credential, now: Timestamp) -> Value {
    let locked = one.locked_until.filter(|until| *until > now);
    json!({
        "method": one.method, "label": one.label,
        "enrolled_at": one.created_at.rfc3339(),
        "last_used_at": one.last_used_at.map(Timestamp::rfc3339),
        "failures": one.failures,
        "locked": locked == Some(FOR_GOOD),
        "rests_until": locked.filter(|until| *until != FOR_GOOD).map(Timestamp::rfc3339),
    })
}

fn line(one: &Credential, now: Timestamp) -> String {
    let used = one.last_used_at.map_or_else(
        || "never used".to_owned(),
        |at| format!("last used {}", at.rfc3339()),
    );
    let rest = match one.locked_until.filter(|until| *until > now) {
        None => String::new(),
        Some(FOR_GOOD) => ", locked after too many wrong answers".to_owned(),
        Some(until) => format!(", rests until {}", until.rfc3339()),
    };
    let (method, label) = (one.method.as_str(), &one.label);
    let enrolled = one.created_at.rfc3339();
    format!("{method}: {label}, enrolled {enrolled}, {used}{rest}")
}
