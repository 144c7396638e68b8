//! Pages around one-time links: asking for one, hearing that it was sent, and choosing a password by it.
//!
//! What is said never depends on whether an account exists.

use askama::Template;

use super::chrome::{Frame, finish, page};
use super::{Account, Chrome, Html, Message, NewPasswordProblem, Problem, Text};

/// What a link is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// To set a forgotten password anew.
    Forgot,
    /// To make an account.
    Register,
}

impl Errand {
    fn heading(self, t: &Text) -> Message {
        match self {
            Self::Forgot => t.say("forgot-title"),
            Self::Register => t.say("register-title"),
        }
    }

    fn lead(self, t: &Text) -> Message {
        match self {
            Self::Forgot => t.say("forgot-lead"),
            Self::Register => t.say("register-lead"),
        }
    }

    fn label(self, t: &Text) -> Message {
        match self {
            Self::Forgot => t.say("identifier-label"),
            Self::Register => t.say("register-label"),
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Forgot => "/forgot",
            Self::Register => "/register",
        }
    }
}

/// Asks for the address or name. Posts `username` to `/forgot` or `/register`.
#[derive(Clone, Debug)]
pub struct AskForLink {
    pub errand: Errand,
    pub typed: String,
    pub problem: Option<Problem>,
}

/// "Look into your mail."
#[derive(Clone, Copy, Debug)]
pub struct LinkSent {
    pub errand: Errand,
    /// Seconds that the link may be used for.
    pub valid_for: i64,
}

/// What a link is for, as its page says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkFor {
    SetUp,
    Password,
    Register,
}

/// Choosing a password by a link. Posts `new-password` to the link's own address.
#[derive(Clone, Debug)]
pub struct FollowLink {
    /// The path of the link.
    pub action: String,
    pub account: Account,
    pub purpose: LinkFor,
    /// The fewest characters that the rules allow.
    pub least: usize,
    pub problem: Option<NewPasswordProblem>,
}

/// A link that was used, replaced, or is over.
#[derive(Clone, Copy, Debug)]
pub struct LinkOver;

/// The password is set; signing in comes next.
#[derive(Clone, Debug)]
pub struct PasswordSet {
    pub account: Account,
}

impl AskForLink {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        let problem = self.problem.map(|problem| problem.message(t));
        Frame::new(chrome, self.errand.heading(t)).with_problem(problem, "username")
    }
}

page!(AskForLink, "links/ask.html", AskForLink::frame);

#[derive(Template)]
#[template(path = "links/told.html")]
struct ToldView<'a> {
    words: Message,
    onward: Option<(&'static str, Message)>,
    frame: Frame<'a>,
    t: &'a Text,
}

impl Html for LinkSent {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let words = match self.errand {
            Errand::Forgot => t.say("link-sent-forgot"),
            Errand::Register => t.say("link-sent-register"),
        };
        let words = words.arg("duration", t.duration_down(self.valid_for));
        let frame = Frame::new(chrome, t.say("link-sent-title"));
        let onward = None;
        finish(
            ToldView {
                words,
                onward,
                frame,
                t,
            }
            .render(),
        )
    }
}

impl Html for LinkOver {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let words = t.say("link-over");
        let frame = Frame::new(chrome, t.say("link-over-title")).into_failure();
        let onward = chrome
            .offers
            .recovery
            .then(|| ("/forgot", t.say("link-over-again")));
        finish(
            ToldView {
                words,
                onward,
                frame,
                t,
            }
            .render(),
        )
    }
}

impl Html for PasswordSet {
    fn render(&self, chrome: &Chrome) -> String {
        let t = &chrome.text();
        let words = t
            .say("password-set")
            .arg("username", &self.account.identifier);
        let frame = Frame::new(chrome, t.say("password-set-title"));
        let onward = Some(("/account", t.say("password-set-on")));
        finish(
            ToldView {
                words,
                onward,
                frame,
                t,
            }
            .render(),
        )
    }
}

impl FollowLink {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        let heading = match self.purpose {
            LinkFor::SetUp | LinkFor::Register => t.say("follow-set-up"),
            LinkFor::Password => t.say("new-password-title"),
        };
        let problem = self.problem.map(|problem| problem.message(t, self.least));
        Frame::new(chrome, heading).with_problem(problem, "new-password")
    }
}

page!(FollowLink, "links/follow.html", FollowLink::frame);
