//! Pages as HTTP answers: status, headers, and the ways out of a flow.
//!
//! After a page of ours nobody leaves by a bare redirect: browsers hold it against `form-action` (design §5).

use std::sync::Arc;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, HeaderName, HeaderValue, LOCATION, PRAGMA, RETRY_AFTER, VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use stepwell_core::oauth::{OAuthError, Params, Problem, Return};
use stepwell_core::time::Seconds;
use stepwell_engine::EngineError;
use stepwell_engine::authorize::Wished;
use stepwell_engine::logout::Leaving;
use url::Url;

use super::language;
use crate::app::AppState;
use crate::language::Wishes;
use crate::pages::headers::Opener;
use crate::pages::{
    App, Chrome, DeveloperNote, ErrorKind, ErrorPage, FormPost, Html, Leave, Locale, LoggedOut,
    LogoutConfirm, Offers, Onward, headers,
};
use crate::request::Asked;

/// Parameters that an error page shows back to the developer.
const SHOWN: [&str; 4] = [
    "client_id",
    "redirect_uri",
    "response_mode",
    "response_type",
];

/// Answers in the language and under the reference of one request.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    pub(crate) chrome: Chrome,
    /// Whether the window that opened them may go on knowing them.
    opener: Opener,
}

/// Marks an answer as nobody's to keep.
pub(crate) fn no_store(mut answer: HttpResponse) -> HttpResponse {
    answer
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
        .headers_mut()
        .insert(PRAGMA, HeaderValue::from_static("no-cache"));
    answer
}

/// Go on there with a GET, and keep nothing of this answer.
pub(crate) fn see_other(place: &str) -> HttpResponse {
    no_store(
        HttpResponse::SeeOther()
            .insert_header((LOCATION, place))
            .finish(),
    )
}

impl Pages {
    pub(crate) fn of(state: &AppState, request: &HttpRequest, asked: &Asked) -> Self {
        let spoken = Locale::offered(&asked.peer.language);
        let brand = &state.edge.brand;
        Self {
            chrome: Chrome {
                locale: spoken.unwrap_or_else(|| Wishes::of(request, &state.edge).settle(None)),
                here: here(request, &state.edge.origin),
                product_name: state.edge.product_name.clone(),
                reference: asked.reference.clone(),
                csrf: String::new(),
                privacy_url: brand.privacy_url.clone(),
                help_url: brand.help_url.clone(),
                brand: Arc::clone(brand),
                offers: Offers {
                    recovery: state.engine.offers_recovery(),
                    registration: state.engine.offers_registration(),
                },
                codes_left: None,
            },
            opener: Opener::default(),
        }
    }

    /// In the language that a request asked for by itself, which is no interaction yet or never becomes one.
    pub(crate) fn following(
        mut self,
        state: &AppState,
        request: &HttpRequest,
        wished: Option<&Wished>,
    ) -> Self {
        self.chrome.locale = Wishes::of(request, &state.edge).settle(wished);
        self
    }

    /// With another address to come back to from the language switch.
    pub(crate) fn at(mut self, here: String) -> Self {
        self.chrome.here = Some(here);
        self
    }

    /// Pages that nobody opens for a person.
    pub(crate) fn cut_off(mut self) -> Self {
        self.opener = Opener::Cut;
        self
    }

    /// Without the language switch: opened again, the page would be another.
    fn once(&self) -> Self {
        let mut once = self.clone();
        once.chrome.here = None;
        once
    }

    /// A page with the headers that every page has.
    pub(crate) fn page(&self, status: StatusCode, page: &dyn Html) -> HttpResponse {
        self.with(status, page, headers::page(self.opener))
    }

    fn with(
        &self,
        status: StatusCode,
        page: &dyn Html,
        headers: Vec<(&'static str, &'static str)>,
    ) -> HttpResponse {
        let mut answer = HttpResponse::build(status).body(page.render(&self.chrome));
        for (name, value) in headers {
            answer.headers_mut().insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        if let Ok(tag) = HeaderValue::from_str(&self.chrome.locale.tag()) {
            answer.headers_mut().insert(CONTENT_LANGUAGE, tag);
        }
        let chosen_by = HeaderValue::from_static("Accept-Language, Cookie");
        answer.headers_mut().insert(VARY, chosen_by);
        answer
    }

    /// An answer for the client before any page of ours was shown: a redirect, never 307 (RFC 9700 §4.12).
    pub(crate) fn redirect(&self, to: &Return) -> HttpResponse {
        match to {
            Return::Redirect { url } => see_other(url),
            Return::FormPost { .. } => self.leave(to, ""),
        }
    }

    /// An answer for the client after a page of ours: a page that goes on by itself.
    pub(crate) fn leave(&self, to: &Return, client: &str) -> HttpResponse {
        match to {
            Return::Redirect { url } => self.once().page(
                StatusCode::OK,
                &Leave {
                    app: App::new(client, host(url)),
                    url: url.clone(),
                },
            ),
            Return::FormPost { action, fields } => {
                let page = FormPost {
                    app: App::new(client, host(action)),
                    action: action.clone(),
                    fields: owned(fields),
                };
                self.once()
                    .with(StatusCode::OK, &page, headers::form_post())
            }
        }
    }

    /// The person is told that it cannot be done here, and goes back with the error.
    pub(crate) fn stop(&self, to: &Return, client: &str) -> HttpResponse {
        self.once().onward(
            ErrorKind::Unmet(App::new(client, host(target(to)))),
            to,
            None,
        )
    }

    /// The person is told that it cannot be done, on a way to a page of our own.
    pub(crate) fn stuck(&self, path: &'static str) -> HttpResponse {
        self.error_with(ErrorKind::Stuck, None, Some(Onward::Link(path.to_owned())))
    }

    /// An error for a client that nobody vouches for: the person decides whether to follow.
    pub(crate) fn interstitial(
        &self,
        client: &str,
        to: Return,
        error: &OAuthError,
    ) -> HttpResponse {
        let kind = ErrorKind::ReturnWithError(App::new(client, host(target(&to))));
        self.onward(kind, &to, Some(note(error, Vec::new())))
    }

    fn onward(
        &self,
        kind: ErrorKind,
        to: &Return,
        developer: Option<DeveloperNote>,
    ) -> HttpResponse {
        let (onward, headers) = match to {
            Return::Redirect { url } => (Onward::Link(url.clone()), headers::page(self.opener)),
            Return::FormPost { action, fields } => (
                Onward::FormPost {
                    action: action.clone(),
                    fields: owned(fields),
                },
                headers::form_post(),
            ),
        };
        let page = ErrorPage {
            kind,
            developer,
            onward: Some(onward),
        };
        self.with(StatusCode::OK, &page, headers)
    }

    /// A request that cannot be answered at its redirect URI: a page, and no redirect.
    pub(crate) fn unreturnable(&self, problem: &Problem, sent: &[u8]) -> HttpResponse {
        self.log(&problem.error);
        let sent = Params::parse_authorization(sent).unwrap_or_default();
        let received = SHOWN
            .iter()
            .filter_map(|name| {
                Some((
                    (*name).to_owned(),
                    sent.get(name)?.chars().take(512).collect(),
                ))
            })
            .collect();
        self.error(ErrorKind::BadSignIn, Some(note(&problem.error, received)))
    }

    /// A request that breaks a rule before it is anybody's.
    pub(crate) fn problem(&self, rule: &'static str, text: &str) -> HttpResponse {
        self.failed(OAuthError::invalid_request(rule, text).into())
    }

    /// A use case failed. What broke inside is logged under the reference, not told.
    pub(crate) fn failed(&self, error: EngineError) -> HttpResponse {
        match error {
            EngineError::OAuth(error) => {
                self.log(&error);
                self.error(ErrorKind::BadRequest, Some(note(&error, Vec::new())))
            }
            EngineError::Unavailable(why) => {
                tracing::warn!(reference = %self.chrome.reference, %why, "temporarily unavailable");
                self.unavailable()
            }
            EngineError::Busy => self.unavailable(),
            EngineError::TooMany { retry_after } => self.throttled(retry_after),
            EngineError::NotFound(why) => self.refused(ErrorKind::NotFound, &why),
            EngineError::Conflict(why) => self.refused(ErrorKind::Conflict, &why),
            EngineError::Invalid(why) => self.refused(ErrorKind::BadRequest, &why.join("; ")),
            EngineError::Broken(why) => {
                tracing::error!(reference = %self.chrome.reference, error = %why, "a use case failed");
                self.error(ErrorKind::Internal, None)
            }
        }
    }

    /// What was asked for is not there, is another's or breaks a rule: nothing broke here.
    fn refused(&self, kind: ErrorKind, why: &str) -> HttpResponse {
        tracing::info!(reference = %self.chrome.reference, %why, "refused");
        self.error(kind, None)
    }

    /// The page shows it in its developer half; whoever was only told the reference finds it here.
    fn log(&self, error: &OAuthError) {
        tracing::info!(
            reference = %self.chrome.reference,
            error = error.code().as_str(),
            description = %error.wire_description(),
            "refused"
        );
    }

    fn throttled(&self, retry_after: Seconds) -> HttpResponse {
        let mut answer = self.error(
            ErrorKind::TooManyRequests {
                retry_after: i64::try_from(retry_after.0).ok(),
            },
            None,
        );
        answer
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(retry_after.0));
        answer
    }

    fn unavailable(&self) -> HttpResponse {
        let mut answer = self.error(ErrorKind::Unavailable, None);
        answer
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("2"));
        answer
    }

    /// A form that did not come from our page. Nothing was counted.
    pub(crate) fn forbidden(&self) -> HttpResponse {
        self.error(ErrorKind::Forbidden, None)
    }

    pub(crate) fn error(&self, kind: ErrorKind, developer: Option<DeveloperNote>) -> HttpResponse {
        self.error_with(kind, developer, None)
    }

    pub(crate) fn error_with(
        &self,
        kind: ErrorKind,
        developer: Option<DeveloperNote>,
        onward: Option<Onward>,
    ) -> HttpResponse {
        let status = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::BAD_REQUEST);
        self.page(
            status,
            &ErrorPage {
                kind,
                developer,
                onward,
            },
        )
    }

    /// The session is over.
    pub(crate) fn signed_out(&self, to: Option<String>, client: Option<Leaving>) -> HttpResponse {
        match to {
            Some(url) => {
                let name = client.map(|client| client.name).unwrap_or_default();
                let app = App::new(name, host(&url));
                self.once().page(StatusCode::OK, &Leave { app, url })
            }
            None => self.page(StatusCode::OK, &LoggedOut),
        }
    }

    /// The person has to say yes to being signed out.
    pub(crate) fn ask_logout(
        &self,
        client: Option<Leaving>,
        fields: Vec<(String, String)>,
    ) -> HttpResponse {
        let page = LogoutConfirm {
            action: "/logout/confirm".to_owned(),
            fields,
            app: client.map(|client| App::new(client.name, client.host)),
        };
        self.page(StatusCode::OK, &page)
    }
}

/// Where the page of a request can be opened again. What was sent is not sent again, and a language that
/// the address asks for would win over the one that is chosen.
fn here(request: &HttpRequest, origin: &str) -> Option<String> {
    if request.method() != Method::GET {
        return None;
    }
    let kept: Vec<&str> = request
        .query_string()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("ui_locales="))
        .collect();
    let path = request.path();
    let here = if kept.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", kept.join("&"))
    };
    language::local(&here, origin)
}

fn note(error: &OAuthError, received: Vec<(String, String)>) -> DeveloperNote {
    DeveloperNote {
        error: error.code().as_str().to_owned(),
        rule: format!("{} ({})", error.description(), error.rule()),
        received,
    }
}

fn target(to: &Return) -> &str {
    match to {
        Return::Redirect { url } => url,
        Return::FormPost { action, .. } => action,
    }
}

fn owned(fields: &[(&'static str, String)]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

fn host(url: &str) -> String {
    Url::parse(url)
        .ok()
        .and_then(|u| u.host_str().map(str::to_owned))
        .unwrap_or_default()
}
