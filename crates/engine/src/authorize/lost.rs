//! What a person who used a recovery code may say is lost, to be removed with the set-up of something new.
//!
//! No more than the account's own pages would remove after the same proofs (docs/adr/0016). Removes nothing itself.

use stepwell_core::authn::Method;
use stepwell_core::time::Timestamp;
use stepwell_store::credentials::Credential;

use super::advance::Loaded;
use super::facts::Known;
use super::view::LostView;
use crate::Engine;

/// Whether a recovery code was used in this interaction.
pub(super) fn lost(loaded: &Loaded, known: &Known) -> bool {
    let mut proofs = known.facts.session.iter().flat_map(|s| &s.evidence);
    proofs.any(|e| e.traits.recovery && e.at > loaded.began)
}

impl Engine {
    /// The authenticators that may have been lost: neither what the person has just shown to have, nor what they
    /// know. While `new` is set up after a recovery code; none otherwise.
    pub(crate) fn could_be_lost<'k>(
        &self,
        now: Timestamp,
        loaded: &Loaded,
        known: &'k Known,
        new: &Method,
    ) -> Vec<&'k Credential> {
        let codes = Method::recovery();
        if *new == codes || !lost(loaded, known) {
            return Vec::new();
        }
        let fresh_for = self.policy.enrolment.fresh_for;
        let proofs = known.facts.session.iter().flat_map(|s| &s.evidence);
        let shown: Vec<_> = proofs
            .filter(|e| !e.traits.remembered)
            .filter(|e| e.at > loaded.began || now < e.at.plus(fresh_for))
            .map(|e| &e.credential)
            .collect();
        let held = |c: &Credential| shown.contains(&&c.id);
        let opens = |c: &Credential| self.factors.find(&c.method).is_some_and(|f| f.opens());
        // A way to begin a sign-in has to be left.
        let may_go = known.credentials.iter().any(|c| opens(c) && held(c));
        let others = known.credentials.iter().filter(|c| !held(c));
        others
            .filter(|c| c.method != Method::password() && c.method != codes)
            .filter(|c| may_go || !opens(c))
            .collect()
    }

    /// The same by name. The only one of the new one's method is the one that it most likely takes the place of.
    pub(super) fn lost_views(
        &self,
        now: Timestamp,
        loaded: &Loaded,
        known: &Known,
        new: &Method,
    ) -> Vec<LostView> {
        let same = known.credentials.iter().filter(|c| c.method == *new);
        let only = same.count() == 1;
        let mut views: Vec<LostView> = self
            .could_be_lost(now, loaded, known, new)
            .into_iter()
            .map(|c| LostView {
                one: self.named_view(c),
                likely: only && c.method == *new,
            })
            .collect();
        views.sort_by_key(|view| !view.likely);
        views
    }
}
