//! Signing out: the question, asked where nothing proves that the person meant it, and the end.

use askama::Template;

use super::chrome::{Frame, finish, page};
use super::{App, Chrome, Html, Text};

/// "Do you want to sign out?" Posts `decision` (`logout` or `stay`).
#[derive(Clone, Debug)]
pub struct LogoutConfirm {
    /// Path the answer is posted to.
    pub action: String,
    /// Carried along as hidden fields.
    pub fields: Vec<(String, String)>,
    /// The app that sent the person here, when known.
    pub app: Option<App>,
}

/// "You have signed out."
#[derive(Clone, Copy, Debug)]
pub struct LoggedOut;

impl LogoutConfirm {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        Frame::new(chrome, t.say("logout-title"))
    }
}

page!(LogoutConfirm, "logout_confirm.html", LogoutConfirm::frame);

#[derive(Template)]
#[template(path = "logged_out.html")]
struct DoneView<'a> {
    frame: Frame<'a>,
    t: &'a Text,
}

impl Html for LoggedOut {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let frame = Frame::new(chrome, t.say("logged-out-title"));
        finish(DoneView { frame, t }.render())
    }
}
