//! The cached key set: kept as long as the issuer says, fetched again when a token names a key
//! that is not in it, and never more often than the rate limit allows.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::fetch::KeySource;
use crate::keyset::KeySet;

/// Bounds on the lifetime that `Cache-Control` may give, and the lifetime without it. Seconds.
const SHORTEST: u64 = 60;
const LONGEST: u64 = 24 * 3600;
const USUAL: u64 = 300;
/// For how long known keys still serve when the issuer cannot be reached, beyond their lifetime.
const GRACE: i64 = 3600;
/// The pause after an attempt before keys are fetched again for an unknown kid or after a failure.
const PAUSE: i64 = 10;

/// One fetched state, swapped whole.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) keys: KeySet,
    /// Counts up when the published keys change, so that remembered tokens notice it.
    pub(crate) revision: u64,
    fresh_until: i64,
}

/// The keys cannot be had.
#[derive(Debug)]
pub(crate) struct Unavailable;

#[derive(Debug)]
pub(crate) struct JwksCache {
    source: Box<dyn KeySource>,
    clock: Arc<dyn Clock>,
    current: ArcSwap<Option<Arc<Snapshot>>>,
    /// The last attempt; also lets only one request fetch at a time.
    last_attempt: Mutex<Option<Attempt>>,
}

#[derive(Debug)]
struct Attempt {
    at: i64,
    /// Whether the issuer answered with keys; not so either when the attempt was given up.
    succeeded: bool,
}

impl JwksCache {
    pub(crate) fn new(source: Box<dyn KeySource>, clock: Arc<dyn Clock>) -> Self {
        JwksCache {
            source,
            clock,
            current: ArcSwap::from_pointee(None),
            last_attempt: Mutex::new(None),
        }
    }

    /// The keys, fetched when needed; they lack `kid` only if the issuer, when it was last asked,
    /// had no such key. Where it could not be asked nobody can say so.
    pub(crate) async fn keys_for(&self, kid: &str) -> Result<Arc<Snapshot>, Unavailable> {
        if let Some(snapshot) = self.good_for(kid) {
            return Ok(snapshot);
        }
        let mut last_attempt = match self.last_attempt.try_lock() {
            Ok(attempt) => attempt,
            // Somebody fetches already: a key whose lifetime has just ended serves meanwhile.
            Err(_) => match self
                .usable(self.clock.now())
                .filter(|snapshot| snapshot.keys.contains(kid))
            {
                Some(snapshot) => return Ok(snapshot),
                None => self.last_attempt.lock().await,
            },
        };
        // Whoever held the lock before may have fetched what is wanted.
        if let Some(snapshot) = self.good_for(kid) {
            return Ok(snapshot);
        }
        let now = self.clock.now();
        if last_attempt
            .as_ref()
            .is_none_or(|last| now.saturating_sub(last.at) >= PAUSE || now < last.at)
        {
            let attempt = last_attempt.insert(Attempt {
                at: now,
                succeeded: false,
            });
            attempt.succeeded = self.refresh(now).await;
        }
        let answered = last_attempt.as_ref().is_some_and(|last| last.succeeded);
        self.usable(now)
            .filter(|snapshot| answered || snapshot.keys.contains(kid))
            .ok_or(Unavailable)
    }

    /// The fresh snapshot, without waiting, if it has the key.
    pub(crate) fn good_for(&self, kid: &str) -> Option<Arc<Snapshot>> {
        let now = self.clock.now();
        self.loaded()
            .filter(|snapshot| now < snapshot.fresh_until && snapshot.keys.contains(kid))
    }

    fn usable(&self, now: i64) -> Option<Arc<Snapshot>> {
        self.loaded()
            .filter(|snapshot| now < snapshot.fresh_until.saturating_add(GRACE))
    }

    fn loaded(&self) -> Option<Arc<Snapshot>> {
        Option::clone(&self.current.load())
    }

    /// Whether the issuer's current keys could be had.
    async fn refresh(&self, now: i64) -> bool {
        let parsed = match self.source.fetch().await {
            Ok(fetched) => KeySet::parse(&fetched.document).map(|keys| (keys, fetched.max_age)),
            Err(error) => Err(error.to_string()),
        };
        match parsed {
            Ok((keys, max_age)) => {
                let lifetime = max_age.unwrap_or(USUAL).clamp(SHORTEST, LONGEST);
                let fresh_until = now.saturating_add(i64::try_from(lifetime).unwrap_or(i64::MAX));
                // A token with an invented kid makes us fetch; it must not make us forget.
                let revision = match self.loaded() {
                    Some(before) if before.keys.is_same(&keys) => before.revision,
                    Some(before) => before.revision + 1,
                    None => 1,
                };
                self.current.store(Arc::new(Some(Arc::new(Snapshot {
                    keys,
                    revision,
                    fresh_until,
                }))));
                true
            }
            Err(reason) => {
                tracing::warn!(reason, "the issuer's keys could not be fetched");
                false
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::{Arc, Mutex};

    use josekit::jwk::{Jwk, alg::ec::EcCurve};
    use serde_json::{Value, json};

    use super::{JwksCache, PAUSE};
    use crate::clock::Clock;
    use crate::fetch::{FetchError, FetchedKeys, KeySource, Pending};

    #[derive(Debug, Default)]
    struct Hand(Mutex<i64>);

    impl Clock for Hand {
        fn now(&self) -> i64 {
            *self.0.lock().unwrap()
        }
    }

    #[derive(Debug, Default)]
    struct Published(Arc<Mutex<Vec<Value>>>);

    impl KeySource for Published {
        fn fetch(&self) -> Pending<'_, Result<FetchedKeys, FetchError>> {
            let document = json!({ "keys": *self.0.lock().unwrap() });
            Box::pin(async move {
                Ok(FetchedKeys {
                    document: document.to_string().into_bytes(),
                    max_age: None,
                })
            })
        }
    }

    fn key(kid: &str) -> Value {
        let mut key = Jwk::generate_ec_key(EcCurve::P256)
            .unwrap()
            .to_public_key()
            .unwrap();
        key.set_key_id(kid);
        Value::Object(key.as_ref().clone())
    }

    #[actix_web::test]
    async fn an_invented_key_id_does_not_make_remembered_tokens_forgotten() {
        let (clock, published) = (Arc::new(Hand::default()), Published::default());
        let keys = Arc::clone(&published.0);
        keys.lock().unwrap().push(key("k1"));
        let cache = JwksCache::new(Box::new(published), Arc::clone(&clock) as Arc<dyn Clock>);
        let revision = async |kid| cache.keys_for(kid).await.unwrap().revision;
        let first = revision("k1").await;
        *clock.0.lock().unwrap() += PAUSE;
        assert_eq!(revision("invented").await, first);
        keys.lock().unwrap().push(key("k2"));
        *clock.0.lock().unwrap() += PAUSE;
        assert_ne!(revision("invented").await, first, "now the keys differ");
    }
}
