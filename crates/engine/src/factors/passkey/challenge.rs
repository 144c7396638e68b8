//! The challenge of a ceremony: what the browser is given, and what its answer is held against.
//!
//! It is good for one answer and five minutes. Its random bytes are ours: the library's own would be drawn in
//! secret from the system.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwell_core::time::{Seconds, Timestamp};

use super::details::Details;
use super::party::Party;
use super::{Challenge, Failure, Form, Whom};
use crate::call::Call;
use crate::error::EngineError;

/// How long an answer may take.
const LIFE: Seconds = Seconds(300);
/// What a page has at least of that when it is shown.
const LEAST: Seconds = Seconds(60);

/// What stays with the interaction.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The library's state, without credentials: the live ones are read when the answer comes.
    state: Value,
    until: Timestamp,
}

/// What an answer is held against, if there is a challenge and it is not too old.
pub(super) fn state<S: DeserializeOwned>(
    challenge: Option<&Challenge>,
    now: Timestamp,
) -> Result<S, Failure> {
    // Each is cleared by the first answer, so a second one finds none (spec §5 line 56).
    let challenge = challenge.ok_or(Failure::Refused {
        rule: "no-challenge",
        suspect: None,
    })?;
    let broken = |error| Failure::Engine(EngineError::broken(error));
    let kept: Kept = serde_json::from_value(challenge.keep.clone()).map_err(broken)?;
    if now >= kept.until {
        return Err(Failure::Malformed("challenge-expired"));
    }
    serde_json::from_value(kept.state).map_err(broken)
}

/// Whether it is too old to be shown.
pub(super) fn is_stale(challenge: &Challenge, now: Timestamp) -> bool {
    let kept: Result<Kept, _> = serde_json::from_value(challenge.keep.clone());
    kept.is_ok_and(|kept| now.plus(LEAST) >= kept.until)
}

/// Puts our randomness into both halves. `part` is where the library's state has its own.
pub(super) fn sealed(
    call: &Call<'_>,
    mut options: Value,
    mut state: Value,
    part: &str,
) -> Challenge {
    let random = call.secret();
    options["challenge"] = json!(random.expose());
    state[part]["challenge"] = json!(random.expose());
    let until = call.now.plus(LIFE);
    Challenge {
        keep: json!(Kept { state, until }),
        show: json!({ "options": options, "until": until.secs() }),
    }
}

/// Asks for an assertion.
pub(super) fn begin(
    party: &Party,
    form: Form,
    call: &Call<'_>,
    whom: &Whom<'_>,
) -> Result<Challenge, EngineError> {
    // Started without credentials, both kinds of state are alike, and user verification is all they differ in.
    let (request, state) = match form {
        Form::Passkey => {
            let (request, state) = party
                .webauthn
                .start_discoverable_authentication()
                .map_err(EngineError::broken)?;
            (json!(request), json!(state))
        }
        Form::SecurityKey => {
            let (request, state) = party
                .webauthn
                .start_securitykey_authentication(&[])
                .map_err(EngineError::broken)?;
            (json!(request), json!(state))
        }
    };
    let mut options = request["publicKey"].clone();
    // Before a proof nothing may show what an account owns: the browser finds the passkey itself.
    if whom.proven {
        options["allowCredentials"] = allowed(form, whom);
    }
    Ok(sealed(call, options, state, "ast"))
}

fn allowed(form: Form, whom: &Whom<'_>) -> Value {
    let mine = whom
        .credentials
        .iter()
        .filter(|c| c.method == form.method());
    mine.filter_map(|c| {
        let kept = Details::of(c).ok()?;
        Some(json!({ "type": "public-key", "id": c.external_id, "transports": kept.transports }))
    })
    .collect()
}
