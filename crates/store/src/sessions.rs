//! Browsers' signed-in state. The cookie's secret is stored as its hash only.

use diesel::prelude::*;
use stepwell_core::ids::{SessionId, UserId};
use stepwell_core::secret::Hashed;
use stepwell_core::time::{Seconds, Timestamp};

use crate::backend::on_backend;
use crate::column::{Micros, OptMicros, Text};
use crate::purge::purge;
use crate::schema::sessions;
use crate::update::update;
use crate::{StoreError, Tx};

/// One browser's signed-in state.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Session {
    /// Its identity: stays the same when the secret rotates.
    #[diesel(deserialize_as = Text)]
    pub id: SessionId,
    /// Who is signed in.
    #[diesel(deserialize_as = Text)]
    pub user_id: UserId,
    /// The hash of the cookie's secret.
    #[diesel(deserialize_as = Text)]
    pub secret_hash: Hashed,
    /// When the person signed in.
    #[diesel(deserialize_as = Micros)]
    pub created_at: Timestamp,
    /// When it was last used, as far as it was noted.
    #[diesel(deserialize_as = Micros)]
    pub last_seen_at: Timestamp,
    /// Not live from then on.
    #[diesel(deserialize_as = Micros)]
    pub expires_at: Timestamp,
    /// When it was ended before its time.
    #[diesel(deserialize_as = OptMicros)]
    pub ended_at: Option<Timestamp>,
    /// The address it began from.
    pub ip: Option<String>,
    /// The browser it began in.
    pub user_agent: Option<String>,
}

impl Session {
    /// Whether it may be used at `now`: not ended, not expired, and not unused for as long as `idle`.
    pub fn is_live(&self, now: Timestamp, idle: Seconds) -> bool {
        self.ended_at.is_none() && self.expires_at > now && self.last_seen_at.plus(idle) > now
    }
}

/// Stores a new session.
pub fn insert(tx: &mut Tx<'_>, new: &Session) -> Result<(), StoreError> {
    let insert = diesel::insert_into(sessions::table).values((
        sessions::id.eq(new.id.as_str()),
        sessions::user_id.eq(new.user_id.as_str()),
        sessions::secret_hash.eq(new.secret_hash.as_str()),
        sessions::created_at.eq(new.created_at.as_micros()),
        sessions::last_seen_at.eq(new.last_seen_at.as_micros()),
        sessions::expires_at.eq(new.expires_at.as_micros()),
        sessions::ended_at.eq(new.ended_at.map(Timestamp::as_micros)),
        sessions::ip.eq(new.ip.as_deref()),
        sessions::user_agent.eq(new.user_agent.as_deref()),
    ));
    on_backend!(tx.writer()?, conn => insert.execute(conn))?;
    Ok(())
}

/// The live session whose cookie has this hash.
pub fn find_by_hash(
    tx: &mut Tx<'_>,
    hash: &Hashed,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let session = sessions::table.filter(
        sessions::secret_hash
            .eq(hash.as_str())
            .and(sessions::ended_at.is_null())
            .and(sessions::expires_at.gt(now.as_micros())),
    );
    Ok(on_backend!(tx.conn(), conn => session.get_result(conn)).optional()?)
}

/// The session with this id, live or not.
pub fn find(tx: &mut Tx<'_>, id: &SessionId) -> Result<Option<Session>, StoreError> {
    Ok(sessions::table
        .find(id.as_str())
        .get_result(tx.conn())
        .optional()?)
}

/// A person's live sessions, newest first.
pub fn live_of(tx: &mut Tx<'_>, user: &UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
    Ok(sessions::table
        .filter(
            sessions::user_id
                .eq(user.as_str())
                .and(sessions::ended_at.is_null())
                .and(sessions::expires_at.gt(now.as_micros())),
        )
        .order((sessions::created_at.desc(), sessions::id.desc()))
        .load(tx.conn())?)
}

/// Exchanges the cookie's secret if it is still `old` and the session is live. `false`: another
/// request did it first, or the session ended; then nothing may be added to it either.
pub fn rotate(
    tx: &mut Tx<'_>,
    id: &SessionId,
    old: &Hashed,
    new: &Hashed,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rotated = update!(
        sessions::table,
        set (sessions::secret_hash.eq(new.as_str()), sessions::last_seen_at.eq(now.as_micros())),
        when sessions::id
            .eq(id.as_str())
            .and(sessions::secret_hash.eq(old.as_str()))
            .and(sessions::ended_at.is_null())
            .and(sessions::expires_at.gt(now.as_micros())),
    );
    let changed = on_backend!(tx.writer()?, conn => rotated.execute(conn))?;
    Ok(changed == 1)
}

/// Notes that a session is used, and keeps it from ending until this write is done: on PostgreSQL a
/// logout waits for the row, and then sees what was granted. `false`: it is over, so nothing may rest on
/// it. Idle time is the caller's to check.
pub fn hold(tx: &mut Tx<'_>, id: &SessionId, now: Timestamp) -> Result<bool, StoreError> {
    let held = update!(
        sessions::table,
        set sessions::last_seen_at.eq(now.as_micros()),
        when sessions::id
            .eq(id.as_str())
            .and(sessions::ended_at.is_null())
            .and(sessions::expires_at.gt(now.as_micros())),
    );
    let changed = on_backend!(tx.writer()?, conn => held.execute(conn))?;
    Ok(changed == 1)
}

/// Keeps a person's live sessions from being granted anything, and from ending, until this write is done: what is
/// taken back at the same time as a grant now comes wholly before it, or wholly after. Newest first, as they are
/// ended, so that two writes do not wait for each other in a circle. Nothing about them changes.
pub fn hold_all_of(tx: &mut Tx<'_>, user: &UserId, now: Timestamp) -> Result<(), StoreError> {
    for session in live_of(tx, user, now)? {
        update!(
            sessions::table,
            set sessions::ended_at.eq(sessions::ended_at),
            when sessions::id.eq(session.id.as_str()),
        )
        .execute(tx.writer()?)?;
    }
    Ok(())
}

/// Ends a session; `false` when it had ended before.
pub fn end(tx: &mut Tx<'_>, id: &SessionId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = update!(
        sessions::table,
        set sessions::ended_at.eq(Some(now.as_micros())),
        when sessions::id.eq(id.as_str()).and(sessions::ended_at.is_null()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Removes at most `limit` sessions that expired or ended before `before`, with their evidence.
pub fn purge(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
    let old = sessions::expires_at
        .lt(before.as_micros())
        .or(sessions::ended_at.lt(before.as_micros()));
    Ok(purge!(tx, sessions::table, sessions::id, old, limit))
}
