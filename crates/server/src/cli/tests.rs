//! Commands against a real database file: what they print, and how they end.
#![allow(clippy::unwrap_used)]
