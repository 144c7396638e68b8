//! What runs in the background: clearing away what is over, and noticing what was abandoned.
//!
//! Every part may run on several nodes at once. Nothing here changes what a live request would see.

use stepwell_core::audit::{Event, names};
use stepwell_core::time::Seconds;
use stepwell_store::{
    StoreError, Tx, codes, devices, grants, interactions, links, refresh_tokens, revoked_tokens,
    sessions,
};

use crate::Engine;
use crate::authorize::State;
use crate::call::Call;
use crate::devices::KEPT;
use crate::error::EngineError;

/// Rows of a table taken at a time, so that no write is long.
const BATCH: i64 = 200;

/// What one batch took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Rows that went.
    pub rows: usize,
    /// Some table gave as much as a batch may hold, so there is probably more.
    pub more: bool,
}

impl Cleared {
    fn count(&mut self, rows: usize) {
        self.more |= i64::try_from(rows).is_ok_and(|rows| rows >= BATCH);
    }

    fn removed(&mut self, rows: usize) {
        self.count(rows);
        self.rows += rows;
    }
}

impl Engine {
    /// Gives back memory that is kept for work that did not come. To be called every half second or so.
    pub fn rest(&self) {
        self.passwords.rest();
    }

    /// Clears one batch of everything that is over, in a write of its own. Call it again, a moment later,
    /// while there is more.
    ///
    /// # Errors
    /// When the database is away.
    pub fn maintain(&self, call: &Call<'_>) -> Result<Cleared, EngineError> {
        self.db.write_alone(|tx| {
            let mut done = Cleared::default();
            done.count(give_up(tx, call)?);
            // Kept for an hour, so that a late Back finds a page that says what happened.
            let late = call.now.minus(Seconds(3_600));
            done.removed(interactions::purge(tx, late, BATCH)?);
            done.removed(links::purge(tx, call.now.minus(Seconds(86_400)), BATCH)?);
            done.removed(codes::purge(tx, call.now.minus(Seconds(86_400)), BATCH)?);
            done.removed(grants::purge(tx, call.now, BATCH)?);
            done.removed(sessions::purge(tx, call.now, BATCH)?);
            done.removed(refresh_tokens::purge(tx, call.now, BATCH)?);
            done.removed(revoked_tokens::purge(tx, call.now, BATCH)?);
            done.removed(devices::purge(tx, call.now.minus(KEPT), BATCH)?);
            Ok(done)
        })
    }
}

/// Finishes interactions that expired without an answer, and says how many.
fn give_up(tx: &mut Tx<'_>, call: &Call<'_>) -> Result<usize, StoreError> {
    let rows = interactions::abandoned(tx, call.now, BATCH)?;
    for row in &rows {
        let started = serde_json::from_str::<State>(&row.state).is_ok_and(|s| s.stepup_started);
        let finished = interactions::finish(tx, &row.id, row.version, "abandoned", call.now)?;
        if started && finished {
            tx.audit(
                Event::new(names::STEPUP_ABANDONED, call.now)
                    .actor("system")
                    .client(&row.client_id)
                    .interaction(&row.id)
                    .with("why", "expired"),
            );
        }
    }
    Ok(rows.len())
}
