//! The account: what a person sees of themselves, and what they may change.
//!
//! Looking needs a session. Every change goes through the gate first, which asks the same hub as every app for a
//! fresh proof. Nothing here decides what is strong enough, and nothing here is another person's.

mod activity;
mod apps;
mod devices;
mod password;
mod profile;
mod security;
mod sessions;

use stepwell_core::user::{Status, User};
use stepwell_store::sessions::Session;
use stepwell_store::users;

pub use activity::{Activity, Happened};
pub use apps::AppView;
pub use devices::DeviceView;
pub(crate) use password::SetBy;
pub use profile::{ProfileView, Refused};
pub(crate) use security::LONGEST_LABEL;
pub use security::{AuthenticatorView, Removal, SecurityView};
pub use sessions::SessionView;

use crate::Engine;
use crate::call::{Call, Cookies};
use crate::error::EngineError;

/// Who is signed in, in this browser.
#[derive(Clone, Debug)]
pub struct Me {
    /// The person.
    pub user: User,
    /// The session.
    pub session: Session,
}

impl Engine {
    /// Who is signed in; nobody when the session is over or the account locked.
    ///
    /// # Errors
    /// When the database is away.
    pub fn me(&self, call: &Call<'_>, cookies: &Cookies) -> Result<Option<Me>, EngineError> {
        self.db.read(|tx| -> Result<_, EngineError> {
            let Some(session) = self.session_of(tx, cookies.session.as_ref(), call.now)? else {
                return Ok(None);
            };
            let user = users::find(tx, &session.user_id)?.filter(|u| u.status == Status::Active);
            Ok(user.map(|user| Me { user, session }))
        })
    }
}
