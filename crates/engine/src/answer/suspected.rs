//! Tells a person that an authenticator of theirs answered as a copy would: they alone can know whether there is one.

use serde_json::Value;
use stepwell_core::audit::{Record, names};
use stepwell_core::authn::Method;
use stepwell_core::ids::CredentialId;
use stepwell_core::time::Timestamp;
use stepwell_store::{StoreError, Tx, audit};

use crate::Engine;
use crate::authorize::Known;
use crate::call::Call;
use crate::courier::Happened;

/// Whoever was told of an authenticator is not told of it again for so long, in microseconds: a day.
const TOLD_EVERY: i64 = 86_400 * 1_000_000;
/// Records of a person that are looked at for an earlier suspicion: what a flood writes costs a notice each time.
const LOOKED_AT: i64 = 200;

impl Engine {
    /// At most once a day for each authenticator. To be called in the write that audits the suspicion.
    pub(super) fn tell_suspected(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        known: &Known,
        (method, credential): (&Method, &CredentialId),
    ) -> Result<(), StoreError> {
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
