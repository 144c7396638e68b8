//! From a parsed request, its client and the settings to the question put to the hub.
//!
//! Floors come from here, whatever the request says: a parameter can raise a demand, never lower it
//! (spec §0.3, §5 lines 1 and 2).

use stepwell_core::authn::{AcrName, Clause, Demand, Freshness, Pin, Prompt, Request, Source};
use stepwell_core::client::Client;
use stepwell_core::ids::UserId;
use stepwell_core::oauth::AuthorizationRequest;
use stepwell_core::time::Timestamp;

use crate::settings::Settings;

/// Builds the question.
pub(super) fn question(
    request: &AuthorizationRequest,
    client: &Client,
    settings: &Settings,
    hinted: Option<&UserId>,
    began: Timestamp,
) -> Request {
    let (prefer, clause) = asked(request, client);
    let mut demand = Demand {
        clauses: clause.into_iter().collect(),
        fresh: freshness(request, client, began),
        subject: pin(request, hinted),
        ..Demand::default()
    };
    for floor in floors(request, client, settings) {
        demand = demand.join(Demand::of(floor));
    }
    Request {
        prefer,
        demand,
        prompt: Prompt {
            none: request.prompt.none,
            select_account: request.prompt.select_account,
        },
        began,
        change: None,
    }
}

/// The acrs asked for, in preference order, and the clause that makes one of them necessary.
fn asked(request: &AuthorizationRequest, client: &Client) -> (Vec<AcrName>, Option<Clause>) {
    let acr = request.effective_acr(client);
    let source = if acr.essential {
        Source::EssentialClaim
    } else if request.acr.values.is_empty() {
        Source::ClientDefault
    } else {
        Source::Request
    };
    let prefer: Vec<AcrName> = acr.values.iter().map(AcrName::new).collect();
    let clause = (!prefer.is_empty()).then(|| Clause {
        any_of: prefer.iter().cloned().collect(),
        max_age: None,
        // RFC 9470 §5 makes acr_values necessary, OIDC Core voluntary; the client is registered for one.
        voluntary: !acr.is_necessary(client.acr_values_mode),
        source,
    });
    (prefer, clause)
}

fn freshness(request: &AuthorizationRequest, client: &Client, began: Timestamp) -> Freshness {
    Freshness {
        max_age: request.effective_max_age(client),
        after: request.prompt.login.then_some(began),
    }
}

fn pin(request: &AuthorizationRequest, hinted: Option<&UserId>) -> Pin {
    let claimed = request.claims.id_token_sub().map(UserId::new);
    match (hinted, claimed) {
        (None, None) => Pin::Anyone,
        (Some(one), None) => Pin::Only(one.clone()),
        (None, Some(one)) => Pin::Only(one),
        (Some(hint), Some(claim)) if *hint == claim => Pin::Only(claim),
        _ => Pin::Nobody,
    }
}

fn floors(request: &AuthorizationRequest, client: &Client, settings: &Settings) -> Vec<Clause> {
    let by_client = client
        .minimum_acr
        .iter()
        .map(|acr| Clause::floor(AcrName::new(acr), None, Source::ClientMinimum));
    let by_scope = settings
        .scopes
        .iter()
        .filter(|s| request.scope.contains(&s.name))
        .filter_map(|s| {
            let acr = s.minimum_acr.clone()?;
            Some(Clause::floor(acr, s.max_age, Source::Scope(s.name.clone())))
        });
    let by_resource = settings
        .resources
        .iter()
        .filter(|r| request.resources.contains(&r.identifier))
        .filter_map(|r| {
            let acr = r.minimum_acr.clone()?;
            Some(Clause::floor(
                acr,
                r.max_age,
                Source::Resource(r.identifier.clone()),
            ))
        });
    by_client.chain(by_scope).chain(by_resource).collect()
}
