//! The bare address of the provider: there is nothing to do here without an app.

use askama::Template;

use super::chrome::{Frame, finish};
use super::{Chrome, Html, Text};

/// What somebody sees who came without an app.
#[derive(Clone, Copy, Debug)]
pub struct Home;

#[derive(Template)]
#[template(path = "home.html")]
struct View<'a> {
    frame: Frame<'a>,
    t: &'a Text,
}

impl Html for Home {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let heading = t.say("home-title").arg("product", &chrome.product_name);
        let frame = Frame::new(chrome, heading);
        finish(View { frame, t }.render())
    }
}
