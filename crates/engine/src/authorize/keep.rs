//! Saving what an interaction remembers, and going on from it. One request at a time: whoever comes second has saved
//! nothing and written nothing down.

use stepwell_store::{Tx, interactions};

use super::advance::Loaded;
use super::begin::encode;
use super::state::State;
use crate::Engine;
use crate::error::EngineError;

impl Engine {
    /// Saves the state with whatever `also` writes down; false when another request was first.
    pub(super) fn keep(
        &self,
        loaded: &mut Loaded,
        state: State,
        also: impl FnOnce(&mut Tx<'_>, &Loaded) -> Result<(), EngineError>,
    ) -> Result<bool, EngineError> {
        let Some(id) = &loaded.id else {
            return Ok(false);
        };
        let text = encode(&state)?;
        let saved = self.db.write(|tx| -> Result<bool, EngineError> {
            let saved = interactions::save_state(tx, id, loaded.version, &text)?;
            if saved {
                also(tx, loaded)?;
            }
            Ok(saved)
        })?;
        if saved {
            loaded.state = state;
            loaded.version += 1;
        }
        Ok(saved)
    }

    /// The interaction as it is stored now; none when it is gone, or answered.
    pub(super) fn reloaded(&self, loaded: &Loaded) -> Result<Option<Loaded>, EngineError> {
        let Some(id) = &loaded.id else {
            return Ok(None);
        };
        match self.db.read(|tx| interactions::find(tx, id))? {
            Some(row) if row.finished_at.is_none() => self.load(&row),
            _ => Ok(None),
        }
    }
}
