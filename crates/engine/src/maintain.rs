//! What runs in the background: clearing away what is over, and noticing what was abandoned.
//!
//! Every part may run on several nodes at once. Nothing here changes what a live request would see.

use stepwell_core::audit::{Event, names};
use stepwell_core::time::Seconds;
use stepwell_store::{codes, grants, interactions, refresh_tokens, revoked_tokens, sessions};

use crate::Engine;
use crate::authorize::State;
use crate::call::Call;
use crate::error::EngineError;

/// Rows taken at a time, so that no write is long.
const BATCH: i64 = 200;

impl Engine {
    /// Gives back memory that is kept for work that did not come. To be called every half second or so.
    pub fn rest(&self) {
        self.passwords.rest();
    }

    /// Clears a batch of everything that is over; says how many rows went.
    ///
    /// # Errors
    /// When the database is away.
    pub fn maintain(&self, call: &Call<'_>) -> Result<usize, EngineError> {
        self.db.write(|tx| {
            let mut gone = 0;
            for row in interactions::abandoned(tx, call.now, BATCH)? {
                let started =
                    serde_json::from_str::<State>(&row.state).is_ok_and(|s| s.stepup_started);
                if started {
                    tx.audit(
                        Event::new(names::STEPUP_ABANDONED, call.now)
                            .actor("system")
                            .client(&row.client_id)
                            .interaction(&row.id)
                            .with("why", "expired"),
                    );
                }
                interactions::finish(tx, &row.id, "abandoned", call.now)?;
            }
            // Kept for an hour, so that a late Back finds a page that says what happened.
            gone += interactions::purge(tx, call.now.minus(Seconds(3_600)), BATCH)?;
            gone += codes::purge(tx, call.now.minus(Seconds(86_400)), BATCH)?;
            gone += grants::purge(tx, call.now, BATCH)?;
            gone += sessions::purge(tx, call.now, BATCH)?;
            gone += refresh_tokens::purge(tx, call.now, BATCH)?;
            gone += revoked_tokens::purge(tx, call.now, BATCH)?;
            Ok(gone)
        })
    }
}
