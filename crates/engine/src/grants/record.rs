//! A grant as the engine works with it, and as it is stored.
//!
//! Frozen when it is made, but for its end, which the redemption of its code puts off once.

use stepwell_core::authn::Grounds;
use stepwell_core::ids::{ClientId, GrantId, SessionId, UserId};
use stepwell_core::oauth::ClaimsRequest;
use stepwell_core::oauth::scope::{OFFLINE_ACCESS, Scope};
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_store::grants::Grant as Row;
use stepwell_store::sessions::Session;

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
    /// Whether it lives on when its session is over (OIDC Core §11).
    pub(crate) fn is_offline(&self) -> bool {
        self.scope.contains(OFFLINE_ACCESS)
    }

    /// The end it would have at `end`: no later than its session's, unless it is for offline access.
    pub(crate) fn within(&self, session: Option<&Session>, end: Timestamp) -> Timestamp {
        match session {
            Some(session) if !self.is_offline() => end.min(session.expires_at),
            _ => end,
        }
    }

    /// Whether its session is over by any of its clocks, and it with it. A session that is not kept any
    /// more is over.
    pub(crate) fn ended_with(
        &self,
        session: Option<&Session>,
        now: Timestamp,
        idle: Seconds,
    ) -> bool {
        !self.is_offline() && !session.is_some_and(|session| session.is_live(now, idle))
    }

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
