//! The apps that the person let in.

use super::super::{Message, ScopeLine, Shown, Text};
use super::Top;
use super::frame::account_page;

/// See the module. Posts to `/account/apps/{id}/remove`.
#[derive(Clone, Debug)]
pub struct Apps {
    pub top: Top,
    pub apps: Vec<AppLine>,
}

/// One app.
#[derive(Clone, Debug)]
pub struct AppLine {
    pub id: String,
    pub name: Shown,
    pub scopes: Vec<ScopeLine>,
    /// Whether it goes on while nobody is signed in.
    pub offline: bool,
    pub since_ago: i64,
    pub last_ago: Option<i64>,
}

impl AppLine {
    fn last(&self, t: &Text) -> Option<Message> {
        let seconds = self.last_ago?;
        Some(t.say("apps-last").arg("when", t.ago(seconds)))
    }
}

account_page!(Apps, "account/apps.html", "account-apps");
