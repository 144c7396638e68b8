//! The question before an authenticator is removed: what ends with it.

use super::super::{Keeper, Method, Shown};
use super::Top;
use super::frame::account_page;

/// See the module. Posts to `/account/security/{id}/remove`.
#[derive(Clone, Debug)]
pub struct Remove {
    pub top: Top,
    pub id: String,
    pub method: Method,
    pub label: Shown,
    /// What keeps it, for a key.
    pub keeper: Option<Keeper>,
}

account_page!(Remove, "account/remove.html", "remove-title");
