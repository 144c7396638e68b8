//! What surrounds every account page: who is signed in, the row of links, and what was just done.

use super::super::{Account, Message, Text};

/// The frame of an account page.
#[derive(Clone, Debug)]
pub struct Top {
    pub me: Account,
    /// The page this is.
    pub tab: Tab,
    /// What was just done, told once.
    pub done: Option<Done>,
}

impl Top {
    pub(super) fn tabs(&self) -> [Tab; 7] {
        [
            Tab::Overview,
            Tab::Security,
            Tab::Sessions,
            Tab::Devices,
            Tab::Activity,
            Tab::Apps,
            Tab::Profile,
        ]
    }
}

/// A page of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Security,
    Sessions,
    Devices,
    Activity,
    Apps,
    Profile,
}

impl Tab {
    pub(super) fn is(self, other: Self) -> bool {
        self == other
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Overview => "/account",
            Self::Security => "/account/security",
            Self::Sessions => "/account/sessions",
            Self::Devices => "/account/devices",
            Self::Activity => "/account/activity",
            Self::Apps => "/account/apps",
            Self::Profile => "/account/profile",
        }
    }

    pub(super) fn slug(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Security => "security",
            Self::Sessions => "sessions",
            Self::Devices => "devices",
            Self::Activity => "activity",
            Self::Apps => "apps",
            Self::Profile => "profile",
        }
    }

    pub(super) fn label(self, t: &Text) -> Message {
        match self {
            Self::Overview => t.say("account-overview"),
            Self::Security => t.say("account-tab-security"),
            Self::Sessions => t.say("account-tab-sessions"),
            Self::Devices => t.say("account-tab-devices"),
            Self::Activity => t.say("account-activity"),
            Self::Apps => t.say("account-tab-apps"),
            Self::Profile => t.say("account-profile"),
        }
    }
}

/// What was just done, or was not: a word that a cookie keeps until the next page, and a sentence on that page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Renamed,
    NotRenamed,
    Removed,
    LastOne,
    PasswordChanged,
    SessionEnded,
    OthersEnded,
    Distrusted,
    Forgotten,
    OthersForgotten,
    AppRemoved,
    ProfileSaved,
    Reported,
    NothingThere,
}

impl Done {
    const ALL: [(Self, &'static str); 14] = [
        (Self::Renamed, "renamed"),
        (Self::NotRenamed, "not-renamed"),
        (Self::Removed, "removed"),
        (Self::LastOne, "last-one"),
        (Self::PasswordChanged, "password-changed"),
        (Self::SessionEnded, "session-ended"),
        (Self::OthersEnded, "others-ended"),
        (Self::Distrusted, "distrusted"),
        (Self::Forgotten, "forgotten"),
        (Self::OthersForgotten, "others-forgotten"),
        (Self::AppRemoved, "app-removed"),
        (Self::ProfileSaved, "profile-saved"),
        (Self::Reported, "reported"),
        (Self::NothingThere, "nothing-there"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        let mine = Self::ALL.iter().find(|(done, _)| *done == self);
        mine.map_or("", |(_, word)| word)
    }

    /// The page that tells it: the one at `path`, or another where that page has no room for it.
    pub fn at(self, path: &'static str) -> &'static str {
        match self {
            Self::PasswordChanged => "/account/security",
            _ => path,
        }
    }

    /// Whether nothing was done, which is no good news.
    pub(super) fn is_problem(self) -> bool {
        matches!(self, Self::NotRenamed | Self::LastOne | Self::NothingThere)
    }

    /// The deed of a word; none for any other word.
    pub fn of(word: &str) -> Option<Self> {
        let mine = Self::ALL.iter().find(|(_, known)| *known == word);
        mine.map(|(done, _)| *done)
    }

    pub(super) fn say(self, t: &Text) -> Message {
        match self {
            Self::Renamed => t.say("account-done-renamed"),
            Self::NotRenamed => t.say("account-not-renamed"),
            Self::Removed => t.say("account-done-removed"),
            Self::LastOne => t.say("account-last-one"),
            Self::PasswordChanged => t.say("account-done-password"),
            Self::SessionEnded => t.say("account-done-session"),
            Self::OthersEnded => t.say("account-done-others"),
            Self::Distrusted => t.say("account-done-distrusted"),
            Self::Forgotten => t.say("account-done-forgotten"),
            Self::OthersForgotten => t.say("account-done-others-forgotten"),
            Self::AppRemoved => t.say("account-done-app"),
            Self::ProfileSaved => t.say("account-done-profile"),
            Self::Reported => t.say("account-done-reported"),
            Self::NothingThere => t.say("account-done-nothing"),
        }
    }
}

/// The view of an account page and its [`Html`](super::super::Html): a heading, and a problem where it has a form.
macro_rules! account_page {
    ($page:ident, $path:literal, $heading:literal $(, problem $problem:expr)?) => {
        impl $page {
            fn frame<'a>(
                &self,
                chrome: &'a crate::pages::Chrome,
                t: &crate::pages::Text,
            ) -> crate::pages::chrome::Frame<'a> {
                let frame = crate::pages::chrome::Frame::new(chrome, t.say($heading));
                $(let frame = $problem(self, t, frame);)?
                frame
            }
        }

        crate::pages::chrome::page!($page, $path, $page::frame);
    };
}
pub(super) use account_page;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_is_read_back_from_its_word_and_no_other_word_says_anything() {
        for (done, word) in Done::ALL {
            assert_eq!((done.word(), Done::of(word)), (word, Some(done)));
        }
        assert_eq!(Done::of("<script>"), None);
    }
}
