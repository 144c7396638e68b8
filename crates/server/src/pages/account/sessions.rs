//! Where the person is signed in.

use super::super::{Message, Shown, Text};
use super::Top;
use super::browser::browser_words;
use super::frame::account_page;

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
        browser_words(&self.user_agent, t)
    }
}

account_page!(Sessions, "account/sessions.html", "account-sessions");
