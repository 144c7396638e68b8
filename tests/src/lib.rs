//! Drivers for whole-system tests. They treat Stepwell as an outsider would: a process with a
//! command line, HTTP on a socket, pages in a browser. They must not depend on any crate of the
//! workspace, so that a test passes only because the product works and not because both sides
//! share a mistake.
//!
//! The tests themselves are in `tests/tests`; `./test` at the root of the repository starts what
//! they need and runs them.
#![allow(
    clippy::disallowed_methods,
    reason = "tests wait for real processes and read real clocks"
)]

pub mod axe;
pub mod browser;
pub mod cdp;
pub mod databases;
pub mod files;
pub mod gateway;
pub mod html;
pub mod keyboard;
pub mod page;
pub mod process;
pub mod rp;
pub mod smtp;
pub mod totp;
pub mod virtual_authenticator;
pub mod visitor;
pub mod wait;
