//! The side panel: the raw requests, the API's challenge, and both tokens before and after.

use url::Url;

use crate::api_client::Exchange;
use crate::session::BankSession;
use crate::tokens::{BothFacts, SignInFacts};

/// Everything that the panel shows. Empty until there is something to show.
#[derive(Debug, Default)]
pub(crate) struct Panel {
    pub(crate) authorization: Option<Authorization>,
    pub(crate) exchange: Option<Exchange>,
    /// The request that the API answered with a step-up challenge, and that challenge.
    pub(crate) challenge: Option<(Exchange, String)>,
    pub(crate) access: Columns,
    pub(crate) id: Columns,
}

/// An authorization request, taken apart.
#[derive(Debug)]
pub(crate) struct Authorization {
    pub(crate) endpoint: String,
    pub(crate) parameters: Vec<(String, String)>,
}

/// One token's facts before and after the last step-up, as text; empty where there is none.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) before: Column,
    pub(crate) after: Column,
}

#[derive(Debug, Default)]
pub(crate) struct Column {
    pub(crate) acr: String,
    pub(crate) amr: String,
    pub(crate) auth_time: String,
    pub(crate) clock: String,
}

impl Panel {
    pub(crate) fn of(session: &BankSession) -> Panel {
        let now = session.tokens.as_ref().map(BothFacts::from);
        let (before, after) = if session.stepped_up {
            (session.before.clone(), now)
        } else {
            (session.before.clone().or(now), None)
        };
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        Panel {
            authorization: session
                .last_authorization
                .as_deref()
                .and_then(authorization),
            exchange: session.last_exchange.clone(),
            challenge: session
                .last_challenge
                .clone()
                .and_then(|exchange| exchange.challenge.clone().map(|value| (exchange, value))),
            access: Columns {
                before: column(&before.access),
                after: column(&after.access),
            },
            id: Columns {
                before: column(&before.id),
                after: column(&after.id),
            },
        }
    }
}

fn authorization(url: &str) -> Option<Authorization> {
    let mut url = Url::parse(url).ok()?;
    let parameters = url
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.set_query(None);
    Some(Authorization {
        endpoint: url.into(),
        parameters,
    })
}

fn column(facts: &SignInFacts) -> Column {
    Column {
        acr: facts.acr.clone().unwrap_or_default(),
        amr: facts.amr.join(" "),
        auth_time: facts
            .auth_time
            .map(|seconds| seconds.to_string())
            .unwrap_or_default(),
        clock: facts.auth_time.map(clock).unwrap_or_default(),
    }
}

/// The time of day in UTC, for people; the raw number stands beside it.
fn clock(seconds: i64) -> String {
    let second = seconds.rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02} UTC",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::{Panel, clock};
    use crate::session::BankSession;
    use crate::tokens::{BothFacts, Tokens};

    fn tokens(acr: &str) -> Tokens {
        let payload = URL_SAFE_NO_PAD.encode(format!(
            r#"{{"acr":"{acr}","amr":["pwd","otp"],"auth_time":3661}}"#
        ));
        Tokens {
            access_token: format!("x.{payload}.x"),
            id_token: format!("x.{payload}.x"),
            subject: "alice".into(),
            name: "Alice".into(),
        }
    }

    fn session(tokens: Option<Tokens>, before: Option<BothFacts>, stepped_up: bool) -> BankSession {
        let mut session = BankSession::default();
        session.tokens = tokens;
        session.before = before;
        session.stepped_up = stepped_up;
        session
    }

    #[test]
    fn without_a_step_up_only_before_is_filled() {
        let session = session(Some(tokens("basic")), None, false);
        let panel = Panel::of(&session);
        assert_eq!(
            (
                panel.access.before.acr.as_str(),
                panel.access.before.amr.as_str()
            ),
            ("basic", "pwd otp")
        );
        assert_eq!(
            (
                panel.id.before.auth_time.as_str(),
                panel.id.before.clock.as_str()
            ),
            ("3661", "01:01:01 UTC")
        );
        assert_eq!(
            (panel.access.after.acr.as_str(), panel.id.after.acr.as_str()),
            ("", "")
        );
    }

    #[test]
    fn after_a_step_up_both_are_filled() {
        let before = Some(BothFacts::from(&tokens("basic")));
        let session = session(Some(tokens("mfa")), before, true);
        let panel = Panel::of(&session);
        assert_eq!(
            (
                panel.access.before.acr.as_str(),
                panel.access.after.acr.as_str()
            ),
            ("basic", "mfa")
        );
    }

    #[test]
    fn a_step_up_under_way_shows_no_after() {
        let before = Some(BothFacts::from(&tokens("basic")));
        let session = session(Some(tokens("basic")), before, false);
        assert_eq!(Panel::of(&session).access.after.acr, "");
    }

    #[test]
    fn the_authorization_request_is_shown_parameter_by_parameter() {
        let mut session = session(None, None, false);
        session.last_authorization =
            Some("https://id.example/authorize?scope=openid+x&max_age=300".into());
        let authorization = Panel::of(&session).authorization.unwrap();
        assert_eq!(authorization.endpoint, "https://id.example/authorize");
        assert_eq!(
            authorization.parameters,
            [
                ("scope".into(), "openid x".into()),
                ("max_age".into(), "300".to_owned())
            ]
        );
    }

    #[test]
    fn times_of_day_are_padded() {
        assert_eq!(clock(86_400 + 59), "00:00:59 UTC");
    }
}
