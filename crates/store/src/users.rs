//! People's accounts.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use serde_json::{Map, Value};
use stepwell_core::ids::{GrantId, UserId};
use stepwell_core::time::Timestamp;
use stepwell_core::user::{Status, User};

use crate::backend::on_backend;
use crate::column::{Micros, Text, json, to_json};
use crate::grants::Grant;
use crate::schema::{grants, revoked_tokens, users};
use crate::update::update;
use crate::{StoreError, Tx};

#[derive(Queryable)]
struct Row {
    #[diesel(deserialize_as = Text)]
    id: UserId,
    username: String,
    canonical: String,
    skeleton: String,
    status: String,
    claims: String,
    #[diesel(deserialize_as = Micros)]
    created_at: Timestamp,
    #[diesel(deserialize_as = Micros)]
    updated_at: Timestamp,
}

impl TryFrom<Row> for User {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            username: row.username,
            canonical: row.canonical,
            skeleton: row.skeleton,
            status: row.status.parse().map_err(StoreError::Corrupt)?,
            claims: json(&row.claims)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Stores a new person.
///
/// # Errors
/// [`StoreError::Conflict`] with [`crate::Unique::UserCanonical`] or [`crate::Unique::UserSkeleton`].
pub fn insert(tx: &mut Tx<'_>, user: &User) -> Result<(), StoreError> {
    diesel::insert_into(users::table)
        .values((
            users::id.eq(user.id.as_str()),
            users::username.eq(&user.username),
            users::canonical.eq(&user.canonical),
            users::skeleton.eq(&user.skeleton),
            users::status.eq(user.status.as_str()),
            users::claims.eq(to_json(&user.claims)?),
            users::created_at.eq(user.created_at.as_micros()),
            users::updated_at.eq(user.updated_at.as_micros()),
        ))
        .execute(tx.writer()?)?;
    Ok(())
}

/// The person with this id.
pub fn find(tx: &mut Tx<'_>, id: &UserId) -> Result<Option<User>, StoreError> {
    let person = users::table.find(id.as_str());
    let row = on_backend!(tx.conn(), conn => person.get_result::<Row>(conn)).optional()?;
    row.map(User::try_from).transpose()
}

/// The person whose username has this canonical form.
pub fn find_by_canonical(tx: &mut Tx<'_>, canonical: &str) -> Result<Option<User>, StoreError> {
    let person = users::table.filter(users::canonical.eq(canonical));
    let row = on_backend!(tx.conn(), conn => person.get_result::<Row>(conn)).optional()?;
    row.map(User::try_from).transpose()
}

/// The person whose username has this skeleton (UTS #39 §4).
pub fn find_by_skeleton(tx: &mut Tx<'_>, skeleton: &str) -> Result<Option<User>, StoreError> {
    let row = users::table
        .filter(users::skeleton.eq(skeleton))
        .get_result::<Row>(tx.conn())
        .optional()?;
    row.map(User::try_from).transpose()
}

/// The person behind a token of a grant, with the grant, if the token is live as `token_status` says:
/// one query for userinfo.
pub fn of_live_token(
    tx: &mut Tx<'_>,
    jti: &str,
    grant: &GrantId,
) -> Result<Option<(User, Grant)>, StoreError> {
    let person = users::table.inner_join(grants::table).filter(
        grants::id
            .eq(grant.as_str())
            .and(grants::revoked_at.is_null())
            .and(users::status.eq(Status::Active.as_str()))
            .and(not(exists(revoked_tokens::table.find(jti)))),
    );
    let found =
        on_backend!(tx.conn(), conn => person.get_result::<(Row, Grant)>(conn)).optional()?;
    found
        .map(|(person, grant)| Ok((User::try_from(person)?, grant)))
        .transpose()
}

/// Keeps other writes that hold the same person waiting until this one is done. Nothing about them changes.
pub fn hold(tx: &mut Tx<'_>, id: &UserId) -> Result<(), StoreError> {
    update!(
        users::table,
        set users::updated_at.eq(users::updated_at),
        when users::id.eq(id.as_str()),
    )
    .execute(tx.writer()?)?;
    Ok(())
}

/// Replaces the claims; `false` when there is no such person.
pub fn update_claims(
    tx: &mut Tx<'_>,
    id: &UserId,
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = update!(
        users::table,
        set (users::claims.eq(to_json(claims)?), users::updated_at.eq(now.as_micros())),
        when users::id.eq(id.as_str()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Locks or opens an account; `false` when there is no such person or nothing changed. What is known of the person
/// stays as old as it is: apps are told of that.
pub fn set_status(tx: &mut Tx<'_>, id: &UserId, status: Status) -> Result<bool, StoreError> {
    let changed = update!(
        users::table,
        set users::status.eq(status.as_str()),
        when users::id.eq(id.as_str()).and(users::status.ne(status.as_str())),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// At most `limit` people in the order of their canonical names, after the given name.
pub fn list(tx: &mut Tx<'_>, after: Option<&str>, limit: i64) -> Result<Vec<User>, StoreError> {
    users::table
        .filter(users::canonical.gt(after.unwrap_or_default()))
        .order(users::canonical)
        .limit(limit)
        .load::<Row>(tx.conn())?
        .into_iter()
        .map(User::try_from)
        .collect()
}
