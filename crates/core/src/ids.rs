//! Identifiers, each its own type so that one is never passed for another.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps an identifier.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

id! {
    /// A person's account; also the `sub` of their tokens (OIDC Core §2).
    UserId
    /// A registered client (RFC 6749 §2.2).
    ClientId
    /// A browser's signed-in state.
    SessionId
    /// One pending authorization request with its pages.
    InteractionId
    /// One completed proof.
    EvidenceId
    /// One enrolled authenticator of a person.
    CredentialId
    /// A browser that a person signed in with.
    DeviceId
    /// What was granted to a client, once; every token made from it names it.
    GrantId
    /// A signing key: the `kid` (RFC 7517 §4.5).
    KeyId
}
