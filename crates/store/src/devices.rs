//! Recognised browsers: a cookie, known by its hashes, and a record for each person who signed in with it.

use diesel::prelude::*;
use stepwell_core::ids::{DeviceId, UserId};
use stepwell_core::secret::Hashed;
use stepwell_core::time::Timestamp;

use crate::backend::on_backend;
use crate::column::{Micros, OptMicros, OptText, Text};
use crate::purge::purge;
use crate::schema::{device_cookies, devices};
use crate::update::update;
use crate::{StoreError, Tx};

/// What is kept of a browser's cookie.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct DeviceCookie {
    /// The half of the cookie by which it is found.
    pub id: String,
    /// The hash of the half that shows it.
    #[diesel(deserialize_as = Text)]
    pub secret_hash: Hashed,
    /// The one before, accepted until the newest was seen.
    #[diesel(deserialize_as = OptText)]
    pub previous_hash: Option<Hashed>,
    /// When the newest was given out.
    #[diesel(deserialize_as = Micros)]
    pub rotated_at: Timestamp,
}

/// A browser as one person knows it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Device {
    /// Its identity for that person; a remembered proof names it as its credential.
    #[diesel(deserialize_as = Text)]
    pub id: DeviceId,
    /// The cookie that it is known by.
    pub cookie_id: String,
    /// Whose it is.
    #[diesel(deserialize_as = Text)]
    pub user_id: UserId,
    /// When the person first signed in with it.
    #[diesel(deserialize_as = Micros)]
    pub first_seen_at: Timestamp,
    /// When the person last did.
    #[diesel(deserialize_as = Micros)]
    pub last_seen_at: Timestamp,
    /// From which address, the last time.
    pub ip: Option<String>,
    /// What the browser called itself, the last time.
    pub user_agent: Option<String>,
    /// When the person said that it may be trusted.
    #[diesel(deserialize_as = OptMicros)]
    pub trusted_at: Option<Timestamp>,
    /// Until when that holds.
    #[diesel(deserialize_as = OptMicros)]
    pub trusted_until: Option<Timestamp>,
}

impl Device {
    /// Whether it may stand in for a routine second factor at `now`.
    pub fn is_trusted(&self, now: Timestamp) -> bool {
        self.trusted_until.is_some_and(|until| now < until)
    }
}

/// Stores a new cookie.
pub fn insert_cookie(tx: &mut Tx<'_>, new: &DeviceCookie) -> Result<(), StoreError> {
    let insert = diesel::insert_into(device_cookies::table).values((
        device_cookies::id.eq(&new.id),
        device_cookies::secret_hash.eq(new.secret_hash.as_str()),
        device_cookies::previous_hash.eq(new.previous_hash.as_ref().map(Hashed::as_str)),
        device_cookies::rotated_at.eq(new.rotated_at.as_micros()),
    ));
    on_backend!(tx.writer()?, conn => insert.execute(conn))?;
    Ok(())
}

/// The cookie with this identity.
pub fn find_cookie(tx: &mut Tx<'_>, id: &str) -> Result<Option<DeviceCookie>, StoreError> {
    let cookie = device_cookies::table.find(id);
    Ok(on_backend!(tx.conn(), conn => cookie.get_result(conn)).optional()?)
}

/// Gives a cookie a new secret, `shown` being the one that came with the request. `false`: somebody else did so
/// since `seen` was read, and the browser gets theirs.
pub fn rotate_cookie(
    tx: &mut Tx<'_>,
    seen: &DeviceCookie,
    shown: &Hashed,
    new: &Hashed,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rotated = update!(
        device_cookies::table,
        set (
            device_cookies::secret_hash.eq(new.as_str()),
            device_cookies::previous_hash.eq(Some(shown.as_str())),
            device_cookies::rotated_at.eq(now.as_micros()),
        ),
        when device_cookies::id
            .eq(seen.id.as_str())
            .and(device_cookies::secret_hash.eq(seen.secret_hash.as_str())),
    );
    let changed = on_backend!(tx.writer()?, conn => rotated.execute(conn))?;
    Ok(changed == 1)
}

/// Forgets a cookie, and with it the browser for everybody who used it.
pub fn remove_cookie(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreError> {
    diesel::delete(device_cookies::table.find(id)).execute(tx.writer()?)?;
    Ok(())
}

/// Stores a browser that a person signed in with for the first time.
pub fn insert(tx: &mut Tx<'_>, new: &Device) -> Result<(), StoreError> {
    let insert = diesel::insert_into(devices::table).values((
        devices::id.eq(new.id.as_str()),
        devices::cookie_id.eq(&new.cookie_id),
        devices::user_id.eq(new.user_id.as_str()),
        devices::first_seen_at.eq(new.first_seen_at.as_micros()),
        devices::last_seen_at.eq(new.last_seen_at.as_micros()),
        devices::ip.eq(new.ip.as_deref()),
        devices::user_agent.eq(new.user_agent.as_deref()),
        devices::trusted_at.eq(new.trusted_at.map(Timestamp::as_micros)),
        devices::trusted_until.eq(new.trusted_until.map(Timestamp::as_micros)),
    ));
    on_backend!(tx.writer()?, conn => insert.execute(conn))?;
    Ok(())
}

/// The browser with this identity.
pub fn find(tx: &mut Tx<'_>, id: &DeviceId) -> Result<Option<Device>, StoreError> {
    Ok(devices::table
        .find(id.as_str())
        .get_result(tx.conn())
        .optional()?)
}

/// The browser of a cookie, as this person knows it.
pub fn of_cookie(
    tx: &mut Tx<'_>,
    cookie: &str,
    user: &UserId,
) -> Result<Option<Device>, StoreError> {
    let device = devices::table.filter(
        devices::cookie_id
            .eq(cookie)
            .and(devices::user_id.eq(user.as_str())),
    );
    Ok(on_backend!(tx.conn(), conn => device.get_result(conn)).optional()?)
}

/// The browser of a cookie, as everybody knows it who signed in with it, in the order of their ids.
pub fn everybodys(tx: &mut Tx<'_>, cookie: &str) -> Result<Vec<Device>, StoreError> {
    Ok(devices::table
        .filter(devices::cookie_id.eq(cookie))
        .order(devices::user_id)
        .load(tx.conn())?)
}

/// A person's browsers, the one used last first.
pub fn of_user(tx: &mut Tx<'_>, user: &UserId) -> Result<Vec<Device>, StoreError> {
    Ok(devices::table
        .filter(devices::user_id.eq(user.as_str()))
        .order((devices::last_seen_at.desc(), devices::id))
        .load(tx.conn())?)
}

/// A person's browsers, the one used last first: which they are, and since when.
pub fn ages_of_user(
    tx: &mut Tx<'_>,
    user: &UserId,
) -> Result<Vec<(DeviceId, Timestamp)>, StoreError> {
    let theirs = devices::table
        .filter(devices::user_id.eq(user.as_str()))
        .order((devices::last_seen_at.desc(), devices::id))
        .select((devices::id, devices::first_seen_at));
    let rows = on_backend!(tx.conn(), conn => theirs.load::<(String, i64)>(conn))?;
    let ages = rows
        .into_iter()
        .map(|(id, since)| (DeviceId::new(id), Timestamp::from_micros(since)));
    Ok(ages.collect())
}

/// Notes that the person signed in with it again.
pub fn seen(
    tx: &mut Tx<'_>,
    id: &DeviceId,
    ip: Option<&str>,
    user_agent: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    update!(
        devices::table,
        set (
            devices::last_seen_at.eq(now.as_micros()),
            devices::ip.eq(ip),
            devices::user_agent.eq(Some(user_agent)),
        ),
        when devices::id.eq(id.as_str()),
    )
    .execute(tx.writer()?)?;
    Ok(())
}

/// Trusts it from `now` until `until`; `false` when it was forgotten meanwhile.
pub fn trust(
    tx: &mut Tx<'_>,
    id: &DeviceId,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let changed = update!(
        devices::table,
        set (
            devices::trusted_at.eq(Some(now.as_micros())),
            devices::trusted_until.eq(Some(until.as_micros())),
        ),
        when devices::id.eq(id.as_str()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Trusts it no longer; `false` when it was not trusted.
pub fn distrust(tx: &mut Tx<'_>, id: &DeviceId) -> Result<bool, StoreError> {
    let changed = update!(
        devices::table,
        set (
            devices::trusted_at.eq(None::<i64>),
            devices::trusted_until.eq(None::<i64>),
        ),
        when devices::id.eq(id.as_str()).and(devices::trusted_until.is_not_null()),
    )
    .execute(tx.writer()?)?;
    Ok(changed == 1)
}

/// Forgets it for this person; `false` when it was not theirs.
pub fn remove(tx: &mut Tx<'_>, id: &DeviceId, user: &UserId) -> Result<bool, StoreError> {
    let mine = devices::table.filter(
        devices::id
            .eq(id.as_str())
            .and(devices::user_id.eq(user.as_str())),
    );
    Ok(diesel::delete(mine).execute(tx.writer()?)? == 1)
}

/// Removes at most `limit` cookies that were last renewed before `before`, with the browsers known by them.
pub fn purge(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
    let old = device_cookies::rotated_at.lt(before.as_micros());
    Ok(purge!(
        tx,
        device_cookies::table,
        device_cookies::id,
        old,
        limit
    ))
}
