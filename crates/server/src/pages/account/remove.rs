//! The question before an authenticator is removed: what ends with it.

use super::super::Named;
use super::Top;
use super::frame::account_page;

/// See the module. Posts to `/account/security/{id}/remove`.
#[derive(Clone, Debug)]
pub struct Remove {
    pub top: Top,
    pub id: String,
    pub one: Named,
}

account_page!(Remove, "account/remove.html", "remove-title");
