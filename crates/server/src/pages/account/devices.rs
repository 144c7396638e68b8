//! The browsers that the person signed in with, and which of them are trusted.

use super::super::{Message, Shown, Text};
use super::Top;
use super::browser::browser_words;
use super::frame::account_page;

/// See the module. Posts to `/account/devices/{id}/distrust`, `/account/devices/{id}/forget` and
/// `/account/devices/forget-others`.
#[derive(Clone, Debug)]
pub struct Devices {
    pub top: Top,
    pub devices: Vec<DeviceLine>,
}

/// One browser.
#[derive(Clone, Debug)]
pub struct DeviceLine {
    pub id: String,
    pub current: bool,
    pub user_agent: String,
    pub ip: Option<Shown>,
    pub first_ago: i64,
    pub last_ago: i64,
    /// Seconds that it stays trusted; none when it is only recognised.
    pub trusted_for: Option<i64>,
}

impl Devices {
    fn others(&self) -> bool {
        self.devices.iter().any(|one| !one.current)
    }
}

impl DeviceLine {
    fn browser(&self, t: &Text) -> Message {
        browser_words(&self.user_agent, t)
    }
}

account_page!(Devices, "account/devices.html", "account-devices");
