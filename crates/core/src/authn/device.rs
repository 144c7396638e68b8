//! Remembered browsers: what one shows, and when it may be trusted (design §2.8).
//!
//! Where such a proof counts is the demand's to say (`demand::Source::may_be_remembered`), and no claim rests on it.

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

/// Whether a browser may be trusted on a proof with these traits, as the last one in a session that holds `proven`: it
/// shows something that the person has or is, it is a second factor, and none of it is remembered. A password alone
/// tells nothing of the browser.
pub fn may_be_trusted(last: &Traits, proven: &[Evidence]) -> bool {
    let vouches = last.kinds.contains(&Kind::Possession) || last.kinds.contains(&Kind::Inherence);
    let before = proven.iter().map(|e| &e.traits);
    let real = before.filter(|traits| !traits.remembered);
    let beside: Vec<&Traits> = real.chain([last]).collect();
    !last.remembered && vouches && show_two_kinds(&beside)
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
        assert!(may_be_trusted(&code.traits, &before));
        assert!(!may_be_trusted(&code.traits, &[]), "a first factor");
        assert!(!may_be_trusted(&password.traits, &[]));
        assert!(
            !may_be_trusted(&password.traits, &[code]),
            "the password last"
        );
    }

    #[test]
    fn a_browser_is_never_trusted_because_it_was() {
        let device = DeviceId::new("d");
        let at = Timestamp::from_secs(9);
        let by_device = remembered(EvidenceId::new("r"), &device, None, at);
        let password = proof("password", Traits::of(Kind::Knowledge));
        assert!(!may_be_trusted(
            &by_device.traits,
            std::slice::from_ref(&password)
        ));
        assert!(!may_be_trusted(&password.traits, &[by_device]));
    }

    #[test]
    fn one_inbox_and_a_recovery_code_are_no_second_factor() {
        let password = proof("password", through("box", Kind::Knowledge));
        let mail = proof("mail", through("box", Kind::Possession));
        assert!(!may_be_trusted(
            &mail.traits,
            std::slice::from_ref(&password)
        ));
        let recovery = Traits {
            recovery: true,
            ..Traits::default()
        };
        assert!(!may_be_trusted(&recovery, &[password]));
    }
}
