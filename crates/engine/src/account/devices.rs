//! The browsers that a person signed in with: seen, trusted no longer, forgotten.
//!
//! None of it needs a fresh proof: it only takes away what a browser may do.

use stepwell_core::ids::DeviceId;
use stepwell_core::time::Timestamp;
use stepwell_store::Tx;
use stepwell_store::devices::{self, Device};

use super::Me;
use crate::Engine;
use crate::call::{Call, Cookies};
use crate::devices::known_to;
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
            let this = known_to(tx, cookies, &me.user.id)?.map(|device| device.id);
            let mut mine = devices::of_user(tx, &me.user.id)?;
            mine.sort_by_key(|device| Some(&device.id) != this.as_ref());
            Ok(mine
                .into_iter()
                .map(|device| DeviceView {
                    current: Some(&device.id) == this.as_ref(),
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
        self.db.write(|tx| match mine(tx, me, id)? {
            Some(device) => self.distrust(tx, call, &device, "by the person"),
            None => Ok(false),
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
        self.db.write(|tx| match mine(tx, me, id)? {
            Some(device) => self.forget(tx, call, &device, "by the person"),
            None => Ok(false),
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
        let this = known_to(tx, cookies, &me.user.id)?.map(|device| device.id);
        let mut forgotten = 0;
        for device in devices::of_user(tx, &me.user.id)? {
            if Some(&device.id) != this.as_ref() && self.forget(tx, call, &device, why)? {
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }
}

fn mine(tx: &mut Tx<'_>, me: &Me, id: &DeviceId) -> Result<Option<Device>, EngineError> {
    Ok(devices::find(tx, id)?.filter(|device| device.user_id == me.user.id))
}
