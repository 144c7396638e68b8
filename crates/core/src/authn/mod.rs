//! What was proven, what is demanded, and what follows from the two.
//!
//! Evidence is a list of proofs with their times; acrs are predicates over it; demands join; `decide`
//! answers. No level is ever stored, and nothing here draws the time itself.

pub mod acr;
pub mod claim;
pub mod decide;
pub mod decision;
pub mod demand;
pub mod device;
mod enrol;
pub mod evidence;
pub mod facts;
mod gate;
mod leads;
mod lost;
mod plan;
pub mod policy;
pub mod reason;
mod standing;

pub use acr::{Acr, AcrName, Barred, Catalog, Pattern, Predicate, Renew};
pub use claim::{Claim, Freshness};
pub use decide::decide;
pub use decision::{Choice, Decision, Enrol, Error, Grounds, Occasion, Prove, Step, Verdict};
pub use demand::{Clause, Demand, Pin, Source};
pub use evidence::{Evidence, Kind, Method, Traits};
pub use facts::{Change, Consent, Ended, Facts, Owned, Person, Prompt, Proven, Request};
pub use policy::{Available, EnrolmentPolicy, Policy};
pub use reason::Reason;
