//! The bank's pages: typed values for the templates. They decide nothing.

mod panel;
mod problem;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::flow::Action;
use crate::inbox::Mail;
use crate::order::Order;

pub(crate) use panel::Panel;
pub(crate) use problem::Problem;

/// The home page, and the same page after an action with its outcome on top.
#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct Home<'a> {
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    pub(crate) issuer: &'a str,
    /// The signed-in person's name.
    pub(crate) name: Option<String>,
    pub(crate) outcome: Option<OutcomeView>,
    pub(crate) panel: Panel,
}

/// What came of the last action.
pub(crate) struct OutcomeView {
    pub(crate) heading: String,
    pub(crate) detail: &'static str,
    /// Where the bank pays out to, where that is part of it.
    pub(crate) payout: Option<String>,
}

/// Something went wrong, and this is the way on.
#[derive(Template)]
#[template(path = "problem.html")]
pub(crate) struct ProblemPage<'a> {
    pub(crate) problem: &'a Problem,
    /// What is still waiting, if anything.
    pub(crate) intent: Option<Order>,
    pub(crate) panel: Panel,
}

impl ProblemPage<'_> {
    /// Where the "Try again" button sends its form: what failed, else what is still waiting.
    fn retry(&self) -> Option<&'static str> {
        let waiting = || self.intent.as_ref()?.action().retry();
        self.problem.action.and_then(Action::retry).or_else(waiting)
    }
}

/// The stand-in for the person's phone.
#[derive(Template)]
#[template(path = "phone.html")]
pub(crate) struct PhonePage<'a> {
    pub(crate) username: &'a str,
    pub(crate) code: String,
    pub(crate) seconds_left: u64,
    pub(crate) refresh: u64,
    pub(crate) panel: Panel,
}

/// The stand-in for the person's mailbox.
#[derive(Template)]
#[template(path = "inbox.html")]
pub(crate) struct InboxPage<'a> {
    pub(crate) username: &'a str,
    pub(crate) mails: Vec<Mail>,
    pub(crate) panel: Panel,
}

/// Renders a page.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(body) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .body(body),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}
