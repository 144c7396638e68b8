//! Going back to the app without a redirect out of a form: browsers hold such a redirect against
//! `form-action 'self'`, so the last answer is a page that forwards, with a link to follow by hand.

use super::chrome::{Frame, page};
use super::onward::safe_link;
use super::{App, Chrome, Text};

/// A 200 page that forwards to the app at once.
#[derive(Clone, Debug)]
pub struct Leave {
    pub app: App,
    /// The whole address with its response parameters.
    pub url: String,
}

impl Leave {
    fn link(&self) -> Option<&str> {
        safe_link(&self.url)
    }
}

/// A page that posts the response to the app (OAuth 2.0 Form Post Response Mode). Needs
/// [`super::headers::form_post`]. Carries none of our own tokens.
#[derive(Clone, Debug)]
pub struct FormPost {
    pub app: App,
    /// The redirect URI.
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl FormPost {
    fn target(&self) -> Option<&str> {
        safe_link(&self.action)
    }
}

impl Leave {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        let mut frame = Frame::new(chrome, t.say("leave-title").arg("app", &self.app.name));
        frame.refresh = self.link().map(str::to_owned);
        frame
    }
}

page!(Leave, "leave.html", Leave::frame);

impl FormPost {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        Frame::new(chrome, t.say("leave-title").arg("app", &self.app.name))
    }
}

page!(FormPost, "form_post.html", FormPost::frame);
