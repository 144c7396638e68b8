//! Comparing a presented client secret with the hashes that are kept (threat 95).

use stepwell_core::secret::{Hashed, Secret};

/// Whether `presented` is one of the client's secrets. Every hash is compared, whichever matches, and
/// a client without secrets costs the same as one with a wrong secret.
pub fn check(kept: &[Hashed], presented: &Secret) -> bool {
    if kept.is_empty() {
        let _ = Hashed::from_stored("0".repeat(64)).matches(presented);
        return false;
    }
    kept.iter()
        .fold(false, |found, hash| hash.matches(presented) | found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_of_the_kept_secrets_is_good_and_no_other() {
        let (old, new) = (Secret::new("old"), Secret::new("new"));
        let kept = [Hashed::of(&old), Hashed::of(&new)];
        assert!(check(&kept, &old));
        assert!(check(&kept, &new));
        assert!(!check(&kept, &Secret::new("olD")));
        assert!(!check(&[], &old));
    }

    #[test]
    fn the_stored_hash_itself_is_no_secret() {
        let kept = Hashed::of(&Secret::new("s"));
        assert!(!check(
            std::slice::from_ref(&kept),
            &Secret::new(kept.as_str())
        ));
    }
}
