//! A bounded memory of tokens whose signature was verified, so that a token sent with every
//! request is not verified every time. Times and requirements are still checked at each use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::claims::Claims;

type Key = [u8; 32];

#[derive(Debug, Clone)]
struct Entry {
    claims: Arc<Claims>,
    revision: u64,
}

/// Two generations: when the young one is full it becomes the old one, and what was old is gone.
/// So at most `bound` tokens are kept, those in use survive, and nothing has to be sorted.
#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, Entry>,
    old: HashMap<Key, Entry>,
}

#[derive(Debug)]
pub(crate) struct Remembered {
    half: usize,
    generations: Mutex<Generations>,
}

impl Remembered {
    pub(crate) fn new(bound: usize) -> Self {
        Remembered {
            half: (bound / 2).max(1),
            generations: Mutex::default(),
        }
    }

    /// The claims of `token`, if it was verified under the same fetched keys.
    pub(crate) fn get(&self, token: &str, revision: u64) -> Option<Arc<Claims>> {
        let key = key(token);
        let mut generations = self.locked();
        let entry = match generations.young.get(&key) {
            Some(entry) => entry.clone(),
            None => {
                let entry = generations.old.remove(&key)?;
                self.put(&mut generations, key, entry.clone());
                entry
            }
        };
        (entry.revision == revision).then_some(entry.claims)
    }

    pub(crate) fn insert(&self, token: &str, revision: u64, claims: Arc<Claims>) {
        let mut generations = self.locked();
        self.put(&mut generations, key(token), Entry { claims, revision });
    }

    fn put(&self, generations: &mut Generations, key: Key, entry: Entry) {
        if generations.young.len() >= self.half && !generations.young.contains_key(&key) {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(key, entry);
    }

    fn locked(&self) -> MutexGuard<'_, Generations> {
        // Every state between two statements is a valid one.
        self.generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        let generations = self.locked();
        generations.young.len() + generations.old.len()
    }
}

/// The whole token is hashed, signature included: another signature is another token.
fn key(token: &str) -> Key {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::Remembered;
    use crate::claims::Claims;

    fn claims() -> Arc<Claims> {
        let members =
            json!({"iss":"i","sub":"s","aud":"a","client_id":"c","exp":2,"iat":1,"jti":"j"});
        Arc::new(Claims::read(members.as_object().unwrap().clone()).unwrap())
    }

    #[test]
    fn the_memory_never_grows_beyond_its_bound() {
        let remembered = Remembered::new(10);
        for n in 0..1000 {
            remembered.insert(&format!("token {n}"), 1, claims());
            assert!(remembered.len() <= 10);
        }
        assert!(remembered.get("token 999", 1).is_some());
        assert!(remembered.get("token 0", 1).is_none());
    }

    #[test]
    fn a_token_in_use_survives_the_others() {
        let remembered = Remembered::new(10);
        remembered.insert("mine", 1, claims());
        for n in 0..100 {
            remembered.insert(&format!("token {n}"), 1, claims());
            assert!(remembered.get("mine", 1).is_some(), "after {n}");
        }
    }

    #[test]
    fn tokens_verified_under_earlier_keys_are_verified_again() {
        let remembered = Remembered::new(10);
        remembered.insert("mine", 1, claims());
        assert!(remembered.get("mine", 2).is_none());
    }
}
