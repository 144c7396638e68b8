//! .
pub mod assets;
pub mod cli;
pub mod clock;
pub mod config;
pub mod ops;
pub mod pages;
