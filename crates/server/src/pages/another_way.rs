//! Choosing another method. Those that suffice come first; the rest say why they are closed.

use super::chrome::{Frame, page};
use super::{Account, Chrome, Message, Method, Shown, Text};

/// Choose another way. Posts `method` to `/i/{id}/another-way`.
#[derive(Clone, Debug)]
pub struct AnotherWay {
    pub interaction: String,
    pub account: Account,
    /// In any order; methods that suffice are shown first, keeping this order among themselves.
    pub ways: Vec<Way>,
}

/// One method on offer.
#[derive(Clone, Debug)]
pub struct Way {
    /// Sent back as `method`.
    pub value: String,
    pub method: Method,
    /// Where its code would go, masked.
    pub to: Option<Shown>,
    /// Whether it can help to reach what is asked now; otherwise the reason why not stands there.
    pub suffices: bool,
    /// Whether it rests after too many wrong tries; otherwise it is not enough.
    pub resting: bool,
    pub selected: bool,
}

impl Way {
    fn label(&self, t: &Text) -> Message {
        let sent = self.to.as_ref().and_then(|to| self.method.sent_to(t, to));
        sent.unwrap_or_else(|| self.method.label(t))
    }

    /// Why it is closed.
    fn why_not(&self, t: &Text) -> Message {
        if self.resting {
            t.say("another-way-resting")
        } else {
            t.say("another-way-not-enough")
        }
    }
}

impl AnotherWay {
    fn ordered(&self) -> Vec<&Way> {
        let (first, rest): (Vec<&Way>, Vec<&Way>) = self.ways.iter().partition(|way| way.suffices);
        first.into_iter().chain(rest).collect()
    }

    fn any(&self) -> bool {
        self.ways.iter().any(|way| way.suffices)
    }
}

impl AnotherWay {
    fn frame<'a>(&self, chrome: &'a Chrome, t: &Text) -> Frame<'a> {
        Frame::new(chrome, t.say("another-way-title"))
    }
}

page!(AnotherWay, "another_way.html", AnotherWay::frame);
