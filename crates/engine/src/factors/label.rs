//! The name of an authenticator: its person's own, or the one that it is stored under until they give it one.
//!
//! The default is in English, for administrators. People are never shown it: pages say the method in their language.

use stepwell_core::authn::Method;
use stepwell_store::credentials::Credential;

/// What an authenticator is stored under while its person calls it nothing.
const DEFAULTS: &[(&str, &str)] = &[
    ("password", "Password"),
    ("totp", "Authenticator app"),
    ("passkey", "Passkey"),
    ("security-key", "Security key"),
    ("recovery", "Recovery codes"),
];

/// The name that an authenticator of the method is stored under at first.
pub(crate) fn default_label(method: &Method) -> &str {
    let mut defaults = DEFAULTS.iter();
    let found = defaults.find(|(name, _)| *name == method.as_str());
    found.map_or(method.as_str(), |(_, label)| label)
}

/// The person's own name for an authenticator, or that of what keeps a passkey, which a new one is stored under; empty
/// where it has only the default, however long ago it was stored.
pub(crate) fn own_label(credential: &Credential) -> &str {
    match credential.label.as_str() {
        label if label == default_label(&credential.method) => "",
        label => label,
    }
}

#[cfg(test)]
mod tests {
    use stepwell_core::ids::{CredentialId, UserId};
    use stepwell_core::time::Timestamp;

    use super::*;
    use crate::factors::{ENROLLABLE, METHODS};

    fn named(method: &str, label: &str) -> Credential {
        let (id, user) = (CredentialId::new("c"), UserId::new("u"));
        Credential::new(
            id,
            user,
            Method::new(method),
            label,
            "",
            Timestamp::from_secs(1),
        )
    }

    #[test]
    fn a_default_is_no_name_of_the_persons_own() {
        for (method, label) in DEFAULTS {
            assert_eq!(own_label(&named(method, label)), "", "{method}");
            let shipped = METHODS.iter().chain(ENROLLABLE);
            assert!(shipped.into_iter().any(|one| one == method), "{method}");
        }
        assert_eq!(own_label(&named("smart-card", "smart-card")), "");
    }

    #[test]
    fn what_the_person_calls_it_is_theirs_even_where_another_method_is_called_so() {
        assert_eq!(own_label(&named("totp", "Pixel 9")), "Pixel 9");
        assert_eq!(own_label(&named("totp", "Passkey")), "Passkey");
        assert_eq!(own_label(&named("mail", "a@b.example")), "a@b.example");
    }
}
