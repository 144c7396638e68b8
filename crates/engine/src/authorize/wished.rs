//! In which languages an authorization request asked for its pages.
//!
//! Which languages there are, and whose wish goes first, is the edge's to know: it writes the words.

use serde::Deserialize;
use serde::de::IgnoredAny;
use stepwell_core::ids::InteractionId;
use stepwell_core::time::Timestamp;
use stepwell_store::interactions;

use crate::Engine;
use crate::error::EngineError;
use crate::here;

/// What a request says about languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wished {
    /// `ui_locales`, best first (OIDC Core §3.1.2.1).
    pub languages: Vec<String>,
    /// When the request came in.
    pub at: Timestamp,
}

/// The part of a stored request that is of interest here.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    ui_locales: Vec<String>,
}

impl Engine {
    /// The wishes of the request behind an interaction; none where there is no such interaction. It tells
    /// nobody's secrets, so it is not held against the browser.
    ///
    /// # Errors
    /// When the database is away.
    pub fn wished(&self, id: &InteractionId) -> Result<Option<Wished>, EngineError> {
        let Some(row) = self.db.read(|tx| interactions::find(tx, id))? else {
            return Ok(None);
        };
        // A page of our own asked: no request of an app spoke of languages.
        let languages = if row.client_id.as_str() == here::CLIENT_ID {
            Vec::new()
        } else {
            let (asked, _): (Asked, IgnoredAny) =
                serde_json::from_str(&row.request).map_err(EngineError::broken)?;
            asked.ui_locales
        };
        Ok(Some(Wished {
            languages,
            at: row.began_at,
        }))
    }
}
