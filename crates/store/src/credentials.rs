//! Enrolled authenticators: password hashes, authenticator-app seeds and their guess budgets.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use stepwell_core::authn::evidence::Method;
use stepwell_core::ids::{CredentialId, UserId};
use stepwell_core::time::{Seconds, Timestamp};

use crate::backend::on_backend;
use crate::column::{Micros, OptMicros, Text};
use crate::schema::credentials;
use crate::update::update;
use crate::{StoreError, Tx};

/// The longest that an authenticator rests after a wrong code, unless it is told to rest longer.
pub const LONGEST_REST: Seconds = Seconds(86_400);

/// So many failures in a row, and it is locked (NIST SP 800-63B §5.2.2: no more than 100).
pub const MOST_FAILURES: i64 = 100;

/// Until when a credential is locked that time does not open again: the end of the year 9999.
pub const FOR_GOOD: Timestamp = Timestamp::from_secs(253_402_300_799);

/// From one second it takes 17 to [`LONGEST_REST`].
const DOUBLINGS: i64 = 17;

/// One enrolled authenticator.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Credential {
    /// Its identity.
    #[diesel(deserialize_as = Text)]
    pub id: CredentialId,
    /// Whose it is.
    #[diesel(deserialize_as = Text)]
    pub user_id: UserId,
    /// What it proves with.
    #[diesel(deserialize_as = Text)]
    pub method: Method,
    /// The person's name for it.
    pub label: String,
    /// A PHC string or a sealed text; never a plain secret.
    pub secret: String,
    /// The last time step a code was accepted for (RFC 6238 §5.2); 0 before the first.
    pub last_step: i64,
    /// Failures since the last success.
    pub failures: i64,
    /// Refuses every proof until then.
    #[diesel(deserialize_as = OptMicros)]
    pub locked_until: Option<Timestamp>,
    /// When it was enrolled.
    #[diesel(deserialize_as = Micros)]
    pub created_at: Timestamp,
    /// When it last succeeded.
    #[diesel(deserialize_as = OptMicros)]
    pub last_used_at: Option<Timestamp>,
    /// When it was removed.
    #[diesel(deserialize_as = OptMicros)]
    pub revoked_at: Option<Timestamp>,
    /// The name that the authenticator itself goes by, unique among all: a passkey's credential id.
    pub external_id: Option<String>,
    /// What else its factor keeps of it, nothing secret: JSON.
    pub details: String,
}

impl Credential {
    /// A credential that was never used.
    pub fn new(
        id: CredentialId,
        user_id: UserId,
        method: Method,
        label: impl Into<String>,
        secret: impl Into<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            user_id,
            method,
            label: label.into(),
            secret: secret.into(),
            last_step: 0,
            failures: 0,
            locked_until: None,
            created_at: now,
            last_used_at: None,
            revoked_at: None,
            external_id: None,
            details: "{}".to_owned(),
        }
    }

    /// Whether it refuses every proof at `now`.
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| until > now)
    }
}

/// Where the guess budget stands after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Failures since the last success.
    pub count: i64,
    /// Set while it rests, and [`FOR_GOOD`] once it is locked.
    pub locked_until: Option<Timestamp>,
}

/// Stores a new credential.
///
/// # Errors
/// [`StoreError::Conflict`] with [`crate::Unique::CredentialExternal`] when another one, also one that was removed,
/// goes by the same name of its own.
pub fn insert(tx: &mut Tx<'_>, new: &Credential) -> Result<(), StoreError> {
    diesel::insert_into(credentials::table)
        .values((
            credentials::id.eq(new.id.as_str()),
            credentials::user_id.eq(new.user_id.as_str()),
            credentials::method.eq(new.method.as_str()),
            credentials::label.eq(&new.label),
            credentials::secret.eq(&new.secret),
            credentials::last_step.eq(new.last_step),
            credentials::failures.eq(new.failures),
            credentials::locked_until.eq(new.locked_until.map(Timestamp::as_micros)),
            credentials::created_at.eq(new.created_at.as_micros()),
            credentials::last_used_at.eq(new.last_used_at.map(Timestamp::as_micros)),
            credentials::revoked_at.eq(new.revoked_at.map(Timestamp::as_micros)),
            credentials::external_id.eq(new.external_id.as_deref()),
            credentials::details.eq(&new.details),
        ))
        .execute(tx.writer()?)?;
    Ok(())
}

/// The credential with this id, revoked or not.
pub fn find(tx: &mut Tx<'_>, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
    Ok(credentials::table
        .find(id.as_str())
        .get_result(tx.conn())
        .optional()?)
}

/// The live credential that goes by this name of its own.
pub fn find_by_external(
    tx: &mut Tx<'_>,
    external_id: &str,
) -> Result<Option<Credential>, StoreError> {
    Ok(credentials::table
        .filter(
            credentials::external_id
                .eq(external_id)
                .and(credentials::revoked_at.is_null()),
        )
        .get_result(tx.conn())
        .optional()?)
}

/// A person's credentials that are not revoked, oldest first.
pub fn live_of(tx: &mut Tx<'_>, user: &UserId) -> Result<Vec<Credential>, StoreError> {
    let theirs = credentials::table
        .filter(
            credentials::user_id
                .eq(user.as_str())
                .and(credentials::revoked_at.is_null()),
        )
        .order((credentials::created_at, credentials::id));
    Ok(on_backend!(tx.conn(), conn => theirs.load(conn))?)
}

/// Every live credential of one method, by id: for sealing anew. Starts after the given id.
pub fn live_with(
    tx: &mut Tx<'_>,
    method: &Method,
    after: Option<&CredentialId>,
    limit: i64,
) -> Result<Vec<Credential>, StoreError> {
    Ok(credentials::table
        .filter(
            credentials::method
                .eq(method.as_str())
                .and(credentials::revoked_at.is_null())
                .and(credentials::id.gt(after.map_or("", CredentialId::as_str))),
        )
        .order(credentials::id)
        .limit(limit)
        .load(tx.conn())?)
}

/// Replaces the secret if it is still `old`; `false` when somebody else changed or revoked it.
pub fn update_secret(
    tx: &mut Tx<'_>,
    id: &CredentialId,
    old: &str,
    new: &str,
) -> Result<bool, StoreError> {
    let changed = update!(
        credentials::table,
        set credentials::secret.eq(new),
        when credentials::id
            .eq(id.as_str())
            .and(credentials::secret.eq(old))
            .and(credentials::revoked_at.is_null()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Notes a success with the secret `old` and puts `new` in its place: codes for one use each with one less, a password
/// hashed anew, or `old` itself. `false` when it is `old` no longer, or the credential is locked or revoked: then what
/// was verified does not count. Success clears the failures.
pub fn succeed_with(
    tx: &mut Tx<'_>,
    id: &CredentialId,
    old: &str,
    new: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let succeeded = update!(
        credentials::table,
        set (
            credentials::secret.eq(new),
            credentials::failures.eq(0),
            credentials::locked_until.eq(None::<i64>),
            credentials::last_used_at.eq(Some(now.as_micros())),
        ),
        when credentials::id
            .eq(id.as_str())
            .and(credentials::secret.eq(old))
            .and(credentials::revoked_at.is_null())
            .and(credentials::locked_until.is_null().or(credentials::locked_until.le(now.as_micros()))),
    );
    let changed = on_backend!(tx.writer()?, conn => succeeded.execute(conn))?;
    Ok(changed == 1)
}

/// Replaces the details if they are still `old`, clears the failures and any lock, and notes a success; `false`
/// when somebody else changed or revoked it, or it is locked.
pub fn update_details(
    tx: &mut Tx<'_>,
    id: &CredentialId,
    old: &str,
    new: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = update!(
        credentials::table,
        set (
            credentials::details.eq(new),
            credentials::failures.eq(0),
            credentials::locked_until.eq(None::<i64>),
            credentials::last_used_at.eq(Some(now.as_micros())),
        ),
        when credentials::id
            .eq(id.as_str())
            .and(credentials::details.eq(old))
            .and(credentials::revoked_at.is_null())
            .and(credentials::locked_until.is_null().or(credentials::locked_until.le(now.as_micros()))),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Accepts a one-time code of this time step, once (RFC 6238 §5.2): `false` when this step or a later
/// one was accepted before, or the credential is locked or revoked. Success clears the failures.
pub fn totp_advance(
    tx: &mut Tx<'_>,
    id: &CredentialId,
    step: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = update!(
        credentials::table,
        set (
            credentials::last_step.eq(step),
            credentials::failures.eq(0),
            credentials::locked_until.eq(None::<i64>),
            credentials::last_used_at.eq(Some(now.as_micros())),
        ),
        when credentials::id
            .eq(id.as_str())
            .and(credentials::last_step.lt(step))
            .and(credentials::revoked_at.is_null())
            .and(credentials::locked_until.is_null().or(credentials::locked_until.le(now.as_micros()))),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Counts a failure. The one that reaches `budget` makes the credential rest for `rest`, and each one after
/// that for twice as long as before, up to [`LONGEST_REST`] or `rest`, whichever is longer. The one that
/// reaches [`MOST_FAILURES`] locks it [`FOR_GOOD`]. Only a success ends the count; while it rests nothing is
/// counted and no rest is prolonged. `None` when there is no such live credential.
///
/// Together with [`totp_advance`], which refuses while it rests, no more guesses are answered than these
/// however many are made at once.
pub fn record_failure(
    tx: &mut Tx<'_>,
    id: &CredentialId,
    budget: i64,
    rest: Seconds,
    now: Timestamp,
) -> Result<Option<Failure>, StoreError> {
    let at = now.as_micros();
    let first = now.plus(rest).as_micros() - at;
    let longest = now.plus(LONGEST_REST).as_micros().max(at + first);
    let doublings = (0..DOUBLINGS)
        .find(|n| at.saturating_add(first << n) >= longest)
        .unwrap_or(DOUBLINGS);
    // Every right-hand side reads the row as it was before the update.
    let count = sql::<BigInt>("CASE WHEN locked_until > ")
        .bind::<BigInt, _>(at)
        .sql(" THEN failures ELSE failures + 1 END");
    let until = sql::<Nullable<BigInt>>("CASE WHEN locked_until > ")
        .bind::<BigInt, _>(at)
        .sql(" THEN locked_until WHEN failures + 1 >= ")
        .bind::<BigInt, _>(MOST_FAILURES)
        .sql(" THEN ")
        .bind::<BigInt, _>(FOR_GOOD.as_micros())
        .sql(" WHEN failures + 1 >= ")
        .bind::<BigInt, _>(budget.saturating_add(doublings))
        .sql(" THEN ")
        .bind::<BigInt, _>(longest)
        .sql(" WHEN failures + 1 >= ")
        .bind::<BigInt, _>(budget)
        .sql(" THEN ")
        .bind::<BigInt, _>(at)
        .sql(" + (")
        .bind::<BigInt, _>(first)
        .sql(" << CAST(failures + 1 - ")
        .bind::<BigInt, _>(budget)
        .sql(" AS INTEGER)) ELSE NULL END");
    let found = update!(
        credentials::table,
        set (credentials::failures.eq(count), credentials::locked_until.eq(until)),
        when credentials::id.eq(id.as_str()).and(credentials::revoked_at.is_null()),
    )
    .returning((credentials::failures, credentials::locked_until))
    .get_result::<(i64, Option<i64>)>(tx.writer()?)
    .optional()?;
    Ok(found.map(|(count, locked_until)| Failure {
        count,
        locked_until: locked_until.map(Timestamp::from_micros),
    }))
}

/// Puts a new secret in place of `old`, as if set up at `since`, and clears what went wrong with the old one.
/// `false`: it is another by now, or removed.
pub fn replace_secret(
    tx: &mut Tx<'_>,
    old: &Credential,
    secret: &str,
    details: &str,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let changed = update!(
        credentials::table,
        set (
            credentials::secret.eq(secret),
            credentials::details.eq(details),
            credentials::created_at.eq(since.as_micros()),
            credentials::failures.eq(0),
            credentials::locked_until.eq(None::<i64>),
        ),
        when credentials::id
            .eq(old.id.as_str())
            .and(credentials::secret.eq(old.secret.as_str()))
            .and(credentials::revoked_at.is_null()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Clears the failures and any lock. Nothing was used.
pub fn reset_failures(tx: &mut Tx<'_>, id: &CredentialId) -> Result<bool, StoreError> {
    let changed = update!(
        credentials::table,
        set (
            credentials::failures.eq(0),
            credentials::locked_until.eq(None::<i64>),
        ),
        when credentials::id.eq(id.as_str()).and(credentials::revoked_at.is_null()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Gives a person's credential another name; `false` when it is not theirs, or removed.
pub fn rename(
    tx: &mut Tx<'_>,
    id: &CredentialId,
    user: &UserId,
    label: &str,
) -> Result<bool, StoreError> {
    let changed = update!(
        credentials::table,
        set credentials::label.eq(label),
        when credentials::id
            .eq(id.as_str())
            .and(credentials::user_id.eq(user.as_str()))
            .and(credentials::revoked_at.is_null()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Notes a success and clears the failures; `false` when it rests or was revoked. As with [`totp_advance`], a
/// guess that comes while it rests is answered by nothing, right or wrong.
pub fn succeed(tx: &mut Tx<'_>, id: &CredentialId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = update!(
        credentials::table,
        set (
            credentials::failures.eq(0),
            credentials::locked_until.eq(None::<i64>),
            credentials::last_used_at.eq(Some(now.as_micros())),
        ),
        when credentials::id
            .eq(id.as_str())
            .and(credentials::revoked_at.is_null())
            .and(credentials::locked_until.is_null().or(credentials::locked_until.le(now.as_micros()))),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Removes a credential; `false` when it was removed before. Revoke its evidence too.
pub fn revoke(tx: &mut Tx<'_>, id: &CredentialId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = update!(
        credentials::table,
        set credentials::revoked_at.eq(Some(now.as_micros())),
        when credentials::id.eq(id.as_str()).and(credentials::revoked_at.is_null()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}
