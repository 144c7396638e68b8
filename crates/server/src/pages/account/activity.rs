//! What happened with the account, as sentences.

use super::super::{Message, Method, Shown, Text};
use super::Top;
use super::frame::account_page;

/// See the module. Posts to `/account/activity/{seq}/report`.
#[derive(Clone, Debug)]
pub struct ActivityPage {
    pub top: Top,
    pub lines: Vec<Line>,
    /// Where the next page begins.
    pub before: Option<i64>,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Line {
    pub seq: i64,
    pub what: What,
    pub method: Option<Method>,
    pub app: Option<Shown>,
    pub ip: Option<Shown>,
    pub ago: i64,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    SignedIn,
    SignInFailed,
    Confirmed,
    ConfirmFailed,
    RecoveryUsed,
    Locked,
    FactorSuspected,
    FactorAdded,
    FactorRemoved,
    PasswordChanged,
    RecoveryRequested,
    LinkUsed,
    ProfileChanged,
    AccountLocked,
    AccountUnlocked,
    AppAllowed,
    AppRevoked,
    SignedOut,
    DeviceTrusted,
    DeviceDistrusted,
    DeviceForgotten,
    DeviceSuspected,
}

impl Line {
    fn sentence(&self, t: &Text) -> Message {
        let words = match self.what {
            What::SignedIn => t.say("activity-signed-in"),
            What::SignInFailed => t.say("activity-sign-in-failed"),
            What::Confirmed => t.say("activity-confirmed"),
            What::ConfirmFailed => t.say("activity-confirm-failed"),
            What::RecoveryUsed => t.say("activity-recovery-used"),
            What::Locked => t.say("activity-locked"),
            What::FactorSuspected => t.say("activity-factor-suspected"),
            What::FactorAdded => t.say("activity-factor-added"),
            What::FactorRemoved => t.say("activity-factor-removed"),
            What::PasswordChanged => t.say("activity-password-changed"),
            What::RecoveryRequested => t.say("activity-recovery-requested"),
            What::LinkUsed => t.say("activity-link-used"),
            What::ProfileChanged => t.say("activity-profile-changed"),
            What::AccountLocked => t.say("activity-account-locked"),
            What::AccountUnlocked => t.say("activity-account-unlocked"),
            What::AppAllowed => t.say("activity-app-allowed"),
            What::AppRevoked => t.say("activity-app-revoked"),
            What::SignedOut => t.say("activity-signed-out"),
            What::DeviceTrusted => t.say("activity-device-trusted"),
            What::DeviceDistrusted => t.say("activity-device-distrusted"),
            What::DeviceForgotten => t.say("activity-device-forgotten"),
            What::DeviceSuspected => t.say("activity-device-suspected"),
        };
        let method = self
            .method
            .as_ref()
            .map(|method| method.label(t).to_string());
        let app = self.app.as_ref().map(ToString::to_string);
        words
            .arg("has_method", usize::from(method.is_some()))
            .arg("method", method.unwrap_or_default())
            .arg("has_app", usize::from(app.is_some()))
            .arg("app", app.unwrap_or_default())
    }

    /// Whether somebody else may have done it.
    fn may_be_reported(&self) -> bool {
        !matches!(
            self.what,
            What::SignedOut
                | What::AppRevoked
                | What::AccountLocked
                | What::AccountUnlocked
                | What::DeviceDistrusted
                | What::DeviceForgotten
        )
    }
}

account_page!(ActivityPage, "account/activity.html", "account-activity");
