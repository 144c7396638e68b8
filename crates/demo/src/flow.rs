//! What happens when a person presses a button: try it, and if the API asks for more, go and get
//! exactly that. The same function runs again after the provider's answer, so an action is
//! replayed the way it was first tried.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use serde_json::Value;

use crate::api_client::Exchange;
use crate::bank::Bank;
use crate::challenge::BearerChallenge;
use crate::money::Euros;
use crate::order::Order;
use crate::pages::Problem;
use crate::session::Outcome;
use crate::tokens::Tokens;

/// An acr that the provider has not, for the button that shows how it says so.
const UNKNOWN_ACR: &str = "urn:example:acr:face-to-face";

/// What a person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Balance,
    /// The transfer saved in the session.
    Transfer,
    /// The payout account saved in the session.
    ChangePayout,
    /// Something that the provider cannot prove.
    Unmet,
}

impl Action {
    /// Where a form goes that tries it again with what the session remembers.
    pub(crate) fn retry(self) -> Option<&'static str> {
        match self {
            Action::Balance => Some("/balance"),
            Action::Transfer => Some("/transfer/retry"),
            Action::ChangePayout => Some("/payout-account/retry"),
            Action::Unmet => None,
        }
    }
}

/// What an authorization request asks for beyond the usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) acr_values: Vec<String>,
    pub(crate) max_age: Option<u64>,
    /// Scope values beyond those that are always asked for.
    pub(crate) scope: Vec<String>,
    pub(crate) step_up: bool,
}

/// How the tokens at hand were come by; it bounds the way, so that no refusal makes a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    Start,
    AfterSignIn,
    AfterStepUp,
}

/// Carries an action as far as it goes: to its outcome, or to the provider.
pub(crate) async fn perform(
    bank: &Bank,
    session: &str,
    action: Action,
    round: Round,
) -> Result<HttpResponse, Problem> {
    if action == Action::Unmet && round == Round::Start {
        let ask = Ask {
            acr_values: vec![UNKNOWN_ACR.into()],
            step_up: true,
            ..Ask::default()
        };
        return to_provider(bank, session, action, ask).await;
    }
    let held = bank
        .sessions
        .with(session, |session| session.tokens.clone())
        .flatten();
    let Some(tokens) = held else {
        return to_provider(bank, session, action, Ask::default()).await;
    };
    let (exchange, outcome) = match action {
        Action::Unmet => return Ok(see("/")),
        Action::Balance => {
            let exchange = bank
                .api
                .balance(&tokens.access_token)
                .await
                .map_err(|_| Problem::api_unreachable())?;
            let outcome = balance(&exchange.body);
            (exchange, outcome)
        }
        Action::Transfer | Action::ChangePayout => {
            let order =
                taken(bank, session, action, &tokens).ok_or_else(Problem::nothing_to_replay)?;
            let exchange = bank.api.order(&tokens.access_token, &order).await;
            if !exchange
                .as_ref()
                .is_ok_and(|exchange| exchange.status == 200)
            {
                bank.sessions.with(session, |session| {
                    session.intent.get_or_insert_with(|| order.clone());
                });
            }
            let exchange = exchange.map_err(|_| Problem::api_unreachable())?;
            (exchange, Some(Outcome::Done(order)))
        }
    };
    bank.sessions.with(session, |session| {
        session.last_exchange = Some(exchange.clone())
    });
    match (exchange.status, outcome) {
        (200, Some(outcome)) => {
            bank.sessions.with(session, |session| {
                session.outcome = Some(outcome);
            });
            Ok(see("/result"))
        }
        _ => refused(bank, session, action, round, &exchange).await,
    }
}

/// Takes the order out of the session while it is at the API, so that two presses at once do not carry it out
/// twice; from then on it is this person's.
fn taken(bank: &Bank, session: &str, action: Action, tokens: &Tokens) -> Option<Order> {
    bank.sessions
        .with(session, |session| {
            let order = session.intent.take_if(|order| order.action() == action)?;
            session.whose = Some(tokens.subject.clone());
            Some(order)
        })
        .flatten()
}

fn balance(body: &Value) -> Option<Outcome> {
    let payout = body.get("payout_account").and_then(Value::as_str);
    Some(Outcome::Balance {
        balance: Euros(body.get("balance_cents")?.as_u64()?),
        payout: payout.map(str::to_owned),
    })
}

/// The API said no: read why, and ask the provider for just what is missing.
async fn refused(
    bank: &Bank,
    session: &str,
    action: Action,
    round: Round,
    exchange: &Exchange,
) -> Result<HttpResponse, Problem> {
    let challenge = exchange
        .challenge
        .as_deref()
        .and_then(BearerChallenge::parse)
        .unwrap_or_default();
    if exchange.status == 401 && challenge.asks_for_step_up() && round != Round::AfterStepUp {
        bank.sessions.with(session, |session| {
            session.last_challenge = Some(exchange.clone())
        });
        let ask = Ask {
            acr_values: challenge.acr_values,
            max_age: challenge.max_age,
            scope: challenge.scope,
            step_up: true,
        };
        return to_provider(bank, session, action, ask).await;
    }
    if exchange.status == 401 && !challenge.asks_for_step_up() && round == Round::Start {
        bank.sessions.with(session, |session| session.tokens = None);
        return to_provider(bank, session, action, Ask::default()).await;
    }
    Err(Problem::api_refused(exchange, action))
}

async fn to_provider(
    bank: &Bank,
    session: &str,
    action: Action,
    ask: Ask,
) -> Result<HttpResponse, Problem> {
    let (url, pending) = bank
        .provider
        .begin(&ask, action)
        .await
        .map_err(|error| Problem::of_provider(&error, action))?;
    bank.sessions
        .with(session, |session| session.begin(pending, url.to_string()));
    Ok(see(url.as_str()))
}

/// 303, so that the browser goes on with a GET (RFC 9700 §4.12).
pub(crate) fn see(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .finish()
}
