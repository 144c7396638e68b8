//! Going back to the app without a redirect out of a form: browsers hold such a redirect against
//! `form-action 'self'`, so the last answer is a page that forwards, with a link to follow by hand.

use askama::Template;

use super::chrome::{Frame, finish};
use super::onward::safe_link;
use super::{App, Chrome, Html, Text};

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

#[derive(Template)]
#[template(path = "leave.html")]
struct LeaveView<'a> {
    page: &'a Leave,
    frame: Frame<'a>,
    t: &'a Text,
}

impl Html for Leave {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let mut frame = Frame::new(chrome, t.say("leave-title").arg("app", &self.app.name));
        frame.refresh = self.link().map(str::to_owned);
        finish(
            LeaveView {
                page: self,
                frame,
                t,
            }
            .render(),
        )
    }
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPostView<'a> {
    page: &'a FormPost,
    frame: Frame<'a>,
    t: &'a Text,
}

impl Html for FormPost {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let frame = Frame::new(chrome, t.say("leave-title").arg("app", &self.app.name));
        finish(
            FormPostView {
                page: self,
                frame,
                t,
            }
            .render(),
        )
    }
}
