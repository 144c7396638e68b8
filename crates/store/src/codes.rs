//! Authorization codes: single use (RFC 6749 §4.1.2), stored as their hash only.

use diesel::prelude::*;
use stepwell_core::ids::{ClientId, GrantId};
use stepwell_core::secret::Hashed;
use stepwell_core::time::Timestamp;

use crate::backend::on_backend;
use crate::column::{Micros, OptMicros, Text};
use crate::grants::Grant;
use crate::purge::purge;
use crate::schema::{codes, grants, sessions};
use crate::sessions::Session;
use crate::update::update;
use crate::{StoreError, Tx};

/// One authorization code.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Code {
    /// The hash of the code.
    #[diesel(deserialize_as = Text)]
    pub hash: Hashed,
    /// What it is exchanged for.
    #[diesel(deserialize_as = Text)]
    pub grant_id: GrantId,
    /// Who may exchange it.
    #[diesel(deserialize_as = Text)]
    pub client_id: ClientId,
    /// Where it was sent.
    pub redirect_uri: String,
    /// Whether the request named the redirect URI, so that the exchange must too (RFC 6749 §4.1.3).
    pub redirect_uri_sent: bool,
    /// The S256 challenge (RFC 7636 §4.3).
    pub code_challenge: Option<String>,
    /// When it was issued.
    #[diesel(deserialize_as = Micros)]
    pub created_at: Timestamp,
    /// Worthless from then on.
    #[diesel(deserialize_as = Micros)]
    pub expires_at: Timestamp,
    /// When it was exchanged.
    #[diesel(deserialize_as = OptMicros)]
    pub used_at: Option<Timestamp>,
}

/// Stores a new code.
pub fn insert(tx: &mut Tx<'_>, new: &Code) -> Result<(), StoreError> {
    let insert = diesel::insert_into(codes::table).values((
        codes::hash.eq(new.hash.as_str()),
        codes::grant_id.eq(new.grant_id.as_str()),
        codes::client_id.eq(new.client_id.as_str()),
        codes::redirect_uri.eq(&new.redirect_uri),
        codes::redirect_uri_sent.eq(new.redirect_uri_sent),
        codes::code_challenge.eq(new.code_challenge.as_deref()),
        codes::created_at.eq(new.created_at.as_micros()),
        codes::expires_at.eq(new.expires_at.as_micros()),
        codes::used_at.eq(new.used_at.map(Timestamp::as_micros)),
    ));
    on_backend!(tx.writer()?, conn => insert.execute(conn))?;
    Ok(())
}

/// The code with this hash, used or expired or not (a used one that comes again is an attack), with its grant and the
/// session that was made in, if that is still kept, in one query.
pub fn find_with_grant(
    tx: &mut Tx<'_>,
    hash: &Hashed,
) -> Result<Option<(Code, Grant, Option<Session>)>, StoreError> {
    let code = codes::table
        .inner_join(grants::table.left_join(sessions::table))
        .filter(codes::hash.eq(hash.as_str()))
        .select((
            codes::all_columns,
            grants::all_columns,
            sessions::all_columns.nullable(),
        ));
    Ok(on_backend!(tx.conn(), conn => code.get_result(conn)).optional()?)
}

/// Uses the code up: `true` for exactly one caller, ever.
pub fn burn(tx: &mut Tx<'_>, hash: &Hashed, now: Timestamp) -> Result<bool, StoreError> {
    let burnt = update!(
        codes::table,
        set codes::used_at.eq(Some(now.as_micros())),
        when codes::hash
            .eq(hash.as_str())
            .and(codes::used_at.is_null())
            .and(codes::expires_at.gt(now.as_micros())),
    );
    let changed = on_backend!(tx.writer()?, conn => burnt.execute(conn))?;
    Ok(changed == 1)
}

/// Removes at most `limit` codes that expired before `before`.
pub fn purge(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
    let old = codes::expires_at.lt(before.as_micros());
    Ok(purge!(tx, codes::table, codes::hash, old, limit))
}
