//! What the hub ought to say, worked out by brute force from the design alone.
//!
//! Shares no code with the product beyond its data types, and is slow on purpose: every subset is tried.

mod enrol;
mod outcome;
mod random;
mod truth;

pub(crate) use truth::{Pool, Truth};
