//! What the page of one proof has to show: who asks, why, what counts already, and the other ways.
//!
//! Tells what was decided; decides nothing.

use stepwell_core::authn::device::may_be_trusted;
use stepwell_core::authn::{Choice, Evidence, Method, Pin, Prove, Reason};
use stepwell_core::ids::EvidenceId;
use stepwell_core::time::{Seconds, Timestamp};

use super::advance::Loaded;
use super::asker::Asker;
use super::facts::Known;
use super::show::username;
use super::stepup::is_step_up;
use super::view::{FactorView, ProveView, ProvenView, TotpView, Why, Wording};
use super::ways::{chosen, others};
use crate::Engine;
use crate::call::Call;
use crate::factors::own_label;

impl Engine {
    pub(super) fn prove_view(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        known: &Known,
        prove: &Prove,
        reasons: &[Reason],
    ) -> ProveView {
        let choice = chosen(loaded, prove, known);
        let method = choice.map_or_else(Method::password, |c| c.method.clone());
        ProveView {
            username: username(loaded, known),
            may_switch: self.may_switch(loaded),
            wording: self.wording(call, loaded, known, reasons),
            factor: factor_view(call.now, &method, choice, known),
            meant: choice.map_or_else(Vec::new, |choice| self.meant(known, choice)),
            others: others(call.now, &method, prove, known, |other| {
                let code = self.factors.find(&other.method)?.delivers()?;
                let pending = loaded.state.sent.get(&other.method);
                let meant = known.credentials.iter();
                let meant = meant.filter(|c| other.may_be_by(&c.id)).cloned();
                code.goes_to(&meant.collect::<Vec<_>>(), pending, call.now)
            }),
            proven: proven(call.now, known, &prove.counted),
            later: choice
                .map(|c| c.then.clone())
                .into_iter()
                .flatten()
                .chain(set_up_after(reasons))
                .collect(),
            trust: choice.and_then(|choice| self.offered_trust(choice, known)),
            method,
        }
    }

    /// How long the browser may be trusted after this proof: a second factor, which something came before.
    fn offered_trust(&self, choice: &Choice, known: &Known) -> Option<Seconds> {
        let session = known.facts.session.as_ref()?;
        let allowed = may_be_trusted(&choice.traits, &session.evidence);
        (self.trusts() && allowed).then_some(self.settings.devices.trusted_for)
    }

    /// Whether anybody may answer, and not one person alone.
    pub(super) fn may_switch(&self, loaded: &Loaded) -> bool {
        loaded.question(self).demand.subject == Pin::Anyone
    }

    /// What the request is for, as configuration names it in the language of the page.
    pub(super) fn action_of(&self, call: &Call<'_>, loaded: &Loaded) -> Option<String> {
        let app = loaded.asker.app()?;
        self.settings
            .scopes
            .iter()
            .filter(|s| app.request.scope.contains(&s.name))
            .find_map(|s| s.action.as_ref())
            .map(|text| text.in_language(&call.peer.language).to_owned())
            .or_else(|| app.client.action.clone())
    }

    pub(super) fn wording(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        known: &Known,
        reasons: &[Reason],
    ) -> Wording {
        // To look at one's own account one signs in, also where what the session rested on is over.
        let looks = matches!(&loaded.asker, Asker::Here(here) if !here.is_change());
        if looks || !is_step_up(loaded, known) {
            return Wording::SignIn;
        }
        let action = self.action_of(call, loaded);
        let why = if loaded
            .asker
            .app()
            .is_some_and(|app| app.request.prompt.login)
        {
            Why::Again
        } else if reasons
            .iter()
            .any(|r| matches!(r, Reason::NotProven { .. }))
        {
            Why::NotEnough
        } else {
            Why::TooOld
        };
        let valid_for = loaded.question(self).prefer.first().and_then(|name| {
            self.policy
                .catalog
                .find(name)
                .and_then(|acr| acr.lifetime)
                .map(|life| life.0)
        });
        Wording::StepUp {
            action,
            why,
            valid_for,
        }
    }
}

fn factor_view(
    now: Timestamp,
    method: &Method,
    choice: Option<&Choice>,
    known: &Known,
) -> FactorView {
    if *method == Method::password() {
        return FactorView::Password;
    }
    if *method != Method::totp() {
        return FactorView::Other {
            method: method.clone(),
            challenge: None,
        };
    }
    let (mine, others): (Vec<_>, Vec<_>) = known
        .credentials
        .iter()
        .filter(|c| c.method == *method)
        .partition(|c| choice.is_none_or(|choice| choice.may_be_by(&c.id)));
    FactorView::Totp(TotpView {
        authenticators: if mine.len() > 1 || !others.is_empty() {
            mine.iter()
                .map(|c| (c.id.as_str().to_owned(), own_label(c).to_owned()))
                .collect()
        } else {
            Vec::new()
        },
        failures: mine.iter().map(|c| c.failures).max().unwrap_or_default(),
        locked_until: if mine.iter().all(|c| c.is_locked(now)) {
            mine.iter().filter_map(|c| c.locked_until).min()
        } else {
            None
        },
    })
}

/// What is set up once this is proven, as far as that is known.
fn set_up_after(reasons: &[Reason]) -> Option<Method> {
    reasons.iter().find_map(|reason| match reason {
        Reason::EnrolmentOffered { methods } => methods.first().cloned(),
        _ => None,
    })
}

pub(super) fn proven(now: Timestamp, known: &Known, ids: &[EvidenceId]) -> Vec<ProvenView> {
    let evidence = known.facts.session.iter().flat_map(|s| &s.evidence);
    let mut counted: Vec<&Evidence> = evidence.filter(|e| ids.contains(&e.id)).collect();
    counted.sort_by_key(|e| e.at);
    counted
        .into_iter()
        .map(|e| ProvenView {
            method: e.method.clone(),
            ago: u64::try_from(now.since(e.at) / 1_000_000).unwrap_or_default(),
        })
        .collect()
}
