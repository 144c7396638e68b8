//! The vocabulary of audit events: `domain.object.verb`, past tense.
//!
//! Names are for ever: what an operator searches for must not change. Add here, never rename.

macro_rules! vocabulary {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $text;)*

        /// Every name there is.
        pub const ALL: &[&str] = &[$($text),*];
    };
}

vocabulary! {
    /// A proof of a sign-in succeeded.
    LOGIN_PASSED = "login.passed";
    /// A proof of a sign-in failed.
    LOGIN_FAILED = "login.failed";
    /// A sign-in was refused because of too many failures.
    LOGIN_THROTTLED = "login.throttled";
    /// A sign-in was refused because the account is locked.
    LOGIN_LOCKED = "login.locked";

    /// More proof than the session holds was found necessary; carries every reason.
    STEPUP_REQUIRED = "stepup.required";
    /// A page that asks for more proof was shown for the first time.
    STEPUP_STARTED = "stepup.started";
    /// A proof counted, but more is demanded.
    STEPUP_ADVANCED = "stepup.advanced";
    /// What was demanded is proven.
    STEPUP_PASSED = "stepup.passed";
    /// A proof was refused.
    STEPUP_FAILED = "stepup.failed";
    /// The person left, or the interaction ended unanswered.
    STEPUP_ABANDONED = "stepup.abandoned";
    /// What was demanded could be met by proof the session already held.
    STEPUP_SATISFIED = "stepup.satisfied_by_existing";
    /// What was demanded can never be met (unmet_authentication_requirements).
    STEPUP_UNMET = "stepup.unmet";

    /// A request for authorization was refused.
    AUTHORIZATION_REFUSED = "authorization.refused";

    /// A browser signed in.
    SESSION_STARTED = "session.started";
    /// A session ended: by logout, expiry or an administrator.
    SESSION_ENDED = "session.ended";

    /// A client was granted access for a person.
    GRANT_ISSUED = "grant.issued";
    /// Grants ended before their time, and every token made from them; carries why.
    GRANT_REVOKED = "grant.revoked";

    /// Tokens were issued.
    TOKEN_ISSUED = "token.issued";
    /// A refresh token was exchanged for its successor.
    TOKEN_REFRESHED = "token.refreshed";
    /// A token was revoked (RFC 7009).
    TOKEN_REVOKED = "token.revoked";
    /// A used code or refresh token was presented again; its family was revoked.
    TOKEN_REUSE_DETECTED = "token.reuse_detected";

    /// A person agreed to a client's access.
    CONSENT_GRANTED = "consent.granted";
    /// A person declined.
    CONSENT_DENIED = "consent.denied";
    /// A person took their agreement back.
    CONSENT_REVOKED = "consent.revoked";

    /// An account was made.
    USER_CREATED = "user.created";
    /// A one-time link was made for an account: to set it up, or to set its password anew.
    LINK_ISSUED = "link.issued";
    /// A one-time link was followed to its end.
    LINK_USED = "link.used";
    /// Somebody asked to set a forgotten password anew.
    RECOVERY_REQUESTED = "recovery.requested";
    /// Somebody asked for an account of their own.
    REGISTRATION_REQUESTED = "registration.requested";
    /// An account was locked.
    USER_LOCKED = "user.locked";
    /// An account was opened again.
    USER_UNLOCKED = "user.unlocked";
    /// What an account tells of its person was changed.
    USER_UPDATED = "user.updated";
    /// A person said that something in their account's record was not their doing.
    ACTIVITY_REPORTED = "user.activity.reported";

    /// A client was registered.
    CLIENT_CREATED = "client.created";
    /// A client's registration was changed.
    CLIENT_UPDATED = "client.updated";
    /// A client was switched off.
    CLIENT_DISABLED = "client.disabled";
    /// A client was switched on again.
    CLIENT_ENABLED = "client.enabled";
    /// A client was given another secret.
    CLIENT_SECRET_ROTATED = "client.secret.rotated";
    /// A client failed to authenticate.
    CLIENT_AUTHENTICATION_FAILED = "client.authentication.failed";

    /// A factor was enrolled.
    FACTOR_ENROLLED = "factor.enrolled";
    /// A factor was removed, and with it what rested on it.
    FACTOR_REMOVED = "factor.removed";
    /// A person gave an authenticator another name.
    FACTOR_RENAMED = "factor.renamed";
    /// A password was changed.
    FACTOR_PASSWORD_CHANGED = "factor.password.changed";
    /// The first use of an authenticator that was being set up was wrong.
    FACTOR_ENROLMENT_FAILED = "factor.enrolment.failed";
    /// A password was hashed anew because the parameters changed.
    FACTOR_PASSWORD_REHASHED = "factor.password.rehashed";
    /// Too many wrong answers in a row: an authenticator rests.
    FACTOR_LOCKED = "factor.locked";
    /// An authenticator answered as a copy or another one would.
    FACTOR_SUSPECTED = "factor.suspected";
    /// An administrator let an authenticator be tried again.
    FACTOR_UNLOCKED = "factor.unlocked";

    /// A person signed in with a browser for the first time.
    DEVICE_RECOGNISED = "device.recognised";
    /// A person trusts a browser: it may stand in for a routine second factor.
    DEVICE_TRUSTED = "device.trusted";
    /// A browser is trusted no longer; carries why.
    DEVICE_DISTRUSTED = "device.distrusted";
    /// A browser was forgotten; carries why.
    DEVICE_FORGOTTEN = "device.forgotten";
    /// A browser's cookie came with a secret that had been exchanged: somebody may hold a copy.
    DEVICE_SUSPECTED = "device.suspected";

    /// A code was drawn to be sent to a person.
    FACTOR_CODE_SENT = "factor.code_sent";
    /// A code did not leave; carries channel and reason.
    FACTOR_DELIVERY_FAILED = "factor.delivery_failed";

    /// A message that had waited left.
    MESSAGE_SENT = "message.sent";
    /// A message was given up after its last try; carries channel and reason.
    MESSAGE_DROPPED = "message.dropped";

    /// A signing key was made.
    KEY_CREATED = "key.created";
    /// Signing moved to the next key.
    KEY_ROTATED = "key.rotated";
    /// A signing key was withdrawn.
    KEY_REVOKED = "key.revoked";
    /// Secrets at rest were sealed anew.
    KEY_RESEALED = "key.resealed";

    /// The chain was checked.
    AUDIT_VERIFIED = "audit.verified";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dotted_lower_case_and_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for name in ALL {
            assert!(seen.insert(name), "{name} twice");
            assert!(name.contains('.'), "{name}");
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_'),
                "{name}"
            );
        }
    }
}
