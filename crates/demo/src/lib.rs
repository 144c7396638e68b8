//! The demo bank: a relying party and its API, built as any outside application would be.
//!
//! It signs people in with the `openidconnect` crate, keeps its API behind `stepwell-guard`, and
//! shows in a panel what went over the wire. It must not depend on the provider's own crates: all
//! it knows, it knows through the protocol.
//!
//! The way of a transfer: `routes` → `flow::perform` → the API (`api`) answers 401 with a
//! challenge → `challenge` reads it → `provider::begin` sends the person to the provider with
//! just that → `callback` checks the answer → `flow::perform` replays the saved transfer. Changing the
//! payout account goes the same way; `order` lists what can be ordered.

mod actions;
mod api;
mod api_client;
mod bank;
mod callback;
mod challenge;
mod clock;
mod config;
mod flow;
mod inbox;
mod money;
mod order;
mod origin;
mod pages;
mod phone;
mod provider;
mod random;
mod routes;
mod session;
mod tokens;
mod views;

pub use config::BankConfig;
pub use routes::serve;
