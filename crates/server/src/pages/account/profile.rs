//! What apps are told about the person, and what of it the person may change.

use super::super::chrome::Frame;
use super::super::{Message, Shown, Text};
use super::Top;
use super::frame::account_page;

/// See the module. Posts every field by its claim's name to `/account/profile`.
#[derive(Clone, Debug)]
pub struct Profile {
    pub top: Top,
    pub username: Shown,
    pub fields: Vec<ProfileField>,
    pub email: Option<Vouched>,
    pub phone: Option<Vouched>,
    pub problem: Option<ProfileProblem>,
}

/// A claim that may be changed.
#[derive(Clone, Debug)]
pub struct ProfileField {
    /// The claim's name; also the field's.
    pub claim: &'static str,
    pub value: String,
}

/// A claim that the provider vouches for, or does not.
#[derive(Clone, Debug)]
pub struct Vouched {
    pub value: Shown,
    pub verified: bool,
}

/// A value that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProfileProblem {
    pub claim: &'static str,
    pub too_long: bool,
}

impl ProfileField {
    fn label(&self, t: &Text) -> Message {
        match self.claim {
            "name" => t.say("profile-name"),
            "given_name" => t.say("profile-given-name"),
            "family_name" => t.say("profile-family-name"),
            _ => t.say("profile-nickname"),
        }
    }

    fn autocomplete(&self) -> &'static str {
        match self.claim {
            "name" => "name",
            "given_name" => "given-name",
            "family_name" => "family-name",
            _ => "nickname",
        }
    }
}

impl Profile {
    fn is_wrong(&self, field: &ProfileField) -> bool {
        self.problem
            .is_some_and(|problem| problem.claim == field.claim)
    }

    fn with_problem<'a>(&self, t: &Text, frame: Frame<'a>) -> Frame<'a> {
        let Some(problem) = self.problem else {
            return frame;
        };
        let words = if problem.too_long {
            t.say("profile-too-long")
        } else {
            t.say("profile-not-plain")
        };
        frame.with_problem(Some(words), problem.claim)
    }
}

account_page!(Profile, "account/profile.html", "account-profile", problem Profile::with_problem);
