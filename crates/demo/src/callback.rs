//! The provider's answer (RFC 6749 §4.1.2). Checked in this order: one value per parameter, a
//! state of ours, the issuer (RFC 9207), then error or code.

use std::collections::HashMap;

use crate::bank::Bank;
use crate::flow::{Action, Round};
use crate::pages::Problem;

/// The longest answer that is looked at, in bytes.
const LONGEST: usize = 8192;

/// What goes on once the answer is accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// The session's new id: it changes with every sign-in.
    pub(crate) session: String,
    pub(crate) action: Action,
    pub(crate) round: Round,
}

/// Checks the answer and takes the tokens into the session.
pub(crate) async fn accept(
    bank: &Bank,
    session: Option<&str>,
    query: &str,
) -> Result<Accepted, Problem> {
    let answer = parameters(query)?;
    let get = |name: &str| answer.get(name).map(String::as_str);
    let state = get("state").unwrap_or_default();
    let (session, pending) = session
        .and_then(|id| {
            Some((
                id,
                bank.sessions
                    .with(id, |session| session.take_pending(state))
                    .flatten()?,
            ))
        })
        .ok_or_else(Problem::foreign_state)?;
    let ours = bank
        .provider
        .is_answer_from(get("iss"))
        .await
        .map_err(|error| Problem::of_provider(&error, pending.action))?;
    if !ours {
        return Err(Problem::foreign_issuer(
            &bank.config.issuer,
            get("iss"),
            pending.action,
        ));
    }
    if let Some(error) = get("error") {
        return Err(Problem::from_answer(
            error,
            get("error_description").unwrap_or_default(),
            pending.action,
        ));
    }
    let code = get("code").ok_or_else(|| Problem::without_code(pending.action))?;
    let tokens = bank
        .provider
        .redeem(&pending, code.to_owned())
        .await
        .map_err(|error| Problem::of_provider(&error, pending.action))?;
    let order = matches!(pending.action, Action::Transfer | Action::ChangePayout);
    let before = bank
        .sessions
        .with(session, |session| {
            let held = session.tokens.as_ref().map(|held| held.subject.clone());
            let ordered = session.whose.clone().filter(|_| order);
            ordered.or(held.filter(|_| pending.step_up))
        })
        .flatten();
    // What one person began must not be finished as another.
    if before.is_some_and(|before| before != tokens.subject) {
        return Err(Problem::other_person(pending.action));
    }
    let session = bank
        .sessions
        .rotate(session)
        .map_err(|_| Problem::no_randomness())?;
    bank.sessions.with(&session, |session| {
        session.tokens = Some(tokens);
        if pending.step_up {
            session.stepped_up = true;
        } else {
            session.before = None;
            session.stepped_up = false;
        }
    });
    let round = if pending.step_up {
        Round::AfterStepUp
    } else {
        Round::AfterSignIn
    };
    Ok(Accepted {
        session,
        action: pending.action,
        round,
    })
}

fn parameters(query: &str) -> Result<HashMap<String, String>, Problem> {
    if query.len() > LONGEST {
        return Err(Problem::malformed_answer());
    }
    let mut found = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if found
            .insert(name.into_owned(), value.into_owned())
            .is_some()
        {
            return Err(Problem::malformed_answer());
        }
    }
    Ok(found)
}
