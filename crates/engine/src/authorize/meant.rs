//! Which of several authenticators of a method a page means, and what each is called.
//!
//! The hub says which lead there. The others are left out of the page, of the challenge and of what an answer is
//! held against, alike.

use std::slice;

use stepwell_core::authn::Choice;
use stepwell_store::credentials::Credential;

use super::facts::Known;
use super::view::NamedView;
use crate::Engine;
use crate::factors::{own_label, passkey};

impl Known {
    /// Forgets the authenticators of the method that do not lead there.
    pub(crate) fn leave_what_is_meant(&mut self, choice: &Choice) {
        self.credentials
            .retain(|c| c.method != choice.method || choice.may_be_by(&c.id));
    }
}

impl Engine {
    /// The authenticators that are meant, where the person has others of the method which are not enough.
    pub(super) fn meant(&self, known: &Known, choice: &Choice) -> Vec<NamedView> {
        let mine = known.credentials.iter();
        let mine = mine.filter(|c| c.method == choice.method);
        let (meant, others): (Vec<_>, Vec<_>) = mine.partition(|c| choice.may_be_by(&c.id));
        if others.is_empty() {
            return Vec::new();
        }
        meant.into_iter().map(|c| self.named_view(c)).collect()
    }

    /// An authenticator by the name its person knows it by; an address is masked.
    pub(super) fn named_view(&self, credential: &Credential) -> NamedView {
        let factor = self.factors.find(&credential.method);
        let code = factor.and_then(|factor| factor.delivers());
        let address = code.map(|code| code.addresses(slice::from_ref(credential)));
        let address = address.and_then(|list| list.into_iter().next());
        NamedView {
            id: credential.id.as_str().to_owned(),
            method: credential.method.clone(),
            label: address.map_or_else(|| own_label(credential).to_owned(), |(_, masked)| masked),
            keeper: passkey::told(credential).and_then(|told| told.keeper),
        }
    }
}
