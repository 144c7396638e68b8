//! Authorization requests from the first byte to the answer.
//!
//! `begin` turns parameters into an interaction or an answer; `advance` is the hub: it gathers facts, asks
//! `core::decide`, and either shows a page or leaves. Every page goes through it again, so no page, cookie or
//! parameter can skip it. Nothing here verifies a factor (that is `answer`) or renders anything.

mod advance;
mod asked;
mod asker;
mod begin;
mod challenge;
mod deliver;
mod demand;
mod enrol;
mod facts;
mod grant;
mod keep;
mod lost;
mod meant;
mod seen;
mod show;
mod state;
mod stepup;
mod view;
mod ways;

pub use advance::Next;
pub use begin::{Begun, Via};
pub use seen::{Seen, Wished};
pub use view::{
    AccountView, ClientView, ConsentView, DeliveredView, EnrolStage, EnrolView, FactorView, Left,
    LostView, MethodView, NamedView, PageView, ProveView, ProvenView, ScopeView, StepView,
    TotpView, Why, Wording,
};

pub(crate) use advance::{Loaded, json};
pub(crate) use asker::Asker;
pub(crate) use begin::encode;
pub(crate) use deliver::{Post, Sending, language};
pub(crate) use enrol::pending;
pub(crate) use facts::Known;
pub(crate) use show::Opened;
pub(crate) use state::{Identified, Setup, State};
pub(crate) use stepup::{Outcome, is_step_up};
