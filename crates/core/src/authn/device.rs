//! Remembered browsers: what one shows, and when it may be trusted (design §2.8).
//!
//! Where such a proof counts is the demand's to say (`demand::Source::may_be_remembered`), and no claim rests on it.

use std::collections::BTreeSet;

use super::evidence::{Evidence, Kind, Method, Traits, show_two_kinds};
use crate::ids::{CredentialId, DeviceId, EvidenceId};
use crate::time::Timestamp;

/// The proof that a trusted browser gives by being there, `since` when it is trusted.
pub fn remembered(
    id: EvidenceId,
    device: &DeviceId,
    since: Option<Timestamp>,
    at: Timestamp,
) -> Evidence {
    Evidence {
        id,
        method: Method::device(),
        credential: CredentialId::new(device.as_str()),
        at,
        traits: Traits {
            remembered: true,
            ..Traits::of(Kind::Possession)
        },
        amr: Vec::new(),
        enrolled_at: since,
    }
}

/// Whether a method that shows these kinds can be what a browser is trusted on: something that the person has or
/// is. A password alone tells nothing of the browser.
pub fn may_vouch(kinds: &BTreeSet<Kind>) -> bool {
    kinds.contains(&Kind::Possession) || kinds.contains(&Kind::Inherence)
}

/// Whether a browser may be trusted now, `last` having been proven last in a session that holds `proven`: that was
/// a second factor, and none of it was remembered.
pub fn may_be_trusted(last: &Evidence, proven: &[Evidence]) -> bool {
    let real = proven.iter().filter(|e| !e.traits.remembered);
    let beside: Vec<&Evidence> = real.chain([last]).collect();
    !last.traits.remembered && may_vouch(&last.traits.kinds) && show_two_kinds(&beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(method: &str, traits: Traits) -> Evidence {
        Evidence {
            id: EvidenceId::new(method),
            method: Method::new(method),
            credential: CredentialId::new(method),
            at: Timestamp::from_secs(5),
            traits,
            amr: Vec::new(),
            enrolled_at: None,
        }
    }

    fn through(inbox: &str, kind: Kind) -> Traits {
        Traits {
            through: Some(inbox.to_owned()),
            ..Traits::of(kind)
        }
    }

    #[test]
    fn a_browser_is_trusted_on_a_second_factor_only() {
        let password = proof("password", Traits::of(Kind::Knowledge));
        let code = proof("totp", Traits::of(Kind::Possession));
        let before = [password.clone()];
        assert!(may_be_trusted(&code, &before));
        assert!(!may_be_trusted(&code, &[]), "a first factor");
        assert!(!may_be_trusted(&password, &[]));
        assert!(!may_be_trusted(&password, &[code]), "the password last");
    }

    #[test]
    fn a_browser_is_never_trusted_because_it_was() {
        let device = DeviceId::new("d");
        let at = Timestamp::from_secs(9);
        let by_device = remembered(EvidenceId::new("r"), &device, None, at);
        let password = proof("password", Traits::of(Kind::Knowledge));
        assert!(!may_be_trusted(&by_device, std::slice::from_ref(&password)));
        assert!(!may_be_trusted(&password, &[by_device]));
    }

    #[test]
    fn one_inbox_and_a_recovery_code_are_no_second_factor() {
        let password = proof("password", through("box", Kind::Knowledge));
        let mail = proof("mail", through("box", Kind::Possession));
        assert!(!may_be_trusted(&mail, std::slice::from_ref(&password)));
        let recovery = Traits {
            recovery: true,
            ..Traits::default()
        };
        assert!(!may_be_trusted(&proof("recovery", recovery), &[password]));
    }
}
