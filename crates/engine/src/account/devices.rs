//! The browsers that a person signed in with: seen, trusted no longer, forgotten.
//!
//! None of it needs a fresh proof: it only takes away what a browser may do.

use stepwell_core::ids::DeviceId;
use stepwell_core::time::Timestamp;
use stepwell_store::devices::{self, Device};
use stepwell_store::{StoreError, Tx};

use super::Me;
use crate::Engine;
use crate::call::{Call, Cookies};
use crate::devices::{Shown, shown};
use crate::error::EngineError;

/// A browser that the person signed in with.
#[derive(Clone, Debug)]
pub struct DeviceView {
    /// Its identity, for forgetting it.
    pub id: DeviceId,
    /// Whether it is this very browser.
    pub current: bool,
    /// Its `User-Agent`, the last time.
    pub user_agent: String,
    /// The address it came from, the last time.
    pub ip: Option<String>,
    /// When the person first signed in with it.
    pub first_seen: Timestamp,
    /// When they last did.
    pub last_seen: Timestamp,
    /// Until when it is trusted.
    pub trusted_until: Option<Timestamp>,
}

impl Engine {
    /// The browsers that a person signed in with, this one first.
    ///
    /// # Errors
    /// When the database is away.
    pub fn account_devices(
        &self,
        call: &Call<'_>,
        me: &Me,
        cookies: &Cookies,
    ) -> Result<Vec<DeviceView>, EngineError> {
        self.db.read(|tx| {
            let this = this_cookie(tx, cookies)?;
            let mut mine = devices::of_user(tx, &me.user.id)?;
            mine.sort_by_key(|device| Some(&device.cookie_id) != this.as_ref());
            Ok(mine
                .into_iter()
                .map(|device| DeviceView {
                    current: Some(&device.cookie_id) == this.as_ref(),
                    trusted_until: device
                        .trusted_until
                        .filter(|_| self.is_trusted(&device, call.now)),
                    user_agent: device.user_agent.unwrap_or_default(),
                    ip: device.ip,
                    first_seen: device.first_seen_at,
                    last_seen: device.last_seen_at,
                    id: device.id,
                })
                .collect())
        })
    }

    /// Trusts a browser of the person no longer; `false` when there is no such browser, or it was not trusted.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn distrust_device(
        &self,
        call: &Call<'_>,
        me: &Me,
        id: &DeviceId,
    ) -> Result<bool, EngineError> {
        self.with_mine(me, id, |tx, device| {
            self.distrust(tx, call, device, "by the person")
        })
    }

    /// Forgets a browser of the person; `false` when there is no such browser.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn forget_device(
        &self,
        call: &Call<'_>,
        me: &Me,
        id: &DeviceId,
    ) -> Result<bool, EngineError> {
        self.with_mine(me, id, |tx, device| {
            self.forget(tx, call, device, "by the person")
        })
    }

    /// Forgets every browser of the person but this one; says how many.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn forget_other_devices(
        &self,
        call: &Call<'_>,
        me: &Me,
        cookies: &Cookies,
    ) -> Result<usize, EngineError> {
        self.db
            .write(|tx| self.forget_others(tx, call, me, cookies, "by the person"))
    }

    pub(super) fn forget_others(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        me: &Me,
        cookies: &Cookies,
        why: &str,
    ) -> Result<usize, EngineError> {
        let this = this_cookie(tx, cookies)?;
        let mut forgotten = 0;
        for device in devices::of_user(tx, &me.user.id)? {
            if Some(&device.cookie_id) != this.as_ref() && self.forget(tx, call, &device, why)? {
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    /// Does something to a browser of the person; `false` when there is no such browser of theirs.
    fn with_mine(
        &self,
        me: &Me,
        id: &DeviceId,
        deed: impl FnOnce(&mut Tx<'_>, &Device) -> Result<bool, EngineError>,
    ) -> Result<bool, EngineError> {
        self.db.write(|tx| {
            let found = devices::find(tx, id)?;
            match found.filter(|device| device.user_id == me.user.id) {
                Some(device) => deed(tx, &device),
                None => Ok(false),
            }
        })
    }
}

/// The cookie that this browser is recognised by: one person knows one browser by it.
fn this_cookie(tx: &mut Tx<'_>, cookies: &Cookies) -> Result<Option<String>, StoreError> {
    Ok(match shown(tx, cookies)? {
        Shown::Browser(cookie, _) => Some(cookie.id),
        Shown::Nothing | Shown::Copied(_) => None,
    })
}
