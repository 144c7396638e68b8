//! One look at an interaction for each request: in which languages its pages were asked for, and then, by the same
//! look, what is done on it.
//!
//! Which languages there are, and whose wish goes first, is the edge's to know: it writes the words.

use serde::Deserialize;
use serde::de::IgnoredAny;
use stepwell_core::ids::InteractionId;
use stepwell_core::time::Timestamp;
use stepwell_store::interactions::{self, Interaction};

use crate::Engine;
use crate::error::EngineError;
use crate::here;

/// An interaction as a request found it. It may have changed since, so what is written is held against its version.
#[derive(Debug)]
pub struct Seen(pub(super) Interaction);

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
    /// Looks an interaction up; none where there is no such one. It is not held against the browser yet.
    ///
    /// # Errors
    /// When the database is away.
    pub fn see(&self, id: &InteractionId) -> Result<Option<Seen>, EngineError> {
        Ok(self.db.read(|tx| interactions::find(tx, id))?.map(Seen))
    }
}

impl Seen {
    /// The wishes of the request behind it. They tell nobody's secrets, so whoever names the interaction may know.
    ///
    /// # Errors
    /// When it is not as it was stored.
    pub fn wished(&self) -> Result<Wished, EngineError> {
        let Self(row) = self;
        // A page of our own asked: no request of an app spoke of languages.
        let languages = if row.client_id.as_str() == here::CLIENT_ID {
            Vec::new()
        } else {
            let (asked, _): (Asked, IgnoredAny) =
                serde_json::from_str(&row.request).map_err(EngineError::broken)?;
            asked.ui_locales
        };
        Ok(Wished {
            languages,
            at: row.began_at,
        })
    }
}
