//! Who a client is (RFC 6749 §2.3, OIDC Core §9): the parts that need no database.
//!
//! [`Presented`] is what a request carried, exactly one method;
//! [`assertion`] verifies `private_key_jwt`. Which method a client is registered for, the replay
//! cache and throttling are decided by the caller.

pub mod assertion;
mod authenticate;
pub mod keys;
pub mod presented;

pub use assertion::{Accepted, AssertionError};
pub use keys::{ClientKeys, ClientKeysError};
pub use presented::{Credentials, Presented, PresentedError};
