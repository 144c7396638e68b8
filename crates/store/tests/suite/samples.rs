//! Typed samples of everything that is stored.

use serde_json::Map;
use stepwell_core::audit::{Event, names};
use stepwell_core::authn::evidence::{Evidence, Kind, Method, Traits};
use stepwell_core::ids::{
    ClientId, CredentialId, EvidenceId, GrantId, InteractionId, SessionId, UserId,
};
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_core::user::{Status, User};
use stepwell_store::codes::Code;
use stepwell_store::credentials::Credential;
use stepwell_store::grants::Grant;
use stepwell_store::interactions::Interaction;
use stepwell_store::refresh_tokens::RefreshToken;
use stepwell_store::sessions::Session;
use stepwell_store::{Tx, grants, users};

use crate::support::Done;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
pub(crate) const HOUR: Seconds = Seconds(3_600);

pub(crate) fn hash(text: &str) -> Hashed {
    Hashed::of(&Secret::new(text))
}

pub(crate) fn event() -> Event {
    Event::new(names::TOKEN_ISSUED, NOW)
        .user(&UserId::new("u"))
        .ip("192.0.2.1")
        .with("n", 1)
}

pub(crate) fn user(id: &str) -> User {
    User {
        id: UserId::new(id),
        username: id.to_uppercase(),
        canonical: id.to_owned(),
        skeleton: format!("{id}~"),
        status: Status::Active,
        claims: Map::from_iter([("name".to_owned(), "Änne \"O'Hara\" 🚀".into())]),
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(crate) fn totp(id: &str, user: &str) -> Credential {
    Credential::new(
        CredentialId::new(id),
        UserId::new(user),
        Method::totp(),
        "Phone",
        "sealed",
        NOW,
    )
}

pub(crate) fn session(id: &str, user: &str) -> Session {
    Session {
        id: SessionId::new(id),
        user_id: UserId::new(user),
        secret_hash: hash(id),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW.plus(HOUR),
        ended_at: None,
        ip: Some("2001:db8::1".into()),
        user_agent: None,
    }
}

pub(crate) fn proof(id: &str, credential: &str) -> Evidence {
    Evidence {
        id: EvidenceId::new(id),
        method: Method::totp(),
        credential: CredentialId::new(credential),
        at: NOW,
        traits: Traits {
            user_verified: true,
            ..Traits::of(Kind::Possession)
        },
        amr: vec!["otp".into()],
        enrolled_at: Some(NOW),
    }
}

pub(crate) fn interaction(id: &str) -> Interaction {
    Interaction {
        id: InteractionId::new(id),
        browser_hash: None,
        client_id: ClientId::new("bank"),
        request: r#"{"scope":"openid"}"#.into(),
        state: "{}".into(),
        began_at: NOW,
        expires_at: NOW.plus(HOUR),
        version: 0,
        finished_at: None,
        outcome: None,
    }
}

pub(crate) fn grant(id: &str, user: &str) -> Grant {
    Grant {
        id: GrantId::new(id),
        user_id: UserId::new(user),
        client_id: ClientId::new("bank"),
        session_id: Some(SessionId::new("s")),
        scope: "openid transfer".into(),
        resources: "[]".into(),
        grounds: r#"{"acr":"1"}"#.into(),
        nonce: Some("n".into()),
        claims: None,
        created_at: NOW,
        expires_at: NOW.plus(HOUR),
        revoked_at: None,
        revoked_why: None,
    }
}

pub(crate) fn code(text: &str, grant: &str) -> Code {
    Code {
        hash: hash(text),
        grant_id: GrantId::new(grant),
        client_id: ClientId::new("bank"),
        redirect_uri: "https://bank.example/cb".into(),
        redirect_uri_sent: true,
        code_challenge: Some("challenge".into()),
        created_at: NOW,
        expires_at: NOW.plus(Seconds(60)),
        used_at: None,
    }
}

pub(crate) fn refresh(text: &str, grant: &str, generation: i64) -> RefreshToken {
    RefreshToken {
        hash: hash(text),
        grant_id: GrantId::new(grant),
        client_id: ClientId::new("bank"),
        generation,
        created_at: NOW,
        expires_at: NOW.plus(HOUR),
        used_at: None,
    }
}

/// A person `u` with a grant `g`.
pub(crate) fn person_with_grant(tx: &mut Tx<'_>) -> Done {
    users::insert(tx, &user("u"))?;
    grants::insert(tx, &grant("g", "u"))
}
