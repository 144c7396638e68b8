//! The people of these tests, what they own, and scenes in which something is asked of them.
//!
//! Builders only: nothing here judges an answer beyond unwrapping the kind that a test expects.

mod authenticators;
mod scene;

pub(crate) use authenticators::{
    Authenticator, code, face, hardware_key, mailed_code, mailed_password, passkey, password, pin,
    recovery_code, remembered, security_key, texted_code,
};
pub(crate) use scene::{NOW, Scene, ago, asked, error, granted, identifies, methods, named};
