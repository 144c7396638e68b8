//! Writes down that an authenticator answered as a copy would, and tells its person: they alone can know whether there
//! is one.

use serde_json::Value;
use stepwell_core::audit::{Record, names};
use stepwell_core::authn::Method;
use stepwell_core::ids::CredentialId;
use stepwell_core::time::Timestamp;
use stepwell_store::{StoreError, Tx, audit};

use crate::Engine;
use crate::authorize::{Known, Loaded};
use crate::call::Call;
use crate::courier::Happened;

/// Whoever was told of an authenticator is not told of it again for so long, in microseconds: a day.
const TOLD_EVERY: i64 = 86_400 * 1_000_000;
/// Records of a person that are looked at for an earlier suspicion: what a flood writes costs a notice each time.
const LOOKED_AT: i64 = 200;

/// An authenticator that answered as a copy of it would.
pub(super) struct Suspect<'a> {
    pub(super) method: &'a Method,
    pub(super) credential: &'a CredentialId,
    /// The rule that it broke.
    pub(super) why: &'static str,
    /// Whether the proof counted all the same.
    pub(super) accepted: bool,
}

impl Engine {
    /// Writes a suspicion down, and tells the person, at most once a day for each authenticator.
    pub(super) fn suspect(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        (loaded, known): (&Loaded, &Known),
        suspect: &Suspect<'_>,
    ) -> Result<(), StoreError> {
        let Suspect {
            method,
            credential,
            why,
            accepted,
        } = *suspect;
        let event = self.about(call, loaded, known, names::FACTOR_SUSPECTED);
        tx.audit(
            event
                .with("method", method.as_str())
                .with("credential", credential.as_str())
                .with("why", why)
                .with("accepted", accepted),
        );
        let Some(user) = &known.user else {
            return Ok(());
        };
        // What this write audits is not among them yet.
        let records = audit::of_person(tx, &user.id, None, LOOKED_AT)?;
        let mine = records
            .iter()
            .rev()
            .filter(|record| suspects(record, credential));
        let due = |told: Option<Timestamp>, at: Timestamp| {
            told.is_none_or(|told| at.since(told) >= TOLD_EVERY)
        };
        // Each suspicion is written down, and not whether it was told: that follows from those before it.
        let mut told = None;
        for record in mine {
            if due(told, record.at) {
                told = Some(record.at);
            }
        }
        if !due(told, call.now) {
            return Ok(());
        }
        let method = method.clone();
        self.notify(tx, call, user, Happened::FactorSuspected { method })
    }
}

fn suspects(record: &Record, credential: &CredentialId) -> bool {
    let of = |data: Value| data["credential"] == credential.as_str();
    record.event == names::FACTOR_SUSPECTED && serde_json::from_str(&record.data).is_ok_and(of)
}
