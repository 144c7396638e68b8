//! The library's refusals by the name of the rule that was broken, for the audit and the page.

use webauthn_rs::prelude::WebauthnError as E;

/// The rule that this error is about.
pub(super) fn of(error: &E) -> &'static str {
    match error {
        E::InvalidClientDataType => "type",
        E::MismatchedChallenge => "challenge",
        E::InvalidRPOrigin => "origin",
        E::InvalidRPIDHash => "rp-id",
        E::UserNotPresent => "user-present",
        E::UserNotVerified => "user-verified",
        E::CredentialBackupEligibilityInconsistent => "backup-eligible",
        E::CredentialMayNotBeHardwareBound => "backup-state",
        E::CredentialCrossOrigin => "cross-origin",
        E::CredentialNotFound => "unknown-credential",
        E::AuthenticationFailure => "signature",
        E::CredentialAlteredAlgFromRequest => "algorithm-or-excluded",
        _ => "invalid",
    }
}

/// Whether it may mean that the authenticator is not the one that was set up: what never changes has changed.
pub(super) fn is_suspect(error: &E) -> bool {
    matches!(
        error,
        E::CredentialBackupEligibilityInconsistent | E::CredentialMayNotBeHardwareBound
    )
}
