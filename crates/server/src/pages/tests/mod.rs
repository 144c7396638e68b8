//! What every page must be, checked on every sample.

#![allow(clippy::unwrap_used)]

mod colours;
mod html;
mod pages;
mod words;
