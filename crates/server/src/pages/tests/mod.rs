//! What every page must be, checked on every sample.

#![allow(clippy::unwrap_used)]

mod colours;
mod html;
mod messages;
mod pages;
mod translation;
mod words;
