//! Where the person is signed in.

use super::super::{Message, Shown, Text};
use super::frame::account_page;
use super::{Top, browser_name};

/// See the module. Posts to `/account/sessions/{id}/end` and `/account/sessions/end-others`.
#[derive(Clone, Debug)]
pub struct Sessions {
    pub top: Top,
    pub sessions: Vec<SessionLine>,
}

/// One signed-in browser.
#[derive(Clone, Debug)]
pub struct SessionLine {
    pub id: String,
    pub current: bool,
    pub user_agent: String,
    pub ip: Option<Shown>,
    pub began_ago: i64,
    pub used_ago: i64,
    pub apps: Vec<Shown>,
    pub acrs: Vec<Shown>,
}

impl Sessions {
    fn others(&self) -> bool {
        self.sessions.iter().any(|one| !one.current)
    }
}

impl SessionLine {
    fn browser(&self, t: &Text) -> Message {
        match browser_name(&self.user_agent) {
            (Some(name), Some(os)) => t
                .say("sessions-browser-on")
                .arg("browser", name)
                .arg("os", os),
            (Some(name), None) => t.say("sessions-browser").arg("browser", name),
            (None, _) => t.say("sessions-unknown"),
        }
    }
}

account_page!(Sessions, "account/sessions.html", "account-sessions");
