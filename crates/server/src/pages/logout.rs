//! Signing out: the question, asked where nothing proves that the person meant it, and the end.

use askama::Template;

use super::chrome::{Frame, finish};
use super::onward::safe_link;
use super::{Account, App, Chrome, Html, Text};

/// "Do you want to sign out?" Posts `decision` (`logout` or `stay`).
#[derive(Clone, Debug)]
pub struct LogoutConfirm {
    /// Path the answer is posted to.
    pub action: String,
    /// Carried along as hidden fields.
    pub fields: Vec<(String, String)>,
    /// Who is signed in, when known.
    pub account: Option<Account>,
    /// The app that sent the person here, when known.
    pub app: Option<App>,
}

/// "You have signed out."
#[derive(Clone, Debug)]
pub struct LoggedOut {
    /// Back to the app, when it registered an address for that.
    pub back: Option<(App, String)>,
    /// Where to sign in again, when there is such a place.
    pub sign_in_url: Option<String>,
}

impl LoggedOut {
    fn back_link(&self) -> Option<(&App, &str)> {
        self.back
            .as_ref()
            .and_then(|(app, url)| safe_link(url).map(|url| (app, url)))
    }

    fn sign_in_link(&self) -> Option<&str> {
        self.sign_in_url.as_deref().and_then(safe_link)
    }
}

#[derive(Template)]
#[template(path = "logout_confirm.html")]
struct ConfirmView<'a> {
    page: &'a LogoutConfirm,
    frame: Frame<'a>,
    t: &'a Text,
}

impl Html for LogoutConfirm {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let frame = Frame::new(chrome, t.say("logout-title"));
        finish(
            ConfirmView {
                page: self,
                frame,
                t,
            }
            .render(),
        )
    }
}

#[derive(Template)]
#[template(path = "logged_out.html")]
struct DoneView<'a> {
    page: &'a LoggedOut,
    frame: Frame<'a>,
    t: &'a Text,
}

impl Html for LoggedOut {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let frame = Frame::new(chrome, t.say("logged-out-title"));
        finish(
            DoneView {
                page: self,
                frame,
                t,
            }
            .render(),
        )
    }
}
