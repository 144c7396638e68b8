//! Protects a resource server with access tokens that say how a person signed in.
//!
//! The guard verifies JWT access tokens (RFC 9068) against the issuer's published keys, checks
//! the authentication context, its age and the scope that an operation needs, and otherwise
//! answers with the challenge of RFC 9470 §3 or RFC 6750 §3. It must not know how the provider
//! reaches an acr, and it depends on no other crate of this workspace.
//!
//! ```no_run
//! use stepwell_guard::{Guard, Presented, acr};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let guard = Guard::builder("https://id.example").audience("https://api.example").build()?;
//! let transfers = guard.require(acr("urn:stepwell:acr:mfa").max_age(300).scope("transfer"));
//!
//! match transfers.check(&Presented::header("Bearer eyJhbGciOi…")).await {
//!     Ok(claims) => println!("{} may transfer", claims.sub),
//!     Err(challenge) => {
//!         // 401 with: Bearer error="insufficient_user_authentication", …
//!         println!("{} {:?}", challenge.status(), challenge.www_authenticate());
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The README follows; its example is compiled by the documentation tests.
#![cfg_attr(feature = "actix", doc = include_str!("../README.md"))]

mod algorithm;
mod builder;
mod challenge;
mod claims;
mod clock;
mod fetch;
mod guard;
mod json;
mod jwks;
mod keyset;
mod presented;
mod remembered;
mod requirement;
mod token;

#[cfg(feature = "actix")]
mod actix;

#[cfg(feature = "actix")]
pub use actix::RequiredMiddleware;
pub use algorithm::Algorithm;
pub use builder::{BuildError, Builder};
pub use challenge::{Challenge, ErrorCode};
pub use claims::Claims;
pub use clock::{Clock, SystemClock};
pub use fetch::{FetchError, FetchedKeys, KeySource, Pending};
pub use guard::{Guard, Required};
pub use presented::Presented;
pub use requirement::{MaxAge, Requirement, RequirementError, acr, acr_any, authenticated, scope};
