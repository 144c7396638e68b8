//! The pages of an interaction: show what the engine says, take what the person sends in.
//!
//! Nothing is decided here. `present` turns the engine's views into page models, `answer` turns page models
//! into HTTP.

pub(crate) mod answer;
pub(crate) mod csrf;
pub(crate) mod place;
mod present;
pub(crate) mod show;
pub(crate) mod submit;
