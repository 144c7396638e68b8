//! Pending authorization requests with the state of their pages.

use diesel::prelude::*;
use stepwell_core::ids::{ClientId, InteractionId};
use stepwell_core::secret::Hashed;
use stepwell_core::time::Timestamp;

use crate::backend::on_backend;
use crate::column::{Micros, OptMicros, OptText, Text};
use crate::purge::purge;
use crate::schema::interactions;
use crate::update::update;
use crate::{StoreError, Tx};

/// One pending authorization request.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Interaction {
    /// Its identity, in the address of its pages.
    #[diesel(deserialize_as = Text)]
    pub id: InteractionId,
    /// The hash of the secret of the browser it belongs to, once one opened it.
    #[diesel(deserialize_as = OptText)]
    pub browser_hash: Option<Hashed>,
    /// The client that asks.
    #[diesel(deserialize_as = Text)]
    pub client_id: ClientId,
    /// The validated request: JSON.
    pub request: String,
    /// What the pages have gathered: JSON.
    pub state: String,
    /// When the request came in: what `max_age=0` and `prompt=login` are measured from.
    #[diesel(deserialize_as = Micros)]
    pub began_at: Timestamp,
    /// Not usable from then on.
    #[diesel(deserialize_as = Micros)]
    pub expires_at: Timestamp,
    /// Grows by one at every save.
    pub version: i64,
    /// When it was answered.
    #[diesel(deserialize_as = OptMicros)]
    pub finished_at: Option<Timestamp>,
    /// How it was answered.
    pub outcome: Option<String>,
}

/// The longest id that is looked up.
const MAX_ID: usize = 64;

/// Stores a new interaction.
pub fn insert(tx: &mut Tx<'_>, new: &Interaction) -> Result<(), StoreError> {
    let insert = diesel::insert_into(interactions::table).values((
        interactions::id.eq(new.id.as_str()),
        interactions::browser_hash.eq(new.browser_hash.as_ref().map(Hashed::as_str)),
        interactions::client_id.eq(new.client_id.as_str()),
        interactions::request.eq(&new.request),
        interactions::state.eq(&new.state),
        interactions::began_at.eq(new.began_at.as_micros()),
        interactions::expires_at.eq(new.expires_at.as_micros()),
        interactions::version.eq(new.version),
        interactions::finished_at.eq(new.finished_at.map(Timestamp::as_micros)),
        interactions::outcome.eq(new.outcome.as_deref()),
    ));
    on_backend!(tx.writer()?, conn => insert.execute(conn))?;
    Ok(())
}

/// The interaction with this id, expired or finished or not. The id comes from an address, so what
/// cannot be one is not looked up.
pub fn find(tx: &mut Tx<'_>, id: &InteractionId) -> Result<Option<Interaction>, StoreError> {
    let text = id.as_str();
    if text.len() > MAX_ID || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(None);
    }
    let interaction = interactions::table.find(text);
    Ok(on_backend!(tx.conn(), conn => interaction.get_result(conn)).optional()?)
}

/// Ties it to the first browser that opens it; `false` when it is tied already.
pub fn bind_browser(
    tx: &mut Tx<'_>,
    id: &InteractionId,
    browser: &Hashed,
) -> Result<bool, StoreError> {
    let changed = update!(
        interactions::table,
        set interactions::browser_hash.eq(Some(browser.as_str())),
        when interactions::id.eq(id.as_str()).and(interactions::browser_hash.is_null()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Saves the state if it is still at `version` and unfinished; `false` when another request was first.
pub fn save_state(
    tx: &mut Tx<'_>,
    id: &InteractionId,
    version: i64,
    state: &str,
) -> Result<bool, StoreError> {
    let saved = update!(
        interactions::table,
        set (interactions::state.eq(state), interactions::version.eq(version + 1)),
        when interactions::id
            .eq(id.as_str())
            .and(interactions::version.eq(version))
            .and(interactions::finished_at.is_null()),
    );
    let changed = on_backend!(tx.writer()?, conn => saved.execute(conn))?;
    Ok(changed == 1)
}

/// Answers it, once, if it is still at `version`; `false` when it was answered before, or another request has changed
/// what the answer was decided on.
pub fn finish(
    tx: &mut Tx<'_>,
    id: &InteractionId,
    version: i64,
    outcome: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let finished = update!(
        interactions::table,
        set (interactions::finished_at.eq(Some(now.as_micros())), interactions::outcome.eq(Some(outcome))),
        when interactions::id
            .eq(id.as_str())
            .and(interactions::version.eq(version))
            .and(interactions::finished_at.is_null()),
    );
    let changed = on_backend!(tx.writer()?, conn => finished.execute(conn))?;
    Ok(changed == 1)
}

/// At most `limit` interactions that expired before `before` without an answer, oldest first: they
/// were abandoned, and whoever finishes one records that.
pub fn abandoned(
    tx: &mut Tx<'_>,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Interaction>, StoreError> {
    Ok(interactions::table
        .filter(
            interactions::expires_at
                .lt(before.as_micros())
                .and(interactions::finished_at.is_null()),
        )
        .order(interactions::expires_at)
        .limit(limit)
        .load(tx.conn())?)
}

/// Interactions without an answer, as (id, version, state): for sealing anew what waits in them. Starts after the given
/// id.
pub fn unfinished_after(
    tx: &mut Tx<'_>,
    after: Option<&InteractionId>,
    limit: i64,
) -> Result<Vec<(InteractionId, i64, String)>, StoreError> {
    let rows: Vec<(String, i64, String)> = interactions::table
        .filter(
            interactions::id
                .gt(after.map_or("", InteractionId::as_str))
                .and(interactions::finished_at.is_null()),
        )
        .order(interactions::id)
        .limit(limit)
        .select((interactions::id, interactions::version, interactions::state))
        .load(tx.conn())?;
    let found = rows
        .into_iter()
        .map(|(id, version, state)| (InteractionId::new(id), version, state));
    Ok(found.collect())
}

/// Removes at most `limit` interactions that expired before `before`.
pub fn purge(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
    let old = interactions::expires_at.lt(before.as_micros());
    Ok(purge!(
        tx,
        interactions::table,
        interactions::id,
        old,
        limit
    ))
}
