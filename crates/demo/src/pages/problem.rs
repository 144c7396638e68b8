//! Every way in which an action can fail, in plain words, with the raw error and a way forward.

use actix_web::http::StatusCode;

use crate::api_client::Exchange;
use crate::flow::Action;
use crate::provider::ProviderError;

/// A failure as a person sees it.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) heading: String,
    pub(crate) text: String,
    /// The raw error code, shown as it came.
    pub(crate) code: String,
    /// The raw description, shown as it came.
    pub(crate) description: String,
    /// What was being done, and can be tried again.
    pub(crate) action: Option<Action>,
}

impl Problem {
    fn new(status: StatusCode, heading: &str, text: &str, code: &str) -> Self {
        Problem {
            status,
            heading: heading.into(),
            text: text.into(),
            code: code.into(),
            description: String::new(),
            action: None,
        }
    }

    fn during(mut self, action: Action) -> Self {
        self.action = Some(action);
        self
    }

    fn saying(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// The provider answered with an error (RFC 6749 §4.1.2.1).
    pub(crate) fn from_answer(code: &str, description: &str, action: Action) -> Self {
        let (heading, text) = match code {
            "access_denied" => (
                "You cancelled the check",
                "The provider says that the sign-in was cancelled or refused. Nothing was done.",
            ),
            "unmet_authentication_requirements" => (
                "The provider cannot prove what was asked for",
                "The bank asked for an authentication level that the provider has no way to reach for you. It said so instead of quietly answering with less.",
            ),
            "login_required"
            | "interaction_required"
            | "consent_required"
            | "account_selection_required" => (
                "The provider needs you to take part",
                "The sign-in could not be completed without a page shown to you.",
            ),
            "temporarily_unavailable" | "server_error" => (
                "The provider has a problem of its own",
                "Try again in a moment. Nothing was done.",
            ),
            _ => ("The provider refused the request", "Nothing was done."),
        };
        Problem::new(StatusCode::OK, heading, text, code)
            .saying(description)
            .during(action)
    }

    pub(crate) fn foreign_state() -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "This answer does not belong to a request of yours",
            "Its state is unknown here: the page was opened twice, your visit has ended, or somebody else began the sign-in. Start again from the home page.",
            "state_mismatch",
        )
    }

    pub(crate) fn foreign_issuer(expected: &str, found: Option<&str>, action: Action) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "This answer comes from somebody else",
            "Its issuer (iss, RFC 9207) is not the bank's provider, so the answer was not used.",
            "issuer_mismatch",
        )
        .saying(format!(
            "expected {expected}, found {}",
            found.unwrap_or("none")
        ))
        .during(action)
    }

    pub(crate) fn other_person(action: Action) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "Somebody else answered the check",
            "You began as one person and came back as another, so the new tokens were not used.",
            "subject_mismatch",
        )
        .during(action)
    }

    pub(crate) fn malformed_answer() -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "This answer is malformed",
            "A parameter occurs twice, or the answer is too long.",
            "malformed_answer",
        )
    }

    pub(crate) fn without_code(action: Action) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "This answer is malformed",
            "It has neither a code nor an error.",
            "malformed_answer",
        )
        .during(action)
    }

    pub(crate) fn foreign_form(own: &str) -> Self {
        Problem::new(
            StatusCode::FORBIDDEN,
            "This form was not sent by the bank",
            &format!("Open the bank at {own} and use the buttons there."),
            "foreign_origin",
        )
    }

    pub(crate) fn of_provider(error: &ProviderError, action: Action) -> Self {
        let described = error.to_string();
        let (status, heading, text, code) = match error {
            ProviderError::Unreachable(_) => (
                StatusCode::BAD_GATEWAY,
                "The provider cannot be reached",
                "It may still be starting. Try again in a moment.",
                "provider_unreachable",
            ),
            ProviderError::Refused { error, .. } => (
                StatusCode::OK,
                "The provider refused to issue tokens",
                "Nothing was done.",
                error.as_str(),
            ),
            ProviderError::Untrusted(_) => (
                StatusCode::BAD_REQUEST,
                "The provider's answer cannot be trusted",
                "The ID token did not pass the bank's checks, so it was not used.",
                "id_token_invalid",
            ),
            ProviderError::WrongAcr(_) => (
                StatusCode::BAD_REQUEST,
                "The answer has the wrong authentication level",
                "The bank asked for one level and was answered with another, so the new tokens were not used.",
                "acr_mismatch",
            ),
            ProviderError::TooOld(_) => (
                StatusCode::BAD_REQUEST,
                "The answer rests on a sign-in that is too old",
                "The bank asked for a recent sign-in and was answered with an older one, so the new tokens were not used.",
                "auth_time_too_old",
            ),
        };
        Problem::new(status, heading, text, code)
            .saying(described)
            .during(action)
    }

    pub(crate) fn api_refused(exchange: &Exchange, action: Action) -> Self {
        let part = |name: &str| {
            exchange
                .body
                .get(name)
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let text = match part("error").as_str() {
            "insufficient_user_authentication" => {
                "The API still asks for more after the step-up. The bank stops here instead of sending you round in circles."
            }
            "insufficient_funds" => "Your balance does not cover this transfer.",
            "insufficient_scope" => "The access token lacks a permission that this action needs.",
            _ => "The panel shows its answer.",
        };
        let code = if part("error").is_empty() {
            format!("http_{}", exchange.status)
        } else {
            part("error")
        };
        Problem::new(StatusCode::OK, "The bank's API refused", text, &code)
            .saying(part("error_description"))
            .during(action)
    }

    pub(crate) fn api_unreachable() -> Self {
        Problem::new(
            StatusCode::BAD_GATEWAY,
            "The bank's API cannot be reached",
            "Try again in a moment.",
            "api_unreachable",
        )
    }

    pub(crate) fn nothing_to_replay() -> Self {
        Problem::new(
            StatusCode::OK,
            "There is nothing waiting to be done",
            "It is done already, or your visit has ended.",
            "no_intent",
        )
    }

    pub(crate) fn no_randomness() -> Self {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The bank has a problem of its own",
            "Try again in a moment.",
            "server_error",
        )
    }
}
