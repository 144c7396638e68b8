//! The pages a person sees: typed view models, rendered to HTML.
//!
//! Pure rendering. A view model holds plain data; templates from the root `templates/` give it
//! a shape and Fluent files from `locales/` give it words. Nothing here knows the engine, HTTP or
//! a clock: durations come in as whole seconds. Every model implements [`Html`].
//!
//! Names on controls are a contract with password managers and scripts: fields `username`,
//! `password`, `code`, `response` (a passkey's); the main button has id `continue`, the way out has id `cancel`.

pub mod account;
mod another_way;
mod app;
mod ceremony;
mod chip;
mod choose_account;
mod chrome;
mod consent;
mod enrol;
mod error;
mod factor;
pub mod headers;
mod home;
mod identifier;
mod keeper;
mod leave;
mod links;
mod locale;
mod logout;
mod method;
mod new_password;
mod onward;
mod problem;
mod qr;
mod recovery_codes;
pub mod samples;
mod shown;
mod step;
#[cfg(test)]
mod tests;
mod text;

pub use another_way::{AnotherWay, Way};
pub use app::App;
pub use ceremony::Ceremony;
pub use chip::Account;
pub use choose_account::{ChooseAccount, KnownAccount};
pub use chrome::{Chrome, Html, Offers};
pub use consent::{Consent, ScopeLine};
pub use enrol::{AppSetup, AskField, EnrolForm, EnrolPage, EnrolWay, EnrolWhy, Lost};
pub use error::{DeveloperNote, ErrorKind, ErrorPage};
pub use factor::{Authenticator, DeliveredCode, FactorInput};
pub use home::Home;
pub use identifier::Identifier;
pub use keeper::{Keeper, KeeperKind, Named};
pub use leave::{FormPost, Leave};
pub use links::{AskForLink, Errand, FollowLink, LinkFor, LinkOver, LinkSent, PasswordSet};
pub use locale::Locale;
pub use logout::{LoggedOut, LogoutConfirm};
pub use method::Method;
pub use new_password::NewPasswordProblem;
pub use onward::Onward;
pub use problem::Problem;
pub use recovery_codes::RecoveryCodes;
pub use shown::Shown;
pub use step::{Detail, Instead, ProofState, ProofStep, Reason, StepPage, StepUp, Wording};
pub use text::{Message, Text};
