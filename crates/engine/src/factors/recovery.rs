//! Recovery codes: ten, shown once, each good for one use. They stand in for an authenticator that was lost, and
//! only to replace it: what they prove makes no acr true (spec §5 lines 67 and 68).
//!
//! The codes of a set are hashes in one credential. A used one stays, marked, so that using it again is told apart
//! from a wrong one and costs no guess.

use stepwell_core::authn::{Method, Traits};
use stepwell_core::ids::CredentialId;
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::time::Seconds;
use stepwell_store::credentials::{self, Credential};

use super::{Answer, Enrolment, Factor, Failure, Tools, Verified};

/// Letters and digits that are not mistaken for each other: 32, five bits each.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Letters of a code: 60 bits.
const LENGTH: usize = 12;
/// What is longer is no code.
const LONGEST: usize = 64;
/// Marks a code that was used.
const USED: char = '-';

/// See the module.
#[derive(Debug)]
pub struct RecoveryFactor {
    /// Wrong codes in a row before the set rests.
    pub budget: u32,
    /// How long it rests at first.
    pub rest: Seconds,
}

/// A fresh code, without hyphens.
pub(super) fn draw(entropy: &dyn stepwell_core::entropy::Entropy) -> Secret {
    let mut bytes = zeroize::Zeroizing::new([0u8; LENGTH]);
    entropy.fill(&mut *bytes);
    let letters = bytes
        .iter()
        .map(|b| char::from(ALPHABET[usize::from(b % 32)]));
    Secret::new(letters.collect::<String>())
}

/// A code as people read it: `K7Q2-M4TX-9RWB`.
pub(super) fn grouped(code: &Secret) -> Secret {
    let text = code.expose();
    Secret::new(format!("{}-{}-{}", &text[..4], &text[4..8], &text[8..]))
}

/// What was typed as a code: any case, with or without hyphens and spaces; or nothing.
fn clean(text: &str) -> Option<Secret> {
    if text.len() > LONGEST {
        return None;
    }
    let kept: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let plain = kept.len() == LENGTH && kept.bytes().all(|b| ALPHABET.contains(&b));
    plain.then(|| Secret::new(kept))
}

/// The hash of a code of one set: the same code in two sets looks different.
fn hashed(set: &CredentialId, code: &Secret) -> Hashed {
    Hashed::of(&Secret::new(format!("{set}:{}", code.expose())))
}

/// How a set is stored.
pub(super) fn stored(set: &CredentialId, codes: &[Secret]) -> String {
    let hashes = codes
        .iter()
        .map(|code| hashed(set, code).as_str().to_owned());
    hashes.collect::<Vec<_>>().join(" ")
}

/// The codes of a set that were not used yet.
pub(crate) fn left(set: &Credential) -> usize {
    let codes = set.secret.split_ascii_whitespace();
    codes.filter(|code| !code.starts_with(USED)).count()
}

/// All codes of a set, used or not.
pub(crate) fn of_set(set: &Credential) -> usize {
    set.secret.split_ascii_whitespace().count()
}

/// The set with this code marked as used; none when it is not there, or used before.
fn spent(set: &str, hash: &Hashed) -> Option<String> {
    let mut codes: Vec<String> = set.split_ascii_whitespace().map(str::to_owned).collect();
    let code = codes.iter_mut().find(|code| *code == hash.as_str())?;
    code.insert(0, USED);
    Some(codes.join(" "))
}

impl Factor for RecoveryFactor {
    fn method(&self) -> Method {
        Method::recovery()
    }

    fn traits(&self) -> Traits {
        Traits {
            recovery: true,
            ..Traits::default()
        }
    }

    fn opens(&self) -> bool {
        false
    }

    fn is_usable(&self, credential: &Credential) -> bool {
        left(credential) > 0
    }

    fn budget(&self) -> Option<(u32, Seconds)> {
        Some((self.budget, self.rest))
    }

    fn enrolment(&self) -> Option<&dyn Enrolment> {
        Some(self)
    }

    fn verify(
        &self,
        tools: &Tools<'_>,
        credentials: &[Credential],
        answer: &Answer<'_>,
    ) -> Result<Verified, Failure> {
        let now = tools.call.now;
        let set = credentials
            .iter()
            .find(|c| c.method == Method::recovery())
            .ok_or(Failure::Wrong(Vec::new()))?;
        let code = clean(answer.secret).ok_or(Failure::Malformed("recovery-code"))?;
        if let Some(until) = set.locked_until.filter(|_| set.is_locked(now)) {
            return Err(Failure::Locked(until));
        }
        let hash = hashed(&set.id, &code);
        // Every code is looked at, so that the time tells nothing.
        let mut found = (false, false);
        for kept in set.secret.split_ascii_whitespace() {
            let plain = kept.trim_start_matches(USED);
            if Hashed::from_stored(plain).matches(&Secret::new(format!(
                "{}:{}",
                set.id,
                code.expose()
            ))) {
                found = (true, kept.starts_with(USED));
            }
        }
        match found {
            (false, _) => return Err(Failure::Wrong(vec![set.id.clone()])),
            (true, true) => return Err(Failure::Replayed),
            (true, false) => {}
        }
        let id = set.id.clone();
        Ok(Verified {
            credential: id.clone(),
            traits: self.traits(),
            amr: Vec::new(),
            suspected: None,
            consume: Box::new(move |tx, now| {
                // Another code of the set may have been used since: this one counts if it is still there.
                let Some(row) = credentials::find(tx, &id)? else {
                    return Ok(false);
                };
                match spent(&row.secret, &hash) {
                    Some(left) => credentials::succeed_with(tx, &id, &row.secret, &left, now),
                    None => Ok(false),
                }
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Seeded;

    fn set(id: &str) -> (CredentialId, Vec<Secret>) {
        let entropy = Seeded::new(3);
        let codes = (0..10).map(|_| draw(&entropy)).collect();
        (CredentialId::new(id), codes)
    }

    #[test]
    fn a_code_is_read_in_any_case_with_and_without_hyphens() {
        let code = draw(&Seeded::new(1));
        let shown = grouped(&code);
        assert_eq!(shown.expose().len(), 14);
        for typed in [
            shown.expose().to_owned(),
            shown.expose().to_lowercase(),
            shown.expose().replace('-', ""),
            format!("  {} ", shown.expose().replace('-', " ")),
        ] {
            assert_eq!(
                clean(&typed).map(|c| c.expose().to_owned()).as_deref(),
                Some(code.expose()),
                "{typed}"
            );
        }
        let letters = code.expose();
        for bad in [
            "",
            &letters[1..],
            &format!("{letters}A"),
            &letters.replacen(&letters[..1], "O", 1),
            &"A".repeat(1_000),
            "аааааааааааа",
        ] {
            assert!(clean(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_set_holds_no_code_and_each_of_its_codes_is_spent_once() {
        let (id, codes) = set("one");
        let kept = stored(&id, &codes);
        assert!(codes.iter().all(|code| !kept.contains(code.expose())));
        let hash = hashed(&id, &codes[4]);
        let after = spent(&kept, &hash).expect("it is there");
        assert_eq!(spent(&after, &hash), None);
        assert_eq!(
            spent(&after, &hashed(&CredentialId::new("two"), &codes[5])),
            None
        );
        assert_eq!(after.matches(USED).count(), 1);
        assert_eq!(after.split(' ').count(), 10);
    }
}
