//! What was proven, what is demanded, and what follows from the two.
//!
//! Evidence is a list of proofs with their times; acrs are predicates over it; demands join; `decide`
//! answers. No level is ever stored, and nothing here draws the time itself.

pub mod acr;
pub mod claim;
pub mod decide;
pub mod demand;
pub mod evidence;
mod plan;
pub mod reason;
mod standing;

pub use acr::{Acr, AcrName, Catalog, Pattern, Predicate, Renew};
pub use claim::{Claim, Freshness};
pub use decide::{
    Available, Choice, Consent, Decision, Ended, Error, Facts, Grounds, Owned, Person, Policy,
    Prompt, Prove, Proven, Request, Step, Verdict, decide,
};
pub use demand::{Clause, Demand, Pin, Source};
pub use evidence::{Evidence, Kind, Method, Traits};
pub use reason::Reason;
