//! What surrounds every page: language, product name, reference id, csrf token, footer links.

use std::sync::Arc;

use super::onward::safe_link;
use super::{Locale, Message, Text};
use crate::brand::Brand;

/// A page that can be rendered.
pub trait Html {
    /// The whole document.
    fn render(&self, chrome: &Chrome) -> String;
}

/// The frame around a page.
#[derive(Clone, Debug)]
pub struct Chrome {
    pub locale: Locale,
    /// Path and query that show this page again, for the language switch; where there is none, the page
    /// cannot be shown again and offers no switch.
    pub here: Option<String>,
    /// The name of this provider, e.g. "Example ID".
    pub product_name: String,
    /// The reference id of this request, as in the log.
    pub reference: String,
    /// Value of the hidden `csrf` field of every form that posts to us.
    pub csrf: String,
    pub privacy_url: Option<String>,
    pub help_url: Option<String>,
    /// How the pages of this provider look.
    pub brand: Arc<Brand>,
    /// What people may do here by themselves.
    pub offers: Offers,
    /// Recovery codes that are left, on the pages after one was used.
    pub codes_left: Option<usize>,
}

/// What people may do here by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// Set a forgotten password anew (`/forgot`).
    pub recovery: bool,
    /// Make an account (`/register`).
    pub registration: bool,
}

/// A language on the switch.
#[derive(Clone, Debug)]
pub(super) struct Offered {
    pub(super) tag: String,
    /// Its name in itself.
    pub(super) name: Message,
    /// Whether it is the page's.
    pub(super) current: bool,
}

impl Chrome {
    /// The words in this page's language.
    pub fn text(&self) -> Text {
        Text::new(&self.locale)
    }

    /// Every language there is, each by its own name.
    pub(super) fn languages(&self) -> Vec<Offered> {
        let offered = |locale: &Locale| Offered {
            tag: locale.tag(),
            name: Text::new(locale).say("language-name"),
            current: *locale == self.locale,
        };
        Locale::all().iter().map(offered).collect()
    }

    pub(super) fn privacy_link(&self) -> Option<&str> {
        self.privacy_url.as_deref().and_then(safe_link)
    }

    pub(super) fn help_link(&self) -> Option<&str> {
        self.help_url.as_deref().and_then(safe_link)
    }
}

/// What the base template needs of a page: its heading, and whether an error stands on it.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) chrome: &'a Chrome,
    pub(super) heading: String,
    pub(super) problem: Option<Message>,
    /// Whether the title begins with "Error: " though no field is wrong.
    pub(super) failure: bool,
    /// Id of the field the problem belongs to.
    pub(super) field: &'static str,
    /// Where a page forwards to by itself.
    pub(super) refresh: Option<String>,
}

impl<'a> Frame<'a> {
    pub(super) fn new(chrome: &'a Chrome, heading: Message) -> Self {
        let heading = heading.to_string();
        Self {
            chrome,
            heading,
            problem: None,
            failure: false,
            field: "",
            refresh: None,
        }
    }

    /// Something is wrong though no field is.
    pub(super) fn into_failure(mut self) -> Self {
        self.failure = true;
        self
    }

    pub(super) fn with_problem(mut self, problem: Option<Message>, field: &'static str) -> Self {
        (self.problem, self.field) = (problem, field);
        self
    }

    /// `<title>`: the heading, the product, and "Error: " in front where something is wrong.
    pub(super) fn title(&self, t: &Text) -> Message {
        let key = if self.failure || self.problem.is_some() {
            "title-error"
        } else {
            "title"
        };
        t.say(key)
            .arg("heading", &self.heading)
            .arg("product", &self.chrome.product_name)
    }
}

/// Turns a rendered template into text. Rendering to memory fails only if a part refuses to be
/// written; a person then gets a bare page instead of half of one.
pub(super) fn finish(rendered: askama::Result<String>) -> String {
    rendered.unwrap_or_else(|_| {
        "<!doctype html><html lang=\"en\"><title>Error</title><h1>Something went wrong</h1></html>".to_owned()
    })
}

/// The view of a page and its [`Html`]: the same for all but the template and the frame, which `$frame` makes.
macro_rules! page {
    ($page:ident, $path:literal, $frame:expr) => {
        const _: () = {
            #[derive(askama::Template)]
            #[template(path = $path)]
            struct View<'a> {
                page: &'a $page,
                frame: $crate::pages::chrome::Frame<'a>,
                t: &'a $crate::pages::Text,
            }

            impl $crate::pages::Html for $page {
                fn render(&self, chrome: &$crate::pages::Chrome) -> String {
                    use askama::Template as _;
                    let t = &chrome.text();
                    let frame = $frame(self, chrome, t);
                    let page = self;
                    $crate::pages::chrome::finish(View { page, frame, t }.render())
                }
            }
        };
    };
}
pub(super) use page;
