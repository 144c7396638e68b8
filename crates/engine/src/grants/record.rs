//! A grant as the engine works with it, and as it is stored.
//!
//! Frozen when it is made: nothing here changes one.

use stepwell_core::authn::Grounds;
use stepwell_core::ids::{ClientId, GrantId, SessionId, UserId};
use stepwell_core::oauth::ClaimsRequest;
use stepwell_core::oauth::scope::Scope;
use stepwell_core::time::Timestamp;
use stepwell_store::grants::Grant as Row;

use crate::authorize::encode;
use crate::error::EngineError;

/// What a person gave a client, once.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) id: GrantId,
    pub(crate) user_id: UserId,
    pub(crate) client_id: ClientId,
    pub(crate) session_id: Option<SessionId>,
    pub(crate) scope: Scope,
    pub(crate) resources: Vec<String>,
    pub(crate) grounds: Grounds,
    pub(crate) nonce: Option<String>,
    pub(crate) claims: ClaimsRequest,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// Whether it was revoked.
    pub(crate) revoked: bool,
}

impl Grant {
    /// As it is stored.
    pub(crate) fn to_row(&self) -> Result<Row, EngineError> {
        Ok(Row {
            id: self.id.clone(),
            user_id: self.user_id.clone(),
            client_id: self.client_id.clone(),
            session_id: self.session_id.clone(),
            scope: self.scope.to_string(),
            resources: encode(&self.resources)?,
            grounds: encode(&self.grounds)?,
            nonce: self.nonce.clone(),
            claims: if self.claims.is_empty() {
                None
            } else {
                Some(encode(&self.claims)?)
            },
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: None,
            revoked_why: None,
        })
    }

    /// As it was stored.
    pub(crate) fn from_row(row: Row) -> Result<Self, EngineError> {
        let claims = row
            .claims
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .map_err(EngineError::broken)?;
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            client_id: row.client_id,
            session_id: row.session_id,
            scope: Scope::parse(&row.scope).unwrap_or_default(),
            resources: serde_json::from_str(&row.resources).map_err(EngineError::broken)?,
            grounds: serde_json::from_str(&row.grounds).map_err(EngineError::broken)?,
            nonce: row.nonce,
            claims: claims.unwrap_or_default(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked: row.revoked_at.is_some(),
        })
    }
}
