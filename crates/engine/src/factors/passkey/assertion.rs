//! An assertion held against its challenge and the stored credential (WebAuthn §7.2; spec §5 lines 56 to 65).
//!
//! The signature, challenge, origin, RP id, type, presence, verification and backup flags are the library's to
//! check; whose credential it is, frames and the counter are checked here.

use metrics::counter;
use stepwell_core::time::Timestamp;
use stepwell_store::credentials::{self, Credential};
use webauthn_rs::prelude::{DiscoverableAuthentication, PublicKeyCredential};

use super::details::{Details, external_id};
use super::party::Party;
use super::{Answer, Failure, Form, Verified, challenge, client_data, handle, rule};
use crate::settings::CounterRegression;

/// A response is some 700 bytes; more than this is none.
pub(super) const LONGEST: usize = 16 * 1024;

/// The name of the authenticator that answers, unproven.
pub(super) fn names(answer: &Answer<'_>) -> Option<String> {
    let response = parse(answer).ok()?;
    Some(external_id(response.get_credential_id()))
}

fn parse(answer: &Answer<'_>) -> Result<PublicKeyCredential, Failure> {
    if answer.secret.len() > LONGEST {
        return Err(Failure::Malformed("response-too-long"));
    }
    serde_json::from_str(answer.secret).map_err(|_| Failure::Malformed("response"))
}

fn refused(rule: &'static str) -> Failure {
    Failure::Refused {
        rule,
        suspect: None,
    }
}

pub(super) fn verify(
    party: &Party,
    form: Form,
    now: Timestamp,
    credentials: &[Credential],
    answer: &Answer<'_>,
) -> Result<Verified, Failure> {
    let state: DiscoverableAuthentication = challenge::state(answer.challenge, now)?;
    let response = parse(answer)?;
    let id = external_id(response.get_credential_id());
    let mine = credentials
        .iter()
        .find(|c| c.method == form.method() && c.external_id.as_deref() == Some(&id))
        .ok_or(refused("unknown-credential"))?;
    if mine.is_locked(now) {
        return Err(Failure::Locked(mine.locked_until.unwrap_or(now)));
    }
    let owner = handle::of(&mine.user_id);
    match response.get_user_unique_id() {
        Some(told) if told == owner.as_bytes() => {}
        // Only authenticators that keep accounts tell one, and only where they were asked to find it (§7.2 step 6).
        None if form == Form::SecurityKey => {}
        None if !answer_was_unnamed(answer) => {}
        _ => return Err(refused("user-handle")),
    }
    client_data::check(&response.response.client_data_json)?;
    let kept = Details::of(mine).map_err(Failure::Engine)?;
    // The counter is ours to judge: the library would always refuse.
    let mut judged = kept.credential.clone();
    judged.counter = 0;
    let result = party
        .webauthn
        .finish_discoverable_authentication_v2(&response, state, &judged)
        .map_err(|error| Failure::Refused {
            rule: rule::of(&error),
            suspect: rule::is_suspect(&error).then(|| mine.id.clone()),
        })?;
    let regressed = regressed(kept.credential.counter, result.counter());
    if regressed {
        counter!("stepwell_passkey_counter_regressions_total").increment(1);
    }
    if regressed && party.settings.counter_regression == CounterRegression::Refuse {
        return Err(Failure::Refused {
            rule: "counter",
            suspect: Some(mine.id.clone()),
        });
    }
    let mut next = kept.clone();
    next.credential.counter = kept.credential.counter.max(result.counter());
    next.credential.backup_state = result.backup_state();
    let stored = mine.id.clone();
    let (old, new) = (
        mine.details.clone(),
        next.to_json().map_err(Failure::Engine)?,
    );
    Ok(Verified {
        credential: mine.id.clone(),
        traits: kept.traits(party, result.user_verified()),
        amr: kept.amr(result.user_verified()),
        suspected: regressed.then_some("counter"),
        consume: Box::new(move |tx, now| credentials::update_details(tx, &stored, &old, &new, now)),
    })
}

/// Whether the challenge named no credentials, so that the authenticator had to find the account.
fn answer_was_unnamed(answer: &Answer<'_>) -> bool {
    let options = answer.challenge.map(|c| &c.show["options"]);
    let named = options.and_then(|o| o["allowCredentials"].as_array());
    named.is_none_or(Vec::is_empty)
}

/// WebAuthn §7.2 step 22: where either is not zero, the new one has to be greater (spec §5 line 63).
fn regressed(kept: u32, told: u32) -> bool {
    (kept != 0 || told != 0) && told <= kept
}

#[cfg(test)]
mod tests {
    use super::regressed;

    #[test]
    fn a_counter_has_to_grow_unless_there_is_none() {
        let table = [
            ((0, 0), false),
            ((0, 1), false),
            ((5, 6), false),
            ((5, 5), true),
            ((5, 4), true),
            ((5, 0), true),
        ];
        for ((kept, told), expected) in table {
            assert_eq!(regressed(kept, told), expected, "{kept} then {told}");
        }
    }
}
