//! The pages of an interaction: show what the engine says, take what the person sends in.
//!
//! Nothing is decided here. `present` turns the engine's views into page models, `answer` turns page models
//! into HTTP.

pub(crate) mod answer;
pub(crate) mod csrf;
pub(crate) mod language;
pub(crate) mod place;
mod present;
mod setup;
pub(crate) mod show;
mod spoken;
pub(crate) mod submit;
mod trouble;

use stepwell_core::ids::InteractionId;

pub(crate) use present::{keeper, method, scope_line};

const LONGEST_ID: usize = 64;

/// The interaction that an address names; none when it can be nobody's, so that odd bytes reach neither
/// the database nor a header.
fn named(text: &str) -> Option<InteractionId> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (text.len() <= LONGEST_ID && text.bytes().all(plain)).then(|| InteractionId::new(text))
}
