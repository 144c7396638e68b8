//! Whether this node should get requests, and what is missing when not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use stepwell_engine::Engine;

/// One check of `/ready`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// `database`, `migrations`, `keys`, `draining`, or `redis` where one is configured.
    pub name: &'static str,
    /// Whether it passed.
    pub ok: bool,
    /// Whether a node that fails it gets no requests.
    pub needed: bool,
    /// What is wrong, when something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The answer of `/ready`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether every check passed that is needed.
    pub ready: bool,
    /// Whether a check failed that a node can go on without: what depends on it is refused meanwhile.
    pub degraded: bool,
    /// Every check.
    pub checks: Vec<Check>,
}

/// This node's health. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Health {
    engine: Arc<Engine>,
    draining: Arc<AtomicBool>,
    migrated: Arc<AtomicBool>,
}

impl Health {
    /// The health of a node that runs `engine`.
    pub fn of(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            draining: Arc::default(),
            migrated: Arc::default(),
        }
    }

    /// From now on `/ready` says no, and every answer is the last on its connection.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether this node is going away.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Asks the database and Redis; it may take seconds when one is away, so not on an event loop.
    pub fn report(&self) -> Report {
        let keys = self.engine.list_keys();
        let migrations = if keys.is_ok() { self.pending() } else { None };
        let signing = keys
            .as_ref()
            .map(|keys| keys.iter().any(|key| key.status == "current"));
        let mut checks = vec![
            check(
                "database",
                signing.as_ref().map(|_| ()).map_err(ToString::to_string),
            ),
            check("migrations", applied(migrations)),
            check("keys", current(signing.ok())),
            check(
                "draining",
                if self.is_draining() {
                    Err("this node is going away".to_owned())
                } else {
                    Ok(())
                },
            ),
        ];
        // Without Redis only replay checks refuse (design §4), which another node could not do better.
        if let Some(up) = self.engine.redis_is_up() {
            checks.push(Check {
                needed: false,
                ..check("redis", answering(up))
            });
        }
        let failed = |needed| move |check: &Check| !check.ok && check.needed == needed;
        Report {
            ready: !checks.iter().any(failed(true)),
            degraded: checks.iter().any(failed(false)),
            checks,
        }
    }

    /// Asking takes the lock of a write, so once nothing was missing it is not asked again.
    fn pending(&self) -> Option<Vec<String>> {
        if self.migrated.load(Ordering::Relaxed) {
            return Some(Vec::new());
        }
        let pending = self.engine.db().pending_migrations().ok()?;
        self.migrated.store(pending.is_empty(), Ordering::Relaxed);
        Some(pending)
    }
}

fn check(name: &'static str, found: Result<(), String>) -> Check {
    Check {
        name,
        ok: found.is_ok(),
        needed: true,
        reason: found.err(),
    }
}

fn answering(redis: bool) -> Result<(), String> {
    if redis {
        return Ok(());
    }
    Err(
        "Redis does not answer: client assertions are refused, and limits count per node"
            .to_owned(),
    )
}

fn applied(pending: Option<Vec<String>>) -> Result<(), String> {
    match pending {
        None => Err("not known: the database cannot be asked".to_owned()),
        Some(pending) if pending.is_empty() => Ok(()),
        Some(pending) => Err(format!(
            "pending: {}; run `stepwell migrate`",
            pending.join(", ")
        )),
    }
}

fn current(signing: Option<bool>) -> Result<(), String> {
    match signing {
        None => Err("not known: the database cannot be asked".to_owned()),
        Some(true) => Ok(()),
        Some(false) => {
            Err("there is no current signing key; run `stepwell keys rotate`".to_owned())
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
