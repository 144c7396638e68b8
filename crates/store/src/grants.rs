//! What was granted to a client, once. Every token names its grant, so ending it ends them all.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use stepwell_core::ids::{ClientId, GrantId, SessionId, UserId};
use stepwell_core::time::Timestamp;

use crate::backend::on_backend;
use crate::column::{Micros, OptMicros, OptText, Text};
use crate::purge::purge;
use crate::schema::grants;
use crate::update::update;
use crate::{StoreError, Tx};

/// A scope without `offline_access`. Not LIKE: that takes no heed of capitals on SQLite.
const ONLINE: &str = "replace(' ' || scope || ' ', ' offline_access ', '') = ' ' || scope || ' '";

/// One grant. What it rests on is frozen.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Grant {
    /// Its identity: the first part of every `jti` made from it.
    #[diesel(deserialize_as = Text)]
    pub id: GrantId,
    /// Who granted.
    #[diesel(deserialize_as = Text)]
    pub user_id: UserId,
    /// To which client.
    #[diesel(deserialize_as = Text)]
    pub client_id: ClientId,
    /// The session it was granted in.
    #[diesel(deserialize_as = OptText)]
    pub session_id: Option<SessionId>,
    /// The scope granted, separated by spaces (RFC 6749 §3.3).
    pub scope: String,
    /// The resources granted (RFC 8707): a JSON array.
    pub resources: String,
    /// Subject, acr, amr, auth_time and evidence as they were: JSON.
    pub grounds: String,
    /// The request's `nonce` (OIDC Core §3.1.2.1).
    pub nonce: Option<String>,
    /// The request's `claims` (OIDC Core §5.5): JSON.
    pub claims: Option<String>,
    /// When it was granted.
    #[diesel(deserialize_as = Micros)]
    pub created_at: Timestamp,
    /// Nothing is issued from it from then on.
    #[diesel(deserialize_as = Micros)]
    pub expires_at: Timestamp,
    /// When it was ended before its time.
    #[diesel(deserialize_as = OptMicros)]
    pub revoked_at: Option<Timestamp>,
    /// Why.
    pub revoked_why: Option<String>,
}

impl Grant {
    /// Whether anything may be issued from it at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }
}

/// Stores a new grant.
pub fn insert(tx: &mut Tx<'_>, new: &Grant) -> Result<(), StoreError> {
    let insert = diesel::insert_into(grants::table).values((
        grants::id.eq(new.id.as_str()),
        grants::user_id.eq(new.user_id.as_str()),
        grants::client_id.eq(new.client_id.as_str()),
        grants::session_id.eq(new.session_id.as_ref().map(SessionId::as_str)),
        grants::scope.eq(&new.scope),
        grants::resources.eq(&new.resources),
        grants::grounds.eq(&new.grounds),
        grants::nonce.eq(new.nonce.as_deref()),
        grants::claims.eq(new.claims.as_deref()),
        grants::created_at.eq(new.created_at.as_micros()),
        grants::expires_at.eq(new.expires_at.as_micros()),
        grants::revoked_at.eq(new.revoked_at.map(Timestamp::as_micros)),
        grants::revoked_why.eq(new.revoked_why.as_deref()),
    ));
    on_backend!(tx.writer()?, conn => insert.execute(conn))?;
    Ok(())
}

/// The grant with this id, live or not.
pub fn find(tx: &mut Tx<'_>, id: &GrantId) -> Result<Option<Grant>, StoreError> {
    Ok(grants::table
        .find(id.as_str())
        .get_result(tx.conn())
        .optional()?)
}

/// The most grants of one person that are looked at: the newest.
const NEWEST: i64 = 500;

/// A person's live grants, newest first, at most 500.
pub fn live_of(tx: &mut Tx<'_>, user: &UserId, now: Timestamp) -> Result<Vec<Grant>, StoreError> {
    Ok(grants::table
        .filter(
            grants::user_id
                .eq(user.as_str())
                .and(grants::revoked_at.is_null())
                .and(grants::expires_at.gt(now.as_micros())),
        )
        .order((grants::created_at.desc(), grants::id.desc()))
        .limit(NEWEST)
        .load(tx.conn())?)
}

/// At most `limit` live grants of a person, in the order of their ids, after the given one: for looking at all.
pub fn live_after(
    tx: &mut Tx<'_>,
    user: &UserId,
    after: Option<&GrantId>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<Grant>, StoreError> {
    Ok(grants::table
        .filter(
            grants::user_id
                .eq(user.as_str())
                .and(grants::id.gt(after.map_or("", GrantId::as_str)))
                .and(grants::revoked_at.is_null())
                .and(grants::expires_at.gt(now.as_micros())),
        )
        .order(grants::id)
        .limit(limit)
        .load(tx.conn())?)
}

/// `revoke!(tx, why, now, condition)`: ends the grants that meet the condition and had not ended before, and names them.
/// A macro, because each place needs a statement of its own (see `update`).
macro_rules! revoke {
    ($tx:expr, $why:expr, $now:expr, $which:expr) => {{
        let ended = update!(
            grants::table,
            set (
                grants::revoked_at.eq(Some($now.as_micros())),
                grants::revoked_why.eq(Some($why)),
            ),
            when $which.and(grants::revoked_at.is_null()),
        )
        .returning(grants::id)
        .load::<String>($tx.writer()?)?;
        Ok(ended.into_iter().map(GrantId::new).collect())
    }};
}

/// Ends every grant of a person to a client that had not ended before, and names them.
pub fn revoke_of_client(
    tx: &mut Tx<'_>,
    user: &UserId,
    client: &ClientId,
    why: &str,
    now: Timestamp,
) -> Result<Vec<GrantId>, StoreError> {
    revoke!(
        tx,
        why,
        now,
        grants::user_id
            .eq(user.as_str())
            .and(grants::client_id.eq(client.as_str()))
    )
}

/// Ends every grant of a person that had not ended before, those for offline access too, and names them.
pub fn revoke_of_user(
    tx: &mut Tx<'_>,
    user: &UserId,
    why: &str,
    now: Timestamp,
) -> Result<Vec<GrantId>, StoreError> {
    revoke!(tx, why, now, grants::user_id.eq(user.as_str()))
}

/// Ends every grant of a person that was made elsewhere than in this session, those for offline access too, and names
/// them.
pub fn revoke_elsewhere(
    tx: &mut Tx<'_>,
    user: &UserId,
    session: &SessionId,
    why: &str,
    now: Timestamp,
) -> Result<Vec<GrantId>, StoreError> {
    revoke!(
        tx,
        why,
        now,
        grants::user_id.eq(user.as_str()).and(
            grants::session_id
                .is_null()
                .or(grants::session_id.ne(session.as_str()))
        )
    )
}

/// Lets a grant that is not revoked live until `expires_at`; `false` when it was revoked.
pub fn extend(tx: &mut Tx<'_>, id: &GrantId, expires_at: Timestamp) -> Result<bool, StoreError> {
    let longer = update!(
        grants::table,
        set grants::expires_at.eq(expires_at.as_micros()),
        when grants::id.eq(id.as_str()).and(grants::revoked_at.is_null()),
    );
    let changed = on_backend!(tx.writer()?, conn => longer.execute(conn))?;
    Ok(changed == 1)
}

/// Ends a grant; `false` when it had ended before.
pub fn revoke(
    tx: &mut Tx<'_>,
    id: &GrantId,
    why: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = update!(
        grants::table,
        set (grants::revoked_at.eq(Some(now.as_micros())), grants::revoked_why.eq(Some(why))),
        when grants::id.eq(id.as_str()).and(grants::revoked_at.is_null()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Ends every grant made in a session, except those for offline access (OIDC Core §11), and names them.
pub fn revoke_of_session(
    tx: &mut Tx<'_>,
    session: &SessionId,
    why: &str,
    now: Timestamp,
) -> Result<Vec<GrantId>, StoreError> {
    revoke!(
        tx,
        why,
        now,
        grants::session_id
            .eq(session.as_str())
            .and(sql::<Bool>(ONLINE))
    )
}

/// Removes at most `limit` grants that expired before `before`, with their codes and refresh tokens.
/// Keep `before` earlier than the end of every access token made from them.
pub fn purge(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
    let old = grants::expires_at.lt(before.as_micros());
    Ok(purge!(tx, grants::table, grants::id, old, limit))
}
