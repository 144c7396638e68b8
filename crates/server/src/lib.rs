//! The edge of Stepwell: HTTP, HTML, configuration, the command line.
//!
//! A handler takes the request apart, makes one call to the engine and writes the answer. `routes` is the
//! whole map. Nothing here decides about people, acrs or tokens.

mod account;
pub mod app;
pub mod assets;
mod blocking;
pub mod brand;
pub mod cli;
pub mod clock;
pub mod config;
mod connection;
pub mod courier;
mod extract;
mod gate;
mod gather;
mod interaction;
mod language;
mod links;
mod oauth;
pub mod ops;
pub mod pages;
mod request;
pub mod routes;
mod visit;
mod weakness;
mod whole_file;
