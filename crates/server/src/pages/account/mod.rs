//! The account pages: typed view models, one file a page, under one frame.
//!
//! Pure rendering, as all pages are. Every form posts to `/account/…` with the csrf token of the session.

mod activity;
mod apps;
mod browser;
mod devices;
mod frame;
mod overview;
mod password;
mod profile;
mod remove;
mod security;
mod sessions;

pub use activity::{ActivityPage, Line, What};
pub use apps::{AppLine, Apps};
pub use browser::browser_name;
pub use devices::{DeviceLine, Devices};
pub use frame::{Done, Tab, Top};
pub use overview::{Overview, Reach};
pub use password::ChangePassword;
pub use profile::{Profile, ProfileField, ProfileProblem, Vouched};
pub use remove::Remove;
pub use security::{Authenticator, Binding, Security};
pub use sessions::{SessionLine, Sessions};
